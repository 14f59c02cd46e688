"""Which crops a step sees: a pure function of the seed and the step's number, so that nothing of it need be stored."""

import queue
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .data import Album

_LARGEST_ZOOM = 1.75  # crops are cut up to this much larger and shrunk, so that textures come at several scales
_READY = 3  # batches prepared ahead


class Sampler:
    """Batches of random crops by kind of picture: `sampler(n)` is the batch of step n, whatever was asked before."""

    def __init__(
        self, albums: Mapping[str, Album], batch_size: int, crop_px: int, seed: int, part: slice = slice(None)
    ) -> None:
        """Kinds are told apart by name, so that adding one leaves the others' crops as they were. part: of every batch."""
        self.part = range(batch_size)[part]
        self.albums, self.batch_size, self.crop_px, self.seed = albums, batch_size, crop_px, seed

    def __call__(self, step: int) -> dict[str, Tensor]:
        """(N, 3, S, S) float32 in [0, 1] for every kind."""
        return {kind: self._crops(album, step) for kind, album in self.albums.items()}

    def _crops(self, album: Album, step: int) -> Tensor:
        lane, pictures = _lane(album.kind), len(album.for_training)
        random = np.random.default_rng((self.seed, lane, 1, step))
        crops = np.empty((len(self.part), self.crop_px, self.crop_px, 3), np.uint8)
        for i in range(self.part.stop):
            # Every picture comes once a round, in an order of its own each round.
            turn, place = divmod(step * self.batch_size + i, pictures)
            picture = album[int(_order(self.seed, lane, turn, pictures)[place])]
            chosen = random_square(picture.shape[:2], self.crop_px, random)  # others' too: they use random numbers up
            if i in self.part:
                crops[i - self.part.start] = cut_square(picture, self.crop_px, *chosen)
        return as_batch(crops)

    def held_out(self) -> dict[str, Tensor]:
        """The middles of the pictures kept for validation, as many of every kind."""
        count = min((len(album.held_out) for album in self.albums.values()), default=0)
        return {
            kind: as_batch(np.stack([middle_crop(album[i], self.crop_px) for i in album.held_out[:count]]))
            for kind, album in self.albums.items()
        }


def random_square(size: tuple[int, ...], crop_px: int, random: np.random.Generator) -> tuple[int, int, int, bool]:
    """Side, top and left of a square anywhere in a picture, at one of several scales, and whether to mirror it."""
    height, width = size
    side = round(crop_px * random.uniform(1, min(_LARGEST_ZOOM, min(height, width) / crop_px)))
    top, left = (int(random.integers(0, room - side + 1)) for room in (height, width))
    return side, top, left, random.random() < 0.5


def cut_square(
    picture: NDArray[np.uint8], crop_px: int, side: int, top: int, left: int, mirror: bool
) -> NDArray[np.uint8]:
    """That square of a picture as (crop_px, crop_px, 3)."""
    import cv2

    crop = np.ascontiguousarray(picture[top : top + side, left : left + side])
    if side != crop_px:
        crop = cv2.resize(crop, (crop_px, crop_px), interpolation=cv2.INTER_AREA)
    return crop[:, ::-1] if mirror else crop


def middle_crop(picture: NDArray[np.uint8], crop_px: int) -> NDArray[np.uint8]:
    """The middle square of (crop_px, crop_px, 3)."""
    top, left = ((side - crop_px) // 2 for side in picture.shape[:2])
    return picture[top : top + crop_px, left : left + crop_px]


def as_batch(crops: NDArray[np.uint8]) -> Tensor:
    """(N, S, S, 3) bytes as (N, 3, S, S) float32 in [0, 1], channels last in memory."""
    return torch.from_numpy(crops).permute(0, 3, 1, 2).float().div_(255)


def _lane(kind: str) -> int:
    return int.from_bytes(kind.encode()[:6], "big")


@lru_cache(maxsize=8)
def _order(seed: int, lane: int, turn: int, count: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, lane, 0, turn)).permutation(count)


class Prefetcher:
    """Prepares the batches of coming steps in a thread of its own; ask for them in order, from `first` on."""

    def __init__(self, make: Callable[[int], dict[str, Tensor]], first: int) -> None:
        """make: the batch of a step."""
        self._make, self._next = make, first
        self._ready: queue.Queue[Any] = queue.Queue(_READY)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="impasto-crops", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Use it in a with statement, so that the thread ends."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread."""
        self._closed.set()
        self._thread.join()

    def __call__(self) -> dict[str, Tensor]:
        """The next batch. An error while making it is raised here."""
        batch = self._ready.get()
        if isinstance(batch, BaseException):
            raise batch
        return batch

    def _work(self) -> None:
        while not self._closed.is_set():
            try:
                made: Any = self._make(self._next)
            except BaseException as error:  # handed over to whoever asks next
                made = error
            self._next += 1
            while not self._closed.is_set():
                try:
                    self._ready.put(made, timeout=0.1)
                    break
                except queue.Full:
                    continue
