"""Numbers in the words people use."""

import pytest

from impasto.api.wording import memory_text, time_text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (10, "1 MB"), (850e6, "850 MB"), (1.3e9, "1.3 GB"), (9.94e9, "9.9 GB"), (9.96e9, "10 GB"), (61e9, "61 GB"),
        (2e12, "2.0 TB"),
    ],
)  # fmt: skip
def test_memory(count, text):
    assert memory_text(int(count)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "under a second"), (25.4, "25 s"), (59.6, "1 min"), (200, "3 min 20 s"), (3599.6, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)  # fmt: skip
def test_time(seconds, text):
    assert time_text(seconds) == text
