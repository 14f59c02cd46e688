"""Importing impasto, listing methods and asking for help are quick: nothing heavy is loaded for them."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "numba", "scipy", "cv2", "PIL", "safetensors", "openvino", "onnx", "onnxruntime", "av")


def loaded_after(code: str) -> set[str]:
    """Which heavy libraries a fresh interpreter has loaded after running the code."""
    script = f"import sys\n{code}\nprint(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stderr.split())


def command(*words: str) -> str:
    return f"from impasto.cli import main\ntry: main({list(words)})\nexcept SystemExit as end: assert not end.code"


@pytest.mark.parametrize(
    "code",
    [
        "import impasto; impasto.__version__; dir(impasto)",
        "import impasto; assert impasto.methods()",
        command("--help"),
        command("--version"),
        command("methods"),
        command("methods", "--tree"),
        command("methods", "--json"),
        command("stylize", "--help"),
        command("video", "--help"),
        "import impasto.video.clip, impasto.video.encode, impasto.video.steady",
        command("compare", "--help"),
        command("export", "--help"),
        "import impasto.engines; impasto.engines.installed()",
    ],
)
def test_nothing_heavy_is_loaded_for(code):
    assert loaded_after(code) == set()


def test_the_check_can_fail():
    assert loaded_after("import PIL") == {"PIL"}


def test_a_method_without_a_network_runs_without_torch(tmp_path):
    code = f"""
import numpy as np, impasto
photo = np.linspace(0, 1, 40 * 50 * 3).reshape(40, 50, 3)
impasto.stylize(photo, photo[::-1, :, ::-1].copy() ** 2, method="colour_transfer").save({str(tmp_path / "out.png")!r})
"""
    assert not loaded_after(code) & {"torch", "numba"}
    assert (tmp_path / "out.png").exists()


def test_the_package_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "impasto", "--version"], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("impasto ")
