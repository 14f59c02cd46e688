"""The page's folder is complete and says no more than is true; what cannot be a page is refused in one line."""

import json
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from safetensors.numpy import save_file

from impasto.cli import main
from impasto.core import InputError, RunError, UsageError
from impasto.export import runtime, write_web
from impasto.export.serve import make_server
from impasto.reconstruction.networks import named

from .conftest import archive, package

SMALL = runtime.Runtime("9.8.7", {name: name.encode() for name in runtime.FILES})


def refused(*words: str) -> str:
    done = CliRunner().invoke(main, ["export", *words])
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1), done.stderr
    return done.stderr


def test_a_folder_holds_networks_styles_page_runtime_and_server(tmp_path):
    report = write_web(["cin"], tmp_path / "page", SMALL, only=["udnie", "starry-night"])
    said = json.loads((tmp_path / "page" / "folder.json").read_text())
    assert report["styles"] == 2
    assert [style["name"] for style in said["styles"]] == ["starry-night", "udnie"]
    for name in ("index.html", "page.js", "page.css", "painter.js", "serve.py", said["models"]["cin"]["file"]):
        assert (tmp_path / "page" / name).is_file(), name
    for style in said["styles"]:
        assert (tmp_path / "page" / style["picture"]).read_bytes()[:2] == b"\xff\xd8"
    rows = np.frombuffer((tmp_path / "page" / "styles.bin").read_bytes(), "<f4")
    second = said["styles"][1]
    np.testing.assert_array_equal(
        rows[second["row"] : second["row"] + second["length"]], named.load("cin").row("udnie")[0]
    )
    assert all((tmp_path / "page" / "runtime" / name).read_bytes() == name.encode() for name in runtime.FILES)
    assert "Microsoft" in (tmp_path / "page" / "LICENCES.txt").read_text()


def test_a_style_of_ones_own_is_shown_under_its_name(tmp_path):
    known = named.load("cin")
    tensors = named.single(known.trunk, known.row("udnie"))
    save_file(tensors, tmp_path / "my #1.safetensors", {"name": "johnson", "styles": "aunt-mary"})
    write_web([str(tmp_path / "my #1.safetensors")], tmp_path / "page", SMALL)
    said = json.loads((tmp_path / "page" / "folder.json").read_text())
    assert said["styles"] == [{"name": "aunt-mary", "title": "aunt-mary", "picture": None, "model": "my-1"}]
    assert (tmp_path / "page" / "my-1.onnx").is_file()


def test_weights_in_half_precision_lose_nothing(tmp_path):
    import onnxruntime

    from impasto.engines import onnx

    write_web(["cin"], tmp_path, SMALL, only=["udnie"])
    known = named.load("cin")
    from impasto.reconstruction.networks import cin

    whole = onnx.graph(cin.painter(known.trunk, kind="whole")).SerializeToString()
    halved = (tmp_path / "cin.onnx").read_bytes()
    assert len(halved) < 0.55 * len(whole)
    inputs = {"picture": np.random.default_rng(0).random((1, 3, 32, 48), np.float32), "row": known.row("udnie")}
    first, second = (
        onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, inputs)[0]
        for data in (whole, halved)
    )
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_the_page_asks_for_nothing_from_elsewhere():
    from impasto.export import web

    for path in web._PAGE.iterdir():
        text = path.read_text()
        assert "http://" not in text, path.name
        assert "https://" not in text, path.name


def test_the_runtime_is_found_where_it_lies(tmp_path, monkeypatch, unpacked):
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ort.tgz").write_bytes(archive(package()))
    places = [unpacked, unpacked / "dist", tmp_path / "ort.tgz"]
    assert {runtime.find(place).version for place in places} == {"9.8.7"}
    with pytest.raises(UsageError, match=r"a page needs onnxruntime-web.*--fetch-runtime"):
        runtime.find()
    (tmp_path / "node_modules").mkdir()
    unpacked.rename(tmp_path / "node_modules" / runtime.PACKAGE)
    assert runtime.find().files == SMALL.files
    assert runtime.find(tmp_path).version == "9.8.7"


def test_a_runtime_that_is_something_else_is_refused(tmp_path):
    (tmp_path / "other.tgz").write_bytes(archive(package("left-pad")))
    (tmp_path / "part.tgz").write_bytes(archive({"package/package.json": b"{}"}))
    (tmp_path / "no.tgz").write_bytes(b"not an archive")
    for name, line in [
        ("other.tgz", "is 'left-pad', not onnxruntime-web"),
        ("part.tgz", "it has no ort.wasm.min.mjs"),
        ("no.tgz", "not an npm archive"),
        ("none", "none: no such file or folder"),
        (".", "does not hold onnxruntime-web"),
    ]:
        with pytest.raises(InputError, match=line):
            runtime.find(tmp_path / name)


def test_a_fetched_package_is_checked_before_it_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "cache"))
    data = archive(package())
    monkeypatch.setattr(runtime.shutil, "which", lambda _name: "npm")

    def npm(command, **_):
        (target := command[command.index("--pack-destination") + 1])
        runtime.Path(target, "onnxruntime-web.tgz").write_bytes(data)
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(runtime.subprocess, "run", npm)
    with pytest.raises(RunError, match=r"is not the package it was .*; nothing was kept"):
        runtime.fetch()
    assert not (tmp_path / "cache").exists()
    monkeypatch.setattr(runtime, "SHA512", runtime.base64.b64encode(runtime.hashlib.sha512(data).digest()).decode())
    assert runtime.fetch().files == SMALL.files
    monkeypatch.setattr(runtime.subprocess, "run", None)
    assert runtime.fetch() == runtime.find()
    assert runtime.find().version == "9.8.7"


def test_mistakes_are_one_line(tmp_path, monkeypatch, unpacked):
    monkeypatch.chdir(tmp_path)
    page = ("--web", "-o", "page", "--runtime", str(unpacked))
    (tmp_path / "file").write_text("")
    (tmp_path / "notes.safetensors").write_text("no weights")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(named.load("cin").file, tmp_path / folder / "cin.safetensors")
    for words, line in [
        (("cinn", *page), "no network 'cinn'. Did you mean 'cin'?"),
        (("alla_prima", *page), "'alla_prima' is not one graph from photo to picture; a page runs: cin, ghiasi"),
        (("a/cin.safetensors", "b/cin.safetensors", *page), "two models are called 'cin'"),
        (("notes.safetensors", *page), "notes.safetensors"),
        (("a", *page), "a: "),
        (("cin", *page, "--style-name", "udni"), "no style 'udni'. Did you mean 'udnie'?"),
        (("cin", *page, "--part", "painter"), "--part: a page takes whole models"),
        (("cin", "--web", "-o", "file", "--runtime", str(unpacked)), "--output file: is a file; --web writes a folder"),
        (("cin", "ghiasi", "-o", "x.onnx"), "one model at a time ('cin', 'ghiasi'); several only with --web"),
        (("cin", "-o", "x.onnx", "--serve"), "--serve: is for pages; add --web"),
    ]:
        assert line in refused(*words)
    assert not (tmp_path / "page").exists()


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.enable_socket
def test_the_server_isolates_the_page_and_shows_nothing_else(tmp_path):
    for name in ("index.html", "a.wasm", "a.mjs", "serve.py", ".secret"):
        (tmp_path / name).write_text(name)
    (tmp_path / "styles").mkdir()
    with make_server(tmp_path) as server:
        assert server.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            at = f"http://127.0.0.1:{server.server_port}"
            for path, kind in (("/", "text/html"), ("/a.wasm", "application/wasm"), ("/a.mjs", "text/javascript")):
                with urllib.request.urlopen(at + path, timeout=10) as answer:
                    assert answer.headers["Content-Type"].startswith(kind)
                    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
                    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
            for path in ("/serve.py", "/.secret", "/styles/", "/../pyproject.toml", "/none"):
                with pytest.raises(urllib.error.HTTPError, match="404"):
                    urllib.request.urlopen(at + path, timeout=10)
        finally:
            server.shutdown()
            thread.join()


def test_the_server_beside_the_page_needs_no_impasto(tmp_path):
    write_source = (runtime.Path(runtime.__file__).with_name("serve.py")).read_text()
    (tmp_path / "serve.py").write_text(write_source)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "serve.py", "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "--port" in done.stdout
