"""Inputs for a network nobody has given any: for trials of speed and of agreement."""

import numpy as np
from numpy.typing import NDArray

from .ops import Network


def sample(network: Network, height: int, width: int, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Smooth noise in [0, 1] for pictures, of about the size, and plain noise for all else."""
    random = np.random.default_rng(seed)
    found: dict[str, NDArray[np.float32]] = {}
    for name, shape in network.inputs.items():
        if len(shape) == 4 and None in shape[2:]:
            sides = [max(1, side // network.multiple) * network.multiple for side in (height, width)]
            noise = random.random((1, shape[1] or 3, *sides), np.float32)
            for axis in (2, 3):
                noise = (noise + np.roll(noise, 1, axis) + np.roll(noise, 2, axis)) / 3
            found[name] = noise
        else:
            found[name] = random.random([n or 1 for n in shape], np.float32)
    return found
