"""What any picture should be, whatever it shows: smooth unless something says otherwise, and within its range."""

from torch import Tensor

_UNDER_ROOT = 1e-8  # keeps the gradient of a root at zero finite


def total_variation(picture: Tensor) -> Tensor:
    """Mean squared difference of horizontal and of vertical neighbours, (N, 3, H, W) -> scalar (anisotropic, squared)."""
    across = (picture[..., :, 1:] - picture[..., :, :-1]).square().mean()
    down = (picture[..., 1:, :] - picture[..., :-1, :]).square().mean()
    return across + down


def total_variation_power(picture: Tensor, power: float) -> Tensor:
    """TV^β: how much a picture changes from pixel to pixel, (N, 3, H, W) -> scalar, rotation-invariant.

    Mean of (dx² + dy² + 1e-8)^(β/2) over channels and the pixels that have both neighbours (Mahendran & Vedaldi 2015,
    eq. 5, where it is a sum). A picture of one row or column has no such pixel and gives zero.
    """
    here = picture[..., :-1, :-1]
    if here.numel() == 0:
        return picture.sum() * 0
    across, down = picture[..., :-1, 1:] - here, picture[..., 1:, :-1] - here
    return (across.square() + down.square() + _UNDER_ROOT).pow(power / 2).mean()


def extremeness(picture: Tensor, power: float) -> Tensor:
    """The α-norm: how far pixels are from mid-grey, 1 for a picture of nothing but black and white.

    Mean of |2 x - 1|^α (Mahendran & Vedaldi 2015, section 2.1, there the sum of |x|^α about the mean picture).
    """
    return (2 * picture - 1).abs().pow(power).mean()


def lattice(picture: Tensor, period: int = 4, window_px: int = 64) -> Tensor:
    """How strongly (N, C, H, W) repeats on a lattice of `period` pixels, as upsampling leaves it: 0 for any other texture.

    What is fine in the picture (its Laplacian) is averaged over a window, apart for each of the places within a period:
    strokes average out there, and what is left of a grid is the averages' variance. H and W of at least one window.
    """
    fine = 4 * picture[..., 1:-1, 1:-1] - picture[..., :-2, 1:-1] - picture[..., 2:, 1:-1]
    fine = fine - picture[..., 1:-1, :-2] - picture[..., 1:-1, 2:]
    side = min(window_px, *fine.shape[-2:]) // period * period
    rows, columns = (length // side for length in fine.shape[-2:])
    parts = fine[..., : rows * side, : columns * side]
    blocks = parts.reshape(-1, rows, side // period, period, columns, side // period, period)
    means = blocks.mean((2, 5))
    return (means - means.mean((2, 4), keepdim=True)).square().mean()
