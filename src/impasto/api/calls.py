"""The calls most people need: `impasto.stylize`, and what it takes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from impasto import registry
from impasto.core import Context, Method, Progress, RunOptions, UsageError, parse_options

from .job import prepare
from .sources import Source
from .stylized import Stylized


def stylize(
    content: Source | None,
    styles: Any = (),
    *,
    method: str | Method | None = None,
    preset: str | None = None,
    quality: str | None = None,
    masks: Sequence[Source] = (),
    style_masks: Sequence[Source] = (),
    extras: Mapping[str, Source] | None = None,
    listener: Callable[[Progress], None] | None = None,
    context: Context | None = None,
    **options: Any,
) -> Stylized:
    """Repaint a photo in the style of one or more other pictures.

    content: a path, bytes, an open file, a PIL image, an array (H, W), (H, W, 3) or (H, W, 4) of uint8, uint16 or
    float in [0, 1], or a decoded `Picture`. styles: one such picture, a list of them, a list of (picture, weight)
    pairs, or a dict from path to weight; weights are relative to one another. A method that can do without a photo
    takes a lone picture as the style: `stylize("bark.jpg", method="texture")`; `content` may be None as well. method,
    preset: ids as `impasto.methods()` lists them. quality: "fast", "default" or "best", instead of a method; an option `style_name` chooses one, too. masks:
    where each style goes, for methods that take them; style_masks: from where in each style it comes. extras: further
    pictures by the names the method declares. options: those of the method, `size` among them, and those of every run:
    `seed`, `device`, `precision`, `threads`, `max_memory`. listener: called with every `Progress`. context: a run of your own making, which
    another thread may stop; it carries the run's options itself.

    Ctrl-C ends the run early with the best picture so far (`result.interrupted`). The inputs are never written to.
    Raises UsageError or InputError for a wrong call, RunError for a run that failed, each with one line.
    """
    shared = {name: options.pop(name) for name in RunOptions.model_fields if name in options}
    if context is None:
        context = Context(parse_options(RunOptions, shared))
    elif shared:
        raise UsageError(f"{next(iter(shared))}: set this in the context's run options, since a context was given.")
    if listener is not None:
        context.listener = listener
    job = prepare(
        content,
        styles,
        method=_chosen(method, quality, options),
        preset=registry.preset_for(quality, preset),
        masks=masks,
        style_masks=style_masks,
        extras=extras,
        run=context.run,
        options=options,
    )
    return job.run(context)


def _chosen(method: str | Method | None, quality: str | None, options: Mapping[str, Any]) -> Method:
    if method is None and quality is None and isinstance(options.get("style_name"), str):
        return registry.get(registry.method_of_style(options["style_name"]))
    if isinstance(method, Method):
        return method if quality is None else registry.choose(method.id, quality)
    return registry.choose(method, quality)
