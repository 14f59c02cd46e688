"""Networks with named styles: one style alone, blends over the picture and by pixel, and files that hold them."""

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from impasto.core import Context, InputError, RunOptions, UsageError
from impasto.engines.torch_ops import TORCH
from impasto.reconstruction import styles
from impasto.reconstruction.frozen import Repainter
from impasto.reconstruction.networks import cin, johnson, named, super_resolution
from impasto.weights import layouts, zoo

WIDTH = 4


def run(network, **inputs):
    with torch.no_grad():
        weights = {name: torch.from_numpy(array) for name, array in network.weights.items()}
        found = network.forward(TORCH, weights, {name: torch.from_numpy(x) for name, x in inputs.items()})
    return {name: value.numpy() for name, value in found.items()}


@pytest.fixture(scope="module")
def trunk():
    made = johnson.first_weights(WIDTH, np.random.default_rng(0))
    return {name: made[name] for name in layouts.cin(WIDTH)}


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(1)
    return (cin.plain_row(WIDTH) + 0.3 * random.normal(size=(3, layouts.cin_row_length(WIDTH)))).astype(np.float32)


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(2).random((1, 3, 32, 40), np.float32)


@pytest.mark.parametrize(("name", "millions"), [("full", 1.68), ("half", 0.42), ("quarter", 0.11)])
def test_a_network_of_one_style_has_as_many_weights_as_the_specification_says(name, millions):
    count = sum(np.prod(shape) for shape in layouts.johnson(johnson.WIDTHS[name]).values())
    assert round(count / 1e6, 2) == millions


def test_a_row_in_the_network_of_many_paints_as_the_network_of_one_made_of_it(trunk, rows, picture):
    alone = named.single(trunk, rows[1:2])
    assert np.array_equal(named.row_of(alone), rows[1:2])
    many = run(cin.painter(trunk), picture=picture, row=rows[1:2])["picture"]
    assert np.abs(run(johnson.painter(alone), picture=picture)["picture"] - many).max() < 1e-6


def test_shares_of_one_style_alone_paint_it_and_a_blend_all_over_is_the_blend_of_rows(trunk, rows, picture):
    columns = np.ascontiguousarray(rows.T[None])
    for weights in ([0, 1, 0], [0.5, 0.2, 0.3]):
        shares = np.broadcast_to(np.float32(weights)[None, :, None, None], (1, 3, 32, 40))
        by_pixel = run(cin.blender(trunk), picture=picture, rows=columns, **cin.reduced(shares))["picture"]
        whole = run(cin.painter(trunk), picture=picture, row=np.float32([weights]) @ rows)["picture"]
        assert np.abs(by_pixel - whole).max() < 1e-5, weights


def test_shares_at_a_quarter_are_the_means_of_the_pixels_they_stand_for():
    shares = np.random.default_rng(0).random((1, 2, 8, 12), np.float32)
    found = cin.reduced(shares)
    assert found["shares2"].shape == (1, 2, 4, 6)
    assert found["shares4"][0, 1, 1, 2] == pytest.approx(shares[0, 1, 4:8, 8:12].mean())


def test_a_picture_blended_by_pixel_has_no_seam_between_tiles(trunk, rows):
    photo = np.random.default_rng(3).random((40, 300, 3), np.float32)
    ramp = np.broadcast_to(np.linspace(0, 1, 300, dtype=np.float32), (40, 300))
    context = Context(RunOptions(engine="torch", device="cpu", precision="float32"))
    repainter = Repainter(lambda kind: cin.blender(trunk, kind=kind), cin.FIELD_PX, context, cut=cin.reduced)
    given = {"rows": np.ascontiguousarray(rows[:2].T[None])}
    maps = [ramp, 1 - ramp]
    # As long as the statistics are of the picture itself, tiles give what the whole gives.
    repainter.statistics = lambda source, given, _long_side: run(
        cin.blender(trunk), picture=source[..., :3].transpose(2, 0, 1)[None].copy(), **given,
        **cin.reduced(source[..., 3:].transpose(2, 0, 1)[None]),
    )["statistics"]  # fmt: skip
    whole, one = repainter.paint(photo, 512, given, maps)
    tiled, many = repainter.paint(photo, 160, given, maps)
    assert one == 1 < many
    assert np.abs(whole - tiled).max() < 2 / 255


def write(path, tensors, **facts):
    save_file({name: np.ascontiguousarray(x) for name, x in tensors.items()}, path, facts)
    return path


def test_files_of_one_style_and_of_many_are_read_alike(tmp_path, trunk, rows):
    many = named.load(write(tmp_path / "many.safetensors", {**trunk, "rows": rows}, styles="a,b,c"))
    one = named.load(write(tmp_path / "one.safetensors", named.single(trunk, rows[2:]), styles="c"))
    assert (many.names, one.names, many.width) == (("a", "b", "c"), ("c",), WIDTH)
    assert np.array_equal(many.row("c"), one.row("c"))
    assert many.same_trunk(one)
    with pytest.raises(UsageError, match=r"no style 'aa'. Did you mean 'a'\?"):
        many.row("aa")


def test_a_file_that_is_something_else_is_refused_in_one_line(tmp_path, trunk):
    with pytest.raises(InputError, match=r"holds no network with named styles"):
        named.load(write(tmp_path / "x.safetensors", {"conv1_1.weight": np.zeros((1,), np.float32)}))
    with pytest.raises(InputError, match=r"names 0 styles and holds 1"):
        named.load(write(tmp_path / "y.safetensors", named.single(trunk, cin.plain_row(WIDTH))))


def test_styles_are_found_by_name_among_the_shipped_and_ones_own(tmp_path, monkeypatch, trunk, rows):
    monkeypatch.setenv("IMPASTO_STYLES", str(tmp_path))
    write(tmp_path / "mine.safetensors", {**trunk, "rows": rows[:1]}, styles="mine")
    assert "mine" in styles.known()
    network, found = styles.together(["mine"])
    assert network.width == WIDTH
    assert np.array_equal(found, rows[:1])
    with pytest.raises(UsageError, match=r"'mine' and 'udnie' belong to different networks"):
        styles.together(["mine", "udnie"])
    with pytest.raises(UsageError, match=r"no style 'starry-nihgt'. Did you mean 'starry-night'\?"):
        styles.together(["starry-nihgt"])
    with pytest.raises(UsageError, match=r"has no network of its own .* method 'cin' knows it"):
        styles.alone("mine")
    assert styles.alone(str(tmp_path / "mine.safetensors"))[1] == "mine"


def test_the_shipped_network_knows_every_style_that_is_listed():
    assert set(named.load(zoo.MANY).names) == set(zoo.PAINTINGS)
    assert len(zoo.PAINTINGS) >= 12
    assert len(zoo.with_own_network()) >= 3
    assert [styles.alone("starry-night", narrow=narrow)[0].width for narrow in (False, True)] == [16, 8]
    with pytest.raises(UsageError, match=r"no network of a quarter's width for 'udnie'; .* starry-night"):
        styles.alone("udnie", narrow=True)
    for style in zoo.PAINTINGS:
        assert zoo.thumbnail(style), style


def test_the_network_that_sharpens_begins_by_adding_nothing_and_folds_without_shifting(picture):
    weights = super_resolution.first_weights(4, np.random.default_rng(0), 8)
    with torch.no_grad():
        tensors = {name: torch.from_numpy(x) for name, x in weights.items()}
        assert torch.equal(
            super_resolution.sharpen(TORCH, tensors, torch.from_numpy(picture), 4), torch.from_numpy(picture)
        )
    assert super_resolution.factor_of(weights) == 4
