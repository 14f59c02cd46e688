"""The paintings that become styles: found, named and measured."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from impasto import assets
from impasto.core import UsageError
from impasto.encoders.encoder import Encoder
from impasto.image import decode, fit_size, resize, to_tensor
from impasto.textures.covariance import gram

from .data import SUFFIXES


def paintings(where: str) -> dict[str, Path]:
    """The pictures to learn styles from, by name: one file, those in a folder, or the bundled ones.

    A name is the file's, in small letters with hyphens. Raises UsageError where there is none.
    """
    if not where:
        return {style_name(Path(file)): assets.path(file) for file in assets.names("paintings")}
    root = Path(where).expanduser()
    if root.is_file():
        return {style_name(root): root}
    if not root.is_dir():
        raise UsageError(f"style: {root}: no such file or folder")
    files = sorted(file for file in root.iterdir() if file.suffix.lower() in SUFFIXES and file.name[0] != ".")
    found = {style_name(file): file for file in files}
    if not found:
        raise UsageError(f"style: {root}: no pictures in this folder")
    if len(found) < len(files):
        raise UsageError(f"style: {root}: two paintings in it would have the same name; rename one")
    return found


def style_name(file: Path) -> str:
    """What a painting's style is called.

    >>> style_name(Path("The_Scream (1893).jpg"))
    'the-scream-1893'
    """
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-") or "style"


def tensor_of(file: Path, long_px: int) -> Tensor:
    """A painting (1, 3, H, W), its long side brought to `long_px`. Raises InputError for an unreadable one."""
    rgb = decode(file).rgb
    return to_tensor(resize(rgb, fit_size(rgb.shape[:2], long_px)))


@torch.no_grad()
def textures(look: Encoder, pictures: Sequence[Tensor], layers: Sequence[str]) -> dict[str, Tensor]:
    """Gram matrices (S, C, C) of the paintings by layer, and under "LAYER mean" the channels' means (S, C)."""
    found: dict[str, list[Tensor]] = {}
    for picture in pictures:
        for layer, features in look(picture.to(look.device), layers).items():
            found.setdefault(layer, []).append(gram(features))
            found.setdefault(mean_of(layer), []).append(features.float().mean((2, 3)))
    return {name: torch.cat(parts) for name, parts in found.items()}


def mean_of(layer: str) -> str:
    """The name under which `textures` keeps a layer's means."""
    return f"{layer} mean"


def chosen(goals: Mapping[str, Tensor], which: Tensor) -> dict[str, Tensor]:
    """Of every painting's textures those at the indices (N,)."""
    return {name: goal[which] for name, goal in goals.items()}
