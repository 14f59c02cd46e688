import colorsys

import numpy as np
import pytest
from PIL import Image

from impasto.core import UsageError
from impasto.evaluation import Entry, Evaluation, contact_sheet, grid
from impasto.evaluation._drawing import shorten, text_width, wrapped


def colour(i, count=12):
    return colorsys.hsv_to_rgb(i / count, 1, 0.8)


def flat(i, height=60, width=90):
    return np.full((height, width, 3), colour(i), np.float32)


def evaluation(score):
    return Evaluation(score, {}, score, score, score, 0.4, None, score, 15.0, (90, 60))


def place(sheet, i):
    """Box (left, top, right, bottom) of the one flat colour on a sheet; None if it is not there."""
    rows, columns = np.nonzero(np.abs(sheet - colour(i)).max(2) < 0.01)
    return (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) if len(rows) else None


def results(count, **shape):
    return [Entry(f"method {i}", flat(2 + i, **shape), 1.5 * i, evaluation(i / 10)) for i in range(count)]


def test_every_picture_is_on_the_sheet_in_reading_order():
    sheet = contact_sheet(Entry("photo", flat(0)), [Entry("painting", flat(1))], results(3), tile_px=100)
    boxes = [place(sheet, i) for i in range(5)]
    assert [box[0] for box in boxes] == sorted(box[0] for box in boxes)
    assert len({box[1] for box in boxes}) == 1  # one row, one top edge
    assert sheet.dtype == np.float32
    assert 0 <= sheet.min() < 0.3  # ink
    assert sheet.max() <= 1


@pytest.mark.parametrize(("count", "rows"), [(4, 1), (5, 2), (7, 2), (10, 2)])
def test_many_results_wrap_into_rows(count, rows):
    sheet = contact_sheet(Entry("photo", flat(0)), [Entry("painting", flat(1))], results(count), tile_px=80)
    boxes = [place(sheet, i) for i in range(count + 2)]
    assert len({box[1] for box in boxes}) == rows
    assert len({box[0] for box in boxes}) == -(-(count + 2) // rows)  # no row is longer than it need be


@pytest.mark.parametrize(("height", "width"), [(40, 200), (200, 40), (60, 90), (1, 7), (700, 900)])
def test_pictures_are_never_distorted(height, width):
    odd = Entry("odd", flat(1, height=height, width=width))
    for sheet in (
        contact_sheet(Entry("photo", flat(0)), [odd], results(1), tile_px=200),
        grid([[Entry("photo", flat(0)), odd]], ["Content", "Style"], tile_px=200),
    ):
        left, top, right, bottom = place(sheet, 1)
        # One pixel of rounding on the short side.
        assert abs((right - left) * height - (bottom - top) * width) <= max(height, width)


def test_a_failed_method_leaves_an_empty_frame_of_the_same_size():
    made, failed = results(1)[0], Entry("wct", note="no weights for 'wct'; run impasto doctor to see what is missing")
    photo, paintings = Entry("photo", flat(0)), [Entry("painting", flat(1))]
    assert contact_sheet(photo, paintings, [failed, made]).shape == contact_sheet(photo, paintings, [made, made]).shape


def test_nothing_measured_means_no_table():
    photo, paintings = Entry("photo", flat(0)), [Entry("painting", flat(1))]
    bare = [Entry(r.title, r.picture) for r in results(2)]
    assert contact_sheet(photo, paintings, bare).shape[0] < contact_sheet(photo, paintings, results(2)).shape[0]


def test_the_same_comparison_gives_the_same_sheet():
    sheets = [contact_sheet(Entry("photo", flat(0)), [], results(2), title="twice", tile_px=90) for _ in range(2)]
    assert np.array_equal(*sheets)


def test_a_gallery_row_stands_under_its_columns():
    rows = [
        [Entry(f"photo {r}", flat(3 * r)), Entry("p", flat(3 * r + 1)), Entry("gatys", flat(3 * r + 2), 2.0)]
        for r in range(3)
    ]
    sheet = grid(rows, ["Content", "Style", "gatys"], title="Pairs", tile_px=100)
    boxes = np.array([[place(sheet, 3 * r + c) for c in range(3)] for r in range(3)])
    assert (boxes[:, :, 0] == boxes[0, :, 0]).all()  # columns line up
    assert (boxes[:, :, 1] == boxes[:, :1, 1]).all()  # rows too
    assert (np.diff(boxes[:, 0, 1]) > 0).all()


@pytest.mark.parametrize("text", ["a", "short", "a rather long name of a method", "中文 é", ""])
def test_text_is_cut_to_its_room(text):
    assert text_width(shorten(text, 14, 80), 14) <= 80
    assert shorten("short", 14, 400) == "short"
    assert all(text_width(line, 14) <= 80 for line in wrapped("several words to be set in lines", 14, 80))


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: grid([[Entry("a", flat(0))]], ["Content", "Style"]), "1 pictures for 2 columns"),
        (lambda: grid([], ["Content"]), "no rows"),
        (lambda: contact_sheet(Entry("a", flat(0)), [], [], columns=0), "at least 1"),
    ],
)
def test_impossible_sheets_are_refused(call, reason):
    with pytest.raises(UsageError, match=reason):
        call()


def test_a_sheet_survives_a_round_through_eight_bits():
    sheet = contact_sheet(Entry("photo", flat(0)), [], results(1), tile_px=60)
    again = np.asarray(Image.fromarray(np.rint(sheet * 255).astype(np.uint8)), np.float32) / 255
    assert np.array_equal(again, sheet)
