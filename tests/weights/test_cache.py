import dataclasses
import errno
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from impasto.core import RunError
from impasto.weights import conversion, load, manifest, resolve, status

pytestmark = pytest.mark.usefixtures("tiny")

RACER = """
import sys, time
from pathlib import Path
from impasto.weights import conversion, load
import torch
convert, converted = conversion.convert, []
def slow_convert(*args):
    converted.append(1)
    time.sleep(0.5)  # long enough for the other process to come upon an unfinished cache
    return convert(*args)
conversion.convert = slow_convert
Path(sys.argv[1]).touch()
while not Path(sys.argv[2]).exists():
    time.sleep(0.01)
tensors = load("vgg19", up_to="conv1_2")
print(len(converted), tensors["conv1_2.weight"].double().sum().item())
"""


@pytest.fixture
def conversions(monkeypatch):
    """A list that grows with every conversion."""
    made: list[str] = []
    real = conversion.convert
    monkeypatch.setattr(
        conversion, "convert", lambda data, entry, where: made.append(entry.name) or real(data, entry, where)
    )
    return made


def same(loaded, tiny) -> bool:
    return all(torch.equal(loaded[name], value) for name, value in tiny.tensors.items())


def test_the_first_load_converts_and_the_second_reads(tiny, conversions):
    assert same(load("tiny"), tiny)
    assert same(load("tiny"), tiny)
    assert conversions == ["tiny"]


def test_a_cached_file_says_what_it_is_and_where_it_came_from(tiny):
    with safe_open(resolve("tiny"), "np") as file:
        assert file.metadata() == {
            "name": "tiny",
            "source": "freight 1.2",
            "source_sha256": tiny.entry.sha256,
            "licence": "CC0",
            "front_end": "caffe",
            "conversion": conversion.VERSION,
        }


def test_a_cache_outlives_its_package(tiny):
    load("tiny")
    tiny.uninstall()
    assert same(load("tiny"), tiny)


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_truncated_cache_is_made_anew(tiny, conversions, keep):
    path = resolve("tiny")
    whole = path.read_bytes()
    path.write_bytes(whole[:keep])
    assert not status("tiny").cached
    assert same(load("tiny"), tiny)
    assert conversions == ["tiny", "tiny"]
    assert path.stat().st_size == len(whole)


def test_a_cache_damaged_below_its_header_is_made_anew(tiny, conversions):
    path = resolve("tiny")
    data = bytearray(path.read_bytes())
    length = int.from_bytes(data[:8], "little")
    start = json.loads(data[8 : 8 + length])["conv1_2.bias"]["data_offsets"][0]
    data[8 + length + start : 8 + length + start + 4] = b"\xff\xff\xff\xff"  # a NaN
    path.write_bytes(data)
    assert same(load("tiny"), tiny)
    assert conversions == ["tiny", "tiny"]


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"front_end": "torch"}, {"licence": "MIT"}])
def test_a_cache_of_another_source_is_not_used(tiny, monkeypatch, change):
    load("tiny")
    assert status("tiny").cached
    monkeypatch.setitem(manifest.FILES, "tiny", dataclasses.replace(tiny.entry, **change))
    assert not status("tiny").cached


def test_a_cache_of_an_older_conversion_is_made_anew(tiny, conversions, monkeypatch):
    load("tiny")
    monkeypatch.setattr(conversion, "VERSION", "next")
    assert same(load("tiny"), tiny)
    assert conversions == ["tiny", "tiny"]


def test_a_cache_that_cannot_be_written_costs_a_warning_not_the_run(tiny, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "file"))
    with pytest.warns(RuntimeWarning, match="cannot be written .* converted in memory each time. IMPASTO_CACHE"):
        assert same(load("tiny"), tiny)


def test_the_warning_goes_to_whoever_asks_for_it(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "file"))
    heard: list[str] = []
    assert list(load("tiny", up_to="conv1_1", warn=heard.append)) == ["conv1_1.weight", "conv1_1.bias"]
    assert len(heard) == 1
    assert "\n" not in heard[0]


def test_resolve_cannot_name_a_file_where_none_can_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "file"))
    with pytest.raises(RunError, match=r"cannot be written .*; set IMPASTO_CACHE to a folder that can be written"):
        resolve("tiny")


def test_a_full_disk_leaves_nothing_behind(tiny, tmp_path, monkeypatch):
    def no_space(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.warns(RuntimeWarning, match="No space left on device"):
        assert same(load("tiny"), tiny)
    assert [file.name for file in (tmp_path / "cache" / "weights").iterdir()] in ([], ["tiny.lock"])


def test_what_a_killed_process_left_is_swept(tmp_path):
    folder = tmp_path / "cache" / "weights"
    folder.mkdir(parents=True)
    (folder / ".tiny.123-abcd.tmp").write_bytes(b"half")
    load("tiny")
    assert not list(folder.glob(".*.tmp"))


def test_a_finished_cache_is_read_without_a_lock_so_it_may_be_read_only(tmp_path):
    load("tiny")
    lock = tmp_path / "cache" / "weights" / "tiny.lock"
    lock.unlink(missing_ok=True)
    load("tiny")
    assert not lock.exists()


def test_a_finished_cache_may_be_read_by_others():
    before = os.umask(0o022)
    try:
        assert stat.S_IMODE(resolve("tiny").stat().st_mode) == 0o644
    finally:
        os.umask(before)


@pytest.mark.weights
def test_two_processes_that_start_at_once_convert_once(tmp_path):
    go = tmp_path / "go"
    ready = [tmp_path / "ready0", tmp_path / "ready1"]
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, file, go], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for file in ready
    ]
    _wait_for(ready)
    go.touch()
    outputs = [racer.communicate(timeout=60) for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0], outputs
    counts, sums = zip(*(out.split() for out, _ in outputs), strict=True)
    assert sorted(counts) == ["0", "1"]
    assert sums[0] == sums[1]


def _wait_for(files: list[Path]) -> None:
    deadline = time.monotonic() + 60
    while not all(file.exists() for file in files):
        assert time.monotonic() < deadline, "the racers did not start"
        time.sleep(0.01)
