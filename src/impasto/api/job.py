"""A run in two halves: `prepare` finds everything that could be wrong, `Job.run` makes the picture."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np

from impasto import registry
from impasto.core import (
    Array,
    BaseOptions,
    CanvasOptions,
    Context,
    Estimate,
    Extra,
    ImpastoError,
    Inputs,
    Method,
    Result,
    RunError,
    RunOptions,
    Style,
    Styles,
    UsageError,
    load_target,
    machine,
    unknown,
)
from impasto.image import Picture

from . import gpu, models, sizes, sources
from .masks import Subject, check_mask_count, read_masks
from .report import describe_others, describe_picture, full_report
from .stylized import Stylized
from .wording import memory_text, time_text


@dataclass(frozen=True, slots=True)
class Job:
    """Everything one run needs, decoded and checked.

    photo: the picture whose profile, depth and dpi the result inherits; without a photo, the first style, or an
    empty canvas where there is no picture at all. estimate: None where the method cannot tell. pictures: what the report says about the inputs. notes: what had to be ignored or
    approximated when they were read.
    """

    method: Method
    preset: str | None
    options: BaseOptions
    run_options: RunOptions
    inputs: Inputs
    photo: Picture
    alpha: Array | None
    estimate: Estimate | None
    pictures: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the result in pixels."""
        return self.inputs.content.shape[:2]

    @property
    def headline(self) -> str:
        """What the run is and will need, in one line: "gatys at 512 x 384: about 1.3 GB and 25 s"."""
        height, width = self.shape
        line = f"{self.method.id} at {width} x {height}"
        if self.estimate is None:
            return line
        line += f": about {memory_text(self.estimate.memory_bytes)}"
        return line if self.estimate.seconds is None else f"{line} and {time_text(self.estimate.seconds)}"

    def run(self, context: Context | None = None) -> Stylized:
        """Make the picture. Raises RunError, in one line, when the machine or the method cannot."""
        context = context or Context(self.run_options)
        start = perf_counter()
        result = _carry_out(self, context)
        _check_result(result, self)
        seconds = perf_counter() - start
        return Stylized(
            picture=_in_range(result.picture),
            report=full_report(self, result, context, seconds),
            further=result.further,
            alpha=self.alpha,
            profile=self.photo.profile,
            depth=self.photo.depth,
            dpi=self.photo.dpi,
        )


def _carry_out(job: Job, context: Context) -> Result:
    try:
        return job.method.load()(job.inputs, job.options, context)
    except ImpastoError:
        raise
    except (MemoryError, RuntimeError) as error:
        # torch reports a failed allocation as a plain RuntimeError; its CUDA kind is a subclass of that.
        if isinstance(error, MemoryError) or "alloc" in str(error).lower() or "out of memory" in str(error).lower():
            height, width = job.shape
            raise RunError(f"out of memory at {width} x {height}. Try a smaller size.") from error
        raise


def _check_result(result: Result, job: Job) -> None:
    if result.picture.shape != job.inputs.content.shape:
        raise RunError(f"'{job.method.id}' returned {result.picture.shape}, not {job.inputs.content.shape}.")
    # Minimum and maximum carry every NaN and infinity.
    if not np.isfinite([result.picture.min(), result.picture.max()]).all():
        raise RunError(f"'{job.method.id}' diverged and left no finite picture. Try another seed or lower weights.")


def _in_range(picture: Array) -> Array:
    """The picture, float32, in [0, 1]; itself where it is already."""
    if picture.dtype == np.float32 and picture.min() >= 0 and picture.max() <= 1:
        return picture
    return np.clip(picture, 0, 1).astype(np.float32, copy=False)


def prepare(
    content: sources.Source | None,
    styles: Any = (),
    *,
    method: str | Method | None = None,
    preset: str | None = None,
    masks: Sequence[sources.Source] = (),
    style_masks: Sequence[sources.Source] = (),
    extras: Mapping[str, sources.Source] | None = None,
    run: RunOptions | None = None,
    options: Mapping[str, Any] | None = None,
) -> Job:
    """Decode and check everything one run needs, cheapest checks first.

    A 3D model may stand in for the photo, where the method takes one: it is rendered, and so is a ball in the same light
    for the painted ball that is the style. Without a photo, where the method can do without, `content` is None or the only style, and the picture is made on an
    empty canvas (see `_ground`).

    Raises UsageError or InputError with one line: unknown names, bad options, unreadable or unfit pictures,
    a size that is too small for the method or too large for this machine.
    """
    chosen = method if isinstance(method, Method) else registry.get(method or registry.DEFAULT_METHOD)
    settings = chosen.make_options(preset, **(options or {}))
    run = run or RunOptions()
    extras = dict(extras or {})
    content, pairs = _roles(chosen, content, sources.weighted(styles))
    _check_inputs(chosen, len(pairs), extras)
    check_mask_count(chosen, len(pairs), len(masks), len(style_masks))
    size = getattr(settings, "size", None)
    seen_px = size or chosen.size.default
    # What lies over a style lies over all of it.
    enough_px = None if style_masks else _enough(settings, seen_px)
    photo, looks = _photo_and_looks(content, pairs, chosen, settings, extras, seen_px, enough_px)
    rgb = None if photo is None else sources.opaque(photo)
    further = {name: sources.picture(source, name) for name, source in extras.items()}
    name, ground = _ground(chosen, settings, photo, looks, further)
    size = size or getattr(settings, "enlarge", 0) * max(ground) or None
    shape = sizes.check_content(name, ground, size, chosen.size, chosen.id, blank=photo is None)
    estimate = _estimate(chosen, ground, size, shape, len(pairs), settings, run)
    regions, guides = read_masks(masks, [Subject(name, ground, shape)] * len(masks), "mask")
    own = [Subject(look.name, look.size, look.size) for look, _ in looks]
    parts, origins = read_masks(style_masks, own[: len(style_masks)], "style mask")
    inputs = Inputs(
        content=sources.blank(shape) if rgb is None else sources.fitted(rgb, shape),
        styles=tuple(Style(_locked(sources.opaque(look)), weight, look.name) for look, weight in looks),
        masks=guides,
        style_masks=origins,
        extras={name: _locked(sources.opaque(extra)) for name, extra in further.items()},
        blank=photo is None,
    )
    seen = [*([] if photo is None else [photo]), *(look for look, _ in looks), *further.values()]
    return Job(
        method=chosen,
        preset=preset,
        options=settings,
        run_options=run,
        inputs=inputs,
        photo=seen[0] if seen else Picture(sources.blank((1, 1)), name=name),
        alpha=None if photo is None or photo.alpha is None else sources.fitted(photo.alpha, shape),
        estimate=estimate,
        pictures={
            "content": photo and describe_picture(photo),
            **describe_others(looks, regions, parts, further),
        },
        notes=_notes([*seen, *regions, *parts]),
    )


Pairs: TypeAlias = list[tuple[sources.Source, float]]
Looks: TypeAlias = list[tuple[Picture, float]]


def _roles(method: Method, content: sources.Source | None, pairs: Pairs) -> tuple[sources.Source | None, Pairs]:
    """Tell the photo from the styles: where a photo can be left out, a lone picture is the style."""
    if method.needs_content:
        if content is None:
            raise UsageError(f"no photo. '{method.id}' needs one to repaint.")
        return content, pairs
    if content is not None and models.is_model(content) and not pairs:
        raise UsageError("no style picture. A model needs one beside it: a painted ball that fills it.")
    if (
        content is not None
        and not pairs
        and any(isinstance(spec, Styles) and not spec.optional for spec in method.inputs)
    ):
        return None, sources.weighted(content)
    if content is not None and not method.takes_content:
        source = "the style alone" if method.takes_styles else "nothing"
        raise UsageError(f"'{method.id}' takes no photo; it makes its picture from {source}.")
    return content, pairs


def _photo_and_looks(
    content: sources.Source | None,
    pairs: Pairs,
    method: Method,
    options: BaseOptions,
    extras: dict[str, sources.Source],
    photo_px: int | None,
    style_px: int | None,
) -> tuple[Picture | None, Looks]:
    """Decode photo and styles, no larger than needed. A model that stands in for the photo is rendered, and its guides join the extras."""
    if content is not None and models.is_model(content):
        models.check_taken(content, method, options)
        looks = _styles(pairs, method, style_px)
        photo, guides = models.stand_in(content, method, options, looks[0][0], extras)
        extras |= guides
        return photo, looks
    photo = None if content is None else sources.picture(content, "content", photo_px)
    if photo is not None:
        sources.opaque(photo)  # refuses one with nothing to see before more are read
    return photo, _styles(pairs, method, style_px)


def _ground(
    method: Method, options: BaseOptions, photo: Picture | None, looks: Looks, further: Mapping[str, Picture]
) -> tuple[str, sizes.Shape]:
    """Name and size of what the picture is made on: the photo, or an empty canvas.

    The canvas has the shape of the first further picture that lies over it (a doodle), else of the first style; canvas
    options overrule both. Where there is no picture at all, it is square.
    """
    if photo is not None:
        return photo.name, photo.size
    lying = (further.get(spec.name) for spec in method.inputs if isinstance(spec, Extra) and spec.of == "content")
    like = next(filter(None, lying), looks[0][0] if looks else None)
    if like is None and isinstance(options, CanvasOptions) and not method.takes_styles:
        return "canvas", sizes.canvas_shape((1, 1), options.size, options.proportions, method.size)
    if like is None:
        raise UsageError(f"no picture to take the result's size from. '{method.id}' needs a photo or a style.")
    if isinstance(options, CanvasOptions):
        return "canvas", sizes.canvas_shape(like.size, options.size, options.proportions, method.size)
    return like.name, like.size


def _notes(pictures: Iterable[Picture]) -> tuple[str, ...]:
    return tuple(f"{picture.name}: {note}" for picture in pictures for note in picture.notes)


def _locked(array: Array) -> Array:
    return sources.fitted(array, array.shape[:2])


def _check_inputs(method: Method, styles: int, extras: Mapping[str, Any]) -> None:
    """Refuse pictures the method has no use for, and name the ones it misses."""
    takes = next((spec for spec in method.inputs if isinstance(spec, Styles)), None)
    if takes is None and styles:
        alone = "it needs the photo alone" if method.takes_content else "it makes its picture out of nothing"
        raise UsageError(f"'{method.id}' takes no style picture; {alone}.")
    if takes is not None and not styles and not takes.optional:
        needs = "a photo and a style, in that order" if method.needs_content else "a style picture"
        raise UsageError(f"no style picture. '{method.id}' needs {needs}.")
    if takes is not None and styles > 1 and not takes.many:
        raise UsageError(f"'{method.id}' takes one style picture, got {styles}.")
    declared = {spec.name: spec for spec in method.inputs if isinstance(spec, Extra)}
    for name in extras:
        if name not in declared:
            raise unknown("input", name, declared, f"'{method.id}' takes: {', '.join(declared) or 'none'}.")
    for name, spec in declared.items():
        if name not in extras and not spec.optional:
            raise UsageError(f"'{method.id}' needs a picture for '{name}'. {spec.help}")


def _enough(options: BaseOptions, size: int | None) -> int | None:
    """The long side at which a style will be looked at, where the options tell."""
    scale = getattr(options, "style_scale", None)
    return None if scale is None or size is None else round(scale * size)


def _styles(pairs: Pairs, method: Method, enough_px: int | None) -> Looks:
    """Decode the styles and refuse those without a look to take."""
    found: Looks = []
    for number, (source, weight) in enumerate(pairs, 1):
        look = sources.picture(source, "style" if len(pairs) == 1 else f"style {number}", enough_px)
        sizes.check_style(look.name, look.size, method.size, method.id)
        sources.refuse_flat(look.name, sources.opaque(look))
        found.append((look, weight))
    return found


def _estimate(
    method: Method,
    given: sizes.Shape,
    size: int | None,
    shape: sizes.Shape,
    styles: int,
    options: BaseOptions,
    run: RunOptions,
) -> Estimate | None:
    """What the run will need; refuses one that would not fit into memory."""
    if method.estimate is None:
        return None
    estimate = partial(_call_estimate, load_target(method.estimate), styles, options, run)
    on_gpu = gpu.free_memory(run.device)
    available = machine.free_memory() if on_gpu is None else on_gpu
    allowed = run.memory_limit(available)
    return sizes.check_memory(given, size, shape, method.size, estimate, allowed, told=allowed < available)


def _call_estimate(
    function: Any, styles: int, options: BaseOptions, run: RunOptions, height: int, width: int
) -> Estimate:
    return function(height, width, styles, options, run)
