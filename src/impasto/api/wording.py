"""Sizes, times and values in the words people use."""

from typing import Any


def memory_text(count: int) -> str:
    """Bytes as a person says them: 850 MB, 1.3 GB, 61 GB."""
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if count >= unit:
            value = count / unit
            return f"{value:.1f} {name}" if value < 9.95 and name != "MB" else f"{value:.0f} {name}"
    return "1 MB"


def time_text(seconds: float) -> str:
    """Seconds as a person says them: under a second, 25 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 1:
        return "under a second"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def plain(value: Any) -> str:
    """An option's value as a person would type it; empty for None."""
    match value:
        case None:
            return ""
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:g}"
        case dict():
            return ",".join(f"{name}:{weight:g}" for name, weight in value.items())
        case _:
            return str(value)
