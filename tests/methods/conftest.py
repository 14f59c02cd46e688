"""What tests of optimisation methods share: two small pictures, a short run, and the judge's style ratio."""

import numpy as np
import pytest
import torch

from impasto import assets, registry
from impasto.core import Context, Inputs, RunOptions, Style
from impasto.encoders.vgg import VGG19
from impasto.image import decode, fit_size, resize
from impasto.image.tensors import to_tensor
from impasto.textures.covariance import gram

STYLE_LAYERS = tuple(f"relu{block}_1" for block in range(1, 6))


@pytest.fixture(scope="session")
def photo64(painted):
    return painted(64, 64, seed=1)


@pytest.fixture(scope="session")
def painting64(painted):
    return painted(72, 64, seed=4, warmth=0.9)


@pytest.fixture(scope="session")
def bundled():
    """bundled("castle.jpg"): one of the pictures that come with the package, 160 pixels long unless told."""

    def read(name, long_side=160):
        picture = decode(assets.path(name)).rgb
        return resize(picture, fit_size(picture.shape[:2], long_side))

    return read


def features(picture, layers=STYLE_LAYERS):
    """What VGG-19 sees in a picture, in float32."""
    with torch.no_grad():
        return VGG19.load("relu5_1")(to_tensor(picture), layers)


@pytest.fixture(scope="session")
def seen():
    """seen(picture, layers): VGG-19's features by layer."""
    return features


@pytest.fixture(scope="session")
def stylized():
    """stylized(method, content, *styles, **options): the result of a short run, one scale of 15 steps unless told."""

    def run(method, content, *styles, seed=0, **options):
        method = registry.get(method)
        options = method.make_options(**({"scales": 1, "steps": 15} | options))
        context = Context(RunOptions(device="cpu", precision="float32", seed=seed))
        return method.load()(Inputs(content, tuple(Style(style) for style in styles)), options, context)

    return run


@pytest.fixture(scope="session")
def style_ratio():
    """R_s: distance of Gram matrices to the style's, relative to the photo's own, averaged over layers; 0 is the style."""

    def ratio(picture, content, style):
        x, c, s = ({k: gram(f) for k, f in features(p).items()} for p in (picture, content, style))
        return np.mean([((x[k] - s[k]).square().sum() / (c[k] - s[k]).square().sum()).item() for k in STYLE_LAYERS])

    return ratio
