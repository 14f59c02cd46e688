"""From one painter to another: a photo in five mixtures of Hokusai and Munch, with the losses told on the way.

    python examples/two_painters.py

Weights of several styles are relative to one another. Writes out/two_painters.png, the five side by side.
"""

from pathlib import Path
from typing import Any

from PIL import Image

import impasto
from impasto import assets
from impasto.core import Progress

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def tell(progress: Progress) -> None:
    """Print every tenth step with its losses. `progress.preview()` would give the picture as it stands."""
    if progress.step % 10 == 0 or progress.step == progress.total:
        losses = "  ".join(f"{name} {value:.3g}" for name, value in progress.values.items())
        print(f"  {progress.step:4d} of {progress.total}  {losses}", flush=True)


def main(out: Path = Path("out"), **options: Any) -> Path:
    """Paint the row into `out`; options go to the method."""
    hokusai, munch = assets.path("great_wave.jpg"), assets.path("the_scream.jpg")
    pictures = []
    for share in SHARES:
        print(f"{1 - share:.0%} Hokusai, {share:.0%} Munch")
        styles = [(style, weight) for style, weight in ((hokusai, 1 - share), (munch, share)) if weight]
        pictures.append(
            impasto.stylize(
                assets.path("great_wall.jpg"), styles, method="gatys", listener=tell, **{"size": 256, **options}
            ).image
        )
    width, height = pictures[0].size
    row = Image.new("RGB", (width * len(pictures), height))
    for column, picture in enumerate(pictures):
        row.paste(picture, (column * width, 0))
    out.mkdir(parents=True, exist_ok=True)
    file = out / "two_painters.png"
    row.save(file)
    return file


if __name__ == "__main__":
    main()
