"""Packing: decoded once, honest about what it could not use, renewed when a file changes."""

import os
from pathlib import Path

import numpy as np
import pytest

from impasto.core import Context, UsageError
from impasto.training import data
from impasto.training.data import pack

from .conftest import fill


def test_packed_pictures_are_the_decoded_ones(tmp_path):
    folder = fill(tmp_path / "photos", 3, size=(20, 28))
    album = pack("content", folder, Context(), crop_px=16, short_px=20)
    expected = {np.rint(255 * data.decode(file).rgb).astype(np.uint8).tobytes() for file in folder.iterdir()}
    assert {album[i].tobytes() for i in range(len(album))} == expected


def test_a_large_picture_is_packed_with_its_short_side_bounded(tmp_path):
    album = pack("content", fill(tmp_path / "photos", 2, size=(60, 90)), Context(), crop_px=16)
    assert album[0].shape == (28, 42, 3)


def test_a_folder_is_decoded_once_until_a_file_changes(folders, monkeypatch):
    first = pack("content", folders["content"], Context(), crop_px=16)
    with monkeypatch.context() as patched:
        patched.setattr(data, "decode", None)  # nothing calls it
        assert pack("content", folders["content"], Context(), crop_px=16).key == first.key
    os.utime(folders["content"] / "03.png", (1, 1))
    assert pack("content", folders["content"], Context(), crop_px=16).key != first.key


def test_unreadable_and_tiny_pictures_are_skipped_counted_and_listed(folders):
    (folders["content"] / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    fill(folders["content"] / "small", 1, size=(8, 8))
    context = Context()
    album = pack("content", folders["content"], context, crop_px=16)
    assert len(album) == 12
    assert {name for name, _ in album.skipped} == {"broken.jpg", str(Path("small", "00.png"))}
    assert "skipped 2 of 14 pictures: broken.jpg" in context.warnings[0]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_pictures_are_one_clear_error(tmp_path, count):
    folder = fill(tmp_path / "few", count)
    with pytest.raises(UsageError, match=rf"--style .*few: {count} usable pictures of {count}; training needs"):
        pack("style", folder, Context(), crop_px=16)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"--content .*nowhere: no such folder"):
        pack("content", tmp_path / "nowhere", Context(), crop_px=16)
