"""The control flow of `inversion`: features of the photo, noise, descent."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.content.features import feature_loss
from impasto.content.smoothness import extremeness, total_variation_power
from impasto.core import Cancelled, Context, Estimate, Inputs, Result, RunOptions, UsageError
from impasto.encoders import budget, cost
from impasto.encoders.encoder import Encoder
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import check_layers
from impasto.image.tensors import to_array, to_tensor
from impasto.reconstruction.minimise import Objective, Optimiser, memory_bytes, minimise
from impasto.reconstruction.resume import watch

from . import Options, one_pass

# By block, from a logarithmic grid on three photos: the largest that costs no more than a tenth of the feature error.
_TV_WEIGHTS = (0.003, 0.03, 0.1, 1.0, 3.0)
_START_CONTRAST = 0.1  # of the noise about mid-grey; L-BFGS gets stuck more often from stronger noise
_START_SECONDS = 1.0  # loading weights, first passes


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Optimise noise until its features at one layer are the photo's and it looks no rougher than it must."""
    check_layers((options.layer,))
    if options.by != "descent":
        return one_pass.stylize(inputs, options, context)
    if options.encoder != "vgg19":
        raise UsageError("encoder: descent undoes VGG-19's layers; for slim add --by network")
    use_threads(context.run)
    if context.stopping:
        raise Cancelled("stopped before there was a picture")
    device = choose_device(context.run)
    precision = choose_precision(context.run, device)
    size = inputs.content.shape[:2]
    network = budget.load(
        size, (options.layer,), context.run, device, precision, pooling=options.pooling,
        beside=memory_bytes(size[0] * size[1], optimiser(options)),
    )  # fmt: skip
    photo = to_tensor(inputs.content, device)
    generator = watch(context, torch.Generator().manual_seed(context.run.seed))
    noise = 0.5 + _START_CONTRAST * torch.randn(photo.shape, generator=generator).to(device)
    weights = {"features": 1.0, "norm": options.norm_weight, "tv": tv_weight(options)}
    minimum = minimise(
        noise, build_objective(photo, network, options, weights, generator), options.steps, context,
        optimiser=optimiser(options), learning_rate=options.learning_rate,
    )  # fmt: skip
    picture = to_array(minimum.picture)
    report = {
        "device": device.type,
        "precision": precision,
        "steps_done": len(minimum.losses),
        "terms": minimum.terms,
        "loss_weights": weights,
        "psnr": psnr(picture, inputs.content),
    }
    return Result(picture, report)


def build_objective(
    photo: Tensor, network: Encoder, options: Options, weights: dict[str, float], generator: torch.Generator
) -> Objective:
    """The weighted loss ‖Φ(x) - Φ(x0)‖² / ‖Φ(x0)‖² + λ_α R_α + λ_V R_V^β (Mahendran & Vedaldi 2015, eq. 2 and 3)."""
    layer, jitter = options.layer, options.jitter
    with torch.no_grad():
        target = network(photo, [layer])[layer].clone()
    power = target.float().square().mean().clamp_min(1e-12)  # a black photo may leave a layer silent

    def objective(picture: Tensor) -> tuple[Tensor, dict[str, float]]:
        seen = shifted(picture, jitter, generator) if jitter else picture
        terms = {
            "features": feature_loss(network(seen, [layer])[layer], target) / power,
            "norm": extremeness(picture, options.norm_power),
            "tv": total_variation_power(picture, options.tv_power),
        }
        loss = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        return loss, {name: term.item() for name, term in terms.items()}

    return objective


def shifted(picture: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """The picture moved by up to `most` pixels in either direction, its edge repeated where nothing comes in."""
    height, width = picture.shape[-2:]
    top, left = (int(n) for n in torch.randint(0, 2 * most + 1, (2,), generator=generator))
    return F.pad(picture, [most] * 4, mode="replicate")[..., top : top + height, left : left + width]


def tv_weight(options: Options) -> float:
    """The weight asked for, or the one that suits the layer: the deeper, the less there is to hold on to."""
    return _TV_WEIGHTS[int(options.layer[4]) - 1] if options.tv_weight is None else options.tv_weight


def optimiser(options: Options) -> Optimiser:
    """The optimiser asked for; a line search needs a loss that stands still, so jitter takes Adam."""
    if options.optimiser == "auto":
        return "adam" if options.jitter else "lbfgs"
    return options.optimiser


def psnr(picture: np.ndarray, photo: np.ndarray) -> float:
    """Peak signal-to-noise ratio of two pictures in [0, 1], in decibels; at most 100."""
    return -10 * math.log10(max(float(np.square(picture - photo, dtype=np.float64).mean()), 1e-10))


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time of a run on a photo of that size, from a measured rate of this machine."""
    device = choose_device(run)
    precision = choose_precision(run, device)
    use_threads(run)
    moving = memory_bytes(height * width, optimiser(options))
    look = budget.plan((height, width), (options.layer,), run, device, precision, beside=moving)
    memory = look.memory_bytes + moving
    seconds = cost.seconds(look.work * options.steps * height * width, (options.layer,), device.type, precision)
    return Estimate(int(memory), _START_SECONDS + seconds)
