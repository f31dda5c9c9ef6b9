"""Memory that one thread needs to draw one window, grown when a scene asks for more and kept between frames."""

from __future__ import annotations

import numpy as np

from navbench_gs.render.camera import Camera
from navbench_gs.render.cpu_cull import Found, find_chunks, room_for_chunks
from navbench_gs.render.cpu_frame import Desk, draw_window
from navbench_gs.render.cpu_project import new_bench, room_for_splats
from navbench_gs.render.cpu_raster import TILE_SIZE, Picture
from navbench_gs.render.cpu_scene import CHUNK, Chunks
from navbench_gs.render.cpu_view import View, Window, tiles_down, view_of
from navbench_gs.render.picture import PictureRules
from navbench_gs.render.renderer import Frames

CHUNKS_PER_SLICE = 200
"""Their splats fit the second level of the cache; finer slices let more splats wait for the next one."""
TILES_PER_SLICE_UNIT = 600
"""Every slice passes over the memory of all tiles, so pictures of more tiles get thicker slices."""
SPARE_SHARE = 1.25


class Workspace:
    """Draws windows, one after another."""

    def __init__(self) -> None:
        self._found = room_for_chunks(0)
        self._desk = _desk(0, 0, 0)

    def find(self, parts: tuple[Chunks, Chunks], view: View) -> tuple[Found, int]:
        """The chunks of the scene and of the actors that may be seen, and how many they are."""
        scene, actors = parts
        room = len(scene.terms) + len(actors.terms)
        if room > len(self._found.chunks):
            self._found = room_for_chunks(room)
        count = find_chunks(scene, 0, view, 0, self._found)
        return self._found, find_chunks(actors, len(scene.terms), view, count, self._found)

    def draw(
        self,
        parts: tuple[Chunks, Chunks],
        camera: Camera,
        window: Window,
        rules: PictureRules,
        detail_px: float,
        frames: Frames,
        index: int,
    ) -> None:
        """Draw a window of picture ``index`` of ``frames``: what ``camera`` sees of scene and actors."""
        view = view_of(camera, rules, window, detail_px)
        found, count = self.find(parts, view)
        tiles = (window.stop - window.first) * tiles_down(camera)
        desk = self._room_for(count, tiles)
        per_slice = CHUNKS_PER_SLICE * max(1, tiles // TILES_PER_SLICE_UNIT)
        picture = Picture(
            frames.rgb[index], frames.alpha[index], frames.median_depths[index], frames.expected_depths[index]
        )
        longest = draw_window(*parts, view, found, count, per_slice, desk, picture)
        if longest > len(self._desk.lists):
            self._desk = self._desk._replace(lists=np.empty(longest, dtype=np.int32))

    def _room_for(self, chunks: int, tiles: int) -> Desk:
        """The desk, cut to the number of tiles."""
        if chunks > len(self._desk.queue) or tiles > len(self._desk.open_tiles):
            chunks, tiles = (
                max(int(chunks * SPARE_SHARE), len(self._desk.queue)),
                max(tiles, len(self._desk.open_tiles)),
            )
            self._desk = _desk(chunks, tiles, len(self._desk.lists))
        desk = self._desk
        return desk._replace(starts=desk.starts[: tiles + 1], open_tiles=desk.open_tiles[:tiles])


def _desk(chunks: int, tiles: int, list_length: int) -> Desk:
    """Unset memory for so many chunks, tiles, and numbers in all lists together."""
    places = chunks * CHUNK
    return Desk(
        queue=np.empty(chunks, dtype=np.int32),
        splats=room_for_splats(places),
        order=np.empty(places, dtype=np.int32),
        scratch=np.empty((3, places), dtype=np.int32),
        lists=np.empty(list_length, dtype=np.int32),
        starts=np.empty(tiles + 1, dtype=np.int32),
        open_tiles=np.empty(tiles, dtype=np.bool_),
        tiles=np.empty(tiles * TILE_SIZE, dtype=np.float32),
        bench=new_bench(),
    )
