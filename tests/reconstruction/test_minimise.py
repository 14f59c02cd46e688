"""Descent: reaches minima, keeps the best, survives nonsense and interruption."""

import subprocess
import sys

import pytest
import torch

from impasto.core import Context
from impasto.reconstruction import minimise as minimising
from impasto.reconstruction.minimise import minimise

TARGET = torch.rand(1, 3, 6, 7, generator=torch.Generator().manual_seed(3)) * 0.8 + 0.1
START = torch.full_like(TARGET, 0.5)
# Unequal curvatures, so that a plain gradient step could not do it in one.
STIFFNESS = torch.logspace(0, 3, TARGET.numel()).view_as(TARGET)


def bowl(picture):
    loss = (STIFFNESS * (picture - TARGET).square()).sum()
    return loss, {"bowl": loss.item()}


@pytest.mark.parametrize(("optimiser", "steps", "tolerance"), [("lbfgs", 150, 1e-2), ("adam", 400, 2e-2)])
def test_both_optimisers_find_the_bottom_of_a_bowl(optimiser, steps, tolerance):
    found = minimise(START, bowl, steps, Context(), optimiser=optimiser)
    assert (found.picture - TARGET).abs().max() < tolerance


def test_a_large_picture_is_further_after_a_few_steps_than_l_bfgs_comes_of_its_own(monkeypatch):
    start = START.repeat(1, 1, 60, 60)

    def far(picture):
        return bowl(picture.unflatten(2, (60, 6)).unflatten(4, (60, 7)).mean((2, 4)))

    alone = minimise(start, far, 6, Context())
    monkeypatch.setattr(minimising, "_GIVEN_STEP", 0)
    given = minimise(start, far, 6, Context())
    assert len(given.losses) == len(alone.losses) == 6
    assert min(given.losses) < 0.7 * min(alone.losses)


def test_the_number_of_evaluations_is_exactly_what_was_asked_for():
    calls = []

    def counted(picture):
        calls.append(1)
        return bowl(picture)

    for optimiser in ("lbfgs", "adam"):
        calls.clear()
        assert len(minimise(START, counted, 17, Context(), optimiser=optimiser).losses) == 17 == len(calls)


def test_the_best_picture_is_returned_not_the_last():
    losses = iter([5.0, 1.0, 9.0, 9.0, 9.0])
    seen = []

    def bumpy(picture):
        seen.append(picture.detach().clone())
        return (picture * 0).sum() + picture.mean() * 1e-9 + next(losses), {}

    found = minimise(START, bumpy, 5, Context(), optimiser="adam")
    torch.testing.assert_close(found.picture, seen[1].clamp(0, 1))


def test_a_loss_that_is_not_a_number_restores_the_best_picture_and_warns():
    context, calls = Context(), []

    def cliff(picture):
        calls.append(1)
        loss, terms = bowl(picture)
        return (loss * float("nan") if len(calls) == 5 else loss), terms

    found = minimise(START, cliff, 150, context)
    assert torch.isfinite(found.picture).all()
    assert (found.picture - TARGET).abs().max() < 0.05
    assert "stopped being a number" in context.warnings[0]


def test_a_loss_that_is_never_a_number_gives_the_start_back():
    found = minimise(START, lambda p: ((p * float("nan")).sum(), {}), 30, Context())
    torch.testing.assert_close(found.picture, START)


def test_stopping_keeps_the_best_so_far():
    context = Context()

    def until_told(picture):
        if len(calls := until_told.calls) == 8:
            context.stop()
        calls.append(1)
        return bowl(picture)

    until_told.calls = []
    found = minimise(START, until_told, 500, context)
    assert len(found.losses) == 9
    assert min(found.losses) == found.terms["bowl"] < found.losses[0]


def test_an_interrupt_from_the_keyboard_keeps_the_best_so_far():
    def interrupted(picture):
        interrupted.calls += 1
        if interrupted.calls == 6:
            raise KeyboardInterrupt
        return bowl(picture)

    interrupted.calls, context = 0, Context()
    found = minimise(START, interrupted, 100, context)
    assert context.stopping
    assert found.terms["bowl"] < found.losses[0]


def test_pictures_leave_in_range_and_inputs_are_left_alone():
    far, start = START * 0 + 4.0, START.clone()
    found = minimise(start, lambda p: ((p - far).square().sum(), {}), 20, Context())
    assert found.picture.max() <= 1.0
    torch.testing.assert_close(start, START)


def test_progress_counts_up_and_shows_the_best_picture():
    seen = []
    minimise(START, bowl, 10, Context(listener=seen.append), done=5, total=20)
    assert [p.step for p in seen] == list(range(6, 16))
    assert {p.total for p in seen} == {20}
    assert seen[-1].preview().shape == (6, 7, 3)
    assert seen[-1].values["loss"] <= seen[0].values["loss"]


class Chase:
    """A bowl whose bottom is the target brought within reach of the picture: refreshing moves it on."""

    refresh_every = 6

    def __init__(self):
        self.bottom, self.calls, self.refreshed_at = None, 0, []

    def refresh(self, picture):
        self.bottom = picture + (TARGET - picture).clamp(-0.1, 0.1)
        self.refreshed_at.append(self.calls)

    def __call__(self, picture):
        self.calls += 1
        loss = (STIFFNESS * (picture - self.bottom).square()).sum()
        return loss, {"bowl": loss.item()}


@pytest.mark.parametrize("optimiser", ["lbfgs", "adam"])
@pytest.mark.parametrize("steps", [1, 13, 150])
def test_moving_targets_are_refreshed_every_few_evaluations_and_reached(optimiser, steps):
    chase = Chase()
    found = minimise(START, chase, steps, Context(), optimiser=optimiser)
    assert len(found.losses) == steps == chase.calls
    assert chase.refreshed_at[0] == 0
    gaps = [b - a for a, b in zip(chase.refreshed_at, chase.refreshed_at[1:], strict=False)]
    assert all(6 <= gap <= 16 for gap in gaps), "a line search is finished before the targets move"
    if steps == 150:
        distance = (STIFFNESS * (found.picture - TARGET).square()).sum()
        assert distance < 1e-2 * (STIFFNESS * (START - TARGET).square()).sum()


def test_painting_does_not_load_torchs_compiler():
    """It takes longer to load than a small picture to paint, and nothing here is compiled."""
    code = """
import sys, torch
from impasto.core import Context
from impasto.reconstruction.minimise import minimise
result = minimise(torch.zeros(1, 3, 8, 8), lambda x: ((x - 0.5).square().sum(), {}), 9, Context())
assert result.losses[-1] < result.losses[0]
print("torch._dynamo" in sys.modules, hasattr(torch.optim.Optimizer.add_param_group.__wrapped__, "__dynamo_disable"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
