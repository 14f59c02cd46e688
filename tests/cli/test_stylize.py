"""The main job on the command line: files, streams, names, reports."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.core import Estimate
from impasto.image import read_metadata


def test_two_pictures_without_a_command_make_a_third(run, photo, painting):
    done = run(photo, painting, "-o", "out.png")
    assert (done.code, done.stdout) == (0, "")
    assert Image.open("out.png").size == Image.open(photo).size


def test_the_default_command_is_stylize_with_flags_first_too(run, photo, painting):
    first = run("stylize", photo, painting, "-o", "a.png")
    second = run("--strength", "1", "-o", "b.png", photo, painting)
    assert first.code == second.code == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


def test_without_a_name_the_result_is_named_after_its_inputs_and_replaces_nothing(run, photo, painting):
    assert run(photo, painting).stdout == "photo-painting.png\n"
    assert run(photo, painting).stdout == "photo-painting-2.png\n"
    assert Path("photo-painting.png").exists()
    assert Path("photo-painting-2.png").exists()


def test_messages_go_to_stderr_and_begin_with_what_the_run_needs(run, photo, painting, add_method):
    add_method(needs=Estimate(memory_bytes=200_000, seconds=25))
    done = run(photo, painting, "-o", "out.png", "-m", "invert")
    assert done.stderr.splitlines()[0] == "invert at 64 x 43: about 550 MB and 25 s"
    assert re.fullmatch(r"wrote out\.png \(.+\)", done.stderr.splitlines()[-1])


def test_quiet_says_nothing(run, photo, painting):
    done = run(photo, painting, "-o", "out.png", "--quiet")
    assert (done.code, done.stdout, done.stderr) == (0, "", "")


def test_json_prints_one_report_that_accounts_for_the_run(run, photo, painting):
    report = run(photo, painting, "-o", "out.png", "--json", "--seed", "7", "--size", "48").report
    assert report["method"] == "colour_transfer"
    assert report["options"] == {"size": 48, "transform": "mkl", "palette_size": 6, "strength": 1.0}
    assert (report["width"], report["height"], report["seed"], report["output"]) == (48, 32, 7, "out.png")
    assert report["interrupted"] is False
    assert report["inputs"]["content"]["name"] == "photo.png"
    assert len(report["inputs"]["styles"][0]["sha256"]) == 64
    assert set(report["versions"]) >= {"impasto", "numpy", "pillow", "python"}


def test_reports_and_files_name_no_folders(run, photo, painting, tmp_path):
    done = run(photo, painting, "-o", "out.png", "--json")
    assert str(tmp_path) not in done.stdout
    assert str(tmp_path) not in json.dumps(Image.open("out.png").info, default=str)


def test_the_same_seed_writes_the_same_bytes(run, photo, painting):
    run(photo, painting, "-o", "a.png", "--seed", "3")
    run(photo, painting, "-o", "b.png", "--seed", "3")
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


def test_the_file_says_how_it_was_made_unless_told_not_to(run, photo, painting):
    run(photo, painting, "-o", "with.png", "--strength", "0.5")
    run(photo, painting, "-o", "without.png", "--strength", "0.5", "--no-metadata")
    made = read_metadata("with.png")
    assert (made["method"], made["options"]["strength"]) == ("colour_transfer", 0.5)
    assert "seconds" not in made
    assert read_metadata("without.png") is None


def test_a_dash_reads_the_photo_from_stdin_and_writes_the_result_to_stdout(run, photo, painting):
    run(photo, painting, "-o", "file.png")
    done = run("-", painting, "-o", "-", stdin=photo.read_bytes())
    assert done.code == 0
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(done.data))), np.asarray(Image.open("file.png")))


def test_a_dash_may_be_the_style_and_the_format_may_be_chosen(run, photo, painting):
    done = run(photo, "-", "-o", "-", "--format", "jpg", stdin=painting.read_bytes())
    assert Image.open(io.BytesIO(done.data)).format == "JPEG"


def test_stdin_alone_still_gives_the_result_a_name(run, photo, painting):
    assert run("-", painting, stdin=photo.read_bytes()).stdout == "stdin-painting.png\n"


def test_style_weights_shift_the_result_between_the_styles(run, photo, painting, tmp_path):
    Image.new("RGB", (40, 40), "black").save(tmp_path / "dark.png")
    Image.effect_noise((40, 40), 8).convert("RGB").save(tmp_path / "grey.png")
    run(photo, f"{painting}:3", "grey.png:1", "-o", "mostly.png")
    run(photo, f"{painting}:1", "grey.png:3", "-o", "less.png")
    warmth = [np.ptp(np.asarray(Image.open(name), float).mean((0, 1))) for name in ("mostly.png", "less.png")]
    assert warmth[0] > 1.5 * warmth[1]


def test_a_file_whose_name_looks_weighted_is_taken_as_a_file(run, photo, painting, tmp_path):
    odd = tmp_path / "painting:2"
    odd.write_bytes(painting.read_bytes())
    report = run(photo, "painting:2", "-o", "out.png", "--json").report
    assert report["inputs"]["styles"][0] | {"sha256": None} == {
        "name": "painting:2", "width": 80, "height": 72, "sha256": None, "weight": 1.0,
    }  # fmt: skip


def test_sixteen_bits_are_written_when_asked_for_and_kept_when_they_came(run, photo, painting, tmp_path):
    deep = np.asarray(Image.open(photo).convert("L"), np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / "deep.png")
    run(photo, painting, "-o", "asked.png", "--depth", "16")
    run("deep.png", painting, "-o", "kept.png")
    run("deep.png", painting, "-o", "reduced.png", "--depth", "8")
    depths = [Path(name).read_bytes()[24] for name in ("asked.png", "kept.png", "reduced.png")]  # IHDR's bit depth
    assert depths == [16, 16, 8]


def test_transparency_is_kept(run, photo, painting, tmp_path):
    picture = Image.open(photo).convert("RGBA")
    mask = Image.linear_gradient("L").resize(picture.size)
    picture.putalpha(mask)
    picture.save(tmp_path / "cut.png")
    run("cut.png", painting, "-o", "out.png")
    kept = np.asarray(Image.open("out.png"))[..., 3].astype(int)
    assert np.abs(kept - np.asarray(mask)).max() <= 1


def test_transparency_that_the_format_cannot_hold_is_mentioned(run, photo, painting, tmp_path):
    picture = Image.open(photo).convert("RGBA")
    picture.putalpha(128)
    picture.save(tmp_path / "veil.png")
    done = run("veil.png", painting, "-o", "out.jpg", "--json")
    assert done.code == 0
    assert done.report["warnings"] == ["out.jpg: JPEG has no transparency, so the picture was laid on white."]
    assert "warning: out.jpg: JPEG has no transparency" in done.stderr


def test_a_preview_is_written_beside_the_output(run, photo, painting, add_method):
    add_method()
    done = run(photo, painting, "-o", "out.png", "-m", "invert", "--preview-every", "2")
    assert done.code == 0
    assert Image.open("out.preview.png").size == Image.open("out.png").size


def test_a_preview_that_cannot_be_written_costs_a_warning_not_the_run(run, photo, painting, add_method, tmp_path):
    add_method()
    (tmp_path / "out.preview.png").mkdir()
    done = run(photo, painting, "-o", "out.png", "-m", "invert", "--preview-every", "1")
    assert done.code == 0
    assert done.stderr.count("no preview") == 1
    assert Path("out.png").exists()


def test_an_existing_output_is_replaced_by_default_and_spared_on_request(run, photo, painting):
    Path("out.png").write_bytes(b"older")
    assert run(photo, painting, "-o", "out.png", "--no-overwrite").code == 2
    assert Path("out.png").read_bytes() == b"older"
    assert run(photo, painting, "-o", "out.png").code == 0
    assert Path("out.png").read_bytes() != b"older"


def test_a_preset_sets_options_and_flags_override_it(run, photo, painting):
    assert run(photo, painting, "-o", "a.png", "--preset", "tiny", "--json").report["width"] == 64
    assert run(photo, painting, "-o", "a.png", "--preset", "tiny", "--size", "40", "--json").report["width"] == 40
    assert run(photo, painting, "-o", "a.png", "--preset", "tiny", "--size", "none", "--json").report["width"] == 96


def test_warnings_of_the_method_reach_the_person_and_the_report(run, photo, painting, add_method):
    def worried(inputs, _options, context):
        from impasto.core import Result

        context.warn("the sky is falling")
        return Result(inputs.content.copy())

    add_method(worried)
    done = run(photo, painting, "-o", "out.png", "-m", "worried", "--json")
    assert "impasto: warning: the sky is falling" in done.stderr
    assert done.report["warnings"] == ["the sky is falling"]


@pytest.mark.parametrize("style", ["painting.png", "painting.png:2", "-"])
def test_every_way_to_name_a_style_gives_the_same_picture_when_there_is_only_one(run, photo, painting, style):
    run(photo, painting, "-o", "plain.png", "--no-metadata")
    run(photo, style, "-o", "other.png", "--no-metadata", stdin=painting.read_bytes())
    assert Path("plain.png").read_bytes() == Path("other.png").read_bytes()
