"""Adam and RMSprop in a few lines each. torch's own load its compiler at their first step, which takes seconds."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

_EPS = 1e-8  # beside the root of the mean square, as in torch


class RMSprop:
    """Steps of one length everywhere: the gradient by the root of its running mean square (Tieleman & Hinton 2012)."""

    def __init__(self, leaves: Sequence[Tensor], learning_rate: float, decay: float = 0.99) -> None:
        self.leaves, self.learning_rate, self.decay = leaves, learning_rate, decay
        self.squares = [torch.zeros_like(leaf) for leaf in leaves]

    def memory(self) -> dict[str, Any]:
        """What it knows of the gradients so far."""
        return {"squares": self.squares}

    def load(self, memory: dict[str, Any]) -> None:
        """Know that again."""
        self.squares = memory["squares"]

    def step(self, evaluate: Callable[[], object]) -> None:
        """Have the gradients made, then move against them."""
        evaluate()
        with torch.no_grad():
            for leaf, square in zip(self.leaves, self.squares, strict=True):
                assert leaf.grad is not None
                square.mul_(self.decay).addcmul_(leaf.grad, leaf.grad, value=1 - self.decay)
                leaf.addcdiv_(leaf.grad, square.sqrt().add_(_EPS), value=-self.learning_rate)


class Adam:
    """RMSprop with a running mean of the gradient, both corrected for their start at zero (Kingma & Ba 2015)."""

    def __init__(
        self, leaves: Sequence[Tensor], learning_rate: float, decays: tuple[float, float] = (0.9, 0.999)
    ) -> None:
        self.leaves, self.learning_rate, self.decays = leaves, learning_rate, decays
        self.means = [torch.zeros_like(leaf) for leaf in leaves]
        self.squares = [torch.zeros_like(leaf) for leaf in leaves]
        self.steps = 0

    def memory(self) -> dict[str, Any]:
        """What it knows of the gradients so far."""
        return {"means": self.means, "squares": self.squares, "steps": self.steps}

    def load(self, memory: dict[str, Any]) -> None:
        """Know that again."""
        self.means, self.squares, self.steps = memory["means"], memory["squares"], memory["steps"]

    def step(self, evaluate: Callable[[], object]) -> None:
        """Have the gradients made, then move against their mean."""
        evaluate()
        self.steps += 1
        first, second = self.decays
        bias, root = 1 - first**self.steps, (1 - second**self.steps) ** 0.5
        with torch.no_grad():
            for leaf, mean, square in zip(self.leaves, self.means, self.squares, strict=True):
                assert leaf.grad is not None
                mean.lerp_(leaf.grad, 1 - first)
                square.mul_(second).addcmul_(leaf.grad, leaf.grad, value=1 - second)
                leaf.addcdiv_(mean, square.sqrt().div_(root).add_(_EPS), value=-self.learning_rate / bias)
