"""The loop: stops anywhere, goes on exactly, keeps the best, says what does not fit."""

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from impasto.core import Context, RunError, RunOptions, UsageError
from impasto.training.checkpoint import load_state
from impasto.training.loop import Run, learning_rate, stored_options, train

from . import conftest


@pytest.fixture
def start(recipe, folders, tmp_path):
    """Train the toy: start("name", resume=..., stop_after=..., **options) -> report."""

    def call(name="model", *, resume=False, stop_after=None, minutes=None, **options):
        context = Context(RunOptions(seed=3, device="cpu", precision="float32"))
        if stop_after is not None:
            context.listener = lambda p: context.stop() if "packing" not in p.message and p.step >= stop_after else None
        chosen = recipe.make_options("tiny", **options)
        return train(Run(recipe, chosen, folders, tmp_path / f"{name}.safetensors", resume, minutes), context)

    return call


def state_of(tmp_path: Path, name: str):
    return load_state(tmp_path / f"{name}.safetensors.training" / "checkpoint.pt")


@pytest.mark.parametrize("accumulate", [1, 2])
def test_a_run_stopped_and_resumed_equals_one_that_was_not_bit_for_bit(start, tmp_path, accumulate):
    start("straight", accumulate=accumulate)
    assert not start("halting", stop_after=3, accumulate=accumulate)["finished"]
    assert state_of(tmp_path, "halting").step == 3
    assert start("halting", resume=True, accumulate=accumulate)["finished"]
    one, other = state_of(tmp_path, "straight"), state_of(tmp_path, "halting")
    assert one.step == other.step == 6
    for part in ("parameters", "averages", "buffers"):
        for name, tensor in getattr(one, part).items():
            assert torch.equal(tensor, getattr(other, part)[name]), (part, name)
    for moments, others in zip(one.optimiser["state"].values(), other.optimiser["state"].values(), strict=True):
        assert all(torch.equal(moments[k], others[k]) for k in moments)
    assert (tmp_path / "straight.safetensors").read_bytes() == (tmp_path / "halting.safetensors").read_bytes()


def test_training_lowers_the_error_and_leaves_weights_a_card_a_journal_and_a_curve(start, tmp_path):
    report = start(steps=60, learning_rate=0.05, average=0.5, validate_every=20)
    room = tmp_path / "model.safetensors.training"
    rows = (room / "log.csv").read_text().splitlines()
    errors = [float(row.split(",")[-1]) for row in rows[1:] if row.split(",")[-1]]
    assert report["best"] == pytest.approx(min(errors), rel=1e-4)
    assert errors[-1] < 0.5 * errors[0]
    assert load_file(tmp_path / "model.safetensors")["matrix"].dtype == torch.float16
    assert "0 steps" in (tmp_path / "model.md").read_text()
    assert (room / "loss.png").stat().st_size > 1000
    assert (room / "validation.png").exists()
    assert json.loads(json.dumps(report)) == report


def test_a_run_without_time_still_leaves_a_checkpoint_and_weights(start, tmp_path):
    assert start(minutes=0)["steps"] == 0
    assert state_of(tmp_path, "model").step == 0
    assert (tmp_path / "model.safetensors").exists()
    assert start(resume=True)["finished"]


def test_a_run_that_exists_is_not_overwritten(start):
    start(stop_after=2)
    with pytest.raises(UsageError, match=r"holds a run at step 2; add --resume"):
        start()


def test_only_options_that_leave_the_training_the_same_may_change_when_resumed(start, tmp_path):
    start(stop_after=2)
    with pytest.raises(UsageError, match="batch_size: the run to resume has 2"):
        start(resume=True, batch_size=3)
    assert start(resume=True, steps=8)["steps"] == 8
    assert stored_options(tmp_path / "model.safetensors")["steps"] == 8


def test_resuming_what_never_began_is_refused(start):
    with pytest.raises(UsageError, match="there is no checkpoint to resume"):
        start(resume=True)


def test_a_damaged_checkpoint_is_refused_and_a_pickle_is_not_run(start, tmp_path):
    start(stop_after=2)
    path = tmp_path / "model.safetensors.training" / "checkpoint.pt"
    for data in (path.read_bytes()[:500], pickle.dumps(print)):
        path.write_bytes(data)
        with pytest.raises(RunError, match="not a usable checkpoint"):
            start(resume=True)


def test_a_loss_that_is_not_finite_ends_the_run_with_a_reason(start, monkeypatch):
    monkeypatch.setattr(conftest.Toy, "error", lambda _, p, x: p["matrix"].sum() * float("nan") * x.mean())
    with pytest.raises(RunError, match="not been finite for 20 steps"):
        start(steps=30, validate_every=100)


def test_the_learning_rate_rises_and_falls_to_a_hundredth(recipe):
    options = recipe.make_options(steps=1000, warmup_steps=100, learning_rate=0.1)
    rates = [learning_rate(step, options) for step in range(1001)]
    assert rates[0] == pytest.approx(0.001)
    assert max(rates) == rates[100] == pytest.approx(0.1)
    assert rates[550] == pytest.approx(0.1 * (0.01 + 0.99 * 0.5))
    assert rates[1000] == pytest.approx(0.001)
