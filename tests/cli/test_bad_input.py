"""Wrong use and failed runs: one clear line, the right exit code, and nothing half-written."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.core import Estimate, Result, SizeRule

pytestmark = pytest.mark.usefixtures("photo", "painting")

INPUTS = {"photo.png", "painting.png"}


def written(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")} - INPUTS


@pytest.fixture
def refused(run, tmp_path):
    """Run and insist on exit code 2, one line, and an untouched folder; gives the line."""

    def call(*words: object, stdin: bytes = b"", code: int = 2) -> str:
        before = written(tmp_path)
        done = run(*words, stdin=stdin)
        assert done.code == code, done.stderr
        assert written(tmp_path) == before
        assert done.line.startswith("impasto: ")
        return done.line.removeprefix("impasto: ")

    return call


OUT_OF_RANGE = [
    ("--size", "0"), ("--size", "-5"), ("--size", "1e3"), ("--size", "200000"), ("--size", "big"),
    ("--strength", "1.1"), ("--strength", "-0.1"), ("--strength", "nan"), ("--strength", "inf"),
    ("--transform", "mlk"), ("--seed", "-1"), ("--seed", "1.5"), ("--device", "gpu"), ("--precision", "float16"),
    ("--threads", "0"), ("--threads", "many"), ("--preview-every", "-1"), ("--depth", "12"), ("--jpeg-quality", "0"),
    ("--jpeg-quality", "101"),
]  # fmt: skip


@pytest.mark.parametrize(("flag", "value"), OUT_OF_RANGE, ids="=".join)
def test_an_option_out_of_range_is_named_with_its_value(refused, flag, value):
    line = refused("photo.png", "painting.png", "-o", "out.png", flag, value)
    assert line.startswith(f"{flag}: ")
    assert value in line


def test_a_misspelt_choice_suggests_the_nearest(refused):
    assert "Did you mean 'mkl'?" in refused("photo.png", "painting.png", "--transform", "mlk")


def test_an_unknown_method_suggests_the_nearest_and_where_they_are_listed(refused):
    line = refused("photo.png", "painting.png", "-m", "color_transfer")
    assert line.startswith("no method 'color_transfer'. Did you mean 'colour_transfer'?")
    assert "'impasto methods' lists all" in line


def test_an_unknown_option_suggests_the_nearest(refused):
    assert "no option '--strenth'. Did you mean '--strength'?" in refused("photo.png", "painting.png", "--strenth", "1")


def test_an_unknown_preset_lists_what_there_is(refused):
    assert "no preset 'papre'" in (line := refused("photo.png", "painting.png", "--preset", "papre"))
    assert "tiny" in line


def test_an_option_without_its_value_is_refused(refused):
    assert "--size" in refused("photo.png", "painting.png", "--size")


def test_a_misspelt_command_suggests_the_nearest(refused):
    assert "Did you mean 'methods'?" in refused("methds")


def test_a_photo_without_a_style_says_what_is_missing(refused):
    assert refused("photo.png").startswith("no style picture.")


def test_a_missing_file_is_named_with_the_nearest_one(refused):
    line = refused("foto.png", "painting.png", "-o", "out.png")
    assert line.startswith("foto.png: no such file.")
    assert "photo.png" in line


def test_a_missing_style_is_named(refused):
    assert refused("photo.png", "nothing.jpg:2", "-o", "out.png").startswith("nothing.jpg: no such file.")


def test_a_folder_is_no_picture(refused, tmp_path):
    (tmp_path / "folder.jpg").mkdir()
    assert refused("folder.jpg", "painting.png", "-o", "out.png").startswith("folder.jpg: is a folder")


def test_a_text_file_is_no_picture(refused, tmp_path):
    (tmp_path / "notes.jpg").write_text("milk, eggs")
    assert refused("notes.jpg", "painting.png", "-o", "out.png").startswith("notes.jpg: ")


def test_an_empty_stdin_is_no_picture(refused):
    assert refused("-", "painting.png", "-o", "out.png").startswith("stdin: ")


def test_stdin_cannot_be_two_pictures(refused, photo):
    assert "'-' stands for one picture" in refused("-", "-", "-o", "out.png", stdin=photo.read_bytes())


@pytest.mark.parametrize("weight", ["0", "-1", "nan", "inf"])
def test_a_style_weight_must_be_a_positive_number(refused, weight):
    assert "weight must be a number above 0" in refused("photo.png", f"painting.png:{weight}", "-o", "out.png")


def test_a_style_smaller_than_the_method_needs_is_refused(refused, add_method, tmp_path):
    add_method()
    Image.open("painting.png").resize((40, 31)).save(tmp_path / "small.png")
    line = refused("photo.png", "small.png", "-o", "out.png", "-m", "invert")
    assert line == "small.png: a style of 40 x 31 pixels is too small for 'invert', which needs 32 on each side."


def test_a_photo_of_one_pixel_is_told_the_smallest_size_that_works(refused, add_method, tmp_path):
    add_method()
    Image.new("RGB", (1, 1), "red").save(tmp_path / "dot.png")
    line = refused("dot.png", "painting.png", "-o", "out.png", "-m", "invert")
    assert line.startswith("dot.png: 1 x 1 pixels is too small for 'invert', which needs 32 on each side.")
    assert line.endswith("The smallest size that works is 32, which enlarges it.")


def test_the_smallest_size_that_is_named_works_and_one_less_does_not(refused, run, add_method, tmp_path):
    add_method()
    Image.effect_noise((301, 77), 50).convert("RGB").save(tmp_path / "wide.png")
    line = refused("wide.png", "painting.png", "-o", "out.png", "-m", "invert", "--size", "40")
    least = int(line.rpartition(" ")[2].strip("."))
    assert run("wide.png", "painting.png", "-o", "out.png", "-m", "invert", "--size", least).code == 0
    assert run("wide.png", "painting.png", "-o", "out.png", "-m", "invert", "--size", least - 1).code == 2


def test_a_size_above_the_methods_ceiling_names_the_ceiling(refused, add_method):
    add_method(size=SizeRule(minimum=8, maximum=128))
    line = refused("photo.png", "painting.png", "-o", "out.png", "-m", "invert", "--size", "129")
    assert line == "--size 129 is more than 'invert' takes. The largest is 128."


@pytest.mark.parametrize("colour", ["black", "white", "#123456"])
def test_a_style_of_one_colour_is_refused(refused, tmp_path, colour):
    Image.new("RGB", (64, 64), colour).save(tmp_path / "flat.png")
    line = refused("photo.png", "flat.png", "-o", "out.png")
    assert line.startswith("flat.png: the whole picture is one colour (#")


def test_a_fully_transparent_photo_is_refused(refused, tmp_path):
    Image.new("RGBA", (64, 64), (9, 9, 9, 0)).save(tmp_path / "glass.png")
    assert refused("glass.png", "painting.png", "-o", "out.png").startswith(
        "glass.png: the picture is fully transparent"
    )


def test_a_size_that_does_not_fit_into_memory_names_the_largest_that_does(refused, add_method, monkeypatch):
    monkeypatch.setattr("impasto.core.machine.free_memory", lambda: 22 * 10**9)
    add_method(needs=Estimate(memory_bytes=1000, seconds=None))
    line = refused("photo.png", "painting.png", "-o", "out.png", "-m", "invert", "--size", "9000")
    assert line == "--size 9000 needs about 54 GB; this machine has 22 GB free. The largest that fits is 5700."


def test_a_photo_that_fits_at_no_size_says_so(refused, add_method, monkeypatch):
    monkeypatch.setattr("impasto.core.machine.free_memory", lambda: 10**6)
    add_method(needs=Estimate(memory_bytes=10**6, seconds=None))
    assert refused("photo.png", "painting.png", "-o", "out.png", "-m", "invert").endswith(
        "Not even the smallest size fits."
    )


@pytest.mark.parametrize(
    "output",
    ["nowhere/out.png", "out", "out.xyz", ".", "photo.png/out.png"],
    ids=["no folder", "no suffix", "strange suffix", "a folder", "below a file"],
)
def test_an_output_that_cannot_be_written_is_refused_before_the_run(refused, add_method, output):
    add_method(must_not_run)
    refused("photo.png", "painting.png", "-o", output, "-m", "must_not_run")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_refused(refused, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "no permission" in refused("photo.png", "painting.png", "-o", "locked/out.png")


def must_not_run(_inputs, _options, _context):
    raise AssertionError("the run started although it could not have been saved")


@pytest.mark.parametrize("name", ["photo.png", "./photo.png", "link.png"])
def test_an_input_is_never_overwritten(refused, photo, tmp_path, name):
    (tmp_path / "link.png").symlink_to(photo)
    before = photo.read_bytes()
    assert "this is one of the inputs" in refused("photo.png", "painting.png", "-o", name)
    assert photo.read_bytes() == before


def test_sixteen_bits_in_a_jpeg_are_refused(refused):
    assert refused("photo.png", "painting.png", "-o", "out.jpg", "--depth", "16").startswith(
        "--depth: JPEG holds 8 bits"
    )


def test_a_format_beside_a_file_name_is_refused(refused):
    assert refused("photo.png", "painting.png", "-o", "out.png", "--format", "jpg").startswith("--format: ")


def test_json_and_a_picture_cannot_share_stdout(refused):
    assert "both want standard output" in refused("photo.png", "painting.png", "-o", "-", "--json")


def test_a_preview_beside_stdout_is_refused(refused):
    assert refused("photo.png", "painting.png", "-o", "-", "--preview-every", "5").startswith("--preview-every: ")


def test_masks_for_a_method_that_takes_none_are_no_option(refused):
    assert "no option '--mask'" in refused("photo.png", "painting.png", "--mask", "m.png")


def full_disk(*_args, **_settings):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_fails_the_run_and_leaves_nothing(refused, monkeypatch):
    monkeypatch.setattr("impasto.image.files._write_all", full_disk)
    line = refused("photo.png", "painting.png", "-o", "out.png", "--quiet", code=1)
    assert line.startswith("out.png: ")
    assert "no space left" in line.lower()


def test_a_full_disk_spares_the_file_that_was_there(run, photo, painting, monkeypatch):
    Path("out.png").write_bytes(b"older")
    monkeypatch.setattr("impasto.image.files._write_all", full_disk)
    assert run(photo, painting, "-o", "out.png").code == 1
    assert Path("out.png").read_bytes() == b"older"


def exhausted(_inputs, _options, _context):
    raise MemoryError


def crashing(_inputs, _options, _context):
    return 1 / 0


def diverging(inputs, _options, _context):
    return Result(np.full_like(inputs.content, np.nan))


def shrinking(inputs, _options, _context):
    return Result(inputs.content[::2])


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        (exhausted, "out of memory at 64 x 43"),
        (crashing, "unexpected ZeroDivisionError: division by zero"),
        (diverging, "left no finite picture"),
        (shrinking, "returned (22, 64, 3), not (43, 64, 3)"),
    ],
)
def test_a_failed_run_is_one_line_and_exit_code_one(run, photo, painting, add_method, tmp_path, method, reason):
    add_method(method)
    done = run(photo, painting, "-o", "out.png", "-m", method.__name__, "--quiet")
    assert done.code == 1
    assert reason in done.line
    assert not written(tmp_path)


def test_debug_shows_the_traceback_that_people_are_spared(run, photo, painting, add_method, monkeypatch):
    add_method(crashing)
    monkeypatch.setenv("IMPASTO_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(photo, painting, "-o", "out.png", "-m", "crashing")
