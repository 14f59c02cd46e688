"""Which torch device and arithmetic a run gets, and how many threads."""

from typing import Literal, TypeAlias

import torch

from impasto.core import RunOptions, UsageError, machine

Precision: TypeAlias = Literal["float32", "bfloat16"]


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware; where it only pretends to, bfloat16 is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        capabilities = getattr(torch.cpu, "get_capabilities", dict)()
        return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16"))
    return False


def choose_device(run: RunOptions) -> torch.device:
    """The device asked for, or the best there is. Raises UsageError when it is not there."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if run.device == "auto":
        return torch.device(next(name for name in ("cuda", "mps", "cpu") if there[name]))
    if not there[run.device]:
        found = ", ".join(name for name, ok in there.items() if ok)
        raise UsageError(f"device: this machine has no {run.device} that torch can use. It has: {found}")
    return torch.device(run.device)


def choose_precision(run: RunOptions, device: torch.device) -> Precision:
    """The precision asked for; auto means bfloat16 where it is faster. Asking for one the device lacks is an error."""
    if run.precision == "auto":
        return "bfloat16" if has_bfloat16(device) else "float32"
    if run.precision == "int8":
        raise UsageError(
            "precision: torch has no int8 here; networks that paint in one pass have it on engine openvino"
        )
    if run.precision == "bfloat16" and not has_bfloat16(device):
        raise UsageError(f"precision: this {device.type} has no bfloat16 in hardware; float32 works everywhere")
    return run.precision


def memory_budget(run: RunOptions, device: torch.device) -> int:
    """Bytes a run may take on the device: what is free there, or less where the run was told so."""
    free = int(torch.cuda.mem_get_info(device)[0]) if device.type == "cuda" else machine.free_memory()
    return run.memory_limit(free)


_DEFAULT_THREADS = torch.get_num_threads()  # the physical cores, or OMP_NUM_THREADS


def use_threads(run: RunOptions) -> int:
    """Give torch the threads asked for, or its own choice back. Returns the number."""
    count = run.threads or _DEFAULT_THREADS
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)
    return count
