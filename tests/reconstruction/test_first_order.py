"""Our Adam and RMSprop step as torch's do."""

import pytest
import torch
from torch.testing import assert_close

from impasto.reconstruction.first_order import Adam, RMSprop


@pytest.mark.parametrize(("ours", "theirs"), [(Adam, torch.optim.Adam), (RMSprop, torch.optim.RMSprop)])
def test_it_steps_as_torchs_own(ours, theirs):
    def descend(optimiser, leaf):
        def evaluate():
            loss = ((leaf - 1) ** 4).sum() + leaf[0] * leaf[1]
            (leaf.grad,) = torch.autograd.grad(loss, leaf)
            return loss

        for _ in range(7):
            optimiser.step(evaluate)
        return leaf.detach()

    mine, other = (torch.tensor([3.0, -2.0, 0.5], requires_grad=True) for _ in range(2))
    assert_close(descend(ours([mine], 0.05), mine), descend(theirs([other], lr=0.05), other))
