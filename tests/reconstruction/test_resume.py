"""A descent that was cut off and gone on with ends where it would have ended: to the last bit."""

import io

import numpy as np
import pytest
import torch

from impasto.core import Context, Keeper
from impasto.reconstruction import minimise as minimising
from impasto.reconstruction.minimise import minimise
from impasto.reconstruction.resume import packed, unpacked, watch

START = torch.rand((1, 3, 12, 15), generator=torch.Generator().manual_seed(1))
GOAL = torch.rand((1, 3, 12, 15), generator=torch.Generator().manual_seed(2))


class Killed(BaseException):
    """As kill -9: nothing of the run is told."""


def stored(arrays):
    """What a file gives back."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    file.seek(0)
    with np.load(file, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def rough(picture):
    """A loss with valleys, so that the way matters."""
    loss = ((picture - GOAL) ** 2).sum() + 0.3 * torch.sin(9 * picture).sum() + ((picture * picture.flip(3)) ** 2).sum()
    return loss, {"rough": loss.item()}


class Moving:
    """Targets that follow the picture."""

    refresh_every = 7

    def __init__(self):
        self.target = GOAL

    def refresh(self, picture):
        self.target = 0.5 * GOAL + 0.5 * picture.flip(2)

    def __call__(self, picture):
        loss = ((picture - self.target) ** 2).sum() + torch.sin(5 * picture).sum()
        return loss, {"moving": loss.item()}


def sampled(generator):
    """A loss at places drawn anew in every step."""

    def objective(picture):
        seen = torch.rand(picture.shape, generator=generator) < 0.5
        loss = (((picture - GOAL) ** 2) * seen).sum()
        return loss, {"sampled": loss.item()}

    return objective


class Mortal:
    """An objective whose process is killed after so many evaluations, over all descents; None: never."""

    left: int | None = None

    def __init__(self, objective):
        self.objective = objective

    def __call__(self, picture):
        if Mortal.left is not None:
            Mortal.left -= 1
            if Mortal.left == 0:
                raise Killed
        return self.objective(picture)


class MortalMoving(Mortal):
    """The same with targets that move."""

    refresh_every = Moving.refresh_every

    def refresh(self, picture):
        self.objective.refresh(picture)


def run(context, kind, optimiser, die_after=None):
    """Two descents after one another, as two scales."""
    Mortal.left = die_after
    generator = watch(context, torch.Generator().manual_seed(3))
    picture = START
    for steps in (25, 40):
        objective = {
            "rough": lambda: Mortal(rough), "moving": lambda: MortalMoving(Moving()), "sampled": lambda: Mortal(sampled(generator))
        }[kind]()  # fmt: skip
        keep = "last" if kind == "sampled" else "best"
        found = minimise(picture, objective, steps, context, optimiser=optimiser, keep=keep, bands=2)
        picture = found.picture
    return found


@pytest.mark.parametrize("die_after", [18, 47])
@pytest.mark.parametrize(
    ("kind", "optimiser"),
    [
        ("rough", "lbfgs"), ("rough", "adam"), ("rough", "rmsprop"), ("moving", "lbfgs"), ("moving", "adam"),
        ("sampled", "rmsprop"),
    ],
)  # fmt: skip
def test_the_picture_is_the_same_to_the_last_bit(kind, optimiser, die_after, monkeypatch):
    monkeypatch.setattr(Keeper, "_SHARE", 0)  # however long writing takes here
    monkeypatch.setattr(minimising, "_PAUSE_S", 0)
    whole = run(Context(), kind, optimiser)
    laid_down = {}
    keeper = Keeper(lambda arrays: laid_down.update(now=stored(arrays)), every_s=0)
    with pytest.raises(Killed):
        run(Context(keeper=keeper), kind, optimiser, die_after)
    context = Context(keeper=Keeper(laid_down.update, laid_down["now"], every_s=1e9))
    heard = []
    context.listener = lambda progress: heard.append(progress.step)
    again = run(context, kind, optimiser)
    assert torch.equal(again.picture, whole.picture)
    assert again.losses == whole.losses
    assert context.notes["resumed_at_step"] > 0
    assert heard[0] > 1, "it began anew"


def test_without_a_keeper_nothing_is_kept_and_with_one_the_picture_is_the_same():
    kept = []
    keeper = Keeper(kept.append, every_s=0)
    one, two = run(Context(), "rough", "lbfgs"), run(Context(keeper=keeper), "rough", "lbfgs")
    assert kept
    assert torch.equal(one.picture, two.picture)
    quiet = Keeper(kept.append, every_s=1e9)
    count = len(kept)
    run(Context(keeper=quiet), "rough", "adam")
    assert len(kept) == count


def test_a_first_step_that_is_given_is_the_same_with_a_keeper(monkeypatch):
    monkeypatch.setattr(minimising, "_GIVEN_STEP", 0)
    monkeypatch.setattr(minimising, "_PAUSE_S", 0)
    one, two = (run(Context(keeper=keeper), "rough", "lbfgs") for keeper in (None, Keeper(lambda _: None, every_s=0)))
    assert torch.equal(one.picture, two.picture)
    assert one.losses == two.losses


def test_a_state_comes_back_from_plain_arrays():
    state = {"a": [torch.arange(3), {"b": torch.zeros(0)}], "c": float("inf"), "d": None, "e": [1, "x"], "f": {}}
    again = unpacked(stored(packed(state)))
    assert torch.equal(again["a"][0], torch.arange(3))
    assert again["a"][1]["b"].shape == (0,)
    assert {key: again[key] for key in "cdef"} == {key: state[key] for key in "cdef"}
    assert unpacked({}) == {}
