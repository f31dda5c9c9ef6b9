"""Renderer: N cameras in; rgb, depth, alpha out. One interface for the CPU and the CUDA implementation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import NO_GAUSSIANS, GaussianCloud
from navbench_gs.render.camera import Camera

Actors = GaussianCloud | Sequence[GaussianCloud | None] | None
"""What else stands in the scene, in the world frame: one cloud for all cameras, or one for each."""


def no_depths() -> NDArray[np.float32]:
    """Depths without a pixel."""
    return np.empty((0, 0, 0), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Frames:
    """N pictures of one size."""

    rgb: NDArray[np.float32]
    """(N, H, W, 3) in [0, 1], on black."""
    alpha: NDArray[np.float32]
    """(N, H, W) in [0, 1]."""
    median_depths: NDArray[np.float32] = field(default_factory=no_depths)
    """(N, H, W) see :attr:`depth`, or without a pixel if not asked for."""
    expected_depths: NDArray[np.float32] = field(default_factory=no_depths)
    """(N, H, W) see :attr:`expected_depth`, or without a pixel if not asked for."""

    @property
    def depth(self) -> NDArray[np.float32]:
        """(N, H, W) median depth along the optical axis (where transmittance crosses one half), metres; inf if never.

        Raises:
            ValueError: it was not asked for.
        """
        return self._drawn(self.median_depths, "depth")

    @property
    def expected_depth(self) -> NDArray[np.float32]:
        """(N, H, W) mean depth of what the pixel shows, by weight, metres; inf where it shows nothing. It lies in the
        air where a pixel shows near and far things at once: no surface to build a map from.

        Raises:
            ValueError: it was not asked for.
        """
        return self._drawn(self.expected_depths, "expected_depth")

    def rgb8(self) -> NDArray[np.uint8]:
        """(N, H, W, 3) rounded to bytes."""
        rounded: NDArray[np.uint8] = np.clip(np.rint(self.rgb * 255.0), 0, 255).astype(np.uint8)
        return rounded

    def _drawn(self, depths: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        if depths.shape != self.alpha.shape:
            raise ValueError(f"these frames have no {name}; draw them with {name}=True")
        return depths


def empty_frames(count: int, width: int, height: int, depth: bool, expected_depth: bool) -> Frames:
    """Unset arrays for ``count`` pictures."""
    size, none = (count, height, width), (count, 0, 0)
    return Frames(
        rgb=np.empty((*size, 3), dtype=np.float32),
        alpha=np.empty(size, dtype=np.float32),
        median_depths=np.empty(size if depth else none, dtype=np.float32),
        expected_depths=np.empty(size if expected_depth else none, dtype=np.float32),
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
        self,
        scene: Any,
        cameras: Sequence[Camera],
        actors: Actors = None,
        *,
        depth: bool = True,
        expected_depth: bool = False,
    ) -> Frames:
        """Draw ``scene`` (a prepared cloud) and ``actors`` from every camera; all of one size. See :class:`Frames`."""
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
