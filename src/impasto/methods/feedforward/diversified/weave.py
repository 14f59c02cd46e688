"""`diversified`: a selector, noise, and one pass."""

from impasto.core import Context, Estimate, Inputs, Result, RunOptions, UsageError
from impasto.engines import facts, load
from impasto.reconstruction.networks import diversified

from . import Options

_BASE_BYTES, _BYTES_PER_PIXEL, _PIXELS_PER_SECOND = 350e6, 500, 1e6


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Make the named texture, or a blend, out of the noise of that seed and variation; cut to the canvas."""
    names = {name: weight for name, weight in options.style_name.items() if weight > 0}
    if not names:
        raise UsageError("style_name: name at least one texture with a weight above 0")
    textures = diversified.load(options.network)
    selector = textures.selector(names)
    height, width = inputs.content.shape[:2]
    whole = [-(-side // diversified.MULTIPLE) * diversified.MULTIPLE for side in (height, width)]
    noise = diversified.noise(whole[0], whole[1], selector, (context.run.seed, options.variation))
    runner = load(diversified.painter(textures.weights, textures.sha256), context.run)
    made = runner({"selector": selector, **{f"noise{i}": level for i, level in enumerate(noise)}})["picture"]
    context.report(1, 1)
    picture = made[0, :, :height, :width].transpose(1, 2, 0).copy()
    return Result(picture, {"styles": names, "weights": [textures.file.stem], **facts(runner)})


def estimate(height: int, width: int, styles: int, options: Options, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory and wall time."""
    pixels = height * width
    return Estimate(int(_BASE_BYTES + _BYTES_PER_PIXEL * pixels), 1 + pixels / _PIXELS_PER_SECOND)
