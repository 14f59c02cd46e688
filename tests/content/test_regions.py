"""Label pictures: the same colour in both belongs together; whatever cannot be matched is said in one line."""

import numpy as np
import pytest

from impasto.content.regions import matched_labels
from impasto.core import Inputs, Style, UsageError

RED, BLUE, GREEN = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)


def labels(*colours, height=12):
    """Vertical bands of equal width."""
    return np.repeat(np.array(colours, np.float32)[None], height, 0).repeat(10, 1)


def matched(content=None, style=None, photo=(12, 30), painting=(12, 30), paintings=1):
    """The labels matched over pictures of those sizes."""
    extras = {name: mask for name, mask in (("content_map", content), ("style_map", style)) if mask is not None}
    styles = (Style(np.zeros((*painting, 3), np.float32)),) * paintings
    return matched_labels(Inputs(np.zeros((*photo, 3), np.float32), styles, extras=extras))


def test_without_label_pictures_there_are_no_regions():
    assert matched() is None


def test_the_same_colour_has_the_same_number_in_both():
    content, style = matched(labels(RED, BLUE), labels(BLUE, GREEN, RED), photo=(12, 20))
    assert content[0, 0] == style[0, 25]
    assert content[0, 15] == style[0, 5]
    assert len(np.unique(content)) == 2
    assert not np.isin(style[:, 10:20], content).any()  # the photo has no green


def test_label_pictures_are_of_any_size_in_their_pictures_proportions():
    content, style = matched(labels(RED, BLUE), labels(BLUE, RED, height=30).repeat(3, 1), (48, 80), (15, 30))
    assert content.shape == (12, 20)
    assert content[0, 0] == style[0, 45]


def test_soft_edges_and_compression_make_no_new_regions():
    noisy = labels(RED, BLUE, height=40).repeat(4, 1)
    noisy[:, 39:41] = 0.5 * noisy[:, 39:41] + 0.2
    noisy = (noisy + np.random.default_rng(0).uniform(-0.02, 0.02, noisy.shape)).clip(0, 1).astype(np.float32)
    content, _ = matched(noisy, labels(RED, BLUE), photo=(40, 80), painting=(12, 20))
    assert len(np.unique(content)) == 2
    assert (content[:, :38] == content[0, 0]).all()
    assert (content[:, 42:] == content[0, 70]).all()


RED_ONLY, WIDE = labels(RED), {"photo": (12, 10), "painting": (12, 10)}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"content": RED_ONLY, **WIDE}, "style_map: labels are needed for both"),
        ({"style": RED_ONLY, **WIDE}, "content_map: labels are needed for both"),
        ({"content": RED_ONLY, "style": RED_ONLY, "paintings": 2, **WIDE}, "one painting, got 2"),
        (
            {"content": labels(RED, GREEN), "style": labels(RED, BLUE, RED), "photo": (12, 20)},
            "the region #00ff00 is not in the style_map, which has: #ff0000, #0000ff",
        ),
        (
            {"content": RED_ONLY, "style": RED_ONLY, "photo": (12, 20), "painting": (12, 10)},
            "content_map: 10 x 12 pixels do not lie over the photo of 20 x 12",
        ),
        (
            {"content": RED_ONLY, "style": RED_ONLY, "photo": (12, 10), "painting": (24, 12)},
            "style_map: 10 x 12 pixels do not lie over the painting of 12 x 24",
        ),
        (
            {"content": np.random.default_rng(0).random((40, 50, 3), np.float32), "style": RED_ONLY, "photo": (40, 50), "painting": (12, 10)},
            "content_map: a label map has 1 to 24 flat colours",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_matched_is_refused_in_one_line(call, message):
    with pytest.raises(UsageError, match=message) as caught:
        matched(**call)
    assert "\n" not in str(caught.value)
