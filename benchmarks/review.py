"""The comparison of Jing et al., "Neural Style Transfer: A Review" (tables 1 and 2), on this machine: every slow and fast method.

    python -m benchmarks review --estimate                     what all of it would take, by the methods' own estimates
    python -m benchmarks review                                every method at 256, 512 and 1024 px
    python -m benchmarks review --method gatys --method cin --size 256     some cells, put among those measured before
    python -m benchmarks review --table --docs                 only docs/review.md and .png, of what was measured

Methods come from the registry: all that optimise pixels or a network and take a photo and a painting, or a style by its name,
or know one style only. What was measured with weights that have changed since is measured again.
Seconds are of painting alone, pictures decoded and everything loaded, as in the review: after a small picture that warms up,
the median of several runs, or one run where that takes long. Cells during which other programs used the processor are marked,
and of one thread its own processor time is shown.
"""

import argparse
import json
import os
import re
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from impasto import assets, registry
from impasto.api.job import prepare
from impasto.core import PAPERS, Content, ImpastoError, Method, RunOptions, Styles
from impasto.evaluation import evaluate
from impasto.image import decode, resize
from impasto.weights import FILES, manifest, zoo

from . import machine, review_plot

RESULTS = Path(__file__).parent / "results" / "review.json"
DOCS = Path(__file__).parents[1] / "docs"
SIZES = (256, 512, 1024)
_WARM_PX = 64
_LONG_SECONDS = 15.0  # of a run that is not repeated
_SHARED_CORES = 0.25  # used by others: from here on seconds are marked
_FAMILIES = ("neural", "texture")  # the review counts texture networks that repaint photos
_BRANCHES = ("parametric", "non-parametric", "per-style", "multi-style", "any-style")


def main(arguments: list[str]) -> None:
    """Measure what is asked for, put it among the results, print the table, draw the plot."""
    options = _parse(arguments)
    wanted = options.method or [method.id for method in compared()]
    if options.estimate:
        print_estimate(wanted, options)
        return
    found = _earlier(options)
    cells = found["cells"]
    for name in () if options.table else wanted:
        for size in options.size:
            key = f"{name} {size}"
            if key in cells and not options.again and not stale(name, cells[key]):
                continue
            cells[key] = cell(name, size, options)
            print(key, json.dumps(cells[key]), flush=True)
            found["machine"] = machine.describe(options.threads)
            options.output.parent.mkdir(parents=True, exist_ok=True)
            options.output.write_text(json.dumps(found, indent=1) + "\n")
    print(table(cells))
    if options.docs:
        (options.docs / "review.md").write_text(page(found))
        review_plot.draw(rows_of(cells), options.docs / "review.png")


def compared() -> list[Method]:
    """The methods of the review's tree, branch by branch and by the year of their paper."""
    rows = [method for method in registry.methods().values() if _takes_part(method)]
    return sorted(rows, key=lambda method: (_BRANCHES.index(_branch(method)), _year(method), method.id))


def _takes_part(method: Method) -> bool:
    place = method.taxonomy
    if place.family not in _FAMILIES or place.reconstruction == "none" or _branch(method) not in _BRANCHES:
        return False
    only_these = all(spec.optional or isinstance(spec, Content | Styles) for spec in method.inputs)
    a_photo = any(isinstance(spec, Content) for spec in method.inputs)
    return only_these and a_photo and (_by_painting(method) or _by_name(method) or _branch(method) == "per-style")


def _by_painting(method: Method) -> bool:
    return any(isinstance(spec, Styles) and not spec.optional for spec in method.inputs)


def _by_name(method: Method) -> bool:
    return "style_name" in method.options.model_fields


def _branch(method: Method) -> str:
    place = method.taxonomy
    return place.texture if place.reconstruction == "online" else place.scope


def _year(method: Method) -> int:
    return PAPERS[method.papers[0]].year if method.papers else 9999


def cell(name: str, size: int, options: argparse.Namespace) -> dict[str, Any]:
    """Seconds and losses of one method at one size, or why there are none."""
    try:
        _run(name, _WARM_PX, options)
        times, others, spent = [], [], []
        while True:
            seconds, own, shared, picture = _timed(name, size, options)
            times.append(seconds)
            spent.append(own)
            others.append(shared)
            if seconds > _LONG_SECONDS or len(times) > options.repeats:
                break
    except ImpastoError as error:
        return {"failed": str(error), "date": time.strftime("%Y-%m-%d"), "weights": weights_of(name)}
    if len(times) > 1:
        del times[0], others[0], spent[0]  # the first of a size prepares memory and graphs
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        picture.save(options.keep / f"{name.replace(':', '-')}-{size}.png")
    return {
        "seconds": round(statistics.median(times), 4), "runs": len(times), "threads": options.threads,
        "processor_seconds": round(statistics.median(spent), 4),
        "cores_used_by_others": round(statistics.median(others), 2), "date": time.strftime("%Y-%m-%d"),
        "weights": weights_of(name), **losses(options.photo, options.painting, picture.picture),
    }  # fmt: skip


def weights_of(name: str) -> dict[str, str]:
    """The beginnings of the hashes of the weights a method comes with."""
    return {weight: FILES[weight].sha256[:12] for weight in registry.get(name.partition(":")[0]).weights}


def stale(name: str, found: dict[str, Any]) -> bool:
    """Whether a cell was measured with weights that have been replaced since."""
    return bool(found.get("weights") != weights_of(name))


def _run(name: str, size: int, options: argparse.Namespace) -> Any:
    return _job(name, size, options).run()


def _job(name: str, size: int, options: argparse.Namespace) -> Any:
    identity, _, preset = name.partition(":")
    method = registry.get(identity)
    named = _by_name(method) and not _by_painting(method)
    return prepare(
        options.photo, options.painting if _by_painting(method) else (), method=method, preset=preset or None,
        run=RunOptions(threads=options.threads, device="cpu"),
        options={"size": size} | ({"style_name": options.style_name} if named else {}),
    )  # fmt: skip


def _timed(name: str, size: int, options: argparse.Namespace) -> tuple[float, float, float, Any]:
    """Seconds of painting, seconds of this program's threads, how many cores others used meanwhile, and the picture."""
    job = _job(name, size, options)
    before, own, start = _busy(), time.process_time(), time.perf_counter()
    made = job.run()
    seconds, own = time.perf_counter() - start, time.process_time() - own
    return seconds, own, max(0.0, (_busy() - before - own) / seconds), made


def _busy() -> float:
    """Processor seconds that anybody has used."""
    import psutil

    spent = psutil.cpu_times()
    return sum(getattr(spent, kind, 0.0) for kind in ("user", "nice", "system", "irq", "softirq", "steal"))


def losses(photo: Path, painting: Path, picture: np.ndarray) -> dict[str, float]:
    """The review's two losses on VGG-19, and the measures of `impasto evaluate`, which do not depend on the pair as much.

    style_loss: mean over relu1_1 ... relu5_1 of |G(x) - G(s)|² / 4 C², G = F Fᵀ / H W (Gatys et al. 2016, eq. 4 and 5).
    content_loss: half the mean square of F(x) - F(c) at relu4_2 (eq. 1, by feature).
    """
    import torch

    from impasto.encoders.vgg import VGG19
    from impasto.evaluation.evaluate import measured_size
    from impasto.evaluation.metrics import CONTENT_LAYER, STYLE_LAYERS
    from impasto.image.tensors import to_tensor
    from impasto.textures.covariance import gram

    content, style = decode(photo).rgb, decode(painting).rgb
    shape = measured_size(picture.shape[:2])
    sized = [resize(picture, shape), resize(content, shape)]
    sized.append(resize(style, measured_size(style.shape[:2], max(shape))))
    vgg = VGG19.load(up_to=STYLE_LAYERS[-1], pooling="max", precision="float32")
    with torch.inference_mode():
        x, c, s = (vgg(to_tensor(p, torch.device("cpu")), layers=(*STYLE_LAYERS, CONTENT_LAYER)) for p in sized)
        apart = [(gram(x[name]) - gram(s[name])).double().square().sum() / (4 * x[name].shape[1] ** 2)
                 for name in STYLE_LAYERS]  # fmt: skip
        content_loss = 0.5 * (x[CONTENT_LAYER] - c[CONTENT_LAYER]).double().square().mean()
    measured = evaluate(content, style, picture)
    return {
        "style_loss": float(sum(apart) / len(apart)), "content_loss": float(content_loss),
        "style_ratio": round(measured.style_ratio or 0.0, 4), "content_cosine": round(measured.content_cosine, 4),
    }  # fmt: skip


def training(name: str, options: argparse.Namespace) -> tuple[str, str, str]:
    """How many styles the method knows as it is shipped, seconds of its training, and of those for a new style.

    From the weights' cards; training of several styles at once is divided among them. Methods of any style need none for a
    new one, as do those that optimise pixels. A question mark where no card says.
    """
    method = registry.get(name.partition(":")[0])
    if method.taxonomy.reconstruction == "online":
        return "any", "0", "0"
    own = zoo.own_network(options.style_name) if method.taxonomy.scope == "per-style" else None
    made = [weight for weight in method.weights if FILES[weight].recipe.startswith(method.id)]
    file = own if own in made else next(reversed(made), "")  # of two, the later one is for photos
    text = next((card.text for card in manifest.cards() if card.name == file), "")
    found = re.search(r"\b(?:in|about) ([\d,]+) (s|minutes)\b", text)
    together = re.search(r"^(?:\| Styles \| |Styles: )(.+?)(?: \||\.)$", text, re.MULTILINE)
    seconds = float(found[1].replace(",", "")) * (60 if found[2] == "minutes" else 1) if found else None
    count = len(together[1].split(",")) if together else 1
    whole = "?" if seconds is None else f"{seconds:,.0f}"
    if method.taxonomy.scope == "any-style":
        return "any", whole, "0"
    one = "?" if seconds is None else f"{seconds / count:,.0f}"
    return ("1", one, one) if method.taxonomy.scope == "per-style" else (str(count), whole, one)


def rows_of(cells: dict[str, Any]) -> list[dict[str, Any]]:
    """A row for every method that was measured, in the review's order, with the losses of the size nearest to 512 px."""
    order = {method.id: (i, _branch(method), method.title) for i, method in enumerate(compared())}
    names = dict.fromkeys(key.split()[0] for key in cells)
    rows = []
    for name in sorted(names, key=lambda n: (order.get(n.partition(":")[0], (999,))[0], n)):
        mine = {int(key.split()[1]): value for key, value in cells.items() if key.split()[0] == name}
        done = {size: value for size, value in mine.items() if "seconds" in value}
        judged = min(done, key=lambda size: abs(size - 512), default=None)
        _, branch, _ = order.get(name.partition(":")[0], (0, "", ""))
        rows.append(
            {"name": name, "branch": branch, "cells": mine, "judged": judged, **(done[judged] if judged else {})}
        )
    return rows


def table(cells: dict[str, Any], options: argparse.Namespace | None = None) -> str:
    """Everything measured as Markdown."""
    options = options or _parse([])
    sizes = sorted({int(key.split()[1]) for key in cells} | set(SIZES))
    heads = ["method", "branch", "styles", "training, s", "a new style, s", *(f"{size} px, s" for size in sizes)]
    heads += ["log style loss", "log content loss", "r_s", "content cosine", "judged at"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for row in rows_of(cells):
        values = [row["name"], row["branch"], *training(row["name"], options)]
        values += [_seconds(row["cells"].get(size)) for size in sizes]
        if row["judged"]:
            values += [f"{np.log10(max(row[key], 1e-12)):.2f}" for key in ("style_loss", "content_loss")]
            values += [f"{row['style_ratio']:.3f}", f"{row['content_cosine']:.3f}", f"{row['judged']} px"]
        else:
            values += [""] * 5
        lines.append("| " + " | ".join(values) + " |")
    return "\n".join(lines)


def _seconds(found: dict[str, Any] | None) -> str:
    """A cell's seconds; with a star and of this program's thread where others used the processor, a dash where it refused."""
    if found is None:
        return ""
    if "seconds" not in found:
        return "-"
    seconds = found["processor_seconds" if _alone(found) else "seconds"]
    return f"{seconds:.{3 if seconds < 1 else 1 if seconds < 100 else 0}f}" + ("*" if _shared(found) else "")


def _alone(found: dict[str, Any]) -> bool:
    """Whether what the one thread took is known, though others used the processor."""
    return _shared(found) and found["threads"] == 1 and "processor_seconds" in found


def _shared(found: dict[str, Any]) -> bool:
    return bool(found["cores_used_by_others"] > _SHARED_CORES)


def page(found: dict[str, Any]) -> str:
    """The document: table, plot, what was measured and where."""
    done = [value for value in found["cells"].values() if "seconds" in value]
    shared = sum(map(_shared, done))
    failed = [f"- {key} px: {value['failed']}" for key, value in found["cells"].items() if "failed" in value]
    about = found["machine"]
    threads = " or ".join(sorted({f"{n} thread{'s' * (n > 1)}" for n in (value["threads"] for value in done)}))
    mark = (
        f" A star: others used the processor meanwhile ({shared} of {len(done)} times); the seconds are then those in which "
        "the one thread had it, somewhat too high, since caches and memory were shared."
        if shared
        else ""
    )
    lines = [
        "# The review's table, on one machine", "",
        "Jing et al. (*Neural Style Transfer: A Review*, tables 1 and 2) compare the methods of their tree by speed and loss; here is "
        "the same comparison of the methods in this package, each with its defaults.", "",
        table(found["cells"]), "", "![Seconds against what is left of the way to the painting](review.png)", "",
        f"Photo {found['photo']}, painting {found['painting']} (style '{found['style_name']}' where a method knows styles by name). "
        f"Seconds of painting alone, on {threads}.{mark} Losses are log10 of the mean over "
        "relu1_1 ... relu5_1 of |G(x) - G(s)|² / 4 C², and of half the mean square at relu4_2, of VGG-19 at 512 px at most; r_s (0 = the "
        "painting's Gram matrices, 1 = the photo's) and the cosine are those of `impasto evaluate`. Training is what the cards "
        "say, divided by the number of styles learnt together.", "",
        f"Machine: {about['cpu']}, {about['cores']} cores, torch {about['versions']['torch']}, {about['date']}. "
        "`python -m benchmarks review` measures what is missing.", "",
    ]  # fmt: skip
    return "\n".join(lines + (["Not measured:", "", *failed, ""] if failed else []))


def print_estimate(wanted: list[str], options: argparse.Namespace) -> None:
    """Seconds of every cell by the method's own word, and of all with warming up and judging."""
    total = 0.0
    for name in wanted:
        for size in options.size:
            try:
                estimate = _job(name, size, options).estimate
            except ImpastoError as error:
                print(f"{name} {size}: {error}")
                continue
            seconds = estimate.seconds if estimate and estimate.seconds else 0.0
            runs = 1 if seconds > _LONG_SECONDS else options.repeats + 1
            total += seconds * runs + 10
            print(f"{name} {size}: {seconds:.0f} s, {runs} runs")
    print(f"about {total / 60:.0f} minutes in all, on a quiet machine")


def _earlier(options: argparse.Namespace) -> dict[str, Any]:
    """What was measured before of the same pair; another pair needs a file of its own."""
    pair = {"photo": options.photo.name, "painting": options.painting.name, "style_name": options.style_name}
    if not options.output.exists():
        return pair | {"machine": machine.describe(options.threads), "cells": {}}
    found: dict[str, Any] = json.loads(options.output.read_text())
    if any(found[key] != value for key, value in pair.items()):
        raise SystemExit(f"{options.output} is of {found['photo']} and {found['painting']}; give another --output")
    return found


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks review", description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--method", action="append", default=[], metavar="ID[:PRESET]")
    parser.add_argument("--size", type=int, action="append", default=[], metavar="PX")
    parser.add_argument("--photo", type=Path, default=assets.path("castle.jpg"))
    parser.add_argument("--painting", type=Path, default=assets.path("starry_night.jpg"))
    parser.add_argument("--style-name", default="starry-night", help="for methods that know styles by name")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeats", type=int, default=5, help="of runs that take seconds")
    parser.add_argument("--again", action="store_true", help="measure cells anew that are there")
    parser.add_argument("--estimate", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for the pictures")
    parser.add_argument("--docs", type=Path, nargs="?", const=DOCS, help="write review.md and review.png there")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    options.size = options.size or list(SIZES)
    return options
