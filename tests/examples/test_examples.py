"""The example scripts do what they say, at a size that takes a second."""

import runpy
from pathlib import Path

import pytest
from PIL import Image

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.weights
@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda script: script.stem)
def test_an_example_paints_the_picture_it_promises(script, tmp_path):
    main = runpy.run_path(str(script))["main"]
    made = main(out=tmp_path / "new", preset="tiny", size=64, threads=1)
    assert made == tmp_path / "new" / f"{script.stem}.png"
    with Image.open(made) as picture:
        assert picture.width >= 64 and picture.getbbox() is not None
    assert f"out/{script.stem}.png" in script.read_text(encoding="utf-8"), "the docstring names the file"
