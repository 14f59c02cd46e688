import numpy as np
import pytest
import torch
from torch.nn.functional import avg_pool2d


class Eye:
    """A stand-in for VGG-19: average pooling and fixed random mixing, seven channels a layer. Remembers what it saw."""

    def __init__(self):
        generator = torch.Generator().manual_seed(0)
        self.mixing = torch.randn(7, 3, generator=generator)
        self.seen = []

    def __call__(self, picture, layers):
        self.seen.append(picture)
        found = {}
        for layer in layers:
            pooled = avg_pool2d(picture, 2 ** (int(layer[4]) - 1))
            found[layer] = torch.einsum("oc,nchw->nohw", self.mixing, pooled - 0.4).relu()
        return found


@pytest.fixture
def eye():
    return Eye()


def waves(height, width, phase):
    """A smooth coloured picture that any program can make from this formula."""
    y, x = np.mgrid[0:height, 0:width] / 16
    channels = [np.sin(x * (1 + c) + phase) * np.cos(y * (2 - phase * c) + c) for c in range(3)]
    return (0.5 + 0.45 * np.stack(channels, 2)).astype(np.float32)


@pytest.fixture
def picture():
    return waves
