"""Training shared by several processes, as `torchrun` starts them: every batch is parted, every gradient is averaged.

All processes hold the same weights and take the same steps. The first alone writes files and speaks.
"""

import os
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

import torch
import torch.distributed as dist
from torch import Tensor

from impasto.core import RunError, UsageError


def rank() -> int:
    """Which of the processes this is, from 0, as torchrun says; 0 where there is only one."""
    return int(os.environ.get("RANK", "0")) if size() > 1 else 0


def size() -> int:
    """How many processes share the training."""
    return int(os.environ.get("WORLD_SIZE", "1"))


class Ranks:
    """This process among those that share a training. Use it in a with statement, so that they part in order."""

    def __init__(self, device: torch.device) -> None:
        """Meet the others, by NCCL on GPUs, by gloo elsewhere."""
        self.rank, self.size, self.device = rank(), size(), device
        self._mine = self.size > 1 and not dist.is_initialized()
        if self._mine:
            try:
                dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
            except (RuntimeError, ValueError) as error:
                raise RunError(
                    f"the {self.size} processes did not find one another: {str(error).splitlines()[0]}"
                ) from None

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the others."""
        if self._mine:
            dist.destroy_process_group()

    @property
    def first(self) -> bool:
        """Whether this is the one that writes."""
        return self.rank == 0

    def part_of(self, batch_size: int) -> slice:
        """Which pictures of every batch are this process's. Raises UsageError for a batch that cannot be parted."""
        if batch_size % self.size:
            raise UsageError(f"batch_size: {batch_size} cannot be parted among {self.size} processes")
        share = batch_size // self.size
        return slice(self.rank * share, (self.rank + 1) * share)

    @torch.no_grad()
    def same(self, tensors: Iterable[Tensor]) -> None:
        """Give every process the first one's values."""
        if self.size > 1:
            for tensor in tensors:
                dist.broadcast(tensor, 0)

    @torch.no_grad()
    def average(self, tensors: Iterable[Tensor | None]) -> None:
        """Replace tensors by their mean over the processes, all in one message."""
        found = [tensor for tensor in tensors if tensor is not None]
        if self.size == 1 or not found:
            return
        flat = torch.cat([tensor.reshape(-1).float() for tensor in found])
        dist.all_reduce(flat)
        flat /= self.size
        for tensor, part in zip(found, flat.split([t.numel() for t in found]), strict=True):
            tensor.copy_(part.view_as(tensor))

    def mean_of(self, values: Mapping[str, float]) -> dict[str, float]:
        """Numbers by name, each the mean over the processes."""
        if self.size == 1:
            return dict(values)
        tensor = torch.tensor(list(values.values()), dtype=torch.float64, device=self.device)
        dist.all_reduce(tensor)
        return dict(zip(values, (tensor / self.size).tolist(), strict=True))

    def anyone(self, flag: bool) -> bool:
        """Whether it is so in any process."""
        if self.size == 1:
            return flag
        tensor = torch.tensor(float(flag), device=self.device)
        dist.all_reduce(tensor, dist.ReduceOp.MAX)
        return bool(tensor.item())


def device_of_rank(device: torch.device) -> torch.device:
    """The GPU of this process, where several share a machine with as many."""
    if device.type != "cuda" or size() == 1:
        return device
    torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    return torch.device("cuda", torch.cuda.current_device())
