"""Pictures in and out: the only place where pixel ranges, channel orders and array or tensor forms are converted.

Inside the house a picture is float32 RGB in [0, 1], shape (H, W, 3), sRGB, the right way up.
"""

from .alpha import composite
from .decode import decode
from .encode import encode, save
from .files import MAX_BYTES, check_writable
from .formats import FORMATS, Format, format_of
from .metadata import read_metadata
from .picture import Picture
from .resize import fit_size, label_levels, resize, resize_mask, style_size
from .structure import MAX_PIXELS
from .tensors import to_array, to_tensor

__all__ = [
    "FORMATS", "MAX_BYTES", "MAX_PIXELS", "Format", "Picture", "check_writable", "composite", "decode", "encode",
    "fit_size", "format_of", "label_levels", "read_metadata", "resize", "resize_mask", "save", "style_size", "to_array", "to_tensor",
]  # fmt: skip
