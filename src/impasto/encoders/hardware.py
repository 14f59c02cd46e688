"""Which device and arithmetic a run gets: the rules are the engines' own (impasto.engines.hardware)."""

from impasto.engines.hardware import choose_device, choose_precision, has_bfloat16, memory_budget, use_threads

__all__ = ["choose_device", "choose_precision", "has_bfloat16", "memory_budget", "use_threads"]
