"""A trained network whose pictures a smaller one is to match: distillation, after Hinton et al. 2015.

A narrow transformer finds a painting's texture hard to learn from statistics alone, and paints blobs where a photo is
flat. A wider one of the same style has solved that; its pictures are a goal for every pixel, and need no loss network.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from impasto.engines.ops import Ops
from impasto.reconstruction.networks import cin, named


class Teacher:
    """The network of a file of `impasto train cin` or `johnson`, and its rows of the styles that are taught."""

    def __init__(self, file: str, styles: Sequence[str], device: torch.device) -> None:
        """Raises UsageError where it does not know one of the styles."""
        network = named.load(file)
        rows = np.concatenate([network.row(style) for style in styles])
        self.width, self.rows = network.width, torch.from_numpy(rows).to(device)
        self.weights = {name: torch.from_numpy(array).to(device) for name, array in network.trunk.items()}

    @torch.no_grad()
    def paint(self, ops: Ops, photos: Tensor, which: Tensor) -> Tensor:
        """Photos (N, 3, S, S), each in the style of that index (N,), as the pupil should paint them."""
        return cin.paint(ops, self.weights, photos, self.rows[which], self.width, measured=False)["picture"].float()
