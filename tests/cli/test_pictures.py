"""Names on the command line: weights, streams, and what a result is called."""

import pytest

from impasto.cli.pictures import split_weight, stem_of


@pytest.mark.parametrize(
    ("word", "name", "weight"),
    [
        ("a.jpg", "a.jpg", 1.0),
        ("a.jpg:2", "a.jpg", 2.0),
        ("a.jpg:0.5", "a.jpg", 0.5),
        ("a.jpg:1e-3", "a.jpg", 1e-3),
        (r"C:\art\a.jpg", r"C:\art\a.jpg", 1.0),
        (r"C:\art\a.jpg:3", r"C:\art\a.jpg", 3.0),
        ("at 10:30.jpg", "at 10:30.jpg", 1.0),
        ("-", "-", 1.0),
        ("-:2", "-", 2.0),
        (":2", ":2", 1.0),
        ("a.jpg:-1", "a.jpg", -1.0),
    ],
)
def test_a_weight_is_what_follows_the_last_colon_if_it_is_a_number(word, name, weight):
    assert split_weight(word) == (name, weight)


def test_an_existing_file_wins_over_a_weight(tmp_path):
    (tmp_path / "a.jpg:2").touch()
    assert split_weight("a.jpg:2") == ("a.jpg:2", 1.0)


@pytest.mark.parametrize(
    ("content", "styles", "stem"),
    [
        ("my/photo.jpg", ["art/wave.png", "other.png"], "photo-wave"),
        ("-", ["wave.png"], "stdin-wave"),
        ("photo.jpg", [], "photo-kuwahara"),
        (None, ["wave.png"], "wave-kuwahara"),
    ],
)
def test_a_result_is_named_after_the_photo_and_the_first_style(content, styles, stem):
    assert stem_of(content, styles, "kuwahara") == stem
