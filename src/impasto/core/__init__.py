"""The vocabulary of the house: methods, options, inputs, results. Imports neither torch nor numba."""

from . import machine
from .context import Context, Progress, RunOptions
from .errors import Cancelled, ImpastoError, InputError, RunError, UsageError, unknown
from .film import EndOfFilm, Film, FilmOptions
from .inputs import Array, Content, Extra, Inputs, InputSpec, Masks, Style, StyleMasks, Styles
from .keeper import Arrays, Keeper
from .method import Estimate, Method, SizeRule, load_target
from .options import UI, BaseOptions, CanvasOptions, NamedWeights, OptionSpec, PictureOptions, describe, parse_options
from .papers import PAPERS, Paper
from .recipe import CHANGEABLE, Recipe, Trainee, TrainingOptions, Validation, Workshop
from .result import Result
from .taxonomy import FAMILIES, Taxonomy

__all__ = [
    "CHANGEABLE", "FAMILIES", "PAPERS", "UI", "Array", "BaseOptions", "Cancelled", "CanvasOptions", "Content",
    "Arrays", "Context", "EndOfFilm", "Estimate", "Extra", "Film", "FilmOptions", "ImpastoError", "InputError", "InputSpec", "Inputs", "Keeper", "Masks", "Method",
    "NamedWeights", "OptionSpec", "Paper", "PictureOptions", "Progress", "Recipe", "Result", "RunError",
    "RunOptions", "SizeRule", "Style", "StyleMasks", "Styles", "Taxonomy", "Trainee", "TrainingOptions",
    "UsageError", "Validation", "Workshop", "describe", "load_target", "machine", "parse_options", "unknown",
]  # fmt: skip
