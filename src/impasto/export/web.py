"""Writes a folder with a page that paints photos in the browser: networks, styles, page, runtime and a small server.

Networks are those whose whole work is one graph: of one style, of many styles by name, or of any painting by a code that a
second network reads from it. They are written as ONNX, checked against torch as all exports are.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from impasto import assets
from impasto._version import __version__
from impasto.core import UsageError, unknown
from impasto.core.caches import store
from impasto.engines import Network
from impasto.reconstruction import styles
from impasto.reconstruction.networks import cin, ghiasi, named
from impasto.weights import FILES, zoo
from impasto.weights.resolver import resolve
from impasto.weights.tensors import open_safetensors

from .onnx_files import checked
from .runtime import Runtime
from .serve import HEADERS

_PAGE = Path(__file__).parent / "page"
_SUFFIX = ".safetensors"
_HALF_FROM = 256  # numbers in a tensor worth storing in half precision


@dataclass(frozen=True, slots=True)
class Scene:
    """A model as a page uses it. networks: by file name, the painter first. rows: of the styles, one each, or None.

    styles: what the page shows of each. margin_px: what is painted beyond the photo's edges, mirrored, and cut off again.
    """

    name: str
    networks: Mapping[str, Network]
    styles: Sequence[Mapping[str, Any]]
    rows: np.ndarray | None = None
    margin_px: int = 0


def write_web(models: Sequence[str], folder: Path, runtime: Runtime, only: Sequence[str] = ()) -> dict[str, Any]:
    """Write the page with all the models' styles (or `only` some, by name) into a folder, and say what is in it.

    Files of the same names are replaced, others left alone. Raises UsageError for a model that a page cannot run or a
    style that none of them has, RunError where ONNX Runtime and torch disagree; then nothing is written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--output {folder}: is a file; --web writes a folder")
    scenes = [scene(model) for model in dict.fromkeys(models)]
    names = [each.name for each in scenes]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"export: two models are called '{twice}'; give one of the files another name")
    if only:
        scenes = list(_only(scenes, only))
    files: dict[str, bytes] = {}
    described, rows = _describe(scenes, files)
    if rows:
        files["styles.bin"] = b"".join(rows)
    sizes = {name: len(data) for name, data in files.items() if name.endswith(".onnx")}
    for name, data in runtime.files.items():
        files[f"runtime/{name}"] = data
    described |= {"files": sizes, "rows": "styles.bin" if rows else None, "foot": _foot(runtime)}
    files["folder.json"] = json.dumps(described, indent=1).encode()
    files |= {path.name: path.read_bytes() for path in _PAGE.iterdir() if path.is_file()}
    files["_headers"] = "\n  ".join(["/*", *(f"{name}: {value}" for name, value in HEADERS.items()), ""]).encode()
    files["serve.py"] = Path(__file__).with_name("serve.py").read_bytes()
    files["LICENCES.txt"] = _licences(scenes, runtime).encode()
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        store(data, target)
    return {
        "folder": str(folder), "page": str(folder / "index.html"), "styles": len(described["styles"]),
        "size_bytes": sum(map(len, files.values())), "networks": sizes, "runtime": runtime.version,
    }  # fmt: skip


def scene(model: str) -> Scene:
    """A shipped network by its name, or a file that `impasto train` or `impasto style add` made."""
    path = Path(model).expanduser()
    is_file = path.suffix == _SUFFIX or path.exists()
    if not is_file and model not in FILES:
        able = [*_able()]
        raise unknown("network", model, able, f"A page runs: {', '.join(able)}; or a {_SUFFIX} file of these methods.")
    place = path if is_file else resolve(model)
    with open_safetensors(place, "np") as opened:
        held = set(opened.keys())
    # What a browser asks for by name holds no sign that means something in an address.
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem) if is_file else model
    if {"down1.weight", "code.weight"} <= held:
        return _any_style(name, path if is_file else None)
    if "down1.weight" in held:
        return _named(name, path if is_file else model)
    raise UsageError(f"'{model}' is not one graph from photo to picture; a page runs: {', '.join(_able())}")


def _able() -> Iterator[str]:
    yield zoo.MANY
    yield ghiasi.NAME
    yield from (name for style in zoo.with_own_network() if (name := zoo.own_network(style)))


def _named(name: str, source: str | Path) -> Scene:
    known = named.load(source)
    shown = [_shown(style) for style in known.names]
    if len(known.names) == 1:
        network = named.painter(known, known.names[0], kind="whole")
        return Scene(name, {f"{name}.onnx": network}, shown, margin_px=cin.MARGIN_PX)
    network = cin.painter(known.trunk, kind="whole", name=name, fingerprint=known.sha256)
    return Scene(name, {f"{name}.onnx": network}, shown, known.rows, cin.MARGIN_PX)


def _shown(style: str) -> dict[str, Any]:
    """What the page says of a named style, with the place of a small picture of its painting."""
    painting, own = zoo.PAINTINGS.get(style), styles.own().get(style)
    picture = own.with_suffix(".jpg") if own else zoo.thumbnail(style)
    facts = {"title": painting.title, "artist": painting.artist, "year": painting.year} if painting else {}
    return {"name": style, "title": style, "picture": picture if picture and picture.is_file() else None, **facts}


def _any_style(name: str, file: Path | None) -> Scene:
    weights, fingerprint = ghiasi.load(file)
    networks = {
        f"{name}.onnx": ghiasi.painter(weights, kind="whole", fingerprint=fingerprint),
        f"{name}-looks.onnx": ghiasi.encoder(weights, fingerprint=fingerprint),
    }
    shown = []
    for picture in assets.names("paintings"):
        style = Path(picture).stem.replace("_", "-")
        known = zoo.PAINTINGS.get(style)
        facts = {"title": known.title, "artist": known.artist, "year": known.year} if known else {}
        title = style.replace("-", " ").capitalize()
        shown.append({"name": style, "title": title, "picture": assets.path(picture), **facts})
    return Scene(name, networks, shown)


def _only(scenes: Sequence[Scene], wanted: Sequence[str]) -> Iterator[Scene]:
    """The scenes with the wanted styles alone; a scene without any is left out."""
    there = list(dict.fromkeys(style["name"] for each in scenes for style in each.styles))
    for name in wanted:
        if name not in there:
            raise unknown("style", name, there, f"These models have: {', '.join(there)}.")
    for each in scenes:
        kept = [i for i, style in enumerate(each.styles) if style["name"] in wanted]
        if kept:
            rows = None if each.rows is None else each.rows[kept]
            yield replace(each, styles=[each.styles[i] for i in kept], rows=rows)


def _describe(scenes: Sequence[Scene], files: dict[str, bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """What the page reads first, and the styles' rows; networks and pictures go into `files`."""
    models: dict[str, Any] = {}
    shown: list[dict[str, Any]] = []
    rows: list[bytes] = []
    at = 0
    for number, each in enumerate(scenes):
        painter, *others = each.networks
        network = each.networks[painter]
        for name, part in each.networks.items():
            files[name] = _halved(checked(name, part, _facts(each))[0])
        models[each.name] = {
            "file": painter, "output": _output(network), "looks": (others or [None])[0],
            "multiple": network.multiple, "margin": each.margin_px,
        }  # fmt: skip
        for i, style in enumerate(each.styles):
            entry = {**style, "model": each.name, "name": _unique(style["name"], shown)}
            if style["picture"] is not None:
                entry["picture"] = f"styles/{number}-{style['picture'].name}"
                files[entry["picture"]] = style["picture"].read_bytes()
            if each.rows is not None:
                row = np.ascontiguousarray(each.rows[i], "<f4")
                entry |= {"row": at, "length": row.size}
                rows.append(row.tobytes())
                at += row.size
            shown.append(entry)
    return {"version": __version__, "models": models, "styles": shown}, rows


def _unique(name: str, shown: Iterable[Mapping[str, Any]]) -> str:
    taken = {entry["name"] for entry in shown}
    return next(f"{name}{tail}" for tail in ("", *(f"-{n}" for n in range(2, 99))) if f"{name}{tail}" not in taken)


def _output(network: Network) -> str:
    from impasto.engines import onnx

    return onnx.output_name(network, "picture")


def _entry(each: Scene) -> tuple[str, str]:
    """Licence and source of a model's weights, as far as they are known."""
    known = FILES.get(each.name)
    return (known.licence, known.source) if known else ("as its file says", "a file of your own")


def _facts(each: Scene) -> dict[str, str]:
    licence, source = _entry(each)
    return {"name": each.name, "version": f"impasto {__version__}", "licence": licence, "source": source}


def _halved(data: bytes) -> bytes:
    """The same network with weights stored in half precision where that loses nothing: half the download.

    Shipped weights are stored so in the first place. The runtime widens them once, when it opens the file.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load_from_string(data)
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        array = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            half = array.astype(np.float16)
        if array.size < _HALF_FROM or not np.array_equal(half.astype(np.float32), array):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], name=f"widen_{name}", to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _foot(runtime: Runtime) -> str:
    return f"impasto {__version__}, ONNX Runtime Web {runtime.version} (MIT). Licences: LICENCES.txt."


_MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


def _licences(scenes: Sequence[Scene], runtime: Runtime) -> str:
    lines = []
    for each in scenes:
        licence, source = _entry(each)
        lines.append(f"{', '.join(each.networks)}: {licence} ({source}).")
    lines += ["styles/: small pictures of paintings in the public domain, or your own.", "", "Under the MIT licence:"]
    lines.append(f"  page and server: impasto {__version__}, copyright the impasto developers")
    lines.append(f"  runtime/: onnxruntime-web {runtime.version}, copyright Microsoft Corporation")
    return "\n".join([*lines, "", _MIT, ""])
