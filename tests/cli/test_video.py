"""Films on the command line: painted, interrupted, gone on with, refused."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.core import Content, Context, Result, RunOptions, UsageError
from impasto.video.clip import open_clip

ALONE = {"inputs": (Content(),)}


@pytest.fixture
def clip(tmp_path, painted) -> Path:
    """Six frames of a picture that slides to the left."""
    whole, folder = painted(48, 90, seed=3), tmp_path / "clip"
    folder.mkdir()
    for number in range(6):
        frame = whole[:, 2 * number : 2 * number + 64]
        Image.fromarray(np.rint(frame * 255).astype(np.uint8)).save(folder / f"f{number:02d}.png")
    return folder


@pytest.fixture
def negative(add_method):
    """A method that paints negatives, and counts them; from frame `stops_at` on it asks to be stopped."""
    seen = []

    def negative(inputs, options, context):  # noqa: ARG001
        seen.append(inputs.content)
        if len(seen) == negative.stops_at:
            context.stop()
        return Result((1 - inputs.content).astype(np.float32))

    negative.stops_at, negative.seen = None, seen
    add_method(negative, **ALONE)
    return negative


@pytest.mark.usefixtures("negative")
def test_a_clip_becomes_a_film_and_a_report(run, clip):
    done = run(
        "video", clip, "-o", "out.mp4", "-m", "negative", "--fps", 10, "--steady", 0, "--encoding", "quick", "--json"
    )
    assert done.code == 0
    report = done.report
    assert (report["frames"], report["width"], report["height"], report["frames_per_second"]) == (6, 64, 48, 10)
    assert (report["method"], report["interrupted"], report["sound"], report["output"]) == (
        "negative",
        False,
        None,
        "out.mp4",
    )
    film = open_clip("out.mp4")
    assert (len(film), film.rate, film.size) == (6, 10, (48, 64))
    off = [np.abs(a - (1 - b)).mean() for a, b in zip(film.frames(), open_clip(clip).frames(), strict=True)]
    assert max(off) < 4 / 255
    assert not Path("out.mp4.unfinished").exists()


def test_a_span_and_one_frame_of_several_keep_the_films_speed(run, clip, negative):
    assert run("video", clip, "-o", "out", "-m", "negative", "--fps", 10, "--start", 0.1, "--every", 2).code == 0
    assert len(negative.seen) == 3
    names = sorted(path.name for path in Path("out").iterdir())
    assert names == ["f01.png", "f03.png", "f05.png"]
    run("video", clip, "-o", "out.mp4", "-m", "negative", "--fps", 10, "--every", 2)
    assert open_clip("out.mp4").rate == 5


def test_an_interrupted_run_goes_on_after_the_finished_frames(run, clip, negative):
    words = ("video", clip, "-m", "negative", "--steady", 0.5, "-o")
    assert run(*words, "whole").code == 0
    negative.seen.clear()
    negative.stops_at = 4
    stopped = run(*words, "out")
    assert stopped.code == 130
    assert "stopped after 3 frames" in stopped.stderr
    assert not Path("out").exists()
    changed = run(*words, "out", "--size", 80)
    assert changed.code == 2
    assert "holds 3 finished frames of a run with" in changed.line
    assert "add --restart" in changed.line
    negative.seen.clear()
    negative.stops_at = None
    done = run(*words, "out", "--json")
    assert (done.report["frames"], done.report["resumed_frames"], len(negative.seen)) == (6, 3, 3)
    for name in sorted(path.name for path in Path("whole").iterdir()):
        assert Path("whole", name).read_bytes() == Path("out", name).read_bytes(), name


def test_restart_begins_anew(run, clip, negative):
    negative.stops_at = 3
    assert run("video", clip, "-o", "out.gif", "-m", "negative").code == 130
    negative.stops_at = None
    assert run("video", clip, "-o", "out.gif", "-m", "negative", "--steady", 0.1, "--restart").code == 0
    assert len(negative.seen) == 3 + 6


@pytest.mark.usefixtures("negative")
def test_the_api_makes_the_same_film(clip, tmp_path):
    heard = []
    context = Context(RunOptions(seed=3), listener=heard.append)
    report = impasto.stylize_video(
        clip, output=tmp_path / "o.webm", method="negative", steps=2, context=context, end=0.1
    )
    assert (report["frames"], report["seed"], report["options"]["steps"]) == (3, 3, 2)
    assert [progress.step for progress in heard] == [1, 2, 3]
    assert heard[0].preview().shape == (48, 64, 3)
    with pytest.raises(UsageError, match="film needs a file name"):
        impasto.stylize_video(clip, method="negative")


def test_a_sequence_engine_of_its_own_paints_the_whole_film(run, clip, add_method):
    def fading(inputs, options, context):  # noqa: ARG001
        raise AssertionError("the engine paints")

    def engine(film, options, context):  # noqa: ARG001
        for number in range(len(film)):
            state = film.recall("state") or {"mean": film.inputs(number).content}
            mean = (state["mean"] + film.inputs(number).content) / 2
            film.note("state", mean=mean)
            film.keep(number, mean)
            context.report(number + 1, len(film))

    add_method(fading, sequence="impasto_test_toys:engine", **ALONE)
    sys.modules["impasto_test_toys"].engine = engine
    assert run("video", clip, "-o", "out", "-m", "fading").code == 0
    frames = list(open_clip(clip).frames())
    assert np.abs(next(open_clip("out").frames()) - frames[0]).max() < 0.01
    assert np.abs(list(open_clip("out").frames())[1] - (frames[0] + frames[1]) / 2).max() < 0.01


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--end", "0"), "--end: must be greater than 0"),
        (("--start", "9"), "--start: no frame lies there; clip lasts 0.25 s"),
        (("--start", "2", "--end", "1"), "--end: 1 s lies before start, 2 s"),
        (("--keyframes", "0,x"), "--keyframes: '0,x' is no list of frame numbers"),
        (("--keyframes", "0"), "--keyframes: 'negative' knows none"),
        (("--every", "0"), "--every: must be greater than or equal to 1"),
        (("--crf", "60"), "--crf: must be less than or equal to 51"),
        (("-o", "clip"), "clip: this is one of the inputs"),
        (("-o", "a.mpp"), "no film format '.mpp'. Did you mean '.mp4'?"),
        (("-o", "-"), "'-' is for pictures"),
        (("more.png",), "'negative' takes no style picture"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_one_line(run, clip, negative, words, line):
    done = run("video", clip, *(() if "-o" in words else ("-o", "out.mp4")), "-m", "negative", *words)
    assert done.code == 2
    assert line in done.line
    assert not negative.seen


@pytest.mark.usefixtures("negative")
def test_the_folder_of_finished_frames_must_be_ours_and_that_of_a_result_its_own(run, clip):
    Path("out.mp4.unfinished").mkdir()
    Path("out.mp4.unfinished", "letter.txt").write_text("dear")
    assert "holds something else" in run("video", clip, "-o", "out.mp4", "-m", "negative").line
    Path("mixed").mkdir()
    Path("mixed", "f99.png").touch()
    assert "holds 'f99.png' already" in run("video", clip, "-o", "mixed", "-m", "negative").line


@pytest.mark.usefixtures("negative")
def test_a_report_is_json_without_numbers_that_are_none(run, clip):
    done = run("video", clip, "-o", "out.gif", "-m", "negative", "--json")
    json.loads(done.stdout, parse_constant=lambda word: pytest.fail(word))
    assert done.report["flicker_out"] > 0


def test_a_time_lapse_shows_the_picture_being_made_and_ends_on_it(run, photo, add_method):
    def growing(inputs, options, context):  # noqa: ARG001
        for step in range(1, 5):
            context.report(step, 4, lambda share=step / 4: (share * inputs.content).astype(np.float32))
        return Result(inputs.content.copy())

    add_method(growing, **ALONE)
    done = run(photo, "-m", "growing", "-o", "out.png", "--time-lapse", "making.mp4")
    assert done.code == 0
    light = [frame.mean() for frame in open_clip("making.mp4").frames()]
    assert np.allclose(np.array(light[:4]) / light[3], [0.25, 0.5, 0.75, 1], atol=0.05)
    assert np.allclose(light[4:], light[3], atol=0.01)
    assert "no film format" in run(photo, "-m", "growing", "-o", "o.png", "--time-lapse", "making.mpp").stderr
    assert not Path("o.png").exists()
