"""How far the nearest thing lies in each column of a picture: what recorded drives tell beside the picture."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navbench_gs.catalogue.obstacles import footprint
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.scene import Scene
from navbench_gs.terrain.distance import DistanceField, clearance_field, occupied_by
from navbench_gs.terrain.terrain import Grid, load_terrain

Floats = NDArray[np.float64]
RANGE_COLUMNS, RAYS_A_COLUMN = 12, 5
"""Ranges are the least along so many rays in each of so many equal columns of the picture."""
RANGE_REACH_M = 8.0
FRAMES_AHEAD = (0, 2, 4, 6, 8)
"""Frames after a moment whose people are told of: now and up to two seconds later."""


def solid_clearance(scene: Scene, episode: Episode) -> DistanceField:
    """Distance to whatever the robot must not touch or leave, obstacles of the episode among it."""
    grid = load_terrain(scene).grid
    return clearance_field(grid, occupied=occupied_by(grid, map(footprint, episode.obstacles)))


def solid_field(scene: Scene, episode: Episode) -> DistanceField:
    """Distance to structures and the episode's obstacles alone, wherever the ground is."""
    grid = load_terrain(scene).grid
    anywhere = Grid(np.ones_like(grid.walkable), grid.blocked, grid.origin, grid.cell_m)
    return clearance_field(anywhere, occupied=occupied_by(grid, map(footprint, episode.obstacles)))


def measured_ranges(solid: DistanceField, poses: Floats, people: list[Floats], radii: Floats) -> Floats:
    """Metres (T, R) from the robot at poses (T, 3) to the nearest solid thing or person in each column.

    ``people`` holds the places (P, 2) of the pedestrians at each of the T moments, ``radii`` (P,) metres. At most
    ``RANGE_REACH_M``.
    """
    headings = poses[:, 2:3] + column_bearings()
    rays = np.stack([np.cos(headings), np.sin(headings)], axis=-1)
    ranges = _marched(solid, poses[:, :2], rays)
    for moment, places in enumerate(people):
        if len(places):
            met = _disc_ranges(places - poses[moment, :2], radii, rays[moment]).min(axis=0)
            ranges[moment] = np.minimum(ranges[moment], met)
    nearest: Floats = ranges.reshape(len(poses), RANGE_COLUMNS, RAYS_A_COLUMN).min(axis=2)
    return nearest


def ranges_of_people(poses: Floats, people: list[Floats], radii: Floats) -> Floats:
    """Metres (T, K, R) from the robot at poses (T, 3) to the first person in each column, K moments in a row.

    Where people are at the moment itself and ``FRAMES_AHEAD`` later, as seen from where the robot is at the moment,
    whatever stands between; at most ``RANGE_REACH_M``, which also means nobody. NaN beyond the end of the drive.
    """
    ranges = np.full((len(poses), len(FRAMES_AHEAD), RANGE_COLUMNS), np.nan)
    headings = poses[:, 2:3] + column_bearings()
    rays = np.stack([np.cos(headings), np.sin(headings)], axis=-1)
    for moment in range(len(poses)):
        for number, ahead in enumerate(FRAMES_AHEAD):
            if moment + ahead < len(poses):
                places = people[moment + ahead] - poses[moment, :2]
                met = _disc_ranges(places, radii, rays[moment]).min(axis=0, initial=RANGE_REACH_M)
                ranges[moment, number] = met.reshape(RANGE_COLUMNS, RAYS_A_COLUMN).min(axis=1)
    return ranges


def column_bearings() -> Floats:
    """(R x rays,) bearing of every ray in the robot frame, radians, left to right across the picture."""
    half_width = math.tan(math.radians(RULES_V0.camera.horizontal_fov_deg) / 2.0)
    rays_in_all = RANGE_COLUMNS * RAYS_A_COLUMN
    across = 1.0 - (np.arange(rays_in_all) + 0.5) * 2.0 / rays_in_all  # left is positive, as y is
    return np.arctan(across * half_width)


def _marched(solid: DistanceField, places: Floats, rays: Floats) -> Floats:
    """(T, rays) metres along each ray (T, rays, 2) to something solid: each step as far as is free all round."""
    ranges = np.zeros(rays.shape[:2])
    for _ in range(80):
        free = solid.at(places[:, None] + ranges[..., None] * rays)
        ranges = np.where(free > 0.0, np.minimum(ranges + np.maximum(free, 0.05), RANGE_REACH_M), ranges)
    return ranges


def _disc_ranges(offsets: Floats, radii: Floats, rays: Floats) -> Floats:
    """(P, rays) metres along rays (rays, 2) to discs at offsets (P, 2); infinite where a ray passes one by."""
    along = offsets @ rays.T
    aside = offsets[:, :1] * rays[:, 1] - offsets[:, 1:] * rays[:, 0]
    half = radii[:, None] ** 2 - aside**2
    met = np.maximum(along - np.sqrt(np.maximum(half, 0.0)), 0.0)
    return np.where((half > 0.0) & (along > 0.0), met, np.inf)
