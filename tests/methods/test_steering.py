"""Every method that optimises a photo's pixels can be told to keep its contours."""

import pytest

import impasto
from impasto import registry
from impasto.content.laplacian import contour_keeper
from impasto.image.tensors import to_tensor

pytestmark = pytest.mark.weights
STEERED = sorted(
    method.id
    for method in registry.methods().values()
    if "laplacian_weight" in method.options.model_fields and method.id != "doodle"  # its engine is cnnmrf's
)


def test_all_of_them_do():
    assert {"gatys", "mmd", "lapstyle", "histogram", "cnnmrf", "strotss", "nnst"} <= set(STEERED)


QUICK = {"gatys", "nnst"}  # one of each kind of objective; the others share their blocks


@pytest.mark.parametrize("method", [m if m in QUICK else pytest.param(m, marks=pytest.mark.slow) for m in STEERED])
def test_more_laplacian_weight_keeps_more_of_the_contours(method, photo64, painting64):
    keeper = contour_keeper(to_tensor(photo64), {"4": 1.0})

    def off(weight):
        options = {"laplacian_weight": weight, "laplacian_pools": "4", "steps": 12, "size": 64, "precision": "float32"}
        made = impasto.stylize(photo64, painting64, method=method, preset="tiny", **options)
        return keeper(to_tensor(made.picture)).item()

    assert off(30.0) < 0.8 * off(0.0)
