"""Text effects: distances in half widths, letters from fonts, and an effect that keeps to its distance."""

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from impasto.applications.text_effects import METHOD
from impasto.applications.text_effects.distance import strokes_of, text_in
from impasto.applications.text_effects.lettering import found, lettered, load, proportions
from impasto.applications.text_effects.paint import stylize
from impasto.core import Context, InputError, Inputs, RunOptions, Style, UsageError


def bar(half_width):
    """A level stroke in the middle of 81 x 100 pixels."""
    mask = np.zeros((81, 100), bool)
    mask[40 - half_width : 41 + half_width, 20:80] = True
    return mask


def styled(mask):
    """Letters that are red inside, yellow at the contour and glow in a grainy blue night."""
    far = strokes_of(mask).distance[..., None]
    grain = np.random.default_rng(1).random((*mask.shape, 3)) * 0.1
    glow = np.exp(-2 * np.abs(far - 1)) * [1.0, 0.9, 0.2] + np.exp(-2 * far) * [0.6, 0, 0] + [0.05, 0.05, 0.3]
    return (glow + grain).clip(0, 1).astype(np.float32)


def painted_over(mask):
    return mask[..., None].repeat(3, 2).astype(np.float32)


@pytest.fixture(scope="module")
def word():
    mask = lettered("S", None, (72, 72))
    return mask, styled(mask)


def laid(word, drawing=None, shape=(60, 80), letters=None, **options):
    mask, style = word
    content = np.full((*shape, 3), 0.5, np.float32) if drawing is None else drawing
    extras = {"style_text": painted_over(mask) if letters is None else letters}
    inputs = Inputs(content, (Style(style),), extras=extras, blank=drawing is None)
    return stylize(inputs, METHOD.make_options(**({"rounds": 6} | options)), Context(RunOptions(threads=1)))


@pytest.mark.parametrize("half_width", [3, 8])
def test_distance_is_in_half_widths_whatever_they_are(half_width):
    strokes = strokes_of(bar(half_width))
    column = strokes.distance[:, 50]
    assert column[40] < 0.2
    assert column[40 + half_width] == pytest.approx(1, abs=0.2)
    assert column[40 + 2 * half_width] == pytest.approx(1 + (half_width - 0.5) / (half_width + 0.5), abs=0.1)
    assert strokes.radius_px == pytest.approx(half_width + 0.5, abs=0.6)
    assert strokes.above[10, 50] > 0.9
    assert strokes.above[70, 50] < -0.9
    assert np.abs(strokes.above[40, :10]).max() < 0.9


def test_text_is_what_differs_from_the_edge():
    mask = bar(6)
    for tone, ground in ((0.9, 0.1), (0.2, 0.8)):
        drawing = np.where(mask, tone, ground)[..., None].repeat(3, 2)
        assert np.array_equal(text_in(drawing), mask)
    assert not text_in(np.full((9, 9, 3), 0.4)).any()


def test_words_are_as_wide_as_they_are_long_and_stay_on_the_canvas():
    wide, narrow, two = (np.divide(*proportions(text, None)) for text in ("impasto", "so", "im\\npasto"))
    assert wide > two > 0.5
    assert wide > narrow
    written = lettered("impasto", None, (60, 200))
    assert 0.05 < written.mean() < 0.5
    assert not (written[0].any() or written[-1].any() or written[:, 0].any() or written[:, -1].any())


def test_a_font_is_found_by_name_and_by_file(tmp_path, monkeypatch):
    from impasto.applications.text_effects import lettering

    own = load(None, 20)
    file = tmp_path / "SomeFont-Bold.ttf"
    file.write_bytes(own.font_bytes)
    monkeypatch.setattr(lettering, "installed", lambda: iter([file]))
    found.cache_clear()
    assert found("somefont bold") == (str(file), 0)
    assert found(str(file)) == (str(file), 0)
    assert found("".join(own.getname())) == (str(file), 0)
    with pytest.raises(UsageError, match=r"no font 'Some' is installed here\. Is it one of SomeFont-Bold"):
        found("Some")
    with pytest.raises(UsageError, match=r"built-in font has no '永'\. No font that is installed here has them"):
        lettered("a永", None, (40, 40))
    found.cache_clear()


def test_the_same_text_gives_the_style_back(word):
    made = laid(word, painted_over(word[0]))
    assert -10 * np.log10(np.square(made.picture - word[1]).mean()) >= 25


def test_colours_keep_their_distance(word):
    made = laid(word, text="H", shape=(72, 72))
    target = strokes_of(lettered("H", None, (72, 72))).distance
    source = strokes_of(word[0]).distance
    edges = np.linspace(0, min(target.max(), source.max(), 4), 16)
    bins = [np.digitize(far, edges) for far in (target, source)]
    common = [n for n in range(1, 16) if min((b == n).sum() for b in bins) > 20]
    for channel in range(3):
        curves = [
            [picture[..., channel][b == n].mean() for n in common]
            for picture, b in zip((made.picture, word[1]), bins, strict=True)
        ]
        assert np.corrcoef(*curves)[0, 1] >= 0.95


def roped(mask):
    """Letters with lines along their contours."""
    lines = 0.5 + 0.5 * np.cos(np.pi / 2 * distance_transform_edt(mask))[..., None]
    return np.where(mask[..., None], lines * [0.9, 0.7, 0.3] + (1 - lines) * [0.5, 0.1, 0.1], 0.1).astype(np.float32)


def test_strokes_in_a_direction_that_the_style_lacks_are_painted_by_turned_patches():
    y, x = np.mgrid[-32:32, -40:40]
    level, slanted = ((np.abs(x * np.cos(a) + y * np.sin(a)) < 30) & (np.abs(y * np.cos(a) - x * np.sin(a)) < 9) for a in (0, 0.4))  # fmt: skip
    off = [np.square(laid((level, roped(level)), painted_over(slanted), shape=slanted.shape, turn=turn).picture - roped(slanted)).mean() for turn in (0, 28.65)]  # fmt: skip
    assert off[1] < 0.5 * off[0]


def test_uniformity_spreads_the_uses(word):
    free, even = (laid(word, text="H", uniformity=u).report["most_uses"] for u in (0.0, 0.005))
    assert even <= 0.7 * free


def test_a_drawing_without_text_is_background(word):
    made = laid(word, np.full((40, 40, 3), 0.5, np.float32))
    assert np.abs(made.picture.mean((0, 1)) - word[1][strokes_of(word[0]).distance > 3].mean(0)).max() < 0.05


def test_mistakes_are_one_line(word):
    with pytest.raises(InputError, match="there are no letters in it"):
        laid(word, letters=np.zeros_like(word[1]))
    with pytest.raises(UsageError, match="the drawing says what is written"):
        laid(word, word[1], text="ab")
    with pytest.raises(UsageError, match="there is nothing to write"):
        laid(word, text=" ")
    with pytest.raises(UsageError, match="4 has no middle pixel"):
        laid(word, patch_size=4)


def test_it_paints_the_golden_picture(golden, word):
    # Errors that differ in the last bit between processors may turn single matches.
    golden(laid(word, text="H", shape=(64, 64), turn=0).picture, "text_effects", tolerance=0.1)
