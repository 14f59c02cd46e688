"""Deep features as content: what is where, whatever it looks like (Gatys et al. 2016, eq. 1)."""

from torch import Tensor


def feature_loss(features: Tensor, target: Tensor) -> Tensor:
    """Mean squared distance of features to the photo's, in float32."""
    return (features.float() - target.float()).square().mean()
