"""One-pass methods on pictures too large for one piece: tiles give what one look at the whole would have given."""

import numpy as np
import pytest

from impasto import registry
from impasto.core import Context, Inputs, RunOptions, Style
from impasto.reconstruction import views

HALVES = np.repeat(np.linspace(0, 1, 168, dtype=np.float32)[None], 120, axis=0)


def paint(photo, painting, method, masks=(), **options):
    """A picture in float32 by torch, so that only the tiles can differ."""
    chosen = registry.get(method)
    styles = [Style(painting), Style(painting[::-1, :, ::-1].copy())][: max(1, len(masks))]
    context = Context(RunOptions(device="cpu", threads=1, engine="torch", precision="float32"))
    return chosen.load()(Inputs(photo, tuple(styles), tuple(masks)), chosen.make_options(**options), context).picture


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("adain", {"masks": (HALVES, 1 - HALVES), "strength": 0.7}),
        ("wct", {"levels": 2}),
        ("style_swap", {"stride": 3}),
        pytest.param("adain", {}, marks=pytest.mark.slow),
        pytest.param("wct", {"levels": 4}, marks=pytest.mark.slow),
        pytest.param("style_swap", {"repeats": 2}, marks=pytest.mark.slow),
    ],
)
def test_tiles_leave_no_seam(monkeypatch, bundled, method, options):
    photo, painting = bundled("castle.jpg", 168)[:120, :168], bundled("starry_night.jpg", 96)
    photo = np.pad(photo, ((0, 120 - len(photo)), (0, 168 - photo.shape[1]), (0, 0)), mode="edge")
    whole = paint(photo, painting, method, **options)
    monkeypatch.setitem(views.TILE_PX, "slim", 48)
    monkeypatch.setitem(views.WHOLE_PIXELS, "slim", 9600)
    tiled = paint(photo, painting, method, **options)
    assert np.abs(tiled - whole).max() < 2 / 255
    assert tiled.std() > 0.05  # and there is a picture
