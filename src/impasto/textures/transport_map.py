"""The linear map of least motion between two covariances, once for NumPy and once for torch with gradients.

T = C^-½ (C^½ S C^½)^½ C^-½ is symmetric, T C T = S, and of all such maps it moves points least (Monge and Kantorovich;
Pitié & Kokaram 2007, eq. 7). Whitening and colouring (Li et al. 2017) reach the same covariance by a longer way.
"""

import numpy as np
from numpy.typing import NDArray

from impasto.core.machine import one_blas_thread

RIDGE = 1e-3
"""Added to every covariance, as a share of its mean variance: what hardly varies is not blown up."""


_LEAST = 1e-14  # eigenvalues: rounding leaves some below zero


def transport_map(
    content: NDArray[np.floating], style: NDArray[np.floating], ridge: float = RIDGE
) -> NDArray[np.float64]:
    """T of two covariance matrices (..., C, C), worked out in float64."""
    source, target = _ridged(content, ridge), _ridged(style, ridge)
    with one_blas_thread():
        root = _root(source)
        back = np.linalg.inv(root)
        return back @ _root(root @ target @ root) @ back


def _ridged(matrix: NDArray[np.floating], ridge: float) -> NDArray[np.float64]:
    size = matrix.shape[-1]
    mean = np.trace(matrix, axis1=-2, axis2=-1)[..., None, None] / size
    # The tiny constant is for a picture of one colour, whose covariance is nothing at all.
    return matrix.astype(np.float64) + (ridge * mean + 1e-8) * np.eye(size)


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh((matrix + np.swapaxes(matrix, -1, -2)) / 2)
    return (vectors * np.sqrt(values.clip(_LEAST * max(1.0, float(values.max()))))[..., None, :]) @ np.swapaxes(
        vectors, -1, -2
    )
