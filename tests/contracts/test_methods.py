"""What every method does, whatever it does: the same rules over the whole registry, on the tiny preset."""

import io
import json
from functools import cache

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto import registry
from impasto.core import (
    Cancelled,
    Context,
    Extra,
    Inputs,
    Masks,
    Method,
    RunOptions,
    Style,
    Styles,
    UsageError,
)

METHODS = list(registry.methods().values())
every_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
SHAPE = (47, 61)  # odd, so that halving it leaves remainders at every level


def locked(picture):
    picture = np.ascontiguousarray(picture, np.float32)
    picture.flags.writeable = False
    return picture


def inputs_for(method: Method, content, *styles) -> Inputs:
    """Everything the method insists on: the pictures given, masks and maps of two halves, the content for anything else."""
    half = halves(content)
    kinds = {type(spec): spec for spec in method.inputs}
    needs_masks = Masks in kinds and not kinds[Masks].optional
    return Inputs(
        content=locked(content),
        styles=tuple(Style(locked(style)) for style in styles) if Styles in kinds else (),
        masks=tuple(locked(abs(side - half)) for side in range(len(styles))) if needs_masks else (),
        extras={
            s.name: locked(extra_for(s, content, *styles))
            for s in method.inputs
            if isinstance(s, Extra) and not s.optional
        },
        blank=not method.takes_content,
    )


def halves(picture):
    """A mask of the picture's size: 1 on the left, 0 on the right."""
    half = np.zeros(picture.shape[:2], np.float32)
    half[:, : picture.shape[1] // 2] = 1
    return half


def extra_for(spec: Extra, content, *styles):
    under = styles[0] if spec.of == "styles" and styles else content
    return np.repeat(halves(under)[..., None], 3, axis=2) if spec.labels else under


def paint(method: Method, inputs: Inputs, *, stop_after: int | None = None):
    """Run on the tiny preset, on the CPU; stop_after: ask for an end after so many reports, 0 before the start."""
    context = Context(RunOptions(seed=5, device="cpu", threads=1))
    heard = []

    def listen(progress):
        heard.append(progress)
        if len(heard) == stop_after:
            context.stop()

    context.listener = listen
    if stop_after == 0:
        context.stop()
    return method.load()(inputs, method.make_options("tiny"), context), heard


@pytest.fixture(scope="module")
def pictures(painted):
    return painted(*SHAPE, seed=1), painted(53, 40, seed=2, warmth=0.8)


@pytest.fixture(scope="module")
def first_run(pictures):
    """Run each method once for all the tests that look at the same run."""

    @cache
    def run(method_id: str):
        method = registry.get(method_id)
        inputs = inputs_for(method, *pictures)
        return inputs, *paint(method, inputs)

    return run


def assert_is_picture(picture, shape):
    assert picture.dtype == np.float32
    assert picture.shape == (*shape, 3)
    assert np.isfinite(picture).all()
    assert picture.min() >= 0
    assert picture.max() <= 1


@every_method
def test_the_result_is_a_picture_of_the_contents_size(method, first_run):
    inputs, result, _ = first_run(method.id)
    assert_is_picture(result.picture, SHAPE)
    assert not np.shares_memory(result.picture, inputs.content)
    assert np.abs(result.picture - inputs.content).max() > 0.01, "it did nothing"


@every_method
def test_the_inputs_are_left_as_they_were(method, first_run, pictures):
    inputs, _, _ = first_run(method.id)  # locked arrays: writing to them would have failed
    assert np.array_equal(inputs.content, pictures[0])
    for style in inputs.styles:
        assert np.array_equal(style.picture, pictures[1])


@every_method
def test_the_same_seed_gives_the_same_picture_bit_for_bit(method, first_run):
    inputs, result, _ = first_run(method.id)
    again, _ = paint(method, inputs)
    assert np.array_equal(again.picture, result.picture)


@every_method
def test_the_report_is_ready_for_json(method, first_run):
    _, result, _ = first_run(method.id)
    json.dumps(result.report, allow_nan=False)


@every_method
def test_progress_is_told_in_order_and_can_be_seen(method, first_run):
    _, _, heard = first_run(method.id)
    steps = [progress.step for progress in heard]
    assert steps, "report something: people wait for it"
    assert steps == sorted(steps)
    assert all(0 <= progress.step <= progress.total for progress in heard)
    assert all(np.isfinite(value) for progress in heard for value in progress.values.values())
    if heard[-1].preview is not None:
        preview = heard[-1].preview()
        assert preview.ndim == 3
        assert np.isfinite(preview).all()


@every_method
def test_stopping_after_the_first_step_leaves_a_picture(method, first_run):
    result, heard = paint(method, first_run(method.id)[0], stop_after=1)
    assert_is_picture(result.picture, SHAPE)
    assert len(heard) <= 2


@every_method
def test_stopping_before_the_start_leaves_a_picture_or_says_there_is_none(method, first_run):
    try:
        result, _ = paint(method, first_run(method.id)[0], stop_after=0)
    except Cancelled:
        return
    assert_is_picture(result.picture, SHAPE)


@every_method
def test_grey_pictures_are_no_trouble(method, pictures):
    grey = [np.repeat(picture.mean(2, keepdims=True), 3, axis=2) for picture in pictures]
    result, _ = paint(method, inputs_for(method, *grey))
    assert_is_picture(result.picture, SHAPE)


@every_method
def test_a_photo_of_one_colour_is_no_trouble(method, pictures):
    flat = np.full((*SHAPE, 3), 0.5)
    result, _ = paint(method, inputs_for(method, flat, pictures[1]))
    assert_is_picture(result.picture, SHAPE)


@every_method
def test_the_smallest_size_works_and_one_less_is_refused(method, painted):
    least = method.size.minimum
    content, style = painted(least, least + 3), painted(least, least, seed=2)
    # A single pixel is one colour, which is no style; give it a partner.
    style = style if least > 1 else painted(1, 2, seed=2)
    result, _ = paint(method, inputs_for(method, content, style))
    assert_is_picture(result.picture, (least, least + 3))
    if least > 1:
        with pytest.raises(UsageError, match=f"smallest size that works is {least}"):
            if method.takes_content:
                api_call(method, painted(least - 1, least - 1), painted(64, 64, seed=2))
            else:
                api_call(method, None, painted(64, 64, seed=2), size=least - 1)
        if not method.takes_styles:
            return
        with pytest.raises(UsageError, match="style of"):
            api_call(method, painted(64, 64), painted(least - 1, 64, seed=2))


@every_method
def test_several_styles_are_taken_or_refused_as_declared(method, pictures, painted):
    takes = next((spec for spec in method.inputs if isinstance(spec, Styles)), None)
    content, one = pictures
    other = painted(40, 50, seed=7, warmth=-0.8)
    if takes is None or not takes.many:
        with pytest.raises(UsageError):
            impasto.stylize(content, [one, other], method=method, preset="tiny", device="cpu", threads=1)
        return
    result, _ = paint(method, inputs_for(method, content, one, other))
    assert_is_picture(result.picture, SHAPE)


@every_method
def test_without_a_photo_there_is_a_picture_or_a_refusal_as_declared(method, pictures):
    if method.needs_content:
        with pytest.raises(UsageError, match="no photo"):
            impasto.stylize(None, pictures[1], method=method, preset="tiny")
        return
    done = api_call(method, None, pictures[1], preset="tiny")
    assert_is_picture(done.picture, done.picture.shape[:2])
    assert max(done.picture.shape) == 64
    assert done.report["inputs"]["content"] is None


@every_method
def test_transparency_and_sixteen_bits_come_through(method, pictures):
    import cv2

    if not method.takes_content:
        pytest.skip("takes no photo")
    content, style = pictures
    alpha = np.linspace(0, 1, SHAPE[1])[None].repeat(SHAPE[0], 0)
    deep = np.dstack([content[..., ::-1], alpha])
    _, data = cv2.imencode(".png", (deep * 65535).astype(np.uint16))
    done = api_call(method, data.tobytes(), style)
    height, width = done.picture.shape[:2]
    assert max(height, width) == 64
    written = done.encode("png")
    assert written[24] == 16  # IHDR's bit depth
    kept = np.asarray(Image.open(io.BytesIO(written)).convert("RGBA"), float)[..., 3] / 255
    assert np.abs(kept - np.linspace(0, 1, width)[None]).max() < 0.03  # resized from 61 to 64 columns


def api_call(method: Method, content, styles, **options):
    """The call a person would make, on the tiny preset unless a size rule is being probed."""
    shapes = [
        picture.shape if isinstance(picture, np.ndarray) else (*SHAPE, 3)
        for picture in (content, styles[0] if isinstance(styles, list) else styles)
    ]
    given = inputs_for(method, *(np.zeros(shape) for shape in shapes))
    preset = (
        {"preset": "tiny"}
        if isinstance(content, bytes)
        else {"steps": 1}
        if "steps" in method.options.model_fields
        else {}
    )
    return impasto.stylize(
        content if method.takes_content else None,
        styles if method.takes_styles else (),
        method=method,
        device="cpu",
        threads=1,
        masks=list(given.masks),
        extras=dict(given.extras),
        **(preset | options),
    )
