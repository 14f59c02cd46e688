"""One picture from coarse to fine: start small, minimise, enlarge, minimise again."""

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.core import Array, Cancelled, Context
from impasto.image import resize
from impasto.image.tensors import to_tensor

from .minimise import Minimum, Objective, minimise
from .options import DescentOptions, OptimisationOptions
from .schedule import Scale, coarse_to_fine

ObjectiveAt = Callable[[Scale, bool], Objective]
"""(stage, whether it is the last) -> the loss to minimise there."""


def stages_for(size: tuple[int, int], options: DescentOptions) -> tuple[Scale, ...]:
    """The scales of a run up to (height, width), as its options ask for them."""
    return coarse_to_fine(size, options.steps, scales=options.scales, factor=options.scale_factor)


def first_picture(content: Array, init_picture: Array | None, size: tuple[int, int], options: OptimisationOptions, context: Context,
                  device: torch.device) -> Tensor:  # fmt: skip
    """Where a descent starts, (1, 3, H, W): the init picture if there is one, else the photo or seeded noise."""
    if init_picture is None and options.init == "noise":
        generator = torch.Generator().manual_seed(context.run.seed)
        return torch.rand((1, 3, *size), generator=generator).to(device)
    return to_tensor(resize(content if init_picture is None else init_picture, size), device)


def enlarge(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """Bring a picture (1, 3, H, W) to another size, smoothly."""
    if picture.shape[-2:] == size:
        return picture
    return F.interpolate(picture, size=size, mode="bicubic", align_corners=False, antialias=True)


def descend(picture: Tensor, stages: Sequence[Scale], objective_at: ObjectiveAt, options: DescentOptions,
            context: Context, *, before: int = 0, after: int = 0) -> tuple[Tensor, list[dict[str, object]]]:  # fmt: skip
    """Minimise at every stage, each from the enlarged result of the one before; the picture and an account by stage.

    before, after: steps that other descents of the same run have spent and will spend, for whoever watches.
    A run that is stopped gives the best picture so far at the final size. Raises Cancelled when there is none yet.
    """
    total, done = before + sum(stage.steps for stage in stages) + after, before
    account: list[dict[str, object]] = []
    for stage in stages:
        if context.stopping:
            break
        objective = objective_at(stage, stage is stages[-1])
        minimum = minimise(
            enlarge(picture, stage.size), objective, stage.steps, context,
            optimiser=options.optimiser, learning_rate=options.learning_rate, done=done, total=total,
        )  # fmt: skip
        picture, done = minimum.picture, done + stage.steps
        account.append(stage_account(stage, minimum))
    if not account:
        raise Cancelled("stopped before there was a picture")
    return enlarge(picture, stages[-1].size).clamp(0, 1), account


def stage_account(stage: Scale, minimum: Minimum) -> dict[str, object]:
    """Size, evaluations, first and best loss of one stage, and the raw terms of its best picture, JSON-ready."""
    height, width = stage.size
    finite = [loss for loss in minimum.losses if math.isfinite(loss)]
    ends = {"first_loss": finite[0], "loss": min(finite)} if finite else {}
    return {"size": [width, height], "steps": len(minimum.losses), **ends, "terms": minimum.terms}
