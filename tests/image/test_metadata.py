import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from impasto._version import __version__
from impasto.core import InputError
from impasto.image import encode, read_metadata, save
from impasto.image.metadata import EXIF_LIMIT, to_json

PICTURE = np.full((8, 12, 3), 0.5, np.float32)
STORY = {"method": "gatys", "options": {"steps": 10, "layers": ["relu1_1"]}, "seed": 2**62, "sha256": ["é", None]}
SUFFIXES = ["png", "jpg", "webp", "tif"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("depth", [8, 16])
def test_what_was_written_is_read_back(suffix, depth, tmp_path):
    path = tmp_path / f"out.{suffix}"
    save(PICTURE, path, metadata=STORY, depth=depth if suffix in ("png", "tif") else 8)
    assert read_metadata(path) == STORY


@pytest.mark.parametrize("suffix", [*SUFFIXES, "bmp"])
def test_no_metadata_means_none(suffix, tmp_path):
    path = tmp_path / f"out.{suffix}"
    save(PICTURE, path)
    assert read_metadata(path) is None
    assert b"gatys" not in path.read_bytes()


def test_other_programs_find_it_where_they_look(tmp_path):
    save(PICTURE, tmp_path / "out.png", metadata=STORY)
    with Image.open(tmp_path / "out.png") as image:
        assert json.loads(image.text["impasto"]) == STORY
        assert image.text["Software"] == f"impasto {__version__}"
    for suffix in ("jpg", "webp"):
        save(PICTURE, tmp_path / f"out.{suffix}", metadata=STORY)
        with Image.open(tmp_path / f"out.{suffix}") as image:
            exif = image.getexif()
            assert exif[0x0131] == f"impasto {__version__}"
            assert json.loads(exif.get_ifd(0x8769)[0x9286].removeprefix(b"ASCII\0\0\0")) == STORY
    save(PICTURE, tmp_path / "out.tif", metadata=STORY)
    with Image.open(tmp_path / "out.tif") as image:
        assert json.loads(image.tag_v2[270]) == STORY


def test_values_json_has_no_word_for_are_said_as_well_as_can_be():
    odd = {"nan": math.nan, "inf": [math.inf], "path": Path("a.png"), "array": np.arange(2), "float": np.float32(0.5)}
    wanted = {"nan": None, "inf": [None], "path": "a.png", "array": [0, 1], "float": 0.5}
    assert json.loads(to_json(odd)) == wanted


def test_a_story_too_long_for_exif_loses_its_longest_entries_not_the_picture(tmp_path):
    story = {"method": "gatys", "losses": list(range(60_000)), "seed": 1}
    save(PICTURE, tmp_path / "out.jpg", metadata=story)
    assert read_metadata(tmp_path / "out.jpg") == {"method": "gatys", "seed": 1, "left_out": ["losses"]}
    save(PICTURE, tmp_path / "out.png", metadata=story)
    assert read_metadata(tmp_path / "out.png") == story
    assert len(to_json({str(n): "x" * 50_000 for n in range(5)}, EXIF_LIMIT)) <= EXIF_LIMIT
    assert to_json({"a" * 70_000: 1}, 10) == "{}"


def test_other_programs_words_are_not_taken_for_ours(tmp_path):
    exif = Image.Exif()
    exif[0x0131] = "SomeCamera 1.0"
    exif.get_ifd(0x8769)[0x9286] = b'ASCII\0\0\0{"a": 1}'
    Image.new("RGB", (4, 4)).save(tmp_path / "a.jpg", exif=exif)
    assert read_metadata(tmp_path / "a.jpg") is None
    info = PngInfo()
    info.add_itxt("Comment", "{}")
    info.add_itxt("impasto", "no JSON")
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", pnginfo=info)
    assert read_metadata(tmp_path / "a.png") is None


def test_nothing_of_the_inputs_own_exif_is_copied(tmp_path):
    from impasto.image import decode

    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    Image.new("RGB", (16, 16)).save(tmp_path / "photo.jpg", exif=exif)
    photo = decode(tmp_path / "photo.jpg")
    for suffix in SUFFIXES:
        data = encode(photo.rgb, suffix, profile=photo.profile, alpha=photo.alpha, metadata={"a": 1})
        assert b"SecretCamera" not in data
        (tmp_path / "out").write_bytes(data)
        with Image.open(tmp_path / "out") as image:
            assert not image.getexif().get_ifd(0x8825)


def test_reading_from_no_picture_is_refused_by_name(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InputError, match=r"notes\.txt: not a picture"):
        read_metadata(tmp_path / "notes.txt")
    with pytest.raises(InputError, match="no such file"):
        read_metadata(tmp_path / "gone.png")
    (tmp_path / "cut.jpg").write_bytes(encode(PICTURE, "jpg")[:20])
    with pytest.raises(InputError, match=r"cut\.jpg: "):
        read_metadata(tmp_path / "cut.jpg")
