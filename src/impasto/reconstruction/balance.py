"""Weigh terms by how hard they pull: presets then mean the same for every weight file, picture and size."""

from collections.abc import Callable

import torch
from torch import Tensor

Terms = Callable[[Tensor], dict[str, Tensor]]
"""(picture (1, 3, H, W)) -> every raw loss term by name."""


def probe_picture(content: Tensor, seed: int) -> Tensor:
    """Half content, half uniform noise: at the content itself its own term has no gradient to measure."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.rand(content.shape, generator=generator).to(content)
    return 0.5 * content + 0.5 * noise


def balanced_weights(terms: Terms, probe: Tensor, pulls: dict[str, float], *, start: float = 100.0) -> dict[str, float]:
    """Weights w = pull / |gradient of the term at the probe|, scaled so that the loss there is `start`.

    pulls: how strongly each term should move the picture, relative to the others; terms that are not named get
    nothing. start keeps the loss where single precision and L-BFGS are at ease (a raw Gram loss is about 1e10).
    A term without gradient (an all-black style's, say) gets weight zero.
    """
    probe = probe.detach().requires_grad_()
    found = terms(probe)
    weights: dict[str, float] = {}
    for name, pull in pulls.items():
        if pull == 0:
            weights[name] = 0.0
            continue
        (gradient,) = torch.autograd.grad(found[name], probe, retain_graph=True)
        norm = gradient.float().norm().item()
        weights[name] = pull / norm if norm > 0 else 0.0
    total = sum(weight * found[name].item() for name, weight in weights.items())
    return {name: weight * start / total if total > 0 else weight for name, weight in weights.items()}
