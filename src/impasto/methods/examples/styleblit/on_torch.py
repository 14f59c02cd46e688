"""The work of `styleblit` as whole-picture tensor operations, for graphics cards: pixel by pixel what the kernels do.

Sums are taken in the kernels' order, so that fields are the same and pictures too, bit for bit on a processor.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from impasto.core import Array
from impasto.kernels.styleblit import TABLE_SIDE, UNSET

from .guides import Guides

_AROUND = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]


class TorchBlit:
    """Guides, look-up table and the field so far, on a device."""

    def __init__(self, guides: Guides, table: NDArray[np.int32], jitter: Array, device: torch.device) -> None:
        """jitter: (2, 256, 256), where in its block a seed lies."""
        self.target, self.source = (torch.from_numpy(plane).to(device) for plane in (guides.target, guides.source))
        self.table, self.jitter = torch.from_numpy(table).to(device), torch.from_numpy(jitter).to(device)
        self.threshold, self.device = guides.threshold, device
        self.height, self.width = self.target.shape[1:]
        self.rows, self.columns = self.source.shape[1:]
        self.field = torch.full((self.height, self.width), UNSET, dtype=torch.int32, device=device)

    @property
    def covered(self) -> float:
        """Share of pixels that have a step."""
        return float((self.field != UNSET).float().mean())

    def lay_level(self, side: int) -> None:
        """Give pixels the step of their nearest seed where that fits; one level, blocks of `side`."""
        y, x = self._grid(self.height, self.width)
        seed_y, seed_x = self._seeds(side)
        steps = self.look_up(seed_y, seed_x)
        blocks = y // side + 1, x // side + 1
        least = torch.full(self.field.shape, 2**62, device=self.device)
        best_x, step = torch.zeros_like(least), torch.zeros_like(self.field)
        for dy, dx in _AROUND:
            at = (blocks[0] + dy, blocks[1] + dx)
            sy, sx = seed_y[at], seed_x[at]
            # Rows first, as the kernel counts: of equally near seeds the leftmost, then the first.
            distance = (sy - y).square() + (sx - x).square()
            nearer = (distance < least) | ((distance == least) & (sx < best_x))
            least, best_x = torch.where(nearer, distance, least), torch.where(nearer, sx, best_x)
            step = torch.where(nearer, steps[at], step)
        sy, sx = y + (step >> 16), x + _columns(step)
        inside = (sy >= 0) & (sy < self.rows) & (sx >= 0) & (sx < self.columns)
        sy, sx = sy.clamp(0, self.rows - 1), sx.clamp(0, self.columns - 1)
        misfit = (self.target - self.source[:, sy, sx]).abs()
        fits = (misfit[0] + misfit[1] + misfit[2]) < self.threshold
        self.field = torch.where((self.field == UNSET) & inside & fits, step, self.field)

    def lay_rest(self) -> None:
        """Give every pixel that has none yet the step to what looks most like it."""
        y, x = torch.nonzero(self.field == UNSET, as_tuple=True)
        self.field[y, x] = self.look_up(y, x)

    def look_up(self, row: Tensor, column: Tensor) -> Tensor:
        """Steps from places of the target to what looks alike in the source: by table, then downhill, or the same place."""
        colour = self.target[:, row, column]
        cell = (colour * (TABLE_SIDE / 256)).long()
        at = self.table[cell[0], cell[1], cell[2]].long()
        y, x = at // self.columns, at % self.columns
        best = self._misfit(colour, y, x)
        for stride in (4, 2, 1):
            near_y, near_x = y, x
            for dy, dx in _AROUND:
                there_y, there_x = y + stride * dy, x + stride * dx
                inside = (there_y >= 0) & (there_y < self.rows) & (there_x >= 0) & (there_x < self.columns)
                found = self._misfit(colour, there_y.clamp(0, self.rows - 1), there_x.clamp(0, self.columns - 1))
                better = inside & (found < best)
                best = torch.where(better, found, best)
                near_y, near_x = torch.where(better, there_y, near_y), torch.where(better, there_x, near_x)
            y, x = near_y, near_x
        same = (row < self.rows) & (column < self.columns)
        same &= self._misfit(colour, row.clamp(max=self.rows - 1), column.clamp(max=self.columns - 1)) == 0
        packed = ((y - row) << 16) | ((x - column) & 0xFFFF)
        return torch.where(same, torch.zeros_like(packed), packed).to(torch.int32)

    def blend(self, style: Array, radius: int) -> Array:
        """The style along the field, mixed where chunks meet: the mean of what all steps within the radius would put there."""
        painting = torch.from_numpy(np.array(style)).to(self.device)
        y, x = self._grid(self.height, self.width)
        total = torch.zeros((self.height, self.width, 3), device=self.device)
        count = torch.zeros_like(self.field)
        mixed = torch.zeros_like(self.field, dtype=torch.bool)
        for dy in range(-radius, radius + 1):
            for dx in range(-radius, radius + 1):
                there_y, there_x = y + dy, x + dx
                inside = (there_y >= 0) & (there_y < self.height) & (there_x >= 0) & (there_x < self.width)
                step = self.field[there_y.clamp(0, self.height - 1), there_x.clamp(0, self.width - 1)]
                sy = (y + (step >> 16)).clamp(0, self.rows - 1)
                sx = (x + _columns(step)).clamp(0, self.columns - 1)
                total += torch.where(inside[..., None], painting[sy, sx], torch.zeros_like(total))
                count += inside
                mixed |= inside & (step != self.field)
        plain = painting[y + (self.field >> 16), x + _columns(self.field)]
        share = torch.ones_like(total[..., :1]) / count[..., None].float()
        picture = torch.where(mixed[..., None], total * share, plain)
        return np.array(picture.cpu().numpy())

    def _seeds(self, side: int) -> tuple[Tensor, Tensor]:
        """Rows and columns of the seeds of all blocks and of one block around them."""
        down, across = (torch.arange(-1, -(-n // side) + 1, device=self.device) for n in (self.height, self.width))
        jitter = self.jitter[:, (down & 255)[:, None], (across & 255)[None]]
        rows = torch.floor(side * (down[:, None] + jitter[0].double())).long().clamp(0, self.height - 1)
        columns = torch.floor(side * (across[None] + jitter[1].double())).long().clamp(0, self.width - 1)
        return rows, columns

    def _misfit(self, colour: Tensor, y: Tensor, x: Tensor) -> Tensor:
        apart = (self.source[:, y, x] - colour).abs()
        return apart[0] + apart[1] + apart[2]

    def _grid(self, height: int, width: int) -> tuple[Tensor, Tensor]:
        rows, columns = torch.arange(height, device=self.device), torch.arange(width, device=self.device)
        return rows[:, None].expand(height, width), columns[None].expand(height, width)


def _columns(step: Tensor) -> Tensor:
    """The step in columns: the lower half, with its sign."""
    return ((step & 0xFFFF) ^ 0x8000) - 0x8000
