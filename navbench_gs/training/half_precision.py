"""Where half precision pays: bfloat16 that a processor has to imitate is ten times slower than single precision."""

from __future__ import annotations

import torch

NATIVE = ("avx512_bf16", "amx_bf16", "bf16", "arm_bf16")
"""Names under which torch lists instructions of x86 and ARM processors that multiply bfloat16."""


def pays_in_half(device: torch.device) -> bool:
    """Whether bfloat16 is native there: on every accelerator, and on CPUs that say so to torch (2.9 and newer)."""
    if device.type != "cpu":
        return True
    capabilities: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(name, False) for name in NATIVE)
