"""Label pictures: the same colour in both belongs together; whatever cannot be matched is said in one line."""

import numpy as np
import pytest

from impasto.content.regions import matched_labels
from impasto.core import UsageError

RED, BLUE, GREEN = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)


def labels(*colours, height=12):
    """Vertical bands of equal width."""
    return np.repeat(np.array(colours, np.float32)[None], height, 0).repeat(10, 1)


def test_without_label_pictures_there_are_no_regions():
    assert matched_labels({}, 1) is None


def test_the_same_colour_has_the_same_number_in_both():
    content, style = matched_labels({"content_mask": labels(RED, BLUE), "style_mask": labels(BLUE, GREEN, RED)}, 1)
    assert content[0, 0] == style[0, 25]
    assert content[0, 15] == style[0, 5]
    assert len(np.unique(content)) == 2
    assert (style[:, 10:20] == -1).all()  # the photo has no green


def test_soft_edges_and_compression_make_no_new_regions():
    noisy = labels(RED, BLUE).repeat(20, 1)
    noisy[:, 199:201] = 0.5 * noisy[:, 199:201] + 0.2
    noisy = (noisy + np.random.default_rng(0).uniform(-0.02, 0.02, noisy.shape)).astype(np.float32)
    content, _ = matched_labels({"content_mask": noisy, "style_mask": labels(RED, BLUE)}, 1)
    assert content.min() >= 0
    assert (content[:, :199] == content[0, 0]).all()
    assert (content[:, 201:] == content[0, 300]).all()
    assert content[0, 0] != content[0, 300]


@pytest.mark.parametrize(
    ("extras", "paintings", "message"),
    [
        ({"content_mask": labels(RED)}, 1, "style_mask: labels are needed for both"),
        ({"style_mask": labels(RED)}, 1, "content_mask: labels are needed for both"),
        ({"content_mask": labels(RED), "style_mask": labels(RED)}, 2, "one painting, got 2"),
        (
            {"content_mask": labels(RED, GREEN), "style_mask": labels(RED, BLUE)}, 1,
            "the region #00ff00 is not in the style_mask, which has: #0000ff, #ff0000",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_matched_is_refused_in_one_line(extras, paintings, message):
    with pytest.raises(UsageError, match=message):
        matched_labels(extras, paintings)
