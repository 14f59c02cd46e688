"""Flags come from declarations: names, kinds, presence, and errors that name the flag."""

from typing import Annotated, Literal

import pytest
from pydantic import Field

from impasto.cli.flags import limits, named_as_flags, plain
from impasto.core import (
    UI,
    BaseOptions,
    Content,
    Extra,
    Masks,
    NamedWeights,
    PictureOptions,
    Result,
    Styles,
    UsageError,
    describe,
)

pytestmark = pytest.mark.usefixtures("photo", "painting")


class Many(PictureOptions):
    bright: bool = False
    """Whether it shines."""
    brush_px: Annotated[int, Field(ge=1, le=64)] = 4
    """Width of the brush in pixels."""
    layers: NamedWeights = {"a": 1.0, "b": 0.5}
    """Layers with weights."""
    mood: Annotated[Literal["calm", "wild"], UI(advanced=True)] = "calm"
    """How it feels."""
    title: str | None = "none yet"
    """What it is called."""


def echo(inputs, _options, _context):
    return Result(inputs.content.copy(), {"extras": sorted(inputs.extras), "masks_given": len(inputs.masks)})


@pytest.fixture
def options_of(run, add_method):
    add_method(echo, options=Many, presets={})

    def call(*flags):
        return run("photo.png", "painting.png", "-o", "o.png", "-m", "echo", "--json", *flags).report["options"]

    return call


def test_every_kind_of_option_has_a_flag(options_of):
    given = options_of("--bright", "--brush-px", "9", "--layers", "c:2,d", "--mood", "wild", "--title", "Dusk")
    assert given == {
        "size": None, "bright": True, "brush_px": 9, "layers": {"c": 2.0, "d": 1.0}, "mood": "wild", "title": "Dusk",
    }  # fmt: skip


def test_flags_that_are_not_given_leave_the_defaults(options_of):
    assert options_of() == Many().model_dump()


def test_a_switch_can_be_turned_off_and_an_empty_option_be_emptied(options_of):
    assert options_of("--no-bright")["bright"] is False
    assert options_of("--title", "none")["title"] is None


@pytest.mark.parametrize("order", [("-m", "echo"), ("--method=echo",), ("-mecho",), ("-qmecho",)])
def test_the_method_is_found_however_it_is_written(run, add_method, order):
    add_method(echo, options=Many, presets={})
    assert (
        run("photo.png", "painting.png", "-o", "-m.png", "--json", "--brush-px", "3", *order).report["method"] == "echo"
    )


def test_pictures_that_a_method_declares_become_flags(run, add_method):
    guide = Extra("depth_guide", "How far away things are.")
    add_method(echo, inputs=(Content(), Styles(), Masks(), guide))
    words = ("photo.png", "painting.png", "-o", "o.png", "-m", "echo", "--json", "--quiet")
    masks = ("--mask", "photo.png")
    report = run(*words, *masks, "--depth-guide", "photo.png").report
    assert (report["masks_given"], list(report["inputs"]["extras"])) == (1, ["depth_guide"])
    assert "needs a picture for 'depth_guide'. How far away things are." in run(*words).line


def test_limits_read_like_sentences():
    found = {spec.name: limits(spec) for spec in describe(Many)}
    assert found["bright"] == "on, off"
    assert found["brush_px"] == "1 to 64"
    assert found["mood"] == "calm, wild"
    assert found["title"] == ""


def test_values_are_shown_as_they_would_be_typed():
    assert [plain(value) for value in (None, True, 1e-3, {"a": 1.0, "b": 0.5}, "x")] == [
        "",
        "on",
        "0.001",
        "a:1,b:0.5",
        "x",
    ]


class Small(BaseOptions):
    brush_px: int = 1


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("brush_px: too wide", "--brush-px: too wide"),
        ("brush_px 9 is too wide", "--brush-px 9 is too wide"),
        ("brush_px.png: no such file", "brush_px.png: no such file"),
        ("something else", "something else"),
    ],
)
def test_errors_about_an_option_name_its_flag(message, shown):
    with pytest.raises(UsageError) as caught, named_as_flags(Small):
        raise UsageError(message)
    assert str(caught.value) == shown
