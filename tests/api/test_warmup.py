"""Warming up compiles every kernel there is, with the types that methods use."""

import importlib
import pkgutil

import pytest

import impasto.kernels
from impasto.api.warmup import warm_up

# Kernels that only other kernels call: compiled as parts of them.
INNER = {"patchmatch.patch_error", "styleblit.look_up", "styleblit.seed_at"}


@pytest.mark.slow
def test_no_kernel_is_left_out():
    told = []
    rows = warm_up(told.append)
    assert [row["method"] for row in rows] == told
    assert {"styleblit", "ebsynth", "stylit", "quilting", "kuwahara", "painterly", "xdog"} <= set(told)
    assert not [row for row in rows if row.get("problem")]
    cold = []
    for module in pkgutil.iter_modules(impasto.kernels.__path__):
        names = vars(importlib.import_module(f"impasto.kernels.{module.name}"))
        cold += [f"{module.name}.{name}" for name, found in names.items()
                 if hasattr(found, "signatures") and not name.startswith("_") and not found.signatures]  # fmt: skip
    assert not set(cold) - INNER
    assert sum(row["compiled"] for row in warm_up()) == 0


def test_compiling_is_told_to_whoever_asked():
    from impasto.kernels import when_compiling
    from impasto.kernels.compiled import njit

    told = []
    with when_compiling(lambda: told.append(1)):
        njit(lambda x: x + 1)(1)
    njit(lambda x: x + 2)(1)
    assert told == [1]
