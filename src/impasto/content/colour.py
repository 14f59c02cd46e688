"""Keeping the photo's colours (Gatys et al. 2016, Preserving Color in Neural Artistic Style Transfer)."""

from typing import Literal

import numpy as np

from impasto.core import Array, Inputs
from impasto.image.colour import luminance, match_luminance, match_mean_covariance, transfer_luminance

PreserveColour = Literal["off", "luminance", "match", "coral"]


def recoloured(inputs: Inputs, mode: PreserveColour) -> tuple[Array, list[Array]]:
    """Photo and paintings as a method should see them: as they are, matched in palette, or in light and dark only.

    Palettes are matched by the map that moves colours least ("match"), or by C_photo^½ C_painting^-½ ("coral": Sun et
    al. 2016, as AdaIN's authors do).
    """
    paintings = [style.picture for style in inputs.styles]
    if mode in ("match", "coral"):
        how = "mkl" if mode == "match" else "pca"
        return inputs.content, [match_mean_covariance(p, inputs.content, how, clip=True) for p in paintings]
    if mode == "luminance":
        return _grey(inputs.content), [_grey(match_luminance(p, inputs.content)) for p in paintings]
    return inputs.content, paintings


def with_kept_colour(picture: Array, content: Array, mode: PreserveColour) -> Array:
    """Give the finished picture the photo's colours where only light and dark were painted."""
    return transfer_luminance(picture, content) if mode == "luminance" else picture


def palette(inputs: Inputs) -> Array:
    """The photo with the mean and covariance of the paintings' colours, in range."""
    matched = np.zeros_like(inputs.content)
    for style, share in zip(inputs.styles, inputs.style_shares, strict=True):
        matched += share * match_mean_covariance(inputs.content, style.picture)
    return matched.clip(0, 1)


def _grey(picture: Array) -> Array:
    """Its luminance in all three channels, in range."""
    return luminance(picture).clip(0, 1)[..., None].repeat(3, axis=2)
