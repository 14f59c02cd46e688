"""How large the result becomes, and whether a method and this machine can make it."""

from collections.abc import Callable

from impasto.core import Estimate, SizeRule, UsageError
from impasto.image import fit_size

from .wording import memory_text

Shape = tuple[int, int]
"""Height and width in pixels."""


def result_size(shape: Shape, size: int | None, rule: SizeRule) -> Shape:
    """Height and width of the result for a photo of `shape`.

    A size that was asked for is used as it is; the method's default only ever makes the photo smaller.
    """
    if size is None:
        size = min(max(shape), rule.default or max(shape))
    return shape if size == max(shape) else fit_size(shape, size)


def canvas_shape(style: Shape, size: int | None, aspect: tuple[float, float] | None, rule: SizeRule) -> Shape:
    """Height and width of a picture that is made without a photo.

    Its proportions are the style's unless an `aspect`, width to height, says otherwise; its long side is the one asked
    for, else the method's default, else the style's own.

    >>> canvas_shape((300, 400), 512, None, SizeRule()), canvas_shape((300, 400), 512, (2, 1), SizeRule())
    ((384, 512), (256, 512))
    """
    long_side = size or rule.default or max(style)
    width, height = aspect or style[::-1]
    longest = max(width, height)
    return max(1, round(height / longest * long_side)), max(1, round(width / longest * long_side))


def smallest_size(shape: Shape, minimum: int) -> int:
    """The least long side at which both sides of a photo of `shape` reach `minimum` pixels."""
    if minimum == 1:
        return 1
    # A side rounds up to `minimum` from half a pixel below it on; the loop makes no assumption about ties.
    size = max(1, (2 * minimum - 1) * max(shape) // (2 * min(shape)) - 1)
    while min(fit_size(shape, size)) < minimum:
        size += 1
    return size


def check_content(
    name: str, shape: Shape, size: int | None, rule: SizeRule, method_id: str, *, blank: bool = False
) -> Shape:
    """Height and width of the result, or a UsageError naming the nearest size that the method takes.

    blank: the shape is that of an empty canvas, which may grow without anything being enlarged.
    """
    if size is not None and rule.maximum is not None and size > rule.maximum:
        raise UsageError(f"size {size} is more than '{method_id}' takes. The largest is {rule.maximum}.")
    height, width = result_size(shape, size, rule)
    if min(height, width) >= rule.minimum:
        return height, width
    least = smallest_size(shape, rule.minimum)
    if rule.maximum is not None and least > rule.maximum:
        raise UsageError(f"{name}: {shape[1]} x {shape[0]} pixels is too narrow a picture for '{method_id}'.")
    enlarges = ", which enlarges it" if least > max(shape) and not blank else ""
    given = "" if (height, width) == shape else f" at {width} x {height}"
    raise UsageError(
        f"{name}: {shape[1]} x {shape[0]} pixels{given} is too small for '{method_id}', which needs {rule.minimum} "
        f"on each side. The smallest size that works is {least}{enlarges}."
    )


def check_style(name: str, shape: Shape, rule: SizeRule, method_id: str) -> None:
    """Refuse a style picture with too few pixels to have a look of its own."""
    if min(shape) < rule.minimum:
        raise UsageError(
            f"{name}: a style of {shape[1]} x {shape[0]} pixels is too small for '{method_id}', "
            f"which needs {rule.minimum} on each side."
        )


def largest_size(shape: Shape, limit: int, estimate: Callable[[int, int], Estimate], floor: int = 1) -> int | None:
    """The largest long side whose estimate stays within `limit` bytes, rounded down to two digits; None if none does."""

    def fits(size: int) -> bool:
        return estimate(*fit_size(shape, size)).memory_bytes <= limit

    if not fits(floor):
        return None
    low, high = floor, floor
    while fits(high := high * 2):
        low = high
        if high > 1_000_000:  # an estimate that does not grow with the picture
            return low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    step = 10 ** max(0, len(str(low)) - 2)
    return max(floor, low // step * step)


def check_memory(
    shape: Shape,
    size: int | None,
    target: Shape,
    rule: SizeRule,
    estimate: Callable[[int, int], Estimate],
    available: int,
    told: bool = False,
) -> Estimate:
    """The run's estimate, or a UsageError naming the largest size that fits into the available memory.

    told: whether the memory is what the user allows, not what the machine has.
    """
    need = estimate(*target)
    if need.memory_bytes <= available:
        return need
    largest = largest_size(shape, available, estimate, smallest_size(shape, rule.minimum))
    if largest is not None and rule.maximum is not None:
        largest = min(largest, rule.maximum)
    what = f"size {max(target)}" + (" (the default)" if size is None else "")
    advice = f"The largest that fits is {largest}." if largest else "Not even the smallest size fits."
    free = f"max_memory allows {memory_text(available)}" if told else f"this machine has {memory_text(available)} free"
    raise UsageError(f"{what} needs about {memory_text(need.memory_bytes)}; {free}. {advice}")
