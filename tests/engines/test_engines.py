"""Every engine computes what torch computes from the same text, at any size, and none but torch's imports torch."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from impasto import engines
from impasto.core import RunOptions, UsageError

OTHERS = ("openvino", "onnx")


def psnr(a, b):
    return -10 * np.log10(np.square(a - b).mean() / max(np.ptp(b), 1e-9) ** 2)


@pytest.mark.parametrize("engine", OTHERS)
def test_engines_agree_with_torch_while_sizes_change(load, inputs_of, engine):
    reference, runner = load("torch"), load(engine)
    # the last is large enough for graphs of open sizes, and 8 px wide pictures are 1 px wide where they are halved
    for shape in [(24, 40), (72, 8), (8, 8), (24, 40, 2), (40, 16), (264, 272)]:
        inputs = inputs_of(*shape)
        expected, found = reference(inputs), runner(inputs)
        assert set(found) == set(expected)
        for name, values in expected.items():
            assert found[name].dtype == np.float32
            np.testing.assert_allclose(found[name], values, atol=1e-4, rtol=1e-4, err_msg=f"{name} at {shape}")


def test_bfloat16_keeps_forty_decibels(load, inputs_of):
    from impasto.engines.openvino_runner import has_bfloat16

    if not has_bfloat16():
        with pytest.raises(UsageError, match="precision: this cpu has no bfloat16 in hardware"):
            load("openvino", "bfloat16")
        return
    inputs = inputs_of(264, 272)
    expected, found = load("torch")(inputs), load("openvino", "bfloat16")(inputs)
    assert 40 < psnr(found["picture"], expected["picture"]) < 80  # above it, nothing would have been rounded


@pytest.mark.parametrize("engine", OTHERS)
def test_the_number_of_threads_changes_nothing_that_can_be_seen(load, inputs_of, engine):
    one, two = (load(engine, threads=count)(inputs_of(40, 64))["picture"] for count in (1, 2))
    np.testing.assert_allclose(one, two, atol=1e-5)


def test_results_are_the_callers_own(load, inputs_of):
    runner = load("openvino")
    first = runner(inputs_of(24, 24, seed=1))["picture"]
    kept = first.copy()
    runner(inputs_of(24, 24, seed=2))
    np.testing.assert_array_equal(first, kept)


def test_one_network_is_made_ready_once(network, load):
    assert load("onnx") is load("onnx")
    other = replace(network, weights={name: array + 1 for name, array in network.weights.items()})
    assert engines.load(other, RunOptions(engine="onnx", device="cpu")) is not load("onnx")


def test_compiled_graphs_are_kept_and_a_damaged_or_locked_cache_does_no_harm(load, inputs_of, tmp_path, monkeypatch):
    inputs = inputs_of(24, 24)
    expected = load("openvino")(inputs)["picture"]
    (kept,) = (tmp_path / "cache" / "openvino").glob("*.blob")
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes()[:1000])
    for place in (tmp_path / "cache", tmp_path / "a_file" / "cache"):
        (tmp_path / "a_file").touch()
        monkeypatch.setenv("IMPASTO_CACHE", str(place))
        monkeypatch.setattr(engines, "_runners", {})
        np.testing.assert_allclose(load("openvino")(inputs)["picture"], expected, atol=1e-6)


def test_the_network_runs_without_torch_and_sends_nothing(tmp_path):
    code = """
import sys, numpy as np
sys.path.insert(0, sys.argv[1])
from conftest import WIDTH, everything, random_weights
from impasto import engines
from impasto.core import RunOptions
network = engines.Network("n", everything, random_weights(),
                          {"picture": (None, 3, None, None), "style": (None, 5), "matrix": (None, 8, 8)}, ("picture",))
inputs = {"picture": np.ones((1, 3, 16, 16), "f"), "style": np.ones((1, 5), "f"), "matrix": np.ones((1, 8, 8), "f")}
for engine in ("auto", "openvino", "onnx"):
    runner = engines.load(network, RunOptions(engine=engine, threads=1))
    assert runner(inputs)["picture"].shape == (1, 3, 16, 16)
print(*(name for name in ("torch", "scipy", "openvino_telemetry") if name in sys.modules))
"""
    here = str(Path(__file__).parent)
    environment = {"IMPASTO_CACHE": str(tmp_path), "PATH": "", "HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, here], capture_output=True, text=True, timeout=60, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
    assert not list(tmp_path.rglob("*telemetry*"))


@pytest.mark.parametrize(
    ("engine", "line"),
    [
        ("openvino", "engine: openvino is not installed; pip install openvino brings it"),
        ("onnx", r"engine: onnx is not installed; pip install 'impasto\[onnx\]' brings it"),
    ],
)
def test_an_engine_that_is_not_installed_is_one_line(monkeypatch, load, engine, line):
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=line):
        load(engine)


def test_what_an_engine_cannot_do_is_one_line(network, load):
    with pytest.raises(UsageError, match="precision: engine onnx has no bfloat16"):
        load("onnx", "bfloat16")
    with pytest.raises(UsageError, match="precision: network 'everything' is not prepared for int8"):
        load("openvino", "int8")
    with pytest.raises(UsageError, match="engine: openvino runs on the processor only"):
        engines.load(network, RunOptions(engine="openvino", device="cuda"))


def test_auto_takes_what_is_installed(monkeypatch, network):
    run = RunOptions(device="cpu")
    assert engines.choose(network, run) == "openvino"
    monkeypatch.setattr(engines, "_version", lambda engine: None if engine == "openvino" else "1")
    assert engines.choose(network, run) == "onnx"


def test_auto_takes_what_was_measured_to_be_faster(monkeypatch, network):
    run = RunOptions(device="cpu")
    times = {"openvino": 0.3, "onnx": 0.1, "torch": 0.2}
    monkeypatch.setattr(engines.trial, "seconds", lambda runner, _network: times[runner.engine])
    assert engines.measure(network, run) == times
    assert engines.choose(network, run) == "onnx"
    assert engines.choose(network, RunOptions(device="cpu", precision="bfloat16")) == "openvino"  # another question
    monkeypatch.setattr(engines, "installed", lambda: {"openvino": "0", "onnx": "0", "torch": "0"})
    assert engines.choose(network, run) == "openvino"  # other versions may be faster


def test_a_trial_takes_the_quickest_run(load, network):
    assert 0 < engines.trial.seconds(load("openvino", threads=1), network) < 5


def test_a_report_says_what_ran(load):
    assert engines.facts(load("onnx")) == {"engine": "onnx", "precision": "float32"}
