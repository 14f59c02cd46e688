"""Films out: the frames, times and sound that went in, whole or not at all."""

from fractions import Fraction

import av
import numpy as np
import pytest

from impasto.core import RunError, UsageError
from impasto.video.clip import open_clip
from impasto.video.encode import Reel, check_target, write_film
from impasto.video.sound import Sound


def reel_of(pictures, times=None, rate=10, sound=None) -> Reel:
    samples = [np.rint(picture * 255).astype(np.uint8) for picture in pictures]
    times = [Fraction(n, rate) for n in range(len(samples))] if times is None else times
    return Reel(lambda n: samples[n], times, Fraction(rate), sound)


@pytest.mark.parametrize(("name", "off"), [("a.mp4", 3), ("a.webm", 4), ("a.gif", 7), ("folder", 0.51)])
def test_what_is_written_comes_back(tmp_path, frames, name, off):
    pictures = frames(5)
    assert write_film(tmp_path / name, reel_of(pictures)) == {"sound": None}
    clip = open_clip(tmp_path / name)
    assert (clip.size, len(clip)) == ((64, 96), 5)
    assert clip.rate == (24 if name == "folder" else 10)
    worst = max(255 * np.abs(a - b).mean() for a, b in zip(clip.frames(), pictures, strict=True))
    assert worst < off
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_colours_survive_at_any_size_as_players_read_them(tmp_path):
    # Small films are taken as BT.601 and large ones as BT.709 unless they say what they are.
    red = np.full((32, 48, 3), (0.8, 0.2, 0.1), np.float32)
    write_film(tmp_path / "a.mp4", reel_of([red]))
    assert np.abs(next(open_clip(tmp_path / "a.mp4").frames()) - red).max() < 4 / 255


def test_odd_sides_get_one_pixel_more_where_they_must_be_even(tmp_path, frames):
    pictures = frames(2, (33, 47))
    write_film(tmp_path / "a.mp4", reel_of(pictures))
    write_film(tmp_path / "a.webm", reel_of(pictures))
    assert open_clip(tmp_path / "a.mp4").size == (34, 48)
    assert open_clip(tmp_path / "a.webm").size == (33, 47)
    read = next(open_clip(tmp_path / "a.mp4").frames())
    assert np.abs(read[:33, :47] - pictures[0]).mean() < 3 / 255


def test_uneven_times_are_kept(tmp_path, frames):
    times = [Fraction(0), Fraction(1, 10), Fraction(1, 2), Fraction(11, 20)]
    write_film(tmp_path / "a.mp4", reel_of(frames(4), times, rate=5))
    assert [round(float(time), 3) for time in open_clip(tmp_path / "a.mp4").times] == [0.0, 0.1, 0.5, 0.55]


def test_sound_is_copied_where_it_fits_and_turned_into_what_fits_elsewhere(tmp_path, film, frames):
    source = film(frames(20), sound=True)
    for name, kind, codec in (("a.mp4", "copied", "aac"), ("a.webm", "converted", "opus")):
        sound = Sound(source, Fraction(1, 2), Fraction(3, 2))
        assert write_film(tmp_path / name, reel_of(frames(10), sound=sound)) == {"sound": kind}
        with av.open(str(tmp_path / name)) as written:
            track = written.streams.audio[0]
            heard = list(written.decode(track))
            assert track.codec_context.name == codec
            assert sum(f.samples / f.sample_rate for f in heard) == pytest.approx(1.0, abs=0.15)
            assert np.abs(heard[3].to_ndarray()).max() > 0.5


def test_a_film_that_fails_leaves_what_was_there(tmp_path):
    target = tmp_path / "a.mp4"
    target.write_bytes(b"precious")

    def broken(number):
        if number == 2:
            raise OSError("the disk is gone")
        return np.zeros((32, 32, 3), np.uint8)

    with pytest.raises(RunError, match="the disk is gone"):
        write_film(target, Reel(broken, [Fraction(n, 10) for n in range(4)], Fraction(10)))
    assert target.read_bytes() == b"precious"
    assert len(list(tmp_path.iterdir())) == 1


def test_targets_that_cannot_be_written_are_refused_beforehand(tmp_path):
    with pytest.raises(UsageError, match=r"no film format '\.mpp'\. Did you mean '\.mp4'"):
        check_target(tmp_path / "a.mpp")
    with pytest.raises(UsageError, match="does not exist"):
        check_target(tmp_path / "none" / "a.mp4")
