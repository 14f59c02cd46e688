"""The control flow of `portilla_simoncelli`: noise, then round after round of the sample's statistics."""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.fft import fft2, ifft2

from impasto.core import Array, Cancelled, Context, Estimate, Inputs, Progress, Result, RunOptions, UsageError
from impasto.encoders.hardware import choose_device, use_threads
from impasto.image.colour import match_histogram
from impasto.image.resize import fit_size, resize
from impasto.image.tensors import to_array
from impasto.reconstruction.minimise import minimise
from impasto.textures.joint_projection import sweep
from impasto.textures.joint_statistics import Plan, Statistics, distance, measure, misfits
from impasto.textures.spectrum import amplitude, periodic

from . import Options

_STEPS = {"both": 50, "projection": 50, "descent": 200}
_FINISH = 0.6  # evaluations of the loss to a round of projection, where a descent ends the rounds
_COARSEST_PX = 16  # of what is left when all scales are taken away
_MOMENTUM = 0.8  # how far to overshoot the way of the last round (authors' code)
_FAINT = 1e-4  # channels with less of the strongest one's variance are left flat: nobody would see them
_SMALL = 1 / 40  # a deviation, where pictures are clipped to [0, 1]: twenty of them fit on either side


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Measure the sample, and adjust noise until it measures the same."""
    if context.stopping:
        raise Cancelled("stopped before there was any texture.")
    if options.neighbourhood % 2 == 0:
        raise UsageError(
            f"neighbourhood: {options.neighbourhood} has no middle pixel; take {options.neighbourhood + 1}."
        )
    use_threads(context.run)
    shape = (inputs.content.shape[0], inputs.content.shape[1])
    sample = fitted(inputs.styles[0].picture, shape, options.style_scale)
    goal = Goal.of(sample, shape, options, choose_device(context.run))
    made = woven(goal.noise(shape, context.run.seed), goal, options, context)
    picture = goal.palette.picture(made)
    if options.histogram:
        picture = match_histogram(picture, sample)
    misfit, tone_misfit = misfits(measure(made, goal.plan), goal.statistics)
    report = {"levels": goal.plan.scales, "channels": len(made), "misfit": misfit, "tone_misfit": tone_misfit}
    return Result(picture, report)


def fitted(sample: Array, shape: tuple[int, int], scale: float | None) -> Array:
    """The sample at the size it should have beside a result of that shape, no side below what one scale needs."""
    own, long_side = max(sample.shape[:2]), max(shape)
    wanted = min(own, long_side) if scale is None else scale * long_side
    return resize(sample, fit_size(sample.shape[:2], round(max(wanted, _COARSEST_PX * own / min(sample.shape[:2])))))


def scales(sample: tuple[int, ...], shape: tuple[int, int], wanted: int | None) -> int:
    """How many sizes of waves there is room for in both pictures; UsageError where more are wanted."""
    least = min(*sample[:2], *shape)
    if wanted is None:
        return max(1, int(math.log2(least / _COARSEST_PX)))
    if least >> wanted < 2:
        raise UsageError(
            f"levels: {wanted} halvings leave nothing of {least} pixels; take {int(math.log2(least)) - 1}."
        )
    return wanted


@dataclass(frozen=True, slots=True)
class Palette:
    """A sample's principal colours: channels of mean nothing and deviation one that go together with none of the others."""

    mean: Tensor
    axes: Tensor
    """(3, C): a colour step for each channel, as long as its deviation."""

    @classmethod
    def of(cls, sample: Array, device: torch.device) -> "Palette":
        """The palette of a picture (H, W, 3)."""
        colours = torch.from_numpy(sample.reshape(-1, 3)).double()
        mean = colours.mean(0)
        values, vectors = torch.linalg.eigh((colours - mean).T @ (colours - mean) / len(colours))
        kept = values > _FAINT * values[-1]
        axes = (vectors[:, kept] * values[kept].sqrt()).flip(1)
        return cls(mean.float().to(device), axes.float().to(device))

    def channels(self, picture: Array) -> Tensor:
        """A picture (H, W, 3) as channels (C, H, W)."""
        return self.of_pixels(torch.from_numpy(np.array(picture)).to(self.mean.device).permute(2, 0, 1))

    def of_pixels(self, pixels: Tensor) -> Tensor:
        """Pixels (3, H, W) as channels (C, H, W)."""
        way = self.axes / self.axes.square().sum(0)
        return torch.einsum("ic,ihw->chw", way, pixels - self.mean[:, None, None])

    def pixels(self, channels: Tensor) -> Tensor:
        """Channels (C, H, W) as pixels (3, H, W), some of them perhaps outside [0, 1]."""
        return torch.einsum("ic,chw->ihw", self.axes, channels) + self.mean[:, None, None]

    def picture(self, channels: Tensor) -> Array:
        """Channels (C, H, W) as a picture (H, W, 3)."""
        return to_array(self.pixels(channels)[None])


@dataclass(frozen=True, slots=True)
class Goal:
    """What the texture is to be: the sample's channels (C, h, w) without its frame, its colours and its statistics."""

    sample: Tensor
    palette: Palette
    plan: Plan
    statistics: Statistics

    @classmethod
    def of(cls, sample: Array, shape: tuple[int, int], options: Options, device: torch.device) -> "Goal":
        """Measure a sample (h, w, 3) for a result of that shape. Range and contrast are those with the frame."""
        palette = Palette.of(sample, device)
        plan = Plan(scales(sample.shape, shape, options.levels), options.orientations, options.neighbourhood)
        whole = palette.channels(sample)
        inner = periodic(whole)
        inner = inner / inner.square().mean((-2, -1), keepdim=True).sqrt().clamp_min(1e-6)
        found = replace(measure(inner, plan), least=whole.amin((-2, -1)), most=whole.amax((-2, -1)))
        return cls(inner, palette, plan, found)

    def noise(self, shape: tuple[int, int], seed: int) -> Tensor:
        """Where it starts: seeded Gaussian noise in the sample's colours, (C, H, W)."""
        generator = torch.Generator().manual_seed(seed)
        return torch.randn((len(self.sample), *shape), generator=generator).to(self.sample.device)


def woven(noise: Tensor, goal: Goal, options: Options, context: Context) -> Tensor:
    """Noise (C, H, W) made to measure as the sample does, in the way that is wanted."""
    steps = options.steps or _STEPS[options.by]
    if options.by == "projection":
        return projected(noise, goal, steps, context)
    if options.by == "descent":
        return descended(sweep(noise, goal.statistics, goal.plan), goal, steps, context)
    finish = max(1, round(_FINISH * steps))

    def counted(before: int) -> Context:
        def listen(progress: Progress) -> None:
            context.listener(replace(progress, step=before + progress.step, total=steps + finish))

        return replace(context, listener=listen)

    near = projected(noise, goal, steps, counted(0))
    return near if context.stopping else descended(near, goal, finish, counted(steps))


def projected(start: Tensor, goal: Goal, steps: int, context: Context) -> Tensor:
    """Round after round of adjustments, each overshooting a little, the last one not (the paper's section 3)."""
    moving, before = start, None
    for step in range(steps):
        settled = sweep(moving, goal.statistics, goal.plan)
        moving = settled if before is None else settled + _MOMENTUM * (settled - before)
        before = settled
        context.report(step + 1, steps, preview=lambda channels=settled: goal.palette.picture(channels))
        if context.stopping:
            break
    return start if before is None else before


def descended(start: Tensor, goal: Goal, steps: int, context: Context) -> Tensor:
    """Down the gradient of the squared distance of all statistics, by L-BFGS.

    What moves is the picture divided by the sample's spectrum: waves of all sizes are then about as strong, and the same
    number of steps brings the distance down to a twentieth.
    """
    spectrum = amplitude(goal.sample, (start.shape[-2], start.shape[-1]))

    def shown(even: Tensor) -> Tensor:
        return ifft2(fft2((even - 0.5) / _SMALL) * spectrum).real

    def objective(even: Tensor) -> tuple[Tensor, dict[str, float]]:
        loss = distance(measure(shown(even[0]), goal.plan), goal.statistics)
        return loss, {"statistics": float(loss.detach())}

    def look(progress: Progress) -> None:
        context.listener(replace(progress, preview=progress.preview and (lambda: picture_of(progress))))

    def picture_of(progress: Progress) -> Array:
        assert progress.preview is not None
        even = torch.from_numpy(progress.preview()).permute(2, 0, 1).to(spectrum.device)
        return goal.palette.picture(shown(even))

    first = 0.5 + _SMALL * ifft2(fft2(start) / spectrum).real
    return shown(minimise(first[None], objective, steps, replace(context, listener=look)).picture[0])


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """What a run will need, as measured for three channels on one thread."""
    planes = 3 * (options.orientations + 2) * (14 if options.by == "projection" else 30)
    steps = options.steps or _STEPS[options.by]
    each = {"projection": 3e-6, "descent": 4e-6, "both": 3e-6 + 4e-6 * _FINISH}[options.by]
    return Estimate(
        memory_bytes=200_000_000 + height * width * 4 * planes,
        seconds=2 + steps * height * width * each * options.orientations / 4,
    )
