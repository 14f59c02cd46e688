"""Eight bits: faster, and near enough to float32, or not at all."""

from dataclasses import replace

import numpy as np
import pytest

from impasto import engines
from impasto.core import RunError, RunOptions, UsageError, machine
from impasto.engines.int8 import calibrated, measured, psnr
from impasto.engines.ops import RANGES

pytestmark = pytest.mark.skipif(not machine.int8_features(), reason="8-bit products are exact with VNNI only")


def test_ranges_are_those_of_what_every_convolution_is_given(network, inputs_of):
    samples = [inputs_of(40, 56, seed=seed) for seed in (0, 1)]
    ranges = measured(network, samples)
    assert ranges.shape == (7, 2)
    pictures = [sample["picture"] for sample in samples]
    np.testing.assert_allclose(ranges[0], [min(p.min() for p in pictures), max(p.max() for p in pictures)])
    assert (ranges[1:5] != ranges[0]).all()


def test_a_calibrated_network_runs_in_eight_bits_near_float32(network, inputs_of, load):
    made, found = calibrated(network, [inputs_of(64, 96)], at_least_db=25)
    runner = engines.load(made, RunOptions(device="cpu", threads=1))
    assert (runner.engine, runner.precision) == ("openvino", "int8")
    inputs = inputs_of(64, 96)
    assert psnr(runner(inputs), load("torch")(inputs)) == pytest.approx(found, abs=1)
    assert 25 < found < 45  # above it, nothing would have been rounded


def test_what_eight_bits_would_spoil_is_refused(network, inputs_of):
    with pytest.raises(RunError, match="dB in eight bits, 80 are needed"):
        calibrated(network, [inputs_of(24, 24)], at_least_db=80)


def test_ranges_of_another_network_are_refused(network, inputs_of):
    made = replace(network, weights={**network.weights, RANGES: np.ones((3, 2), np.float32)})
    with pytest.raises(RunError, match="has 7 convolutions, but 3 int8 ranges"):
        engines.load(made, RunOptions(device="cpu", precision="int8"))(inputs_of(24, 24))
    with pytest.raises(UsageError, match="engine torch has no int8"):
        engines.load(made, RunOptions(device="cpu", precision="int8", engine="torch"))
