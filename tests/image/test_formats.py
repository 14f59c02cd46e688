import re

import pytest

from impasto.core import InputError, UsageError
from impasto.image import formats
from impasto.image.formats import format_named, format_of, sniff


def test_formats_are_known_by_suffix_and_name():
    assert format_of("a/b.c/photo.JpG") is formats.JPEG
    assert format_named("PNG") is format_named(".png") is formats.PNG
    assert formats.READABLE == "JPEG, PNG, WebP, TIFF, HEIC, BMP"


@pytest.mark.parametrize(
    ("name", "meant"), [("out.jpge", "'.jpg'"), ("out.tff", "'.tiff'"), ("out.wepb", "'.webp'"), ("out.bpm", "'.bmp'")]
)
def test_a_slip_of_the_finger_is_answered_with_the_suffix_that_was_meant(name, meant):
    with pytest.raises(UsageError, match=re.escape(meant)):
        format_of(name)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", formats.JPEG),
        (b"\x89PNG\r\n\x1a\n", formats.PNG),
        (b"RIFF\0\0\0\0WEBP", formats.WEBP),
        (b"II*\0", formats.TIFF),
        (b"MM\0+", formats.TIFF),
        (b"BM\0\0\0\0\0\0\0\0", formats.BMP),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heic", formats.HEIC),
    ],
)
def test_bytes_tell_the_format(data, kind):
    assert sniff(data) is kind


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"GIF89a", "a GIF"),
        (b"%PDF-1.7", "a PDF"),
        (b"8BPS", "a Photoshop file"),
        (b"<svg xmlns", "an SVG"),
        (b"\xff\x0a", "a JPEG XL"),
        (b"\0\0\0\x1cftypavif", "an AVIF"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0avif", "an AVIF"),
        (b"\0\0\0\x1cftypisom", "a video"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"hello", "not a picture"),
        (b"RIFF\0\0\0\0WAVE", "not a picture"),
        (b"BM is how this text begins", "not a picture"),
    ],
)
def test_everything_else_is_refused_and_named_where_it_is_known(data, name):
    with pytest.raises(InputError, match=rf"^{name}.*JPEG, PNG, WebP, TIFF, HEIC, BMP"):
        sniff(data)
