"""What the graphics processor has free, asked without loading torch where there is none."""

import sys
from pathlib import Path

_NVIDIA = Path("/proc/driver/nvidia/version")


def free_memory(device: str) -> int | None:
    """Free bytes of the GPU a run on `device` would use, or None when it would run in main memory.

    torch is asked only where a GPU driver is present, so that a machine without one pays nothing.
    """
    if device not in ("auto", "cuda") or not (_NVIDIA.exists() or "torch" in sys.modules):
        return None
    import torch

    return int(torch.cuda.mem_get_info()[0]) if torch.cuda.is_available() else None
