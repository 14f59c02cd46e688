"""Total variation: neighbouring pixels should agree unless something in the picture says otherwise."""

from torch import Tensor


def total_variation(picture: Tensor) -> Tensor:
    """Mean squared difference of horizontal and of vertical neighbours, (N, 3, H, W) -> scalar (anisotropic, squared)."""
    across = (picture[..., :, 1:] - picture[..., :, :-1]).square().mean()
    down = (picture[..., 1:, :] - picture[..., :-1, :]).square().mean()
    return across + down
