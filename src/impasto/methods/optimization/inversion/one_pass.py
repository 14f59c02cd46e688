"""`inversion` in one pass: a network that was taught to undo the layer (Dosovitskiy & Brox 2016)."""

from impasto.core import Cancelled, Context, Inputs, Result, UsageError
from impasto.image.tensors import to_array, to_tensor
from impasto.reconstruction.networks.decoders import decoder_of
from impasto.reconstruction.networks.encoders import INVERTIBLE
from impasto.reconstruction.networks.running import Rebuilder, mirrored_to

from . import Options


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Look at the photo and let a network say what picture such features come from: the expected one, or a likely one."""
    if options.layer not in INVERTIBLE:
        raise UsageError(f"layer: networks undo {', '.join(INVERTIBLE)}, not {options.layer}; leave --by at descent")
    if context.stopping:
        raise Cancelled("stopped before there was a picture")
    from .rebuild import psnr

    height, width = inputs.content.shape[:2]
    networks = Rebuilder(options.encoder, context.run)
    photo = to_tensor(mirrored_to(inputs.content, options.layer), networks.device)
    family = decoder_of("inverse" if options.by == "network" else "inverse_gan", options.encoder, options.layer)
    networks.need(family, options.layer)
    features = networks.look(photo, (options.layer,))[options.layer]
    made = networks.show(features, family, options.layer)
    picture = to_array(made[..., :height, :width])
    context.report(1, 1, lambda: picture)
    again = networks.look(made, (options.layer,))[options.layer]
    error = float((again - features).square().mean() / features.square().mean().clamp_min(1e-12))
    report = {
        "device": networks.device.type, "encoder": options.encoder, **networks.facts(),
        "terms": {"features": error}, "psnr": psnr(picture, inputs.content),
    }  # fmt: skip
    return Result(picture, report)
