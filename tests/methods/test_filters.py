"""The filters without a style picture: what each promises, bad input, and golden pictures."""

import numpy as np
import pytest

import impasto
from impasto import registry
from impasto.core import Context, Inputs, RunOptions, UsageError

IDS = ("abstraction", "anime_sky", "cartoon", "kuwahara", "pencil", "watercolour", "xdog")
LENGTHS = {"radius", "line_width"}
every_filter = pytest.mark.parametrize("method", IDS)


def run(method, photo, threads=1, seed=0, **options):
    method = registry.get(method)
    context = Context(RunOptions(threads=threads, seed=seed))
    result = method.load()(Inputs(photo), method.make_options("tiny", **options), context)
    assert np.isfinite(result.picture).all()
    return result.picture, context


@pytest.fixture(scope="module")
def photo(painted):
    return painted(48, 64, seed=1)


@every_filter
def test_golden(method, painted, golden):
    done = impasto.stylize(painted(48, 64, seed=1), method=method, preset="tiny", threads=1)
    # Thresholds and votes lie between the photo and here: other processors' last bits may tip a pixel a little.
    golden(done.picture, method, tolerance=4 / 255)


@every_filter
def test_threads_change_no_pixel(method, photo):
    assert np.array_equal(run(method, photo)[0], run(method, photo, threads=3)[0])


@every_filter
def test_no_strength_leaves_the_photo_as_it_is(method, photo):
    np.testing.assert_allclose(run(method, photo, strength=0)[0], photo, atol=1e-6)


@every_filter
@pytest.mark.parametrize("shape", [(1, 1), (1, 70), (65, 2)])
def test_slivers_are_no_trouble(method, painted, shape):
    assert run(method, painted(*shape))[0].shape == (*shape, 3)


@every_filter
def test_no_radius_is_refused_in_one_line(method):
    for name in LENGTHS & set(registry.get(method).options.model_fields):
        for value in (0, -1, float("nan")):
            with pytest.raises(UsageError, match=f"^{name}: "):
                registry.get(method).make_options(**{name: value})


@every_filter
def test_a_radius_beyond_the_picture_is_cut_and_said(method, photo):
    name = next(iter(LENGTHS & set(registry.get(method).options.model_fields)))
    _, context = run(method, np.repeat(photo[:8], 1, 0), **{name: 100})
    assert any("beyond the picture" in warning for warning in context.warnings)


@every_filter
def test_pictures_with_holes_are_refused(method, photo):
    broken = photo.copy()
    broken[3, 4] = np.nan
    with pytest.raises(UsageError, match="NaN"):
        impasto.stylize(broken, method=method, preset="tiny")


BARE = {
    "kuwahara": {},
    "cartoon": {"bins": 0, "line_strength": 0, "saturation": 1},
}


@pytest.mark.parametrize("method", BARE)
def test_noise_goes_and_the_picture_stays(method, photo):
    noisy = np.clip(photo + np.random.default_rng(1).normal(0, 0.06, photo.shape), 0, 1).astype(np.float32)
    out = run(method, noisy, **BARE[method])[0]
    assert np.abs(out - photo).mean() < 0.7 * np.abs(noisy - photo).mean()


def test_drawings_are_grey_and_coloured_pencils_are_not(photo):
    for method, options in (("xdog", {}), ("pencil", {})):
        assert np.ptp(run(method, photo, **options)[0], axis=-1).max() < 1e-5
    assert np.ptp(run("pencil", photo, coloured=True)[0], axis=-1).max() > 0.1


def test_paper_and_washes_depend_on_the_seed(photo):
    for method in ("pencil", "watercolour"):
        assert not np.array_equal(run(method, photo)[0], run(method, photo, seed=1)[0])


def test_a_larger_picture_gets_the_same_look(painted):
    import cv2

    small, large = painted(96, 128, seed=5), painted(192, 256, seed=5)
    for method in ("kuwahara", "cartoon"):
        options = {"radius": 30}
        shrunk = cv2.resize(run(method, large, **options)[0], (128, 96), interpolation=cv2.INTER_AREA)
        assert np.abs(shrunk - run(method, small, **options)[0]).mean() < 0.03
