"""A learned texture model: style as what a small network takes for the painting's own patches.

The critic sees features, patch by patch, and learns to tell the painting's from those of a picture that is being made;
the picture learns to be mistaken for the painting (Li & Wand 2016, MGAN, section 4: a Markovian adversary). Both losses
are hinges of margin one (their code).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

_SLOPE = 0.2
_HIDDEN = 64
_EPS = 1e-5


class Critic:
    """Scores for patches of features (N, C, h, w): positive where it takes them for the painting's.

    A patch is six positions wide: 3 x 3 convolutions of 64 channels, then 4 x 4 to one score. The features are first
    brought to the mean and the spread that they have in the painting, channel by channel.
    """

    def __init__(self, real: Sequence[Tensor], generator: torch.Generator) -> None:
        """real: the painting's features, of one or more copies of it."""
        channels, device = real[0].shape[1], real[0].device
        rows = torch.cat([features.float().flatten(2)[0] for features in real], 1)
        self.mean = rows.mean(1)[:, None, None]
        # Features that hardly occur in the painting may still tell it from others, but not by their size.
        deviation = rows.std(1)[:, None, None]
        self.deviation = deviation + 0.1 * deviation.mean() + _EPS
        self.patch = min(6, *(min(features.shape[-2:]) for features in real))
        inner = max(1, self.patch - 2)
        shapes = [(_HIDDEN, channels, min(3, self.patch), min(3, self.patch)), (1, _HIDDEN, inner, inner)]
        self.tensors: list[Tensor] = []
        for shape in shapes:
            weight = torch.randn(shape, generator=generator) * (1.5 / (shape[1] * shape[2] * shape[3])) ** 0.5
            self.tensors += [weight.to(device).requires_grad_(), torch.zeros(shape[0], device=device).requires_grad_()]

    def __call__(self, features: Tensor, *, learning: bool = True) -> Tensor:
        """(N, 1, h - 5, w - 5). learning: whether gradients reach the critic's own weights."""
        first, first_bias, last, last_bias = self.tensors if learning else (x.detach() for x in self.tensors)
        x = (features.float() - self.mean) / self.deviation
        x = F.leaky_relu(F.conv2d(x, first, first_bias), _SLOPE)
        return F.conv2d(x, last, last_bias)

    def loss(self, real: Tensor, made: Tensor) -> Tensor:
        """What the critic lowers: the painting's patches should score above one, the picture's below minus one."""
        return F.relu(1 - self(real)).mean() + F.relu(1 + self(made.detach())).mean()

    def dislike(self, made: Tensor) -> Tensor:
        """What the picture lowers: how far its patches are from a score of one. The critic does not learn from that."""
        return F.relu(1 - self(made, learning=False)).mean()
