"""Exported networks run elsewhere as they do here, say what they are, and are refused when they would not."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from safetensors.numpy import save_file

from impasto import engines, export, weights
from impasto.cli import main
from impasto.core import InputError, RunError, UsageError
from impasto.engines import Network
from impasto.weights.manifest import WeightFile

SHAPES = {"a.weight": (12, 3, 3, 3), "a.bias": (12,), "b.weight": (3, 12, 3, 3)}


def paint(o, w, inputs):
    x = o.relu(o.conv(o.pixel_shuffle(o.conv(inputs["picture"], w["a.weight"], w["a.bias"]), 2), w["a.weight"]))
    return {"picture": o.sigmoid(o.conv(x, w["b.weight"], stride=2))}


def build(tensors) -> Network:
    return Network("small", paint, tensors, {"picture": (None, 3, None, None)}, ("picture",), multiple=4)


def build_parts(tensors) -> dict[str, Network]:
    return {"day": build(tensors), "night": build({name: -array for name, array in tensors.items()})}


@pytest.fixture(autouse=True)
def stored(monkeypatch, tmp_path):
    """Weight files of the toy in the current folder, known to the manifest, and no runner of an earlier test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engines, "_runners", {})
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    random = np.random.default_rng(0)
    tensors = {name: 0.3 * random.standard_normal(shape, np.float32) for name, shape in SHAPES.items()}
    for name, builder in (("small", "build"), ("pair", "build_parts")):
        entry = WeightFile(name, "Small", "CC0", "made here", "torch", SHAPES, recipe="none", network=f"toys:{builder}")
        monkeypatch.setitem(weights.FILES, name, entry)
        save_file(tensors, f"{name}.safetensors", {"name": name, "licence": "CC0", "source": "impasto train none"})
    monkeypatch.setattr(
        "impasto.export.models.load_target", lambda target: {"build": build, "build_parts": build_parts}[target[5:]]
    )
    return tensors


def session(path):
    import onnxruntime

    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("model", ["small", "small.safetensors"])
def test_the_file_runs_at_any_size_and_gives_what_torch_gives(tmp_path, stored, model):
    (row,) = export.write_onnx(export.find(model), tmp_path / "out.onnx")
    assert row["psnr_db"] > 90
    for size in ((16, 24), (40, 12)):
        picture = np.random.default_rng(1).random((1, 3, *size), np.float32)
        (found,) = session("out.onnx").run(None, {"picture": picture})
        from impasto.core import RunOptions

        expected = engines.load(build(stored), RunOptions(engine="torch", precision="float32", device="cpu"))
        np.testing.assert_allclose(found, expected({"picture": picture})["picture"], atol=1e-5)


def test_the_file_says_what_it_is_and_how_it_is_fed(tmp_path):
    export.write_onnx(export.find("small"), tmp_path / "out.onnx")
    said = session("out.onnx").get_modelmeta().custom_metadata_map
    assert (said["name"], said["licence"], said["source"]) == ("small", "CC0", "impasto train none")
    assert said["version"].startswith("impasto ")
    assert json.loads(said["inputs"])["picture"] == "float32 (N, 3, H, W), RGB in [0, 1], sRGB; H and W multiples of 4"


def test_several_networks_are_several_files_or_the_one_asked_for(tmp_path):
    model = export.find("pair")
    rows = export.write_onnx(model, tmp_path / "out.onnx")
    assert [row["part"] for row in rows] == ["day", "night"]
    assert sorted(path.name for path in tmp_path.glob("*.onnx")) == ["out-day.onnx", "out-night.onnx"]
    export.write_onnx(model, tmp_path / "dark.onnx", "night")
    assert (tmp_path / "dark.onnx").is_file()
    with pytest.raises(UsageError, match=r"no part 'nigt'\. Did you mean 'night'"):
        export.write_onnx(model, tmp_path / "out.onnx", "nigt")


def test_a_file_that_would_not_agree_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("impasto.export.onnx_files.agreement", lambda _network: 30.0)
    with pytest.raises(RunError, match="agree to 30 dB only; nothing was written"):
        export.write_onnx(export.find("small"), tmp_path / "out.onnx")
    assert not list(tmp_path.glob("*.onnx"))


def test_weights_that_are_not_finite_are_refused(stored):
    save_file(stored | {"a.bias": np.full(12, np.nan, np.float32)}, "bad.safetensors", {"name": "small"})
    with pytest.raises(InputError, match=r"bad.safetensors: 'a.bias' holds NaN or infinite values"):
        export.find("bad.safetensors")


def test_a_file_of_something_else_is_refused(stored):
    save_file(stored, "nameless.safetensors")
    with pytest.raises(InputError, match=r"nameless\.safetensors: does not say which network it is"):
        export.find("nameless.safetensors")
    save_file({"a.weight": stored["a.bias"]}, "other.safetensors", {"name": "small"})
    with pytest.raises(InputError, match=r"'a.weight' has shape \(12,\), must be"):
        export.find("other.safetensors")


def test_the_command_line_writes_and_refuses(tmp_path):
    def run(*words):
        return CliRunner().invoke(main, ["export", *words])

    done = run("small", "-o", "out.onnx", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["files"][0]["file"] == "out.onnx"
    assert "agrees with torch" in done.stderr
    for words, line in [
        (("vgg19", "-o", "x.onnx"), "'vgg19' does not paint pictures"),
        (("smal", "-o", "x.onnx"), "no network 'smal'. Did you mean 'small'?"),
        (("small", "-o", "x.pt"), "--output x.pt: networks are written as .onnx"),
        (("small", "-o", "none/x.onnx"), "no folder 'none'"),
    ]:
        refused = run(*words)
        assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1), refused.stderr
        assert line in refused.stderr
    assert [path.name for path in tmp_path.glob("*.onnx")] == ["out.onnx"]


def test_decoders_are_exported_layer_by_layer(tmp_path, monkeypatch):
    monkeypatch.undo()
    rows = export.write_onnx(export.find("style_swap_slim"), tmp_path / "out.onnx")
    assert [row["part"] for row in rows] == ["relu3_1"]
    assert rows[0]["psnr_db"] > 90
    features = np.random.default_rng(0).random((1, 64, 9, 7), np.float32)
    (picture,) = session(tmp_path / "out.onnx").run(None, {"features": features})
    assert picture.shape == (1, 3, 36, 28)
