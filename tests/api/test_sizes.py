"""Sizes: what is used, what is refused, and that every size a message names works."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impasto.api.sizes import check_content, check_memory, largest_size, result_size, smallest_size
from impasto.core import Estimate, SizeRule, UsageError
from impasto.image import fit_size

RULE = SizeRule(minimum=32, default=512, maximum=2000)
sides = st.integers(1, 5000)


@pytest.mark.parametrize(
    ("shape", "size", "result"),
    [
        ((300, 400), None, (300, 400)),
        ((3000, 4000), None, (384, 512)),
        ((300, 400), 800, (600, 800)),
        ((300, 400), 400, (300, 400)),
        ((400, 300), 100, (100, 75)),
    ],
)
def test_the_default_only_shrinks_and_a_wish_is_granted(shape, size, result):
    assert result_size(shape, size, RULE) == result


@given(sides, sides, st.integers(1, 300))
def test_the_smallest_size_works_and_no_smaller_one_does(height, width, minimum):
    size = smallest_size((height, width), minimum)
    assert min(fit_size((height, width), size)) >= minimum
    assert size == 1 or min(fit_size((height, width), size - 1)) < minimum


def test_a_strip_too_narrow_for_any_allowed_size_says_so():
    with pytest.raises(UsageError, match=r"wall\.jpg: 9000 x 10 pixels is too narrow"):
        check_content("wall.jpg", (10, 9000), None, RULE, "toy")


def needs(height: int, width: int) -> Estimate:
    return Estimate(1000 * height * width)


@given(sides, sides, st.integers(10**4, 10**12))
def test_the_largest_size_fits_and_is_close_to_the_limit(height, width, limit):
    largest = largest_size((height, width), limit, needs)
    if largest is None:
        assert needs(*fit_size((height, width), 1)).memory_bytes > limit
        return
    assert needs(*fit_size((height, width), largest)).memory_bytes <= limit
    # Two leading digits are kept, so the next step up is at most a tenth larger; below a hundred it is one pixel.
    above = largest + 10 ** max(0, len(str(largest)) - 2)
    assert largest >= 1_000_000 // 2 or needs(*fit_size((height, width), above)).memory_bytes > limit


def test_an_estimate_that_never_grows_does_not_search_for_ever():
    assert largest_size((10, 10), 100, lambda _height, _width: Estimate(1)) >= 100_000


def test_a_size_that_does_not_fit_names_the_need_the_space_and_the_remedy():
    with pytest.raises(UsageError) as caught:
        check_memory((3000, 4000), None, (3000, 4000), SizeRule(), needs, 3 * 10**9)
    assert str(caught.value) == (
        "size 4000 (the default) needs about 12 GB; this machine has 3.0 GB free. The largest that fits is 2000."
    )


def test_the_remedy_is_never_above_the_methods_ceiling():
    with pytest.raises(UsageError, match=r"largest that fits is 50\."):
        check_memory((100, 100), 60, (10**5, 10**5), SizeRule(maximum=50), needs, 10**8)
