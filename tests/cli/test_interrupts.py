"""Ctrl-C and SIGTERM in a real process: once keeps the best picture, twice leaves at once and writes nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("photo", "painting")

# The method signals its own process at a known step, so that nothing depends on timing.
SCRIPT = """
import os, signal, sys, types

from impasto import registry
from impasto.core import Content, Method, PictureOptions, Result, Styles
from impasto.cli import main

def stylize(inputs, options, context):
    for step in range(1, 101):
        if step in SIGNALS_AT:
            os.kill(os.getpid(), SIGNAL)
        context.report(step, 100, loss=1 / step)
        if context.stopping and not STUBBORN:
            break
    return Result(1 - inputs.content, {"steps_done": step})

module = sys.modules["toys"] = types.ModuleType("toys")
module.stylize = stylize
toy = Method(id="toy", title="Toy", summary="Toy.", run="toys:stylize", options=PictureOptions)
registry.methods = lambda: {"toy": toy}
main(["photo.png", "painting.png", "-o", "out.png", "-m", "toy", "--json"])
"""


def interrupted(*, signals_at: tuple[int, ...], signal: str = "signal.SIGINT", stubborn: bool = False):
    script = f"import signal\nSIGNALS_AT, SIGNAL, STUBBORN = {signals_at}, {signal}, {stubborn}\n{SCRIPT}"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("signal", ["signal.SIGINT", "signal.SIGTERM"])
def test_one_signal_saves_the_best_picture_so_far(signal):
    done = interrupted(signals_at=(3,), signal=signal)
    assert done.returncode == 130, done.stderr
    report = json.loads(done.stdout)
    assert (report["interrupted"], report["steps_done"]) == (True, 3)
    assert Path("out.png").exists()
    assert "Traceback" not in done.stderr


def test_a_second_signal_leaves_at_once_and_writes_nothing(tmp_path):
    done = interrupted(signals_at=(3, 5), stubborn=True)
    assert done.returncode == 130, done.stderr
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1] == "impasto: interrupted. Nothing was written."
    assert {path.name for path in tmp_path.iterdir()} == {"photo.png", "painting.png"}
