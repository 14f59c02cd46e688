"""The flicker of a film: none where nothing changes, and that of added noise, in levels."""

import numpy as np
import pytest

from impasto.evaluation import stability


@pytest.fixture(scope="module")
def film(painted):
    whole = painted(64, 110, seed=5)
    return [whole[:, 2 * n : 2 * n + 96] for n in range(4)]


def test_a_film_compared_with_itself_has_its_own_flicker(film):
    found = stability(film, film)
    assert (found.ratio, found.contrast, found.frames) == (1, 1, 4)
    assert stability([film[0]] * 3, [film[0]] * 3).flicker == 0


def test_noise_on_every_frame_is_told_in_levels(film):
    random = np.random.default_rng(0)
    still = [film[0]] * 3
    noisy = [frame + random.normal(0, 6 / 255, frame.shape).astype(np.float32) for frame in still]
    assert stability(still, noisy).flicker == pytest.approx(6 * 2**0.5, rel=0.1)


def test_twice_the_contrast_flickers_twice_and_relatively_the_same(film):
    loud = [np.float32(2) * frame for frame in film]
    found = stability(film, loud)
    assert found.ratio == pytest.approx(2, rel=1e-3)
    assert found.relative == pytest.approx(1, rel=1e-3)


def test_films_that_cannot_be_compared_are_refused(film):
    with pytest.raises(ValueError, match="shorter"):
        stability(film[:1], film)
    with pytest.raises(ValueError, match="no two frames"):
        stability(film[:1], film[:1])
