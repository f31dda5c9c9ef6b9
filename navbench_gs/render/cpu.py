"""The CPU renderer: gsplat's picture by numba kernels, many cameras or parts of one picture at a time.

One thread draws one window of one picture in a fixed order of operations, and no pixel depends on where its window
ends; so a picture depends neither on the number of threads nor on the other cameras of a call.
"""

from __future__ import annotations

from collections.abc import Sequence

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.camera import Camera
from navbench_gs.render.cpu_scene import DETAIL_LEVELS, Chunks, actor_chunks, scene_chunks
from navbench_gs.render.cpu_team import Team
from navbench_gs.render.cpu_view import MAX_TILES, TILE, Window, tiles_across
from navbench_gs.render.cpu_windows import even_windows
from navbench_gs.render.cpu_workspace import Workspace
from navbench_gs.render.picture import PictureRules
from navbench_gs.render.renderer import Actors, Frames, actors_of_cameras, common_size, empty_frames

ROUNDS_UNSPLIT = 4
"""With so many pictures for each thread, threads end at nearly the same time without parts of pictures."""


class CpuRenderer:
    """Draws prepared clouds with ``threads`` windows at a time. May be shared by threads, and forked.

    Args:
        threads: windows drawn at the same time.
        antialiased, max_alpha, min_compensation, max_spread: see :class:`PictureRules`.
        detail_px: merged Gaussians stand for those that are smaller than this; 0 draws the full cloud.
    """

    def __init__(
        self,
        threads: int = 1,
        antialiased: bool = True,
        max_alpha: float = 0.999,
        min_compensation: float = 0.0,
        max_spread: float = float("inf"),
        detail_px: float = 0.0,
    ) -> None:
        self.threads = threads
        self.rules = PictureRules(antialiased, max_alpha, min_compensation, max_spread)
        self.detail_px = detail_px
        self._team = Team(threads)
        self._idle: list[Workspace] = []

    @property
    def name(self) -> str:
        """Mode and whatever makes the picture another: for example ``cpu/antialiased/detail-1px``."""
        detail = f"/detail-{self.detail_px:g}px" if self.detail_px > 0.0 else ""
        return f"cpu/{self.rules.name}{detail}"

    def prepare(self, cloud: GaussianCloud) -> Chunks:
        """The cloud in spatial chunks; takes about a second per million Gaussians, twice that with levels of detail."""
        levels = DETAIL_LEVELS if self.detail_px > 0.0 else 0
        return scene_chunks(cloud.validated("the scene's cloud"), levels)

    def render(
        self,
        scene: Chunks,
        cameras: Sequence[Camera],
        actors: Actors = None,
        *,
        depth: bool = True,
        expected_depth: bool = False,
    ) -> Frames:
        """Draw ``scene`` and ``actors`` from every camera; all of one size.

        Args:
            scene: a prepared cloud.
            cameras: N of them.
            actors: what else stands there (world frame): one cloud for all cameras, or one for each.
            depth: whether the median depth is wanted too; colours are the same either way.
            expected_depth: whether the expected depth is.

        Raises:
            ValueError: there is no camera, sizes differ or exceed 2,040 px, or there are not as many actors as cameras.
        """
        width, height = common_size(cameras)
        if max(width, height) > MAX_TILES * TILE:
            raise ValueError(f"a picture may be {MAX_TILES * TILE} px wide and high, got {width} x {height}")
        frames = empty_frames(len(cameras), width, height, depth, expected_depth)
        clouds = actors_of_cameras(actors, len(cameras))
        chunks = {id(cloud): actor_chunks(cloud) for cloud in clouds}
        jobs = [
            (index, window)
            for index, camera in enumerate(cameras)
            for window in self._windows(scene, camera, len(cameras))
        ]

        def draw(job: tuple[int, Window]) -> None:
            index, window = job
            workspace = self._idle.pop() if self._idle else Workspace()
            parts = scene, chunks[id(clouds[index])]
            workspace.draw(parts, cameras[index], window, self.rules, self.detail_px, frames, index)
            self._idle.append(workspace)

        self._team.do(draw, jobs)
        return frames

    def _windows(self, scene: Chunks, camera: Camera, cameras: int) -> list[Window]:
        """The whole picture, or parts of about equal work if pictures alone would leave threads idle."""
        if cameras % self.threads == 0 or cameras >= ROUNDS_UNSPLIT * self.threads:
            return [Window(0, tiles_across(camera))]
        return even_windows(scene, camera, self.rules, self.detail_px, self.threads)
