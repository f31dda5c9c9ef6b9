"""The CPU renderer: gsplat's picture by numba kernels, one camera per thread.

A frame is project -> sort -> deal to tiles -> composite. Each camera is drawn by one thread in a fixed order of
operations, so a picture does not depend on the number of threads or on the other cameras.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.camera import Camera
from navbench_gs.render.cpu_order import TILE, count_per_tile, fill_tiles, sort_by_depth
from navbench_gs.render.cpu_project import BUFFER_SIZE, project, room_for, view_of
from navbench_gs.render.cpu_raster import TILE_BUFFER_SIZE, draw_tiles
from navbench_gs.render.cpu_scene import CHUNK, Chunks, chunks_in_order, scene_chunks
from navbench_gs.render.picture import PictureRules
from navbench_gs.render.renderer import Frames, common_size

SPARE_LIST_SHARE = 1.3


class CpuRenderer:
    """Draws prepared clouds with ``threads`` cameras at a time. May be shared by threads.

    Args:
        threads: cameras drawn at the same time.
        antialiased, max_alpha, min_compensation: see :class:`PictureRules`.
    """

    def __init__(
        self,
        threads: int = 1,
        antialiased: bool = True,
        max_alpha: float = 0.999,
        min_compensation: float = 0.0,
    ) -> None:
        self.threads = threads
        self.rules = PictureRules(antialiased, max_alpha, min_compensation)
        self._idle: list[_Workspace] = []

    @property
    def name(self) -> str:
        """``cpu/antialiased`` or ``cpu/classic``."""
        return f"cpu/{self.rules.mode}"

    def prepare(self, cloud: GaussianCloud) -> Chunks:
        """The cloud in spatial chunks; takes about a second per million Gaussians."""
        return scene_chunks(cloud.validated("the scene's cloud"))

    def render(self, scene: Chunks, cameras: Sequence[Camera], actors: GaussianCloud | None = None) -> Frames:
        """Draw ``scene`` and ``actors`` (world frame) from every camera; all of one size.

        Raises:
            ValueError: there is no camera, or sizes differ.
        """
        width, height = common_size(cameras)
        frames = Frames(
            rgb=np.empty((len(cameras), height, width, 3), dtype=np.float32),
            depth=np.empty((len(cameras), height, width), dtype=np.float32),
            alpha=np.empty((len(cameras), height, width), dtype=np.float32),
        )
        parts = [scene]
        if actors is not None and len(actors):
            parts.append(chunks_in_order(actors, np.arange(len(actors), dtype=np.int32)))
        workers = min(self.threads, len(cameras))

        def draw_share(worker: int) -> None:
            workspace = self._idle.pop() if self._idle else _Workspace()
            for index in range(worker, len(cameras), workers):
                workspace.draw(parts, cameras[index], self.rules, frames, index)
            self._idle.append(workspace)

        if workers == 1:
            draw_share(0)
        else:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(draw_share, range(workers)))
        return frames


class _Workspace:
    """Memory that one thread needs to draw one camera, grown when a scene asks for more and kept between frames."""

    def __init__(self) -> None:
        self._splats = room_for(0)
        self._sorting = np.empty((4, 0), dtype=np.int32)
        self._lists = np.empty(0, dtype=np.int32)
        self._chunk_buffer = np.empty(BUFFER_SIZE, dtype=np.float32)
        self._tile_buffer = np.empty(TILE_BUFFER_SIZE, dtype=np.float32)

    def draw(self, parts: Sequence[Chunks], camera: Camera, rules: PictureRules, frames: Frames, index: int) -> None:
        """Draw all parts from ``camera`` into picture ``index`` of ``frames``."""
        count = self._project(parts, camera, rules)
        order = self._sort(count)
        lists, ends = self._deal(order, camera)
        draw_tiles(
            self._splats.records,
            lists,
            ends,
            np.float32(rules.max_alpha),
            self._tile_buffer,
            frames.rgb[index],
            frames.depth[index],
            frames.alpha[index],
        )

    def _project(self, parts: Sequence[Chunks], camera: Camera, rules: PictureRules) -> int:
        """Fill ``_splats``; ranks of a part come after those of the parts before it. Returns the number of splats."""
        places = sum(len(part.bounds) for part in parts) * CHUNK
        if places > len(self._splats.depths):
            self._splats = room_for(places)
            self._sorting = np.empty((4, places), dtype=np.int32)
        view = view_of(camera, rules)
        count, first_rank = 0, 0
        for part in parts:
            count = project(part, first_rank, view, count, self._splats, self._chunk_buffer)
            first_rank += part.size
        return count

    def _sort(self, count: int) -> NDArray[np.int32]:
        """Numbers of the splats (count,), near to far."""
        depth_bits = self._splats.depths[:count].view(np.int32)
        keys, order, spare = self._sorting[0, :count], self._sorting[1, :count], self._sorting[2:, :count]
        sort_by_depth(depth_bits, self._splats.ranks[:count], keys, order, spare)
        return order

    def _deal(self, order: NDArray[np.int32], camera: Camera) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Lists of splats per tile, and where each tile's list ends."""
        across, down = -(-camera.width_px // TILE), -(-camera.height_px // TILE)
        columns, rows = self._splats.columns[: len(order)], self._splats.rows[: len(order)]
        starts = np.empty(across * down + 1, dtype=np.int32)
        total = count_per_tile(columns, rows, across, starts)
        if total > len(self._lists):
            self._lists = np.empty(int(total * SPARE_LIST_SHARE), dtype=np.int32)
        ends = starts[:-1]
        fill_tiles(columns, rows, order, across, ends, self._lists)
        return self._lists, ends
