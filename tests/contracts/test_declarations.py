"""What every method's declaration must offer, so that flags, forms, pages and tests can be made from it."""

import json

import pytest

from impasto import registry, weights
from impasto.api.catalogue import method_page
from impasto.cli.flags import method_flags, plain
from impasto.cli.stylize import stylize
from impasto.core import Extra, PictureOptions, RunOptions, Styles, describe, load_target, parse_options

METHODS = list(registry.methods().values())
every_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)

# One concept has one name in the whole house; what others call it, by the name it has here.
SYNONYMS = {
    "steps": {"iterations", "iters", "num_steps", "n_steps", "max_iter", "num_iterations", "epochs_per_image"},
    "size": {"image_size", "max_size", "resolution", "long_side", "width", "height", "side"},
    "seed": {"random_seed", "rng_seed", "manual_seed"},
    "strength": {"amount", "intensity", "opacity", "blend", "alpha", "stylization_strength"},
    "style_weight": {"style_strength", "style_loss_weight", "beta", "weight_style"},
    "content_weight": {"content_strength", "content_loss_weight", "weight_content"},
    "tv_weight": {"tv", "tv_strength", "smoothness_weight", "total_variation_weight"},
    "learning_rate": {"lr", "step_size"},
    "style_scale": {"style_size", "style_ratio"},
    "preserve_colour": {"preserve_color", "keep_colours", "keep_colors", "original_colors"},
}


@every_method
def test_it_has_a_tiny_preset_of_64_pixels(method):
    assert method.make_options("tiny").size == 64


@every_method
def test_its_options_are_those_of_a_picture(method):
    assert issubclass(method.options, PictureOptions)
    method.make_options()


@every_method
def test_every_option_has_help_in_a_sentence(method):
    for spec in describe(method.options):
        assert len(spec.help) > 15, spec.name
        assert spec.help[0].isupper(), spec.name
        assert spec.help.rstrip(")").endswith((".", "...")), spec.name


@every_method
def test_options_have_the_houses_names(method):
    names = {spec.name for spec in describe(method.options)}
    for ours, theirs in SYNONYMS.items():
        assert not names & theirs, f"call it '{ours}'"
    assert not [name for name in names if "color" in name], "we write 'colour'"


@every_method
def test_options_leave_the_names_of_every_run_alone(method):
    assert not set(method.options.model_fields) & set(RunOptions.model_fields)


@every_method
def test_no_two_flags_of_its_command_line_are_the_same(method):
    params = [*stylize.params, *method_flags(method, method.make_options())]
    flags = [flag for param in params for flag in (*param.opts, *param.secondary_opts)]
    assert len(flags) == len(set(flags))
    names = [param.name for param in params]
    assert len(names) == len(set(names))


@every_method
def test_options_survive_json(method):
    for preset in (None, *method.presets):
        options = method.make_options(preset)
        stored = json.loads(json.dumps(options.model_dump(mode="json"), allow_nan=False))
        assert parse_options(method.options, stored) == options


@every_method
def test_options_survive_being_typed_on_a_command_line(method):
    for preset in (None, *method.presets):
        options = method.make_options(preset)
        typed = {name: plain(value) for name, value in options if value is not None}
        assert parse_options(method.options, typed) == options


@every_method
def test_its_schema_describes_every_option(method):
    properties = method.options.model_json_schema()["properties"]
    assert set(properties) == {spec.name for spec in describe(method.options)}
    assert all(prop.get("description") for prop in properties.values())


@every_method
def test_its_page_is_complete(method):
    page = json.loads(json.dumps(method_page(method), allow_nan=False))
    assert page["title"]
    assert page["title"] != method.id
    assert page["summary"].endswith(".")
    assert len(page["summary"]) <= 120
    assert page["taxonomy"]
    assert page["papers"]
    assert all(paper["url"] for paper in page["papers"])
    assert all(entry["help"] for entry in page["inputs"])
    assert all(line.strip() for line in page["deviations"])


@every_method
def test_its_size_rule_makes_sense(method):
    rule = method.size
    assert 1 <= rule.minimum <= 64, "the tiny preset must be able to run"
    assert rule.minimum <= (rule.default or rule.minimum) <= (rule.maximum or rule.default or rule.minimum)


@every_method
def test_the_functions_it_names_exist(method):
    for target in filter(None, (method.run, method.train, method.estimate, method.sequence)):
        assert callable(load_target(target)), target


@every_method
def test_the_weights_it_names_are_known(method):
    assert set(method.weights) <= set(weights.FILES)


@every_method
def test_its_estimate_grows_with_the_picture_and_the_tiny_preset_fits_anywhere(method):
    if method.estimate is None:
        pytest.skip("gives no estimate")
    estimate = load_target(method.estimate)
    styles = 1 if any(isinstance(spec, Styles) for spec in method.inputs) else 0
    options, run = method.make_options("tiny"), RunOptions()
    needs = [estimate(3 * side // 4, side, styles, options, run).memory_bytes for side in (64, 512, 1024, 4096)]
    assert needs == sorted(needs)
    assert 0 < needs[0] < 2 * 10**9
    assert needs[0] < needs[-1]


@every_method
def test_further_pictures_have_names_of_their_own(method):
    """--style-mask is where masks of styles go: a further picture of that name would never arrive."""
    names = {spec.name for spec in method.inputs if isinstance(spec, Extra)}
    assert not names & {"content", "style", "styles", "mask", "masks", "style_mask", "style_masks"}
