"""First step of a frame: which chunks may be seen, how near they begin, and which tiles they may touch."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.cpu_scene import Chunks
from navbench_gs.render.cpu_view import TILE, View
from navbench_gs.render.picture import BLUR_PX2

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]

_f = np.float32
_ZERO, _ONE = _f(0.0), _f(1.0)
_REACH = _f(1.01 * math.sqrt(2.0 * math.log(255.0)))
"""Standard deviations to which any splat can be seen, rounded up."""
_SPREAD = _f(1.0 + 1.01 * math.sqrt(2.0 * math.log(255.0) * BLUR_PX2))
"""Pixels beyond its centre that the blur alone spreads a splat, and one more."""
_SLACK_M, _SLACK_SHARE = _f(1e-3), _f(1e-6)
"""Cover the rounding of boxes and of distances: metres, and a share of the distance from the eye."""
STACK = 64


class Found(NamedTuple):
    """Room for the chunks in view, in the order in which they were found."""

    nearest: Float32s
    """(n,) depth at which the chunk's centres begin, not below 0; metres."""
    chunks: Int32s
    """(n,) numbers of the scene's chunks; those of the actors' count on from there."""
    columns: Int32s
    """(n,) first tile column that it may touch, and the last one in the upper 16 bits."""
    rows: Int32s
    """(n,) tile rows, likewise."""


def room_for_chunks(count: int) -> Found:
    """Unset arrays for ``count`` chunks."""
    return Found(np.empty(count, dtype=np.float32), *(np.empty(count, dtype=np.int32) for _ in range(3)))


@kernel
def find_chunks(chunks: Chunks, first_number: int, view: View, count: int, found: Found) -> int:
    """Append the chunks that may be seen to ``found``; coarse ones where they are fine enough.

    Args:
        chunks: a forest of C chunks.
        first_number: what to add to the numbers of its chunks.
        view: camera, window and rules.
        count: how many were found before.
        found: written from ``count`` on; must have room for C more.

    Returns:
        How many are found now.
    """
    stack = np.empty(STACK, dtype=np.int32)
    for root in chunks.roots:
        stack[0] = root
        waiting = 1
        while waiting > 0:
            waiting -= 1
            chunk = stack[waiting]
            seen, nearest, left, right, top, bottom = _extent(chunks.boxes[chunk], view)
            if not seen:
                continue
            if chunks.children[chunk] > 0 and chunks.coarseness[chunk] * view.focal > view.detail * nearest:
                for child in range(chunks.children[chunk]):
                    stack[waiting] = chunks.first_child[chunk] + child
                    waiting += 1
                continue
            found.nearest[count] = nearest
            found.chunks[count] = first_number + chunk
            found.columns[count] = left // TILE | right // TILE << 16
            found.rows[count] = top // TILE | bottom // TILE << 16
            count += 1
    return count


@kernel
def _extent(box: Float32s, view: View) -> tuple[bool, np.float32, int, int, int, int]:
    """Whether any splat of a chunk may reach a pixel of the window, the depth at which its centres begin, and the first
    and last pixel columns and rows it may reach.

    A splat at depth z reaches at most r (sigma f sqrt(1 + limit^2) / z + sqrt(blur)) pixels beyond its centre, r the
    largest reach. Times z / f, both parts are linear in the camera frame: a margin in metres and a wider opening.
    """
    dx, dy, dz = box[0] - view.eye_x, box[1] - view.eye_y, box[2] - view.eye_z
    x = view.right_x * dx + view.right_y * dy + view.right_z * dz
    y = view.down_x * dx + view.down_y * dy + view.down_z * dz
    z = view.ahead_x * dx + view.ahead_y * dy + view.ahead_z * dz
    slack = _SLACK_M + _SLACK_SHARE * (abs(dx) + abs(dy) + abs(dz))
    half_z = _half_width(box, view.ahead_x, view.ahead_y, view.ahead_z) + slack
    nearest, farthest = z - half_z, z + half_z
    reach_x = _REACH * box[6] * math.sqrt(_ONE + view.limit_x * view.limit_x) + slack
    reach_y = _REACH * box[6] * math.sqrt(_ONE + view.limit_y * view.limit_y) + slack
    right, left = view.last_x + _SPREAD - view.centre_x, view.centre_x - view.first_x + _SPREAD
    bottom, top = view.last_y + _SPREAD - view.centre_y, view.centre_y + _SPREAD
    seen = (
        farthest >= view.near
        and _reaches(box, view, view.right_x, view.right_y, view.right_z, x, z, right, reach_x)
        and _reaches(box, view, -view.right_x, -view.right_y, -view.right_z, -x, z, left, reach_x)
        and _reaches(box, view, view.down_x, view.down_y, view.down_z, y, z, bottom, reach_y)
        and _reaches(box, view, -view.down_x, -view.down_y, -view.down_z, -y, z, top, reach_y)
    )
    first_x, last_x, first_y, last_y = view.first_x, view.last_x, _ZERO, view.last_y
    if seen and nearest >= view.near:
        half_x = _half_width(box, view.right_x, view.right_y, view.right_z) + reach_x
        half_y = _half_width(box, view.down_x, view.down_y, view.down_z) + reach_y
        first_x = max(first_x, view.centre_x + view.focal * _least_slope(x - half_x, nearest, farthest) - _SPREAD)
        last_x = min(last_x, view.centre_x - view.focal * _least_slope(-x - half_x, nearest, farthest) + _SPREAD)
        first_y = max(first_y, view.centre_y + view.focal * _least_slope(y - half_y, nearest, farthest) - _SPREAD)
        last_y = min(last_y, view.centre_y - view.focal * _least_slope(-y - half_y, nearest, farthest) + _SPREAD)
        seen = first_x <= last_x and first_y <= last_y
    return seen, max(nearest, _ZERO), int(first_x), int(last_x), int(first_y), int(last_y)


@kernel
def _half_width(box: Float32s, x: np.float32, y: np.float32, z: np.float32) -> np.float32:
    """Half of a box's extent along the direction (x, y, z) times its length."""
    half: np.float32 = abs(x) * box[3] + abs(y) * box[4] + abs(z) * box[5]
    return half


@kernel
def _reaches(
    box: Float32s,
    view: View,
    x: np.float32,
    y: np.float32,
    z: np.float32,
    along: np.float32,
    depth: np.float32,
    pixels: np.float32,
    reach: np.float32,
) -> bool:
    """Whether some centre of a box lies at most ``pixels`` from the principal point in the direction (x, y, z), or
    ``reach`` metres beyond that. The middle of the box lies ``along`` that direction and at ``depth``.
    """
    slope = pixels / view.focal
    half = _half_width(box, x - slope * view.ahead_x, y - slope * view.ahead_y, z - slope * view.ahead_z)
    return bool(along - slope * depth <= half + reach)


@kernel
def _least_slope(least: np.float32, nearest: np.float32, farthest: np.float32) -> np.float32:
    """The least of x / z for x from ``least`` on and z from ``nearest`` to ``farthest``."""
    return least / nearest if least < _ZERO else least / farthest
