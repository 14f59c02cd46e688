"""What a person sees while it runs: nothing too often, nothing that costs the run."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.cli import progress
from impasto.cli.progress import Listener
from impasto.core import Progress

GREY = np.full((4, 6, 3), 0.5, np.float32)


def step(number, total=100, **values):
    return Progress(number, total, values, preview=lambda: GREY)


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


def test_a_log_gets_a_line_every_ten_seconds_and_no_more(clock, capsys):
    with Listener("gatys") as listener:
        for number in range(1, 61):
            clock[0] = number * 0.5
            listener(step(number, loss=2.5))
    assert capsys.readouterr().err.splitlines() == [
        "  step 20/100, loss 2.5, 10 s",
        "  step 40/100, loss 2.5, 20 s",
        "  step 60/100, loss 2.5, 30 s",
    ]


def test_quiet_says_nothing_even_after_a_long_time(clock, capsys):
    with Listener("gatys", quiet=True) as listener:
        clock[0] = 1e6
        listener(step(1, loss=1.0))
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_with_step_and_loss(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with Listener("gatys") as listener:
        listener(step(30, loss=1.25))
        listener.bar.refresh()
    shown = capsys.readouterr().err
    assert "30/100" in shown
    assert "loss 1.25" in shown


def test_previews_come_at_the_asked_for_steps_and_are_not_computed_otherwise(tmp_path):
    made = []

    def preview():
        made.append(1)
        return GREY

    with Listener("gatys", quiet=True, preview=tmp_path / "p.png", preview_every=5) as listener:
        for number in range(1, 13):
            listener(Progress(number, 12, {}, preview=preview))
    assert len(made) == 2
    assert Image.open(tmp_path / "p.png").size == (6, 4)


def test_without_a_file_no_preview_is_computed():
    def preview():
        raise AssertionError

    with Listener("gatys", quiet=True) as listener:
        listener(Progress(1, 2, {}, preview=preview))


def test_a_lost_preview_is_told_once(tmp_path, capsys):
    with Listener("gatys", preview=tmp_path / "nowhere" / "p.png", preview_every=1) as listener:
        listener(step(1))
        listener(step(2))
    assert capsys.readouterr().err.count("no preview") == 1
    assert not Path(tmp_path / "nowhere").exists()
