"""A runtime of three small files in an npm package's shape, and the chromium of this machine."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from impasto.export import runtime


def package(name: str = runtime.PACKAGE) -> dict[str, bytes]:
    """An npm package's files that look like the runtime's."""
    files = {f"package/dist/{file}": file.encode() for file in runtime.FILES}
    return files | {"package/package.json": json.dumps({"name": name, "version": "9.8.7"}).encode()}


def archive(files: dict[str, bytes]) -> bytes:
    """As npm packs them."""
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return room.getvalue()


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """The package in a folder."""
    for name, data in package().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path / "package"
