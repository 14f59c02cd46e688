import io

import pytest
from PIL import Image

from impasto.core import InputError
from impasto.image import png


def test_a_file_is_read_as_its_chunks(make_png, noise):
    data = make_png(noise(), (b"tEXt", b"a\0b"), late=[(b"eXIf", b"x")])
    assert [kind for kind, _ in png.chunks(data)] == [b"IHDR", b"tEXt", b"IDAT", b"eXIf", b"IEND"]
    assert dict(png.chunks(data))[b"tEXt"] == b"a\0b"
    assert png.depth(data) == 8


def test_what_is_inserted_is_found_by_others(make_png, noise, profiles):
    extra = [png.profile_chunk(profiles["wide"]), png.resolution_chunk((300, 300)), png.text_chunk("Titel", "été ✓")]
    data = png.insert(make_png(noise()), extra)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.info["icc_profile"] == profiles["wide"]
        assert image.text["Titel"] == "été ✓"
        assert image.info["dpi"] == pytest.approx((300, 300), rel=1e-3)
    assert png.read_text(data, "Titel") == "été ✓"
    assert png.read_text(data, "Other") is None


def test_trailing_bytes_after_the_end_do_not_matter(make_png, noise):
    assert len(list(png.chunks(make_png(noise()) + b"garbage"))) == 3


def test_a_file_that_breaks_off_says_what_is_missing(make_png, noise):
    data = make_png(noise())
    with pytest.raises(InputError, match=rf"truncated PNG \({len(data) - 12:,} of at least {len(data):,} bytes\)"):
        list(png.chunks(data[:-12]))  # without its end
    with pytest.raises(InputError, match=rf"of at least {len(data):,} bytes"):
        list(png.chunks(data[:-20]))  # within the pixels


def test_garbage_between_chunks_is_damage(make_png, noise):
    data = make_png(noise())
    start = data.index(b"IDAT") - 4
    with pytest.raises(InputError, match="damaged PNG"):
        list(png.chunks(data[:start] + b"\0" * 40 + data[start:]))
