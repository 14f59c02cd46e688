"""Label pictures: flat colours that say what is where, as people draw them in any paint program."""

import numpy as np
from numpy.typing import NDArray

from impasto.core import Array, InputError

MOST_LABELS = 24  # a map with more is no map but a picture
_FLAT = 16 / 255  # colours of a 3 x 3 neighbourhood differ by less where nothing but compression noise is
_APART = 32 / 255  # two labels differ by more in some channel
_SMALLEST_SHARE = 5e-4  # of the picture: anything rarer is dirt
_PROPORTIONS = 1.03  # widest ratio of a map's proportions to its picture's: rounding at small sizes, not another crop

Labels = NDArray[np.intp]


def labels_of(picture: Array, name: str = "map") -> tuple[Labels, Array]:
    """Which region each pixel belongs to: (H, W, 3) -> numbers (H, W) and the colour of each label, (L, 3), commonest first.

    Softened borders and compression noise make no labels of their own: a pixel whose neighbourhood is not flat belongs
    to the nearest region, not to the nearest colour (between yellow and blue there is grey). A picture of at most
    `MOST_LABELS` exact colours is taken at its word, down to single pixels. Raises InputError for a photo.
    """
    codes = np.rint(picture * 255).astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    values, numbers, counts = np.unique(codes, return_inverse=True, return_counts=True)
    if len(values) <= MOST_LABELS:
        sure = (counts >= _SMALLEST_SHARE * codes.size)[numbers].reshape(codes.shape)
    else:
        sure = _is_flat(picture)
    palette = _palette(picture[sure], codes.size)
    if not 1 <= len(palette) <= MOST_LABELS:
        raise InputError(
            f"{name}: a label map has 1 to {MOST_LABELS} flat colours, this picture has "
            f"{len(palette) or 'none'}; is it a photo?"
        )
    found = nearest(picture.reshape(-1, 3), palette).reshape(codes.shape)
    return _spread(found, sure), palette


def check_lies_over(name: str, labels: Array, what: str, picture: Array) -> None:
    """Refuse a label picture that has other proportions than the picture it lies over. Raises InputError."""
    (height, width), (rows, columns) = labels.shape[:2], picture.shape[:2]
    ratio = width * rows / (height * columns)
    # A side of a small picture is rounded to whole pixels.
    slack = _PROPORTIONS + 1 / min(rows, columns, height, width)
    if not 1 / slack <= ratio <= slack:
        raise InputError(
            f"{name}: {width} x {height} pixels do not lie over the {what} of {columns} x {rows}; "
            "a map needs the proportions of its picture."
        )


def nearest(colours: Array, palette: Array) -> Labels:
    """Number of the palette's (L, 3) nearest colour for each of (N, 3), by the largest difference of a channel."""
    best = np.full(len(colours), np.inf, np.float32)
    found = np.zeros(len(colours), np.intp)
    for number, colour in enumerate(palette):
        distance = np.abs(colours - colour).max(1)
        found[distance < best] = number
        np.minimum(best, distance, out=best)
    return found


def hex_of(colour: Array) -> str:
    """A colour as people write it: #rrggbb.

    >>> hex_of(np.array([1.0, 0.5, 0.0]))
    '#ff8000'
    """
    return "#" + "".join(f"{round(float(value) * 255):02x}" for value in colour)


def _is_flat(picture: Array) -> NDArray[np.bool_]:
    import cv2

    square, plain = np.ones((3, 3), np.uint8), np.ascontiguousarray(picture)
    spread = cv2.dilate(plain, square) - cv2.erode(plain, square)
    return spread.max(2) < _FLAT


def _palette(colours: Array, total: int) -> Array:
    """Colours that are common and unlike each other, (L, 3), commonest first."""
    bins = (colours * 31.999).astype(np.int64) @ np.array([1 << 10, 1 << 5, 1])
    _, numbers, counts = np.unique(bins, return_inverse=True, return_counts=True)
    means = np.stack([np.bincount(numbers, weights=colours[:, c]) for c in range(3)], 1) / counts[:, None]
    chosen: list[NDArray[np.float64]] = []
    for number in np.argsort(-counts, kind="stable"):
        if counts[number] < _SMALLEST_SHARE * total or len(chosen) > MOST_LABELS:
            break
        if all(np.abs(means[number] - colour).max() > _APART for colour in chosen):
            chosen.append(means[number])
    return np.array(chosen, np.float32).reshape(-1, 3)


def _spread(labels: Labels, sure: NDArray[np.bool_]) -> Labels:
    """Give every pixel that is not sure the label of the nearest one that is."""
    from scipy.ndimage import distance_transform_edt

    if sure.all():
        return labels
    rows, columns = distance_transform_edt(~sure, return_distances=False, return_indices=True)
    return labels[rows, columns]
