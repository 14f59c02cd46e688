"""Folders of pictures, decoded once and kept as plain bytes that training can cut crops from without decoding.

A packed album is two files in the cache: PIXELS, one flat uint8 array in .npy form that is mapped into memory, and
INDEX, a JSON file that says where each picture lies and which files could not be read.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from impasto.core import Context, ImpastoError, UsageError
from impasto.core.caches import cache_folder
from impasto.image import MAX_BYTES, decode, resize

_VERSION = 1  # raise it when what is packed changes
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".heic", ".heif"})
_LISTED = 5  # unreadable files named in a warning; the index lists them all
_HELD_OUT_SHARE, _MOST_HELD_OUT = 0.05, 64


@dataclass(frozen=True, slots=True)
class Album:
    """Pictures of one kind: (H, W, 3) uint8 each, as views into one mapped file, and the names of skipped files."""

    kind: str
    pixels: NDArray[np.uint8]
    places: Sequence[tuple[int, int, int]]
    skipped: Sequence[tuple[str, str]]
    key: str

    def __len__(self) -> int:
        """How many pictures there are."""
        return len(self.places)

    def __getitem__(self, index: int) -> NDArray[np.uint8]:
        """One picture; nothing is copied."""
        start, height, width = self.places[index]
        return self.pixels[start : start + 3 * height * width].reshape(height, width, 3)

    @property
    def held_out(self) -> range:
        """Indices kept for validation: the last twentieth, never more than 64 nor all."""
        count = min(_MOST_HELD_OUT, max(1, int(len(self) * _HELD_OUT_SHARE)), len(self) - 1)
        return range(len(self) - count, len(self))

    @property
    def for_training(self) -> range:
        """Indices that training draws from."""
        return range(len(self) - len(self.held_out))


def pack(kind: str, folder: str | Path, context: Context, *, crop_px: int, short_px: int | None = None) -> Album:
    """The pictures below a folder as an album, packed into the cache unless these very files are there already.

    crop_px: the crops to come; smaller pictures are skipped. short_px: the short side that larger pictures are brought
    to, by default 1.75 crops, so that crops have sharp detail and some choice of place. Unreadable files are skipped,
    counted and listed. Raises UsageError when there are fewer than two usable pictures.
    """
    root, short_px = Path(folder).expanduser(), short_px or int(1.75 * crop_px)
    files = list(_files(root, kind))
    key = _key(files, root, (short_px, crop_px))
    place = cache_folder("pictures") / f"{root.name or kind}-{key[:16]}"
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_suffix(".lock")):
        if not (place / "index.json").is_file():
            _write(place, files, root, context, short_px, crop_px, kind)
    album = _open(place, kind, key)
    if len(album) < 2:
        why = (
            f" {len(album.skipped)} could not be used, the first: {': '.join(album.skipped[0])}"
            if album.skipped
            else ""
        )
        raise UsageError(
            f"--{kind} {root}: {len(album)} usable pictures of {len(files)}; training needs at least 2.{why}"
        )
    if album.skipped:
        names = ", ".join(name for name, _ in album.skipped[:_LISTED])
        more = f" and {len(album.skipped) - _LISTED} more" if len(album.skipped) > _LISTED else ""
        context.warn(f"{root}: skipped {len(album.skipped)} of {len(files)} pictures: {names}{more}")
    return album


def _files(root: Path, kind: str) -> Iterator[Path]:
    if not root.is_dir():
        raise UsageError(f"--{kind} {root}: no such folder")
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                yield Path(folder, name)


def _key(files: Sequence[Path], root: Path, settings: tuple[int, ...]) -> str:
    """A hash of names, sizes and times: any change to the folder makes another album."""
    digest = hashlib.sha256(repr((_VERSION, *settings)).encode())
    for file in files:
        status = file.stat()
        digest.update(
            f"{file.relative_to(root)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape")
        )
    return digest.hexdigest()


def _write(
    place: Path, files: Sequence[Path], root: Path, context: Context, short_px: int, crop_px: int, kind: str
) -> None:
    """Decode every file once. The index is written last: without it, nothing of the folder counts."""
    places: list[tuple[int, int, int]] = []
    skipped: list[tuple[str, str]] = []
    end, scratch = 0, place / "pixels.tmp"
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool, scratch.open("wb") as raw:
        # In slices, so that a large folder is never in memory at once.
        for start in range(0, len(files), 64):
            part = files[start : start + 64]
            for file, found in zip(part, pool.map(lambda f: _read(f, short_px, crop_px), part), strict=True):
                if isinstance(found, str):
                    skipped.append((str(file.relative_to(root)), found))
                    continue
                raw.write(found.tobytes())
                places.append((end, *found.shape[:2]))
                end += found.size
            context.report(min(start + 64, len(files)), len(files), message=f"packing {kind} pictures")
            if context.stopping:
                raise UsageError(f"--{kind} {root}: stopped while packing; the next run starts packing anew")
    # Shuffled once, so that held-out pictures come from every subfolder.
    order = np.random.default_rng(0).permutation(len(places))
    _as_npy(scratch, place / "pixels.npy", end)
    index = {"places": [places[i] for i in order], "skipped": skipped, "files": len(files), "short_px": short_px}
    temporary = place / "index.tmp"
    temporary.write_text(json.dumps(index), encoding="utf-8")
    temporary.replace(place / "index.json")


def _read(file: Path, short_px: int, crop_px: int) -> NDArray[np.uint8] | str:
    """A picture at its packed size, or the reason why there is none."""
    try:
        if file.stat().st_size > MAX_BYTES:
            return "the file is too large"
        rgb = decode(file).rgb
    except (ImpastoError, OSError) as error:
        return str(error).removeprefix(f"{file}: ")
    height, width = rgb.shape[:2]
    if min(height, width) < crop_px:
        return f"{width} x {height} pixels is smaller than a crop of {crop_px}"
    if (scale := short_px / min(height, width)) < 1:
        rgb = resize(rgb, (max(short_px, round(height * scale)), max(short_px, round(width * scale))))
    return np.rint(rgb * 255).astype(np.uint8)


def _as_npy(raw: Path, target: Path, size: int) -> None:
    mapped = open_memmap(target, mode="w+", dtype=np.uint8, shape=(max(1, size),))
    if size:
        mapped[:size] = np.memmap(raw, np.uint8, "r", shape=(size,))
    mapped.flush()
    raw.unlink()


def _open(place: Path, kind: str, key: str) -> Album:
    index: dict[str, Any] = json.loads((place / "index.json").read_text(encoding="utf-8"))
    places = [(start, height, width) for start, height, width in index["places"]]
    skipped = [(name, why) for name, why in index["skipped"]]
    return Album(kind, np.load(place / "pixels.npy", mmap_mode="r"), places, skipped, key)
