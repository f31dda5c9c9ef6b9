"""Support of a picture by its capture, worked out by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from navbench_gs.domain.record import file_digest
from navbench_gs.errors import DamagedFileError, DigestMismatchError, InvalidRecordError
from navbench_gs.render.camera import Camera, look
from navbench_gs.render.support import above_horizon, coverage, support, training_cameras

LEVEL = Camera(look((0.0, 0.0, 0.5), 0.7), 4.0, 8, 6)


def test_the_horizon_of_a_level_camera_is_the_middle_of_its_picture():
    assert above_horizon(LEVEL)[:3].all() and not above_horizon(LEVEL)[3:].any()
    up, down = (Camera(look((0.0, 0.0, 0.5), 0.7, pitch), 4.0, 8, 6) for pitch in (1.2, -1.2))
    assert above_horizon(up).all() and not above_horizon(down).any()


def test_open_sky_is_left_out_and_a_hole_in_the_ground_is_not():
    alpha = np.ones((6, 8), dtype=np.float32)
    assert coverage(alpha, LEVEL) == 1.0
    alpha[:2] = 0.1  # sky that was not captured
    assert coverage(alpha, LEVEL) == 1.0
    alpha[5, :4] = 0.0  # four of the 32 rays that are left
    assert coverage(alpha, LEVEL) == 0.875
    alpha[2, :] = 0.75  # a wall half seen through counts with what there is of it: (20 + 8 * 0.75 + 0) / 32
    assert coverage(alpha, LEVEL) == 0.8125


def test_nothing_but_open_sky_supports_nothing():
    up = Camera(look((0.0, 0.0, 0.5), 0.0, 1.3), 4.0, 8, 6)
    assert coverage(np.zeros((6, 8), dtype=np.float32), up) == 0.0


def test_the_nearest_training_camera_counts():
    training = np.array([[3.0, 4.0, 0.5], [10.0, 0.0, 0.5]])
    assert support(np.ones((6, 8), dtype=np.float32), LEVEL, training) == (1.0, 5.0)
    assert support(np.ones((6, 8), dtype=np.float32), LEVEL, None) == (1.0, None)


@pytest.fixture
def captured(yard, tmp_path):
    """The yard with a file of training cameras: ``captured(text)``."""

    def factory(text):
        path = tmp_path / "cameras.json"
        path.write_text(text)
        files = {**yard.scene.files, "cameras.json": file_digest(path)}
        return yard.scene.model_copy(update={"folder": tmp_path, "files": files})

    return factory


def test_positions_come_from_the_file_that_the_manifest_names(yard, captured):
    assert training_cameras(yard.scene) is None
    scene = captured(json.dumps({"positions": [[1, 2, 3.5], [4, 5, 6]]}))
    assert training_cameras(scene).tolist() == [[1.0, 2.0, 3.5], [4.0, 5.0, 6.0]]
    (scene.folder / "cameras.json").write_text(json.dumps({"positions": [[0, 0, 0]]}))
    with pytest.raises(DigestMismatchError, match=r"cameras\.json"):
        training_cameras(scene.model_copy(update={"files": {"cameras.json": "0" * 64}}))


@pytest.mark.parametrize("text", ["{", '{"positions": []}', '{"positions": [[1, 2]]}', '{"positions": [[1, 2, NaN]]}'])
def test_an_unsound_file_is_one_clear_line(captured, text):
    with pytest.raises((DamagedFileError, InvalidRecordError), match=r"cameras\.json"):
        training_cameras(captured(text))
