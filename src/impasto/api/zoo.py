"""The zoo: which styles there are by name, a sheet that shows them, and styles of one's own."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impasto import assets
from impasto.core import Array, Context, UsageError
from impasto.core.caches import store
from impasto.image import decode, fit_size, resize
from impasto.image.encode import save
from impasto.reconstruction import styles
from impasto.weights import zoo

_THUMBNAIL_PX = 192
_SHEET_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class StyleEntry:
    """One style of the zoo. methods: the ids that know it, the best first. thumbnail: a small picture of the painting.

    fast: whether `johnson` has its quicker network of it (preset fast).
    """

    name: str
    title: str
    artist: str
    year: str
    methods: tuple[str, ...]
    thumbnail: Path | None
    fast: bool = False

    @property
    def page(self) -> dict[str, Any]:
        """JSON-ready."""
        found = {key: getattr(self, key) for key in ("name", "title", "artist", "year", "fast")}
        return found | {"methods": list(self.methods), "thumbnail": self.thumbnail and str(self.thumbnail)}


def entries() -> list[StyleEntry]:
    """Every style there is: the shipped ones by name, then one's own."""
    own = styles.own()
    found = [_shipped(name) for name in sorted({*zoo.PAINTINGS, *zoo.with_own_network()}) if name not in own]
    for name, file in own.items():
        thumbnail = file.with_suffix(".jpg")
        found.append(StyleEntry(name, name, "your own", "", ("cin",), thumbnail if thumbnail.is_file() else None))
    return found


def _shipped(name: str) -> StyleEntry:
    painting = zoo.PAINTINGS[name]
    methods = ("johnson",) * bool(zoo.own_network(name)) + ("cin",) + ("stylebank",) * (name in zoo.BANKED)
    fast = zoo.own_network(name, narrow=True) is not None
    return StyleEntry(name, painting.title, painting.artist, painting.year, methods, zoo.thumbnail(name), fast)


def sheet(photo: Any = None, *, size: int = 320, context: Context | None = None) -> Array:
    """Every style on one sheet, its painting beside a photo painted in it: (H, W, 3) in [0, 1].

    photo: as for `stylize`; None takes a bundled one. size: width of each picture.
    """
    from impasto.evaluation.report import Entry
    from impasto.evaluation.sheets import grid

    from .calls import stylize

    content = decode(assets.path("castle.jpg")) if photo is None else photo
    known = entries()
    cells: list[Entry] = []
    for done, entry in enumerate(known):
        if context is not None:
            context.report(done, len(known), message=entry.name)
        painting = decode(entry.thumbnail).rgb if entry.thumbnail else None
        painted = stylize(content, style_name=entry.name, method=entry.methods[0], size=size)
        cells.append(Entry(entry.name, painting))
        cells.append(Entry(f"{entry.artist}, {entry.year}" if entry.year else entry.artist, painted.picture))
    across = 2 * _SHEET_COLUMNS
    cells += [Entry("", None)] * (-len(cells) % across)
    rows = [cells[i : i + across] for i in range(0, len(cells), across)]
    return grid(rows, ["painting", "painted"] * _SHEET_COLUMNS, title="Styles by name", tile_px=size)


def add_style(
    painting: str | Path,
    name: str,
    *,
    photos: str | Path | None = None,
    steps: int | None = None,
    minutes: float | None = None,
    replace: bool = False,
    context: Context | None = None,
) -> dict[str, Any]:
    """Teach the shipped network a painting's style, as a row of its norms, and keep it under a name; a report.

    photos: a folder to practise on; None takes the bundled ones. steps, minutes: how long. Raises UsageError for a name
    that is taken or no name, InputError for a painting that cannot be read.
    """
    from impasto import registry
    from impasto.training.loop import Run, train
    from impasto.training.paintings import style_name

    if name != style_name(Path(f"{name}.x")):
        raise UsageError(
            f"name: '{name}' is no style's name; write small letters, digits and hyphens, as in 'my-style'"
        )
    if not replace and name in styles.known():
        raise UsageError(f"name: there is a style '{name}' already; choose another name")
    source = Path(painting).expanduser()
    picture = decode(source).rgb
    recipe = registry.get_recipe("cin")
    context = context or Context()
    with tempfile.TemporaryDirectory(prefix="impasto-style-") as room:
        copy, output = Path(room, f"{name}{source.suffix}"), Path(room, "out", f"{name}.safetensors")
        shutil.copy(source, copy)
        options = recipe.make_options("row", style=str(copy), **({} if steps is None else {"steps": steps}))
        folder = assets.path("castle.jpg").parent if photos is None else Path(photos)
        report = train(Run(recipe, options, {"content": folder}, output, minutes=minutes), context)
        keep(output.read_bytes(), picture, name)
    return report | {"name": name, "output": str(styles.folder() / f"{name}.safetensors")}


def keep(weights: bytes, picture: Array, name: str) -> None:
    """Put a style's file and a small picture of its painting into the user's folder."""
    folder = styles.folder()
    folder.mkdir(parents=True, exist_ok=True)
    small = fit_size(picture.shape[:2], min(_THUMBNAIL_PX, max(picture.shape[:2])))
    save(resize(picture, small), folder / f"{name}.jpg")
    store(weights, folder / f"{name}.safetensors")


def remove_style(name: str) -> None:
    """Forget one of the user's own styles. Raises UsageError where there is none of that name."""
    own: Mapping[str, Path] = styles.own()
    if name not in own:
        raise UsageError(f"no style of your own is called '{name}'; there are: {', '.join(own) or 'none'}")
    own[name].unlink()
    own[name].with_suffix(".jpg").unlink(missing_ok=True)
