"""Style as a distribution under kernels, with the real VGG-19."""

import numpy as np
import pytest

from impasto.core import UsageError
from impasto.methods.optimization.mmd import KERNELS, METHOD

pytestmark = pytest.mark.weights


@pytest.mark.parametrize("kernel", KERNELS)
def test_each_kernel_alone_brings_the_style(photo64, painting64, stylized, style_ratio, kernel):
    picture = stylized("mmd", photo64, painting64, kernels=kernel, steps=16).picture
    # 0.2 on real pictures of 256 px; here 16 steps have to do, and the photo itself has 1.
    assert style_ratio(picture, photo64, painting64) < 0.6


@pytest.mark.slow
@pytest.mark.parametrize("kernel", KERNELS)
def test_on_real_pictures_each_kernel_alone_brings_the_style(bundled, stylized, style_ratio, kernel):
    photo, painting = bundled("castle.jpg"), bundled("starry_night.jpg")
    picture = stylized("mmd", photo, painting, kernels=kernel, steps=115, scales=None).picture
    assert style_ratio(picture, photo, painting) <= 0.2


def test_the_polynomial_kernel_is_gatys(photo64, painting64, stylized):
    options = {"style_weight": 20.0, "steps": 4}
    pictures = [
        stylized("gatys", photo64, painting64, **options).picture,
        stylized("mmd", photo64, painting64, kernels="polynomial", **options).picture,
        stylized("mmd", photo64, painting64, kernels="polynomial", polynomial_offset=1e6, **options).picture,
    ]
    assert np.abs(pictures[0] - pictures[1]).max() < 1e-4  # the same sums in float32
    assert np.abs(pictures[0] - pictures[2]).max() > 1e-3  # ten times as much


def test_shares_are_shares_of_the_pull(photo64, painting64, stylized):
    report = stylized("mmd", photo64, painting64, kernels="bn:3,linear:1", steps=2).report
    other = stylized("mmd", photo64, painting64, kernels="bn:0.75,linear:0.25", steps=2).report
    assert report["loss_weights"] == pytest.approx(other["loss_weights"])
    assert {name.split()[0] for name in report["loss_weights"]} == {"content", "bn", "linear"}


def test_a_kernel_without_share_is_not_computed(photo64, painting64, stylized):
    report = stylized("mmd", photo64, painting64, kernels="bn:1,gaussian:0", steps=2).report
    assert not [name for name in report["loss_weights"] if name.startswith("gaussian")]


def test_the_gaussian_kernel_is_seeded(photo64, painting64, stylized):
    pictures = [stylized("mmd", photo64, painting64, kernels="gaussian", steps=2, seed=s).picture for s in (1, 1, 2)]
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


def test_unknown_kernels_are_refused_by_name():
    with pytest.raises(UsageError, match=r"'gausian' is none of bn, linear, polynomial, gaussian"):
        METHOD.make_options(kernels="gausian:1")


def test_kernels_that_are_all_zero_are_refused(photo64, painting64, stylized):
    with pytest.raises(UsageError, match="all the weights are zero"):
        stylized("mmd", photo64, painting64, kernels="bn:0", content_weight=0)


def test_it_paints_the_golden_picture(photo64, painting64, stylized, golden):
    # Twelve steps of a line search amplify the last bit of a sum, which differs between processors and thread counts.
    golden(stylized("mmd", photo64, painting64, steps=12).picture, "mmd", tolerance=0.1)
