"""What filters and strokes are made of: directions of edges, lines, flat regions, tones. No network.

Radii and sigmas come in pixels of a picture REFERENCE_PX long and grow with the picture, so that a result looks the same
at any size: `scale_of` says by how much.
"""

from impasto.core import Context, Estimate, RunOptions, machine

REFERENCE_PX = 1000


def scale_of(shape: tuple[int, ...]) -> float:
    """Pixels of this picture, (H, W, ...), to one of a picture whose long side is REFERENCE_PX.

    >>> scale_of((500, 2000, 3))
    2.0
    """
    return max(shape[:2]) / REFERENCE_PX


def within(length_px: float, shape: tuple[int, ...], name: str, context: Context) -> float:
    """The length, or half the picture's short side where it is longer than that, with a warning that says so."""
    most = max(1.0, min(shape[:2]) / 2)
    if length_px <= most:
        return length_px
    context.warn(f"{name}: {length_px:.0f} px reach beyond the picture; {most:.0f} were used.")
    return most


def estimated(pixels: int, *, planes: int, nanoseconds: float, run: RunOptions) -> Estimate:
    """What a filter will need that holds so many float32 planes of the picture and takes so long for each pixel on a thread.

    Decoding and saving hold 12 planes more; starting takes a second, compiling included only the first time ever.
    """
    threads = run.threads or machine.threads()
    return Estimate(
        memory_bytes=100_000_000 + pixels * 4 * (planes + 12), seconds=1 + pixels * (nanoseconds / threads + 100) * 1e-9
    )
