"""Importers on scenes whose authored terrain is known: a procedural cloud taken for a capture, and a real one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from navbench_gs.domain.task import TASKS
from navbench_gs.splats.formats import read_splats, write_splats
from navbench_gs.splats.transform import transformed
from navbench_gs.suite.catalog import load_scene
from navbench_gs.suite.clouds import load_cloud
from navbench_gs.terrain.terrain import load_terrain
from navbench_gs.testing import check_scene
from scenes.importers.alignment import ScaleHints
from scenes.importers.capture import alignment_of, import_capture, make_place, terrain_of
from scenes.importers.mesh_file import read_mesh
from scenes.importers.options import CaptureOptions

from .courtyard import AWAY, BLOCK, UNITS_PER_METRE, captured_courtyard

TRUCK = Path(__file__).parents[3].parent / "shared" / "data" / "splats" / "truck.splat"
OPTIONS = CaptureOptions(scale=ScaleHints(metres_per_unit=1.0 / UNITS_PER_METRE))


DRY, WET = "alley_51", "alley_50"
"""Dev scenes; under the wet one's ground lies a coarse double of the place, which its puddles show."""


def _capture_of(scene_id, folder):
    """A scene, and the folder of its cloud as a PLY in a frame of its own and its structure as a mesh there."""
    scene = load_scene(scene_id)
    write_splats(transformed(load_cloud(scene), AWAY), folder / "point_cloud.ply")
    _write_mesh(folder / "mesh.ply", load_terrain(scene).structure)
    return scene, folder


@pytest.fixture(scope="module")
def dry(tmp_path_factory):
    return _capture_of(DRY, tmp_path_factory.mktemp(DRY))


@pytest.fixture(scope="module")
def wet(tmp_path_factory):
    return _capture_of(WET, tmp_path_factory.mktemp(WET))


def _write_mesh(path, mesh):
    from plyfile import PlyData, PlyElement

    vertices = np.array([tuple(p) for p in AWAY.applied_to(mesh.vertices)], dtype=[(axis, "f4") for axis in "xyz"])
    faces = np.array([(face,) for face in mesh.faces], dtype=[("vertex_indices", "i4", (3,))])
    PlyData([PlyElement.describe(vertices, "vertex"), PlyElement.describe(faces, "face")]).write(str(path))


def agreement(scene, folder, options, mesh):
    """Imported walkable and blocked layers over the authored grid, and the ground's error in metres there."""
    raw = read_splats(folder / "point_cloud.ply")
    by = alignment_of(raw, None, options).similarity
    place = make_place(raw, by, options, mesh)
    grid, truth = terrain_of(place).grid, load_terrain(scene).grid
    cells = np.argwhere(np.ones_like(truth.walkable))
    spots = AWAY.then(by).applied_to(np.column_stack([truth.centres(cells), np.zeros(len(cells))]))
    error = (place.ground.at(spots[:, :2]) - spots[:, 2]).reshape(truth.walkable.shape)
    layers = (grid.holds(layer, spots[:, :2], outside=False) for layer in (grid.walkable, grid.blocked))
    walkable, blocked = (layer.reshape(truth.walkable.shape) for layer in layers)
    return truth, walkable, blocked, error


@pytest.mark.parametrize(("capture", "with_mesh"), [("dry", False), ("dry", True), ("wet", False)])
def test_a_procedural_cloud_taken_for_a_capture_gives_back_its_terrain(capture, with_mesh, request):
    scene, folder = request.getfixturevalue(capture)
    truth, walkable, blocked, error = agreement(scene, folder, OPTIONS, folder / "mesh.ply" if with_mesh else None)
    beside = truth.blocked & binary_dilation(truth.walkable, iterations=2)
    assert (walkable & truth.walkable).sum() > 0.95 * truth.walkable.sum()
    assert (walkable & truth.blocked).sum() < 0.01 * walkable.sum()
    assert (binary_dilation(blocked, iterations=2) & beside).sum() > 0.995 * beside.sum()
    assert np.abs(error[truth.walkable]).max() < 0.03


def test_the_written_mesh_is_read_back(dry):
    scene, folder = dry
    mesh, truth = read_mesh(folder / "mesh.ply"), load_terrain(scene).structure
    np.testing.assert_array_equal(mesh.faces, truth.faces)
    np.testing.assert_allclose(AWAY.inverse().applied_to(mesh.vertices), truth.vertices, atol=1e-4)


def test_fused_median_depth_finds_the_block_of_the_courtyard():
    raw = captured_courtyard()
    options = replace(OPTIONS, collision="depth")
    by = alignment_of(raw, None, options).similarity
    grid = terrain_of(make_place(raw, by, options)).grid
    x0, x1, y0, y1 = BLOCK
    there = AWAY.then(by)
    along = np.linspace(y0, y1, 40)
    sides = [np.column_stack([np.full(40, x), along, np.zeros(40)]) for x in (x0, x1)]
    faces = there.applied_to(np.concatenate(sides))[:, :2]
    near = binary_dilation(grid.blocked, iterations=1)
    assert grid.holds(near, faces, outside=False).all()
    clear = there.applied_to(np.column_stack([np.full(40, x1 + 2.0), along, np.zeros(40)]))[:, :2]
    assert grid.holds(grid.walkable, clear, outside=False).all()


@pytest.mark.slow
@pytest.mark.skipif(not TRUCK.exists(), reason="the truck is not here")
def test_a_real_capture_becomes_a_scene_with_nothing_wrong(tmp_path):
    options = CaptureOptions(scale=ScaleHints(measured=((-0.33, 0.24), (0.62, -0.29), 7.0)))
    check_scene(import_capture(TRUCK, tmp_path / "truck_00", options))
    assert {path.stem for path in (tmp_path / "truck_00" / "episodes").iterdir()} == set(TASKS)


@pytest.mark.skipif(not TRUCK.exists(), reason="the truck is not here")
def test_a_real_capture_without_cameras_stands_upright_with_room_around_its_truck():
    raw = read_splats(TRUCK)
    options = CaptureOptions(scale=ScaleHints(measured=((-0.33, 0.24), (0.62, -0.29), 7.0)))
    alignment = alignment_of(raw, None, options)
    assert np.degrees(np.arccos(-alignment.plane.normal[1])) < 6.0  # y is down in this file, all but a few degrees
    grid = terrain_of(make_place(raw, alignment.similarity, options)).grid
    assert 80.0 < grid.walkable.sum() * grid.cell_m**2 < 250.0
    truck = alignment.similarity.scale * np.array([(0.1, 0.05), (0.4, -0.15)])
    assert not grid.holds(grid.walkable, truck, outside=True).any()
