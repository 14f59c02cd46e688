"""Methods that can do without a photo, and whose further pictures become flags."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.core import Content, Extra, Result, Styles, UsageError
from impasto.image import read_metadata


def doodle(inputs, options, context):
    """The target map, darker where there is a photo."""
    context.report(1, options.steps)
    map_ = Image.fromarray((inputs.extras["target_map"] * 255).astype(np.uint8))
    height, width = inputs.content.shape[:2]
    picture = np.asarray(map_.resize((width, height), Image.Resampling.NEAREST), np.float32) / 255
    return Result(
        picture * (1.0 if inputs.blank else 0.5), {"blank": inputs.blank, "grey": float(inputs.content.mean())}
    )


@pytest.fixture(autouse=True)
def _method(add_method):
    maps = (
        Extra("style_map", "The painting's parts.", of="styles", labels=True),
        Extra("target_map", "The doodle.", labels=True),
    )
    add_method(doodle, inputs=(Content(optional=True), Styles(), *maps))


@pytest.fixture
def maps(tmp_path):
    for name, size in (("style.png", (80, 72)), ("target.png", (60, 40))):
        Image.new("RGB", size, (255, 0, 0)).save(tmp_path / name)
    return "--style-map", "style.png", "--target-map", "target.png"


def test_a_single_picture_is_the_style_and_the_result_has_the_doodles_size(run, painting, maps):
    done = run(painting, "-m", "doodle", *maps, "--json", "-o", "out.png")
    assert done.code == 0, done.stderr
    assert Image.open("out.png").size == (60, 40)
    assert done.report["blank"]
    assert done.report["grey"] == 0.5
    assert done.report["inputs"]["content"] is None
    assert [row["name"] for row in done.report["inputs"]["styles"]] == ["painting.png"]


def test_two_pictures_are_photo_and_style(run, photo, painting, maps):
    done = run(photo, painting, "-m", "doodle", *maps, "--json", "-o", "out.png")
    assert not done.report["blank"]
    assert done.report["inputs"]["content"]["name"] == "photo.png"
    assert max(Image.open("out.png").size) == 64


def test_a_size_asked_for_is_kept_without_a_photo_too(run, painting, maps):
    run(painting, "-m", "doodle", *maps, "--size", "48", "-o", "out.png")
    assert Image.open("out.png").size == (48, 32)


def test_without_a_photo_the_result_is_named_after_the_style_and_the_method(run, painting, maps):
    assert run(painting, "-m", "doodle", *maps).stdout == "painting-doodle.png\n"


def test_the_file_tells_how_it_was_made_without_a_photo(run, painting, maps):
    run(painting, "-m", "doodle", *maps, "-o", "out.png")
    assert "content" not in json.dumps(read_metadata(Path("out.png")))


def test_a_missing_map_is_named(run, painting, maps):
    refused = run(painting, "-m", "doodle", *maps[:2])
    assert refused.code == 2
    assert "needs a picture for 'target_map'. The doodle." in refused.line


def test_a_method_that_needs_a_photo_says_so(run):
    refused = run("stylize", "--seed", "1")
    assert refused.code == 2
    assert "PHOTO" in refused.line
    with pytest.raises(UsageError, match="no photo"):
        impasto.stylize(None, "painting.png", method="colour_transfer")


def test_without_a_photo_or_a_map_the_style_gives_the_size(painting, add_method):
    def texture(inputs, options, context):
        context.report(1, options.steps)
        return Result(inputs.content * 0.9)

    method = add_method(texture, inputs=(Content(optional=True), Styles()))
    assert impasto.stylize(None, painting, method=method, size=40).picture.shape == (36, 40, 3)
