"""A castle under a starry night: one photo, one painting, every default.

    python examples/first_picture.py

The photo and the painting come with the package; any path does as well. Writes out/first_picture.png.
"""

from pathlib import Path
from typing import Any

import impasto
from impasto import assets


def main(out: Path = Path("out"), **options: Any) -> Path:
    """Paint the picture into `out`; options go to the method, for instance size=256."""
    result = impasto.stylize(assets.path("castle.jpg"), assets.path("starry_night.jpg"), **options)
    out.mkdir(parents=True, exist_ok=True)
    file = out / "first_picture.png"
    result.save(file)
    print(f"{file}: {result.report['method']}, {result.report['seconds']:.0f} s")
    return file


if __name__ == "__main__":
    main()
