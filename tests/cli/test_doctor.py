"""`impasto doctor`: what is here, what is missing, how large a picture can be."""

import pytest

from impasto.weights import Status


@pytest.fixture
def healthy(monkeypatch, tmp_path):
    status = Status("vgg19", "VGG-19", "package", "somewhere/vgg19.bin", 20_000_000, False, tmp_path)
    monkeypatch.setattr("impasto.weights.status", lambda _name: status)
    monkeypatch.setattr("impasto.core.machine.free_memory", lambda: 10**9)


@pytest.mark.usefixtures("healthy")
def test_it_tells_versions_machine_weights_and_sizes(run):
    done = run("doctor")
    assert done.code == 0, done.stdout
    for part in (
        "impasto 0.",
        "torch",
        "openvino 20",
        "cores for this process",
        "1.0 GB free",
        "vgg19: package",
        "1024 x 768",
    ):
        assert part in done.stdout


@pytest.mark.usefixtures("healthy")
def test_the_largest_size_it_names_fits_and_the_next_does_not(run):
    largest = run("doctor", "--json").report["sizes"]["largest"]
    rows = {row["size"]: row["fits"] for row in run("doctor", "--json", "--size", largest).report["sizes"]["rows"]}
    assert rows[largest] is True
    above = run("doctor", "--json", "--size", round(largest * 1.1)).report["sizes"]["rows"]
    assert above[-1]["fits"] is False


@pytest.mark.parametrize("name", ["vgg19", "slim"])  # installed beside, and shipped
def test_missing_weights_are_a_problem_with_a_remedy_and_exit_code_one(run, monkeypatch, tmp_path, name):
    missing = Status(name, "A network", "none", "", 0, False, tmp_path, "not found; this brings them")
    there = Status("other", "Another", "shipped", "", 0, False, tmp_path)
    monkeypatch.setattr("impasto.weights.status", lambda asked: missing if asked == name else there)
    done = run("doctor", "--json")
    assert done.code == 1
    assert done.report["problems"] == [f"weights '{name}': not found; this brings them"]


@pytest.mark.usefixtures("healthy")
def test_engines_are_timed_on_shipped_networks_when_asked(run, monkeypatch):
    from types import SimpleNamespace

    from impasto import engines, weights

    entry = SimpleNamespace(name="painter", network="some:where", sha256="")
    monkeypatch.setattr(weights, "FILES", {"painter": entry})
    network = SimpleNamespace(name="painter-net")
    monkeypatch.setattr("impasto.export.find", lambda _name: SimpleNamespace(parts={"": network}))
    monkeypatch.setattr(engines, "measure", lambda _network, _run: {"openvino": 0.1, "torch": 0.05})
    assert run("doctor", "--json").report["trials"] == []
    done = run("doctor", "--engines")
    assert "painter-net: torch 0.050 s, openvino 0.100 s" in done.stdout
