"""Networks for other programs: ONNX files, checked against torch before they are kept."""

from .models import Model, find
from .onnx_files import write_onnx

__all__ = ["Model", "find", "write_onnx"]
