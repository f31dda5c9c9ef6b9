"""One window of one frame, drawn in slices of depth, so that what is hidden is neither projected nor sorted nor dealt.

Chunks are taken in the order in which they begin. A slice ends where the first chunk not yet taken begins; splats of
its chunks that lie beyond wait for the next slice. A tile whose pixels are all finished takes no more, and a chunk that
can touch finished tiles only is left out. Both leave every pixel as it would be without them: in each open tile the
same splats are blended in the same order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.cpu_cull import Found
from navbench_gs.render.cpu_order import choose_splats, exclusive_sum, fill_tiles, sort_by_depth
from navbench_gs.render.cpu_project import SPLAT_FIELDS, Bench, Splats, prefetch_chunk, project_chunk
from navbench_gs.render.cpu_raster import TILE_SIZE, Picture, blend_tile, clear_tiles, store_tile
from navbench_gs.render.cpu_scene import Chunks
from navbench_gs.render.cpu_view import TILE, View

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]
Flags = NDArray[np.bool_]

_long = cast("Callable[[int], int]", np.int64)
"""numba compiles a function anew for each width of an integer; all are given this one."""


class Desk(NamedTuple):
    """Memory in which one window is drawn."""

    queue: Int32s
    """(chunks,) places in ``Found``, those that begin nearest first."""
    splats: Splats
    order: Int32s
    """(n,) numbers of the splats of a slice."""
    scratch: Int32s
    """(3, n)."""
    lists: Int32s
    """Splats of each tile; may be too short, then it is replaced."""
    starts: Int32s
    """(tiles + 1,)."""
    open_tiles: Flags
    """(tiles,) whether a tile has pixels that are not finished."""
    tiles: Float32s
    """(tiles * TILE_SIZE,)."""
    bench: Bench


@kernel
def draw_window(
    scene: Chunks,
    actors: Chunks,
    view: View,
    found: Found,
    count: int,
    per_slice: int,
    desk: Desk,
    picture: Picture,
) -> int:
    """Draw the window of ``view``.

    Args:
        scene: a prepared cloud.
        actors: another, whose splats come after the scene's at equal depth.
        view: camera, window and rules.
        found: the chunks of both that may be seen.
        count: how many they are.
        per_slice: chunks in a slice.
        desk: memory for ``count`` chunks and the window's tiles.
        picture: written inside the window.

    Returns:
        The length of ``desk.lists`` that would have sufficed.
    """
    height, width = picture.alpha.shape
    first_tile = int(view.first_x) // TILE
    across = int(view.last_x) // TILE - first_tile + 1
    clear_tiles(desk.tiles, desk.open_tiles, across, height, width - first_tile * TILE)
    for place in range(count):
        desk.queue[place] = place
    sort_by_depth(found.nearest.view(np.int32), found.chunks, desk.queue, count, desk.scratch)
    lists = desk.lists
    waiting = _long(0)
    for first in range(0, count, per_slice):
        stop = min(first + per_slice, count)
        end = found.nearest[desk.queue[stop]] if stop < count else np.float32(np.inf)
        present = _project_slice(scene, actors, view, found, first, stop, first_tile, across, waiting, desk)
        ready = choose_splats(desk.splats, present, end, across, desk.open_tiles, desk.order, desk.starts)
        if ready > 0:
            lists = _deal(ready, across, desk, lists)
            _blend_tiles(desk, lists, first_tile, across, view.max_alpha, picture)
            if not desk.open_tiles.any():
                break
        waiting = _keep_waiting(desk.splats, present, end)
    for tile in range(len(desk.open_tiles)):
        left, top = (first_tile + tile % across) * TILE, tile // across * TILE
        store_tile(desk.tiles[tile * TILE_SIZE : (tile + 1) * TILE_SIZE], left, top, picture)
    return len(lists)


@kernel
def _project_slice(
    scene: Chunks,
    actors: Chunks,
    view: View,
    found: Found,
    first: int,
    stop: int,
    first_tile: int,
    across: int,
    count: int,
    desk: Desk,
) -> int:
    """Project the chunks of the queue from ``first`` to ``stop`` that touch an open tile, behind ``count`` splats."""
    scene_chunks = len(scene.terms)
    for place in range(first, stop):
        which = desk.queue[place]
        if not _touches_open_tile(found.columns[which], found.rows[which], first_tile, across, desk.open_tiles):
            continue
        chunk = _long(found.chunks[which])
        if place + 1 < stop and found.chunks[desk.queue[place + 1]] < scene_chunks:
            prefetch_chunk(scene, _long(found.chunks[desk.queue[place + 1]]))
        if chunk < scene_chunks:
            count = project_chunk(scene, chunk, _long(0), view, count, desk.splats, desk.bench)
        else:
            count = project_chunk(actors, chunk - scene_chunks, scene.size, view, count, desk.splats, desk.bench)
    return count


@kernel
def _touches_open_tile(columns: int, rows: int, first_tile: int, across: int, open_tiles: Flags) -> bool:
    """Whether a tile of the packed tile columns and rows is open."""
    for row in range(rows & 0xFFFF, (rows >> 16) + 1):
        for column in range((columns & 0xFFFF) - first_tile, (columns >> 16) - first_tile + 1):
            if open_tiles[row * across + column]:
                return True
    return False


@kernel
def _deal(ready: int, across: int, desk: Desk, lists: Int32s) -> Int32s:
    """Lists of the tiles, near to far; ``desk.starts`` then holds where they end. Longer lists than ``lists`` if these
    are too short.
    """
    splats = desk.splats
    total = exclusive_sum(desk.starts)
    if total > len(lists):
        lists = np.empty(total + total // 4, dtype=np.int32)
    sort_by_depth(splats.depth_bits, splats.ranks, desk.order, ready, desk.scratch)
    fill_tiles(splats.spans, desk.order, ready, across, desk.starts, lists)
    return lists


@kernel
def _blend_tiles(
    desk: Desk, lists: Int32s, first_tile: int, across: int, max_alpha: np.float32, picture: Picture
) -> None:
    """Composite every list; close the tiles that are finished."""
    start = 0
    for tile in range(len(desk.open_tiles)):
        stop = desk.starts[tile]
        if stop > start and desk.open_tiles[tile]:
            left, top = (first_tile + tile % across) * TILE, tile // across * TILE
            planes = desk.tiles[tile * TILE_SIZE : (tile + 1) * TILE_SIZE]
            desk.open_tiles[tile] = blend_tile(
                desk.splats.records,
                lists[start:stop],
                np.float32(left),
                np.float32(top),
                max_alpha,
                picture.depth.size > 0,
                picture.expected_depth.size > 0,
                planes,
            )
        start = stop


@kernel
def _keep_waiting(splats: Splats, present: int, end: np.float32) -> int:
    """Move the splats from ``end`` on to the front; return how many they are."""
    waiting = _long(0)
    for number in range(present):
        if splats.depths[number] < end:
            continue
        for field in range(SPLAT_FIELDS):
            splats.records[waiting * SPLAT_FIELDS + field] = splats.records[number * SPLAT_FIELDS + field]
        splats.depths[waiting] = splats.depths[number]
        splats.ranks[waiting] = splats.ranks[number]
        splats.spans[waiting] = splats.spans[number]
        waiting += 1
    return waiting
