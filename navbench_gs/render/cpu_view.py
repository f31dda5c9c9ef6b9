"""A camera, a window of its picture and the picture rules, as the numbers that kernels need."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from navbench_gs.render.camera import Camera
from navbench_gs.render.picture import TANGENT_MARGIN, PictureRules

TILE = 8
"""Width and height of a tile, pixels: one row is one AVX register."""
TILE_SHIFT = 3
MAX_TILES = 255
"""Most tiles across or down a picture."""


class Window(NamedTuple):
    """Tile columns ``first`` to ``stop`` (excluded) of a picture; all of its rows."""

    first: int
    stop: int


class View(NamedTuple):
    """All the numbers of one window of one picture; lengths in metres and pixels, single precision."""

    right_x: np.float32
    right_y: np.float32
    right_z: np.float32
    down_x: np.float32
    down_y: np.float32
    down_z: np.float32
    ahead_x: np.float32
    ahead_y: np.float32
    ahead_z: np.float32
    eye_x: np.float32
    eye_y: np.float32
    eye_z: np.float32
    focal: np.float32
    centre_x: np.float32
    """Principal point, counted from the centre of the picture's first pixel."""
    centre_y: np.float32
    first_x: np.float32
    """Index of the window's first column."""
    last_x: np.float32
    """Index of its last column."""
    last_y: np.float32
    """Index of the last row."""
    limit_x: np.float32
    """Largest |x / z| at which the projection is linearised."""
    limit_y: np.float32
    near: np.float32
    antialiased: np.float32
    """1 or 0."""
    min_compensation: np.float32
    max_alpha: np.float32
    max_variance: np.float32
    """Splats that spread wider than this are not drawn, px^2."""
    detail: np.float32
    """Merged Gaussians stand for chunks whose merged size projects to less than this, px; 0 for the full cloud."""


def tiles_across(camera: Camera) -> int:
    """Tile columns of a picture."""
    return -(-camera.width_px // TILE)


def tiles_down(camera: Camera) -> int:
    """Tile rows of a picture."""
    return -(-camera.height_px // TILE)


def view_of(camera: Camera, rules: PictureRules, window: Window | None = None, detail_px: float = 0.0) -> View:
    """The numbers of ``camera``, computed in double precision; of its whole picture unless a window is given."""
    centre_x, centre_y = camera.centre_px
    window = window or Window(0, tiles_across(camera))
    numbers = (
        *camera.view[:3, :3].ravel(),
        *camera.position,
        camera.focal_px,
        centre_x - 0.5,
        centre_y - 0.5,
        window.first * TILE,
        min(window.stop * TILE, camera.width_px) - 1,
        camera.height_px - 1,
        (0.5 + TANGENT_MARGIN) * camera.width_px / camera.focal_px,
        (0.5 + TANGENT_MARGIN) * camera.height_px / camera.focal_px,
        rules.near_m,
        rules.antialiased,
        rules.min_compensation,
        rules.max_alpha,
        (rules.max_spread * camera.width_px) ** 2,
        detail_px,
    )
    return View(*(np.float32(number) for number in numbers))
