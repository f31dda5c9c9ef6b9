"""Parts of one picture that take about equally long to draw."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from navbench_gs.render.camera import Camera
from navbench_gs.render.cpu_cull import Found, find_chunks, room_for_chunks
from navbench_gs.render.cpu_scene import Chunks
from navbench_gs.render.cpu_view import Window, tiles_across, view_of
from navbench_gs.render.picture import PictureRules

BLENDING_SHARE = 1.0
"""Work of blending, alike in every tile column, over that of projecting, which follows the chunks."""


def even_windows(scene: Chunks, camera: Camera, rules: PictureRules, detail_px: float, parts: int) -> list[Window]:
    """At most ``parts`` windows that cover the picture; what is drawn does not depend on them."""
    across = tiles_across(camera)
    found = room_for_chunks(len(scene.terms))
    count = find_chunks(scene, 0, view_of(camera, rules, detail_px=detail_px), 0, found)
    work = np.cumsum(_work_per_column(found, count, across))
    shares = work[-1] * np.arange(1, parts) / parts
    borders = np.unique([0, *(np.searchsorted(work, shares) + 1), across])
    return [Window(int(first), int(stop)) for first, stop in pairwise(borders)]


def _work_per_column(found: Found, count: int, across: int) -> NDArray[np.float64]:
    """Expected work (across,) of each tile column: each chunk's is spread over the columns that it may touch."""
    first, last = found.columns[:count] & 0xFFFF, found.columns[:count] >> 16
    share = 1.0 / (last - first + 1)
    change = np.zeros(across + 1)
    np.add.at(change, first, share)
    np.add.at(change, last + 1, -share)
    return np.cumsum(change[:-1]) + (BLENDING_SHARE * count + 1.0) / across
