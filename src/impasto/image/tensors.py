"""Pictures as network input and back: (H, W, 3) arrays and (1, 3, H, W) tensors, both sRGB in [0, 1]."""

from typing import TYPE_CHECKING

import numpy as np

from impasto.core import Array

from .arrays import bands

if TYPE_CHECKING:
    import torch


def to_tensor(rgb: Array, device: "str | torch.device" = "cpu") -> "torch.Tensor":
    """A picture (H, W, 3) as a float32 tensor (1, 3, H, W) that shares no memory with it."""
    import torch

    # A copy even where the transposed picture is contiguous already (one pixel): inputs must stay as they are.
    planes = np.array(np.moveaxis(rgb, -1, 0)[None], np.float32, order="C")
    return torch.from_numpy(planes).to(device)


def to_array(tensor: "torch.Tensor") -> Array:
    """A tensor (1, 3, H, W) of any precision and device as a picture (H, W, 3), float32, clipped to [0, 1]."""
    planes = tensor.detach().to("cpu")[0].permute(1, 2, 0)
    picture = np.empty(tuple(planes.shape), np.float32)
    for rows in bands(*picture.shape[:2]):  # a large picture is there twice already
        picture[rows] = planes[rows].float().clamp(0, 1).numpy()
    return picture
