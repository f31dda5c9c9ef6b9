"""Renderer: N cameras in; rgb, depth, alpha out. One interface for the CPU and the CUDA implementation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.camera import Camera


@dataclass(frozen=True, eq=False)
class Frames:
    """N pictures of one size."""

    rgb: NDArray[np.float32]
    """(N, H, W, 3) in [0, 1], on black."""
    depth: NDArray[np.float32]
    """(N, H, W) median depth along the optical axis (where transmittance crosses one half), metres; inf if never."""
    alpha: NDArray[np.float32]
    """(N, H, W) in [0, 1]."""

    def rgb8(self) -> NDArray[np.uint8]:
        """(N, H, W, 3) rounded to bytes."""
        rounded: NDArray[np.uint8] = np.clip(np.rint(self.rgb * 255.0), 0, 255).astype(np.uint8)
        return rounded


class Renderer(Protocol):
    """Something that draws a prepared scene together with moving actors, sorted in one pass."""

    @property
    def name(self) -> str:
        """Name and picture rules, for the row: for example ``cpu/antialiased``."""
        ...

    def prepare(self, cloud: GaussianCloud) -> Any:
        """Whatever this renderer needs of a scene, computed once."""
        ...

    def render(self, scene: Any, cameras: Sequence[Camera], actors: GaussianCloud | None = None) -> Frames:
        """Draw ``scene`` (a prepared cloud) and ``actors`` (world frame) from every camera; all of one size."""
        ...


def common_size(cameras: Sequence[Camera]) -> tuple[int, int]:
    """Width and height in pixels that all cameras share.

    Raises:
        ValueError: there is no camera, or sizes differ.
    """
    sizes = {(camera.width_px, camera.height_px) for camera in cameras}
    if len(sizes) != 1:
        raise ValueError(f"cameras of one call must share one size, got {sorted(sizes) or 'no camera'}")
    return sizes.pop()
