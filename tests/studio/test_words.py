"""The same picture in other words: what the studio prints does what the studio did."""

import shlex

import numpy as np
import pytest

from impasto import registry
from impasto.cli.flags import MethodCommand
from impasto.cli.stylize import stylize
from impasto.cli.video import video
from impasto.core import UsageError, describe
from impasto.service.orders import Order, Sheet
from impasto.studio import canvas
from impasto.studio.wishes import form_value, is_quick, presets
from impasto.studio.words import command_line, output_name, python_lines, slots


def sheet(role: str, name: str, number: int = 0, **extra) -> Sheet:
    return Sheet(role=role, file=f"picture-{number}", name=name, **extra)


PAIR = (sheet("content", "my photo.jpg"), sheet("styles", "starry_night.jpg", 1))


def test_a_command_line_names_what_differs_and_quotes_what_must_be():
    order = Order(
        method="gatys",
        preset="fast",
        options={"style_weight": 20.0, "style_layers": {"relu1_1": 1.0}},
        seed=3,
        sheets=PAIR,
    )
    assert command_line(order) == (
        "impasto 'my photo.jpg' starry_night.jpg --method gatys --preset fast --style-weight 20 "
        "--style-layers relu1_1:1 --seed 3 -o 'my photo-starry_night.png'"
    )


@pytest.mark.parametrize("method", registry.methods().values(), ids=lambda method: method.id)
def test_every_methods_command_line_is_understood_by_the_command_line(method):
    options = method.make_options().model_dump(mode="json")
    order = Order(method=method.id, options=options, sheets=PAIR)
    words = shlex.split(command_line(order))[1:]
    if not method.takes_content:
        words = words[1:]
    context = stylize.make_context("stylize", words)
    assert isinstance(context.command, MethodCommand)
    again = {spec.name: context.params[spec.name] for spec in describe(method.options)}
    assert method.make_options(**again) == method.make_options()


def test_python_lines_make_the_same_order(monkeypatch):
    import impasto

    seen = {}

    class Made:
        def save(self, name):
            seen["saved"] = name

    def stylize(*pictures, **options):
        seen.update(options, pictures=pictures)
        return Made()

    monkeypatch.setattr(impasto, "stylize", stylize, raising=False)
    order = Order(
        method="gatys", preset="fast", options={"style_weight": 20.0}, seed=3, format="webp",
        sheets=(*PAIR, sheet("styles", "b.png", 2, weight=2.0), sheet("masks", "m.png", 3), sheet("extras", "f.png", 4, key="fine_style")),
    )  # fmt: skip
    exec(python_lines(order), {})
    assert seen == {
        "pictures": ("my photo.jpg", {"starry_night.jpg": 1, "b.png": 2}), "method": "gatys", "preset": "fast", "style_weight": 20.0,
        "seed": 3, "masks": ["m.png"], "extras": {"fine_style": "f.png"}, "saved": "my photo-starry_night.webp",
    }  # fmt: skip


def test_a_film_in_other_words():
    clip = Order(
        method="xdog",
        options={"size": 320},
        film={"end": 2.5, "sound": False},
        format="mp4",
        sheets=(sheet("clip", "a b.mov"),),
    )
    line = command_line(clip)
    assert line == "impasto video 'a b.mov' --method xdog --size 320 --end 2.5 --no-sound -o 'a b-xdog.mp4'"
    context = video.make_context("video", shlex.split(line)[2:])
    assert (context.params["end"], context.params["sound"], context.params["size"]) == ("2.5", False, "320")
    assert "impasto.stylize_video(" in python_lines(clip)
    assert "output='a b-xdog.mp4'" in python_lines(clip)


def test_names_that_look_like_flags_or_code_are_harmless():
    order = Order(method="xdog", sheets=(sheet("content", "-o; rm.png"),))
    assert shlex.split(command_line(order))[1] == "./-o; rm.png"
    assert output_name(Order(method="xdog", sheets=(sheet("content", "a.png"),))) == "a-xdog.png"
    hostile = Order(method="xdog", sheets=(sheet("content", "');import os#.png"),))
    assert repr("');import os#.png") in python_lines(hostile)


@pytest.mark.parametrize("method", registry.methods().values(), ids=lambda method: method.id)
def test_every_method_has_a_form_for_every_preset_it_offers(method):
    for _, preset in presets(method):
        form = form_value(method, preset or None, {"size": 99, "nonsense": 1})
        assert [row["name"] for row in form["specs"]] == [spec.name for spec in describe(method.options)]
        assert form["values"] == {"size": 99}
        method.make_options(preset or None, **{row["name"]: row["base"] for row in form["specs"]})
    assert len({slot for _, slot, _ in slots(method, ["a", "b"])}) == len(slots(method, ["a", "b"]))


def test_the_quick_methods_are_those_that_optimise_nothing():
    assert is_quick(registry.choose(None, "fast"))
    assert is_quick(registry.get("colour_transfer"))
    assert not any(is_quick(registry.get(name)) for name in ("gatys", "nnst", "texture"))


def painted(height: int = 8, width: int = 10) -> np.ndarray:
    """A layer with the first brush on the left and the second on the right; a softened column in between."""
    layer = np.zeros((height, width, 4), np.uint8)
    layer[:, :3] = [0xE4, 0x57, 0x2E, 255]
    layer[:, 6:] = [0x2E, 0x86, 0xAB, 255]
    layer[:, 3] = [0xE0, 0x5A, 0x33, 130]
    layer[:, 4] = [0xE4, 0x57, 0x2E, 60]
    return layer


def test_each_painting_goes_where_its_brush_was_and_the_first_everywhere_else():
    def read(data):
        from impasto.image import decode

        return decode(data).rgb[0, :, 0]

    one, two = map(read, canvas.masks(painted(), 2))
    assert one.tolist() == [1, 1, 1, 1, 1, 1, 0, 0, 0, 0]
    assert (one + two == 1).all()
    (alone,) = map(read, canvas.masks(painted(), 1))
    assert alone.tolist() == [1, 1, 1, 1, 0, 0, 1, 1, 1, 1]


def test_a_label_picture_has_flat_colours_whatever_the_brush_softened():
    from impasto.image import decode

    picture = decode(canvas.label_picture(painted())).rgb
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) == 3


def test_a_bare_canvas_makes_no_mask():
    gatys, doodle = registry.get("gatys"), registry.get("doodle")
    assert canvas.made_for(gatys, "masks", None, b"photo", 1) == []
    assert canvas.made_for(gatys, "style_masks:0", None, b"photo", 1) == []
    assert canvas.made_for(gatys, "nothing", painted(), b"photo", 1) == []
    assert [name for name, _ in canvas.made_for(gatys, "masks", painted(), None, 2)] == ["mask-1.png", "mask-2.png"]
    assert canvas.made_for(gatys, "fine_style", None, b"picture", 1) == [("fine_style.png", b"picture")]
    assert canvas.made_for(doodle, "target_map", painted(), b"whole", 1)[0][1] != b"whole"
    assert canvas.background("style_masks:1", gatys) == "styles:1"
    assert canvas.background("style_map", doodle) == "styles:0"


def test_wrong_settings_are_refused_where_the_form_is_made():
    with pytest.raises(UsageError, match="no preset"):
        form_value(registry.get("gatys"), "papr")
