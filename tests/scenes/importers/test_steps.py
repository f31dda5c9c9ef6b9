"""The steps of an import, each against values worked out by hand."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.cloud import FIELDS
from navbench_gs.splats.film import displayed_colour
from navbench_gs.splats.harmonics import constant_harmonics
from navbench_gs.splats.transform import Similarity, transformed
from scenes.importers.alignment import ScaleHints, _to_vertical, align, metres_per_unit
from scenes.importers.cameras import TrainingViews, read_views
from scenes.importers.daylight import GROUND_ALBEDO, guess_sun
from scenes.importers.density import VoxelGrid, density
from scenes.importers.floaters import floating
from scenes.importers.height_field import HeightField, ground_mesh
from scenes.importers.plane import ground_plane
from scenes.importers.selection import chosen
from scenes.importers.structure import SOLID, Field, trim, voxel_grid, walls

from .courtyard import AWAY, captured_courtyard, courtyard_cloud


def one_gaussian(mean=(0.25, 0.25, 0.25), scale=0.1, opacity=0.8, quat=(1, 0, 0, 0)):
    return GaussianCloud(
        np.array([mean], np.float32), np.array([quat], np.float32), np.full((1, 3), scale, np.float32),
        np.array([opacity], np.float32), np.zeros((1, 1, 3), np.float32),
    )  # fmt: skip


def test_density_at_a_voxel_is_opacity_times_the_gaussian():
    field = density(one_gaussian(), np.array([0.25]), VoxelGrid((0.0, 0.0, 0.0), (5, 5, 5), 0.1))
    assert field[2, 2, 2] == pytest.approx(0.8, rel=1e-5)
    assert field[3, 2, 2] == pytest.approx(0.8 * np.exp(-0.5), rel=1e-5)
    assert field[3, 3, 1] == pytest.approx(0.8 * np.exp(-1.5), rel=1e-5)


def test_density_turns_with_the_gaussian_and_widens_thin_ones():
    disc = one_gaussian(quat=(np.sqrt(0.5), 0, np.sqrt(0.5), 0))  # a quarter turn about y: x and z change places
    disc.scales[:] = (1e-4, 0.1, 0.3)
    field = density(disc, np.array([0.25]), VoxelGrid((0.0, 0.0, 0.0), (5, 5, 5), 0.1))
    assert field[3, 2, 2] == pytest.approx(0.8 * np.exp(-0.5 / 9), rel=1e-4)
    assert field[2, 2, 3] == pytest.approx(0.8 * np.exp(-0.5 * 4), rel=1e-4)  # half a voxel wide at least


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1))
def test_the_shortest_turn_brings_a_direction_upright(direction):
    unit = np.array(direction) / np.linalg.norm(direction)
    turn = _to_vertical(unit)
    np.testing.assert_allclose(turn @ unit, (0, 0, 1), atol=1e-6)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_scale_comes_from_the_first_hint_that_is_given():
    views = TrainingViews(np.array([[0.0, 0.0, 0.5], [1.0, 0.0, 0.5]]), np.tile([0.0, 0.0, 1.0], (2, 1)))
    assert metres_per_unit(ScaleHints(3.0, ((0, 0), (1, 0), 9.0)), Similarity(), None) == (3.0, "given")
    assert metres_per_unit(ScaleHints(None, ((0, 0), (3, 4), 10.0)), Similarity(), None) == (2.0, "measured")
    assert metres_per_unit(ScaleHints(camera_height_m=1.5), Similarity(), views) == (3.0, "camera height")
    assert metres_per_unit(ScaleHints(), Similarity(), views) == (1.0, "unknown")
    with pytest.raises(DamagedFileError, match="without the cameras"):
        metres_per_unit(ScaleHints(camera_height_m=1.5), Similarity(), None)


@pytest.mark.parametrize("up", [None, (0.1, -1.0, 0.0)])
def test_up_is_found_or_refined(up):
    found = align(captured_courtyard(), None, up, ScaleHints(5.0))
    assert found.similarity.scale == 5.0
    assert found.plane.share > 0.5 and found.plane.below < 0.02


def test_what_the_ground_mirrors_does_not_hide_it():
    place = courtyard_cloud()
    double = chosen(place, place.means[:, 2] > 0.06)
    double.means[:, 2] *= -1.0  # thin along one of the world's axes, all of them: their turns stay as they are
    both = GaussianCloud(**{name: np.concatenate([getattr(c, name) for c in (place, double)]) for name in FIELDS})
    plane = align(transformed(both, AWAY), None, None, ScaleHints(5.0)).plane
    up = AWAY.rotation[:, 2]
    np.testing.assert_allclose(plane.normal, up, atol=1e-3)
    assert plane.offset == pytest.approx(up @ AWAY.translation, abs=1e-3)
    assert plane.below > 0.1 and plane.mirrored > 0.95 * plane.below


def test_a_floor_is_chosen_before_a_lid_that_holds_more():
    """A low lid over half a yard, twice as dense as its floor, and floor below it: the floor is the ground."""
    n = 60
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(-6, 6, n), np.linspace(-6, 6, n), indexing="ij"))
    floor = np.column_stack([x, y, np.zeros(n * n)])
    lid = np.concatenate([floor, floor + np.array([0.1, 0.1, 0.0])]) * (0.5, 1.0, 1.0) + (0.0, 0.0, 3.0)
    means = np.concatenate([floor, lid])
    cloud = GaussianCloud(
        means.astype(np.float32), np.tile(np.array([1, 0, 0, 0], np.float32), (len(means), 1)),
        np.tile(np.array([0.1, 0.1, 0.004], np.float32), (len(means), 1)), np.full(len(means), 0.9, np.float32),
        np.zeros((len(means), 1, 3), np.float32),
    )  # fmt: skip
    plane = ground_plane(cloud, np.array([0.0, 0.2, 1.0]))
    np.testing.assert_allclose(plane.normal, (0, 0, 1), atol=1e-6)
    assert plane.offset == pytest.approx(0.0, abs=1e-6)


def test_a_trimmed_wall_ends_where_its_splats_do_and_faint_things_keep_their_rim():
    values = np.zeros((20, 12, 8), np.float32)
    values[4:9], values[5:8] = 0.7, 4.5  # rows 4 and 8 are the slow ends of a dense wall
    values[14:17] = 0.4
    values[6, 6] = 0.7  # a weak spot inside it
    trim(values, 0.1)
    solid = (values > SOLID).all(axis=2)
    assert solid[5:8].all() and solid[14:17].all()
    assert not solid[[4, 8]].any() and solid.sum() == 6 * 12


def test_cameras_of_all_formats_agree(tmp_path):
    turn = np.diag([1.0, -1.0, -1.0])  # OpenGL to OpenCV axes, itself a half turn about x: upright, looking level
    centre = np.array([1.0, 2.0, 3.0])
    pose = np.eye(4)
    pose[:3, 3] = centre
    (tmp_path / "transforms.json").write_text(json.dumps({"frames": [{"transform_matrix": pose.tolist()}]}))
    (tmp_path / "cameras.json").write_text(json.dumps([{"position": centre.tolist(), "rotation": turn.tolist()}]))
    shift = -turn.T @ centre
    numbers = [0.0, 1.0, 0.0, 0.0, *shift]
    (tmp_path / "images.txt").write_text("# IMAGE\n1 " + " ".join(map(str, numbers)) + " 1 a.jpg\n1 2 -1\n")
    entry = struct.pack("<I7dI", 1, *numbers, 1) + b"a.jpg\0" + struct.pack("<Q", 1) + bytes(24)
    (tmp_path / "images.bin").write_bytes(struct.pack("<Q", 1) + entry)
    for name in ("transforms.json", "cameras.json", "images.txt", "images.bin"):
        views = read_views(tmp_path / name)
        np.testing.assert_allclose(views.centres, [centre], atol=1e-9, err_msg=name)
        np.testing.assert_allclose(views.up, (0, 1, 0), atol=1e-9, err_msg=name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("transforms.json", b'{"frames": [{"transform_matrix": [[NaN]]}]}'),
        ("transforms.json", b"[" * 100_000),
        ("cameras.json", b'[{"position": [0, 0, NaN], "rotation": [[1,0,0],[0,1,0],[0,0,1]]}]'),
        ("images.bin", struct.pack("<Q", 1 << 60)),
        ("images.bin", struct.pack("<Q", 5) + bytes(30)),
        ("images.txt", b"1 0 0 0 0 0 0 0 1 a.jpg\n\n"),
        ("poses.npy", b""),
    ],
)
def test_hostile_cameras_end_in_one_line(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DamagedFileError):
        read_views(tmp_path / name)


def test_what_hangs_is_a_floater_what_stands_or_is_large_is_none():
    occupied = np.zeros((40, 40, 20), dtype=bool)
    occupied[5:8, 5:8, :10] = True  # a post
    occupied[20:23, 20:23, 8:11] = True  # hangs
    occupied[30:38, 2:12, 10:15] = True  # hangs, but holds 0.4 m3
    occupied[2, 30, 1] = True  # a speck
    found = floating(occupied, 0.1)
    assert found[20:23, 20:23, 8:11].all() and found[2, 30, 1]
    assert found.sum() == 28


def test_walls_stand_round_a_block_and_face_outwards():
    values = np.zeros((20, 30, 8), np.float32)
    values[5:10, 8:20] = 1.0
    flat = HeightField(np.zeros((4, 6)), (-1.0, -1.5))
    mesh = walls(Field(values, VoxelGrid((-1.0, -1.5, 0.0), values.shape, 0.1), 0.5), flat)
    np.testing.assert_allclose(mesh.vertices.min(axis=0), (-0.5, -0.7, -0.1), atol=1e-5)
    np.testing.assert_allclose(mesh.vertices.max(axis=0), (0.0, 0.5, 0.8), atol=1e-5)
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    middle = corners.mean(axis=1) - np.array([-0.25, -0.1, 0.35])
    assert (np.sum(normals[:, :2] * middle[:, :2], axis=1) > 0).all()


def test_the_ground_mesh_follows_the_field_and_stays_small():
    slope = HeightField(np.add.outer(np.arange(20) * 0.05, np.zeros(30)), (0.0, 0.0))
    mesh = ground_mesh(slope)
    inside = (mesh.vertices[:, :2] > 0.5).all(axis=1) & (mesh.vertices[:, 0] < 9.5) & (mesh.vertices[:, 1] < 14.5)
    np.testing.assert_allclose(mesh.vertices[inside, 2], (mesh.vertices[inside, 0] - 0.25) * 0.1, atol=1e-3)
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(np.float64) for k in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()
    assert len(ground_mesh(HeightField(np.ones((800, 800)), (0.0, 0.0))).vertices) < 131_072


def test_a_place_too_large_for_memory_is_refused():
    with pytest.raises(DamagedFileError, match="million voxels"):
        voxel_grid((0.0, 0.0, 5000.0, 5000.0), 0.1)


def test_grey_ground_gives_back_the_light_that_fell_on_it():
    light = 0.9
    ground = displayed_colour(np.full((1, 3), GROUND_ALBEDO * light))
    cloud = one_gaussian()
    cloud.sh[:] = constant_harmonics(ground)
    sun = guess_sun(cloud, np.array([True]))
    np.testing.assert_allclose(np.array(sun.irradiance) * sun.direction[2] + sun.ambient, light, rtol=1e-2)
    assert np.linalg.norm(sun.direction) == pytest.approx(1.0)
