"""Choosing a renderer by name."""

from __future__ import annotations

import ctypes
import sys
import warnings

from navbench_gs.errors import RendererUnavailableError, UnknownNameError
from navbench_gs.render.renderer import Renderer

RENDERERS = ("auto", "cpu", "cpu-detail", "cpu-spread", "gsplat")
DETAIL_PX = 0.65
"""``cpu-detail`` merges what is smaller than this; how far its pictures are off is in docs/performance.md."""

MAX_SPREAD = 0.25
"""``cpu-spread`` leaves out splats whose standard deviation exceeds this share of the picture's width."""


def renderer_named(name: str = "auto") -> Renderer:
    """The renderer of that name with the Rules' picture.

    ``cpu-detail`` draws merged Gaussians for those under 0.65 pixels: faster for small pictures, and another picture.
    ``cpu-spread`` leaves out splats that spread over much of it, for cameras lower than a capture's were.
    ``auto`` is gsplat where torch sees a CUDA device and gsplat's kernels load, else the CPU renderer; where only the
    kernels fail, a warning says why.

    Raises:
        UnknownNameError: there is none; the closest name is offered.
        RendererUnavailableError: it was asked for by name and cannot run on this machine.
    """
    if name not in RENDERERS:
        raise UnknownNameError("renderer", name, RENDERERS)
    from navbench_gs.render.cpu import CpuRenderer

    if name == "cpu" or (name == "auto" and not cuda_works()):
        return CpuRenderer()
    if name == "cpu-detail":
        return CpuRenderer(detail_px=DETAIL_PX)
    if name == "cpu-spread":
        return CpuRenderer(max_spread=MAX_SPREAD)
    from navbench_gs.render.gsplat import GsplatRenderer

    try:
        return GsplatRenderer()
    except RendererUnavailableError as error:
        if name == "gsplat":
            raise
        warnings.warn(f"{error}; drawing on the CPU", stacklevel=2)
        return CpuRenderer()


def cuda_works() -> bool:
    """Whether torch sees a CUDA device. To be asked before gsplat is imported, which fails in odd ways without one."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:  # no driver: spare the seconds that importing torch takes
        return False
    import torch

    return torch.cuda.is_available()
