"""A is to A' as B is to B': what was done to one photo, done to another.

    python examples/learnt_by_example.py

A is a photo of a castle, A' the same in watercolours (here made by a filter; a scan of your own painting over the photo
does as well), B another photo. Writes out/learnt_by_example.png: A and A' above, B and B' below.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

import impasto
from impasto import assets
from impasto.image import decode, fit_size, resize


def main(out: Path = Path("out"), size: int = 512, **options: Any) -> Path:
    """Learn from the pair, paint the other photo and put all four side by side; options go to the method."""
    before, photo = (decode(assets.path(name)).rgb for name in ("castle.jpg", "great_wall.jpg"))
    before, photo = (resize(picture, fit_size(picture.shape[:2], size)) for picture in (before, photo))
    after = impasto.stylize(before, method="watercolour").picture
    result = impasto.stylize(
        photo, after, method="image_analogies", size=size, extras={"style_guide": before}, **options
    )
    rows = [np.hstack([before, after]), np.hstack([photo, result.picture])]
    width = max(row.shape[1] for row in rows)
    rows = [resize(row, (round(row.shape[0] * width / row.shape[1]), width)) for row in rows]
    out.mkdir(parents=True, exist_ok=True)
    file = out / "learnt_by_example.png"
    cv2.imwrite(str(file), np.rint(np.vstack(rows)[..., ::-1] * 255).astype(np.uint8))
    print(f"{file}: {result.report['seconds']:.0f} s")
    return file


if __name__ == "__main__":
    main()
