"""Standard output of a real process: the whole picture or a failed run, buffered or not."""

import io
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.usefixtures("photo", "painting")

COMMAND = [sys.executable, "-m", "impasto", "photo.png", "painting.png", "-m", "colour_transfer", "-o", "-"]


def start(*words: str, unbuffered: bool = False, **settings) -> subprocess.Popen:
    environment = os.environ | {"PYTHONUNBUFFERED": "1" if unbuffered else ""}
    return subprocess.Popen(
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, **settings
    )


@pytest.mark.parametrize("unbuffered", [False, True])
def test_a_large_picture_arrives_whole(unbuffered):
    data, _ = start("--size", "1500", unbuffered=unbuffered).communicate(timeout=60)
    assert np.asarray(Image.open(io.BytesIO(data))).shape == (1000, 1500, 3)


@pytest.mark.parametrize("unbuffered", [False, True])
def test_a_reader_that_leaves_early_fails_the_run_in_one_line(unbuffered):
    process = start("--size", "1500", "--quiet", unbuffered=unbuffered)
    process.stdout.close()
    told = process.stderr.read().decode()
    assert process.wait(timeout=60) == 1
    assert told.startswith("impasto: standard output: not all of the picture could be written")
    assert told.count("\n") == 1


def test_a_reader_that_leaves_a_list_early_is_no_fuss():
    process = subprocess.Popen(
        [sys.executable, "-m", "impasto", "methods"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait(timeout=60)


def test_further_pictures_are_written_beside_the_result(run, tmp_path):
    out = tmp_path / "out.jpg"
    words = ["stylize", "photo.png", "painting.png", "--method", "ebsynth", "--preset", "tiny", "-o", out]
    assert run(*words).code == 0
    assert not (tmp_path / "out.error.png").exists()
    assert run(*words, "--further").code == 0
    with Image.open(tmp_path / "out.error.png") as made, Image.open(out) as result:
        assert made.size == result.size
    assert "no such place" in run(*words[:-1], "-", "--further").stderr
