import io
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image

from impasto.core import InputError, UsageError
from impasto.image import decode, encode, read_metadata, save

pillow_heif = pytest.importorskip("pillow_heif")


def heic(samples, **settings) -> bytes:
    target = io.BytesIO()
    image = Image.fromarray(samples) if samples.dtype == np.uint8 else None
    if image is None:
        file = pillow_heif.from_bytes("RGB;16", samples.shape[1::-1], samples.tobytes())
    else:
        file = pillow_heif.from_pillow(image)
    file.save(target, quality=95, chroma=444, **settings)
    return target.getvalue()


def test_heic_pictures_are_read(smooth):
    picture = decode(heic(smooth))
    assert_allclose(picture.rgb, smooth / 255, atol=4 / 255)
    assert picture.depth == 8 and picture.alpha is None


def test_grey_heic_becomes_three_equal_channels(smooth):
    rgb = decode(heic(smooth[..., 0])).rgb
    assert_allclose(rgb, np.repeat(smooth[..., :1], 3, 2) / 255, atol=4 / 255)


def test_heic_with_alpha_keeps_it(smooth):
    samples = np.concatenate([smooth, smooth[..., :1]], -1)
    picture = decode(heic(samples))
    assert_allclose(picture.alpha, smooth[..., 0] / 255, atol=4 / 255)


def test_heic_of_10_bits_keeps_more_than_8(smooth):
    deep = smooth.astype(np.uint16) * 256 + np.arange(64, dtype=np.uint16)[None, :, None] * 4
    picture = decode(heic(deep))
    assert picture.depth == 16
    assert_allclose(picture.rgb, deep / 65535, atol=4 / 255)
    assert len(np.unique(picture.rgb)) > 256


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_heic_is_turned_once_not_twice(orientation, smooth):
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = pillow_heif.from_bytes("RGB", (64, 48), smooth.tobytes())
    file[0].info["exif"] = exif.tobytes()  # stored unturned, with a rotation box as phones write it
    target = io.BytesIO()
    file.save(target, quality=95, chroma=444)
    assert (b"irot" in target.getvalue()) == (orientation > 1)
    upright = np.rot90(smooth, {1: 0, 3: 2, 6: -1, 8: 1}[orientation])
    assert_allclose(decode(target.getvalue()).rgb, upright / 255, atol=5 / 255)


def test_heic_profiles_are_used(smooth, profiles):
    picture = decode(heic(smooth, icc_profile=profiles["wide"]))
    assert picture.profile == profiles["wide"]


def test_pillows_own_list_of_readers_stays_as_it_was(smooth):
    code = "import sys; from impasto.image import decode; decode(sys.stdin.buffer); from PIL import Image; Image.init(); print('HEIF' in Image.OPEN)"
    done = subprocess.run([sys.executable, "-c", code], input=heic(smooth), capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


def test_without_the_extra_heic_says_how_to_get_it(smooth, monkeypatch):
    data = heic(smooth)
    monkeypatch.setattr(import_module("impasto.image.heif"), "_library", lambda: None)
    with pytest.raises(InputError) as caught:
        decode(data, name="photo.heic")
    wanted = "photo.heic: a HEIC picture, which needs the 'heif' extra. Install it with: pip install 'impasto[heif]'."
    assert str(caught.value) == wanted
    with pytest.raises(UsageError, match=r"pip install 'impasto\[heif\]'"):
        encode(np.zeros((4, 4, 3), np.float32), "heic")


def test_avif_sequences_and_films_are_refused_by_kind():
    def box(brand: bytes) -> bytes:
        return b"\0\0\0\x14ftyp" + brand + b"\0\0\0\0" + brand + b"\0" * 100

    for brand, reason in ((b"avif", "an AVIF"), (b"hevc", "a HEIC image sequence"), (b"isom", "a video")):
        with pytest.raises(InputError, match=f"^x: {reason}"):
            decode(box(brand), name="x")


def test_heic_results_come_back_with_alpha_profile_and_metadata(tmp_path, smooth, profiles):
    rgb = smooth.astype(np.float32) / 255
    path = tmp_path / "out.heic"
    save(rgb, path, alpha=rgb[..., 1], profile=profiles["wide"], metadata={"method": "gatys"})
    picture = decode(path)
    assert np.abs(picture.rgb - rgb).mean() < 2 / 255
    assert_allclose(picture.alpha, rgb[..., 1], atol=8 / 255)
    assert picture.profile == profiles["wide"]
    assert read_metadata(path) == {"method": "gatys"}
