"""What people rely on: these names, parameters, commands, flags and report keys. Adding is free; removing breaks someone."""

import inspect
from types import ModuleType

import pytest

import impasto
import impasto.api
import impasto.core
from impasto import registry
from impasto.cli import main
from impasto.cli.flags import run_flags
from impasto.cli.stylize import stylize as stylize_command

PUBLIC = {"stylize", "stylize_video", "methods", "evaluate", "Stylized", "__version__"}
CORE = {
    "Array", "BaseOptions", "Cancelled", "Content", "Context", "Estimate", "Extra", "ImpastoError", "InputError",
    "Inputs", "Masks", "Method", "NamedWeights", "OptionSpec", "Paper", "PictureOptions", "Progress", "Result",
    "RunError", "RunOptions", "SizeRule", "Style", "Styles", "Taxonomy", "UI", "UsageError", "describe",
}  # fmt: skip
COMMANDS = {"stylize", "video", "compare", "methods", "evaluate", "doctor", "train", "export", "guides"}
STYLIZE_FLAGS = {
    "-o", "--output", "-m", "--method", "--preset", "--json", "-q", "--quiet", "--seed", "--device", "--engine", "--precision",
    "--threads", "--preview-every", "--depth", "--jpeg-quality", "--quality", "--format", "--overwrite", "--no-overwrite", "--metadata",
    "--no-metadata",
}  # fmt: skip
REPORT = {
    "method", "preset", "options", "seed", "device", "precision", "threads", "inputs", "width", "height",
    "interrupted", "seconds", "warnings", "weights", "versions",
}  # fmt: skip


def test_the_package_offers_its_names():
    assert set(impasto.__all__) == PUBLIC
    for name in PUBLIC:
        assert getattr(impasto, name) is not None
    assert set(dir(impasto)) >= PUBLIC


def test_the_vocabulary_offers_its_names():
    assert set(impasto.core.__all__) >= CORE


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'stylise'"):
        impasto.stylise  # noqa: B018


def test_the_folder_of_methods_is_also_the_function_that_lists_them():
    assert isinstance(impasto.methods, ModuleType)
    assert impasto.methods() == registry.methods()


def test_stylize_keeps_its_parameters():
    parameters = inspect.signature(impasto.stylize).parameters
    assert list(parameters) == [
        "content", "styles", "method", "preset", "quality", "masks", "style_masks", "extras", "listener", "context",
        "options",
    ]  # fmt: skip
    assert all(
        p.kind is p.KEYWORD_ONLY for name, p in parameters.items() if name not in ("content", "styles", "options")
    )


def test_a_result_keeps_its_attributes():
    for name in ("picture", "report", "interrupted", "image", "save", "encode"):
        assert hasattr(impasto.Stylized, name)


def test_the_command_line_keeps_its_commands_and_flags():
    assert set(main.commands) >= COMMANDS
    method = registry.get("colour_transfer")
    from impasto.cli.flags import method_flags

    params = [*stylize_command.params, *method_flags(method, method.make_options())]
    assert {flag for param in params for flag in (*param.opts, *param.secondary_opts)} >= STYLIZE_FLAGS
    assert run_flags()


def test_methods_keep_their_ids():
    assert set(registry.methods()) >= {"gatys", "colour_transfer", "nnst", "strotss"}


def test_the_report_keeps_its_keys(painted):
    done = impasto.stylize(painted(20, 20), painted(20, 20, seed=1), method="colour_transfer")
    assert set(done.report) >= REPORT
