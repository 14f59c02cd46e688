"""Kernels: loops over pixels, compiled by numba. Pure functions of arrays, without policy; tests hold each to plain NumPy."""

import os

from impasto.core.caches import cache_folder


def use_cache() -> None:
    """Keep compiled kernels below the impasto cache, unless numba was told where. Call before numba is imported."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder("numba")))
