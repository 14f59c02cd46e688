"""Networks for other programs: ONNX files, checked against torch before they are kept, and a page that runs them."""

from .models import Model, find
from .onnx_files import write_onnx
from .web import write_web

__all__ = ["Model", "find", "write_onnx", "write_web"]
