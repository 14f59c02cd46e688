"""Films as they come: their frames, times and shapes, and one clear line for those that are none."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from impasto.core import InputError, UsageError
from impasto.video.clip import open_clip

LEVEL = 1 / 255


def test_a_film_says_what_it_holds_and_gives_its_frames(film, frames):
    pictures = frames(6)
    clip = open_clip(film(pictures, sound=True))
    assert (clip.size, len(clip), clip.rate, clip.sound) == ((64, 96), 6, 10, True)
    assert clip.seconds == pytest.approx(0.6)
    read = list(clip.frames())
    assert max(np.abs(a - b).mean() for a, b in zip(read, pictures, strict=True)) < 4 * LEVEL
    assert all(np.array_equal(a, b) for a, b in zip(clip.frames(1, 2), read[1::2], strict=True))


def test_frames_at_uneven_times_keep_them(film, frames):
    clip = open_clip(film(frames(4), times=[0.0, 0.1, 0.5, 0.55]))
    assert [float(time) for time in clip.times] == [0.0, 0.1, 0.5, 0.55]
    assert clip.rate == pytest.approx(3 / 0.55, rel=1e-3)


def test_a_film_taken_with_the_camera_on_its_side_stands_upright(film, frames):
    path = film(frames(2))
    upright = open_clip(path)
    data = bytearray(path.read_bytes())
    # The matrix of the first track's header (ISO/IEC 14496-12, 8.3.2), here a quarter turn clockwise.
    at = data.index(b"tkhd") + 4 + 40
    turn = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    data[at : at + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in turn)
    path.write_bytes(data)
    turned = open_clip(path)
    assert turned.size == upright.size[::-1]
    assert np.array_equal(next(turned.frames()), np.rot90(next(upright.frames()), -1))


def test_a_folder_of_frames_is_a_film(folder, frames):
    pictures = frames(3)
    clip = open_clip(folder(pictures, first=16), fps=12)
    assert (clip.size, len(clip), clip.rate, clip.times[2]) == ((64, 96), 3, 12, Fraction(1, 6))
    assert np.abs(list(clip.frames())[2] - pictures[2]).max() <= LEVEL
    assert open_clip(clip.path).rate == 24


def refusal(source, **more) -> str:
    with pytest.raises(UsageError) as caught:
        clip = open_clip(source, **more)
        list(clip.frames())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_wrong_with_a_folder_is_told_in_a_line(folder, frames, tmp_path):
    path = folder(frames(5))
    (path / "frame_0003.png").rename(tmp_path / "away.png")
    assert "frame 3 is missing between frame_0002.png and frame_0004.png" in refusal(path)
    (path / "frame_0003.png").touch()
    assert refusal(path).endswith("frame_0003.png: the file is empty.")
    (path / "frame_0003.png").write_bytes((tmp_path / "away.png").read_bytes())
    (path / "frame_003.jpg").touch()
    assert "frame 3 is there twice" in refusal(path)
    (path / "frame_003.jpg").rename(path / "other_0001.png")
    assert "several sequences ('frame_...' and 'other_...')" in refusal(path)
    (path / "other_0001.png").unlink()
    (path / "frame_0005.png").write_bytes(
        folder(frames(1, (30, 40)), name="small").joinpath("frame_0001.png").read_bytes()
    )
    assert "frame_0005.png: 40 x 30 pixels; the frames before it are 96 x 64 pixels" in refusal(path)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no numbered pictures" in refusal(empty)


def test_what_is_no_film_is_told_in_a_line(film, frames, tmp_path, photo):
    empty, text, playlist = tmp_path / "a.mp4", tmp_path / "b.mp4", tmp_path / "c.mp4"
    empty.touch()
    text.write_text("not a film")
    whole = film(frames(3))
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{whole}\n#EXT-X-ENDLIST\n")
    assert refusal(empty) == f"{empty}: the file is empty."
    assert "not a film that can be read" in refusal(text)
    assert "not a film that can be read" in refusal(playlist)  # it would open other files
    assert "no such file" in refusal(tmp_path / "none.mp4")
    assert "is a picture, not a film" in refusal(photo)
    assert "says itself how fast" in refusal(whole, fps=30.0)


def test_a_film_that_breaks_off_gives_what_it_has_or_a_line(film, frames):
    path = film(frames(6), "film.mkv")
    Path(path).write_bytes(path.read_bytes()[: 2 * path.stat().st_size // 3])
    try:
        assert 0 < len(list(open_clip(path).frames())) < 6
    except InputError as error:
        assert "\n" not in str(error)
