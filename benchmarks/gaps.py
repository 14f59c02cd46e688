"""How far one pass lies from optimisation: by the loss that Gatys et al. 2016 lower, and by the features that an inverse network
gives back.

gap_N is the loss of a network's picture over that of the picture which N evaluations of L-BFGS make from the photo, weighed as in
the authors' notebook, at one scale (1 is as good; below 1 is better).
"""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import impasto

Pairs = Sequence[tuple[Path, Path]]
_GATYS: dict[str, Any] = {"method": "gatys", "preset": "reference", "scales": 1, "threads": 1}


def gaps(methods: Sequence[str], pairs: Pairs, size: int, steps: int) -> dict[str, Any]:
    """Median gap and spread of every method over the pairs, with each pair's."""
    found: dict[str, list[float]] = {method: [] for method in methods}
    for photo, painting in pairs:
        wanted = _loss(impasto.stylize(photo, painting, size=size, steps=steps, **_GATYS), "loss")
        for method in methods:
            name, _, preset = method.partition(":")
            made = impasto.stylize(photo, painting, method=name, preset=preset or None, size=size, threads=1)
            seen = impasto.stylize(photo, painting, size=size, steps=1, extras={"init_picture": made.picture}, **_GATYS)
            found[method].append(round(_loss(seen, "first_loss") / wanted, 3))
            print(photo.stem[:16], painting.stem[:24], method, found[method][-1], flush=True)
    return {"size": size, "steps": steps, "pairs": len(pairs)} | {
        method: {"median": statistics.median(values), "all": values} for method, values in found.items()
    }


def _loss(done: Any, which: str) -> float:
    return float(done.report["stages"][-1][which])


def inverse(pairs: Pairs, size: int, steps: int) -> dict[str, Any]:
    """Style-Swap's features at relu3_1: the relative error that its inverse network leaves, and that optimisation leaves.

    The error is |Φ(x) - swapped|² over |swapped|², as in the loss of Chen & Schmidt 2016, eq. 4.
    """
    from impasto.core import RunOptions
    from impasto.image import resize
    from impasto.image.tensors import to_tensor
    from impasto.reconstruction.networks.running import Rebuilder, mirrored_to
    from impasto.textures.patches import exemplars, match, swap

    networks, layer = Rebuilder("slim", RunOptions(engine="torch", precision="float32", threads=1)), "relu3_1"

    def features(picture: Any) -> Any:
        return networks.look(to_tensor(mirrored_to(picture, layer), networks.device), (layer,))[layer]

    rows: list[dict[str, float]] = []
    for photo, painting in pairs:
        made = {
            by: impasto.stylize(photo, painting, method="style_swap", size=size, by=by, steps=steps, threads=1,
                                engine="torch", precision="float32").picture
            for by in ("network", "descent")
        }  # fmt: skip
        shape = made["network"].shape[:2]
        content = resize(impasto.image.decode(photo).rgb, shape)
        look = impasto.image.decode(painting).rgb
        source = exemplars([features(resize(look, impasto.image.style_size(look.shape[:2], shape)))], patch=3)
        target = swap(match(features(content), source), source)
        errors = {by: float((features(p) - target).square().mean() / target.square().mean()) for by, p in made.items()}
        rows.append(
            {**{by: round(e, 4) for by, e in errors.items()}, "ratio": round(errors["network"] / errors["descent"], 3)}
        )
        print(photo.stem[:16], painting.stem[:24], rows[-1], flush=True)
    medians = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    return {"size": size, "steps": steps, "pairs": len(pairs), "layer": layer, **medians, "all": rows}


def duel(grid: Mapping[str, Any], one: str, other: str) -> dict[str, float]:
    """On what share of the pairs one method's style ratio is no higher than another's, and the median difference."""
    pairs = [(grid[one]["style_ratios"][pair], ratio) for pair, ratio in grid[other]["style_ratios"].items()
             if pair in grid[one]["style_ratios"]]  # fmt: skip
    wins = sum(a <= b for a, b in pairs)
    return {
        "pairs": len(pairs), "share": round(wins / len(pairs), 3),
        "difference": round(statistics.median(a - b for a, b in pairs), 4),
    }  # fmt: skip
