"""Renderer: N cameras in; rgb, depth, alpha out. One interface for the CPU and the CUDA implementation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import NO_GAUSSIANS, GaussianCloud
from navbench_gs.render.camera import Camera

Actors = GaussianCloud | Sequence[GaussianCloud | None] | None
"""What else stands in the scene, in the world frame: one cloud for all cameras, or one for each."""


@dataclass(frozen=True, eq=False)
class Frames:
    """N pictures of one size."""

    rgb: NDArray[np.float32]
    """(N, H, W, 3) in [0, 1], on black."""
    alpha: NDArray[np.float32]
    """(N, H, W) in [0, 1]."""
    depths: NDArray[np.float32]
    """(N, 2, H, W) median and expected depth, or (N, 2, 0, 0) where none was asked for."""

    @property
    def depth(self) -> NDArray[np.float32]:
        """(N, H, W) median depth along the optical axis (where transmittance crosses one half), metres; inf if never.

        Raises:
            ValueError: no depths were asked for.
        """
        return self._drawn_depths()[:, 0]

    @property
    def expected_depth(self) -> NDArray[np.float32]:
        """(N, H, W) mean depth of what the pixel shows, by weight, metres; inf where it shows nothing. It lies in the
        air where a pixel shows near and far things at once: no surface to build a map from.

        Raises:
            ValueError: no depths were asked for.
        """
        return self._drawn_depths()[:, 1]

    def rgb8(self) -> NDArray[np.uint8]:
        """(N, H, W, 3) rounded to bytes."""
        rounded: NDArray[np.uint8] = np.clip(np.rint(self.rgb * 255.0), 0, 255).astype(np.uint8)
        return rounded

    def _drawn_depths(self) -> NDArray[np.float32]:
        if self.depths.shape[2:] != self.alpha.shape[1:]:
            raise ValueError("these frames have no depths; draw them with with_depths=True")
        return self.depths


def empty_frames(count: int, width: int, height: int, with_depths: bool) -> Frames:
    """Unset arrays for ``count`` pictures."""
    return Frames(
        rgb=np.empty((count, height, width, 3), dtype=np.float32),
        alpha=np.empty((count, height, width), dtype=np.float32),
        depths=np.empty((count, 2, height, width) if with_depths else (count, 2, 0, 0), dtype=np.float32),
    )


class Renderer(Protocol):
    """Something that draws a prepared scene together with moving actors, sorted in one pass."""

    @property
    def name(self) -> str:
        """Name and picture rules, for the row: for example ``cpu/antialiased``."""
        ...

    def prepare(self, cloud: GaussianCloud) -> Any:
        """Whatever this renderer needs of a scene, computed once."""
        ...

    def render(
        self, scene: Any, cameras: Sequence[Camera], actors: Actors = None, *, with_depths: bool = True
    ) -> Frames:
        """Draw ``scene`` (a prepared cloud) and ``actors`` from every camera; all of one size."""
        ...


def actors_of_cameras(actors: Actors, cameras: int) -> list[GaussianCloud]:
    """One cloud for each camera, the same object where it is the same.

    Raises:
        ValueError: there are several, but not one for each.
    """
    each = [actors] * cameras if actors is None or isinstance(actors, GaussianCloud) else list(actors)
    if len(each) != cameras:
        raise ValueError(f"got actors for {len(each)} cameras, but {cameras} cameras")
    return [NO_GAUSSIANS if cloud is None else cloud for cloud in each]


def common_size(cameras: Sequence[Camera]) -> tuple[int, int]:
    """Width and height in pixels that all cameras share.

    Raises:
        ValueError: there is no camera, or sizes differ.
    """
    sizes = {(camera.width_px, camera.height_px) for camera in cameras}
    if len(sizes) != 1:
        raise ValueError(f"cameras of one call must share one size, got {sorted(sizes) or 'no camera'}")
    return sizes.pop()
