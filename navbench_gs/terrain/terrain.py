"""Terrain: what the body meets. Ground and structure meshes, and the walkable grid, exact and hashed."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.record import file_digest
from navbench_gs.domain.scene import TERRAIN_FILE, Scene
from navbench_gs.errors import DamagedFileError, DigestMismatchError


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh."""

    vertices: NDArray[np.float32]
    """(V, 3) metres, world frame."""
    faces: NDArray[np.int32]
    """(F, 3) vertex numbers, counter-clockwise seen from outside."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Which cells the robot's centre may be in as far as the ground goes (no obstacle, no inflation)."""

    walkable: NDArray[np.bool_]
    """(NX, NY): ground that a robot or pedestrian may stand on. Everything else is wall, drop or forbidden."""
    blocked: NDArray[np.bool_]
    """(NX, NY): structure between 0.05 m and 0.6 m above the ground: what a body hits and what hides the goal."""
    origin: tuple[float, float]
    """World x, y of the outer corner of cell (0, 0), metres."""
    cell_m: float

    def cells(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """Cell indices (..., 2) of world points (..., 2); not clipped to the grid."""
        cells: NDArray[np.int64] = np.floor((points - np.asarray(self.origin)) / self.cell_m).astype(np.int64)
        return cells

    def centres(self, cells: NDArray[np.int64]) -> NDArray[np.float64]:
        """World points (..., 2) at the centres of cells (..., 2)."""
        centres: NDArray[np.float64] = np.asarray(self.origin) + (cells + 0.5) * self.cell_m
        return centres

    def holds(self, layer: NDArray[np.bool_], points: NDArray[np.float64], *, outside: bool) -> NDArray[np.bool_]:
        """Value of a layer (NX, NY) at world points (..., 2); ``outside`` beyond the grid."""
        cells = self.cells(np.asarray(points, dtype=np.float64))
        inside = ((cells >= 0) & (cells < np.array(layer.shape))).all(axis=-1)
        clipped = np.clip(cells, 0, np.array(layer.shape) - 1)
        return np.where(inside, layer[clipped[..., 0], clipped[..., 1]], outside)

    def window(self, points: NDArray[np.float64], margin_m: float) -> Grid:
        """The part of the grid around world points (P, 2), at most ``margin_m`` wider on every side."""
        last = np.array(self.walkable.shape)
        low = np.clip(self.cells(points.min(axis=0) - margin_m), 0, last)
        high = np.clip(self.cells(points.max(axis=0) + margin_m) + 1, 0, last)
        cut = slice(low[0], high[0]), slice(low[1], high[1])
        x, y = np.asarray(self.origin) + low * self.cell_m
        return Grid(self.walkable[cut], self.blocked[cut], (float(x), float(y)), self.cell_m)

    def blocked_at(self, occupied: NDArray[np.bool_]) -> Grid:
        """The grid with structure on the cells (NX, NY) that are ``occupied`` too."""
        return Grid(self.walkable & ~occupied, self.blocked | occupied, self.origin, self.cell_m)


@dataclass(frozen=True, eq=False)
class Terrain:
    """Ground and structure are separate bodies: the robot may touch the ground, never the structure."""

    ground: Mesh
    structure: Mesh
    grid: Grid


def save_terrain(terrain: Terrain, path: Path) -> None:
    """Write a terrain as a compressed ``.npz`` without objects, the same bytes for the same arrays."""
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            ground_vertices=terrain.ground.vertices,
            ground_faces=terrain.ground.faces,
            structure_vertices=terrain.structure.vertices,
            structure_faces=terrain.structure.faces,
            walkable=np.packbits(terrain.grid.walkable),
            blocked=np.packbits(terrain.grid.blocked),
            shape=np.array(terrain.grid.walkable.shape, dtype=np.int32),
            origin=np.array(terrain.grid.origin, dtype=np.float64),
            cell_m=np.array(terrain.grid.cell_m, dtype=np.float64),
        )


def read_terrain(path: Path) -> Terrain:
    """Read what :func:`save_terrain` wrote.

    Raises:
        DamagedFileError: the file is absent, truncated, or its arrays do not fit together.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            nx, ny = (int(n) for n in data["shape"])
            layers = [np.unpackbits(data[name], count=nx * ny).astype(bool) for name in ("walkable", "blocked")]
            return Terrain(
                ground=Mesh(data["ground_vertices"], data["ground_faces"]),
                structure=Mesh(data["structure_vertices"], data["structure_faces"]),
                grid=Grid(
                    walkable=layers[0].reshape(nx, ny),
                    blocked=layers[1].reshape(nx, ny),
                    origin=(float(data["origin"][0]), float(data["origin"][1])),
                    cell_m=float(data["cell_m"]),
                ),
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedFileError(f"{path} is not a terrain file: {error}") from error


@lru_cache(maxsize=8)
def _checked_terrain(path: Path, sha256: str) -> Terrain:
    if path.exists() and file_digest(path) != sha256:
        raise DigestMismatchError(f"{path} is not the terrain its scene.json names; restore the scene folder")
    return read_terrain(path)


def load_terrain(scene: Scene) -> Terrain:
    """The terrain of a scene, checked against its manifest's hash; cached.

    Raises:
        DamagedFileError: the file cannot be read.
        DigestMismatchError: the file is another than the manifest names.
    """
    return _checked_terrain(scene.folder / TERRAIN_FILE, scene.files[TERRAIN_FILE])
