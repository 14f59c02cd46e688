"""Methods that make their picture from styles alone, and methods that need no style."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.core import CanvasOptions, Content, Extra, Result, Styles


class Options(CanvasOptions):
    """Only the canvas."""


def patterned(inputs, _options, _context):
    return Result(np.broadcast_to(inputs.styles[0].picture.mean((0, 1)), inputs.content.shape).astype(np.float32))


def alone(inputs, _options, _context):
    return Result(1 - inputs.content)


def nothing(inputs, _options, _context):
    assert inputs.blank
    return Result(inputs.content)


def negated(*arguments):
    return alone(*arguments)


@pytest.fixture(autouse=True)
def _methods(add_method):
    add_method(patterned, inputs=(Styles(many=True),), options=Options, summary="Fill the canvas with a mean.")
    add_method(alone, inputs=(Content(),), summary="Negate the photo.")
    add_method(nothing, inputs=(), options=Options, summary="A grey canvas.")


def test_the_first_picture_is_the_style_and_the_size_is_the_one_asked_for(run, painting):
    report = run("-m", "patterned", painting, "-o", "out.png", "--size", "90", "--json").report
    assert Image.open("out.png").size == (90, 81)  # as the painting: 80 x 72
    assert report["inputs"]["content"] is None
    assert report["inputs"]["styles"][0]["name"] == "painting.png"


@pytest.mark.parametrize(("aspect", "size"), [("2:1", (64, 32)), ("3x4", (48, 64)), ("1", (64, 64)), ("1.6", (64, 40))])
def test_the_shape_can_be_chosen(run, painting, aspect, size):
    assert run("-m", "patterned", painting, "-o", "out.png", "--aspect", aspect).code == 0
    assert Image.open("out.png").size == size


def test_several_styles_may_have_weights(run, painting, photo):
    report = run("-m", "patterned", f"{painting}:2", photo, "-o", "out.png", "--json").report
    assert [row["weight"] for row in report["inputs"]["styles"]] == [2.0, 1.0]


def test_the_result_is_named_after_the_style_and_the_method(run, painting):
    assert run("-m", "patterned", painting).stdout == "painting-patterned.png\n"
    assert Path("painting-patterned.png").exists()


def test_the_style_may_come_from_standard_input(run, painting):
    assert run("-m", "patterned", "-", "-o", "out.png", stdin=painting.read_bytes()).code == 0


def test_help_shows_the_pictures_the_method_takes_and_what_it_does(run):
    page = run("stylize", "-m", "patterned", "--help").stdout
    assert page.startswith("Usage: impasto stylize [OPTIONS] STYLE[:WEIGHT]...\n")
    assert "Fill the canvas with a mean." in page
    page = run("stylize", "-m", "alone", "--help").stdout
    assert page.splitlines()[0].rstrip() == "Usage: impasto stylize [OPTIONS] PHOTO"
    assert "Negate the photo." in page


def test_a_style_for_a_method_without_one_is_refused_in_its_own_words(run, photo, painting):
    done = run("-m", "alone", photo, painting, "-o", "out.png")
    assert (done.code, done.line) == (2, "impasto: 'alone' takes no style picture; it needs the photo alone.")


def test_help_shows_where_a_photo_may_be_left_out(run, add_method):
    add_method(negated, inputs=(Content(optional=True), Styles()))
    page = run("stylize", "-m", "negated", "--help").stdout
    assert page.startswith("Usage: impasto stylize [OPTIONS] [PHOTO] STYLE[:WEIGHT]...\n")
    done = run("stylize", "-m", "negated", "-o", "out.png")
    assert (done.code, done.line) == (2, "impasto: no style picture. 'negated' needs a style picture.")


def test_canvas_options_overrule_what_lies_over_the_canvas_and_that_the_style(add_method, painted):
    plan = Extra("plan", "What goes where.", optional=True)
    method = add_method(negated, inputs=(Content(optional=True), Styles(), plan), options=Options)
    style, over = painted(72, 80), painted(40, 60, seed=1)

    def shape(*pictures, extras=None, **options):
        return impasto.stylize(*pictures, method=method, extras=extras, **options).picture.shape[:2]

    assert shape(style) == (58, 64)
    assert shape(None, style, extras={"plan": over}) == (43, 64)
    assert shape(style, extras={"plan": over}, aspect="2:1") == (32, 64)
    assert shape(over, style, aspect="2:1") == (40, 60), "a photo has its own shape"


def test_no_picture_at_all_is_refused_in_one_line(run):
    done = run("stylize", "-m", "patterned", "-o", "out.png")
    assert done.code == 2
    assert done.line


def test_a_canvas_too_small_names_the_smallest_that_works(run, painting):
    done = run("-m", "patterned", painting, "-o", "out.png", "--size", "40", "--aspect", "2:1")
    assert done.code == 2
    assert done.line.endswith("The smallest size that works is 63.")


def test_methods_without_a_photo_cannot_be_compared_on_one(run, photo, painting):
    done = run("compare", photo, painting, "-m", "patterned", "-o", "sheet.png")
    assert (done.code, done.line) == (2, "impasto: 'patterned' takes no photo, so it cannot be compared on one.")


def test_a_method_may_make_its_picture_out_of_nothing(run, photo):
    report = run("-m", "nothing", "-o", "out.png", "--size", "90", "--aspect", "3:2", "--json").report
    assert Image.open("out.png").size == (90, 60)
    assert report["inputs"] == {"content": None, "styles": [], "masks": [], "extras": {}}
    assert run("-m", "nothing").stdout == "nothing.png\n"
    assert "makes its picture out of nothing" in run("-m", "nothing", photo, "-o", "out.png").stderr
