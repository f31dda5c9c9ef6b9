"""The sheet of actors shows everybody, whole, in the middle of its tile."""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.catalogue.obstacles import OBSTACLES
from navbench_gs.catalogue.pedestrians import PEDESTRIANS
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.visualization.actor_sheet import EYE_M, NEAR_SHAPE, Photographer, cast, cropped, tile


def test_everybody_is_on_the_sheet_upright_and_of_its_size():
    shown = {name: (actor.centres, height) for name, actor, height, _ in cast()}
    assert list(shown) == [*PEDESTRIANS, *OBSTACLES]
    for points, height in shown.values():
        assert points[:, 2].max() == pytest.approx(height, abs=0.10)


def test_a_crop_is_centred_on_the_actor():
    picture = np.zeros((240, 320, 3), dtype=np.uint8)
    # 2 m tall at 4 m: its middle, 0.5 m above the eye, is 20 px above the middle of the picture
    picture[120 - round(160 * (1.0 - EYE_M) / 4.0), 160] = 255
    assert cropped(picture, 4.0, 2.0, (40, 20))[20, 10].tolist() == [255, 255, 255]


def test_a_tile_shows_the_actor_near_and_far(yard, monkeypatch):
    module = "navbench_gs.visualization.actor_sheet"
    monkeypatch.setattr(f"{module}.load_cloud", lambda scene: yard.cloud)
    monkeypatch.setattr(f"{module}.load_episodes", lambda scene, task: [yard.episode(task)])
    photographer = Photographer(yard.scene, CpuRenderer())
    actors = {name: row for name, *row in cast()}
    hydrant, bench = (tile(photographer, *actors[name]) for name in ("hydrant", "bench"))
    assert hydrant.shape == bench.shape and hydrant.shape[0] == NEAR_SHAPE[0]
    different = (hydrant != bench).any(axis=2)
    assert different[:, : NEAR_SHAPE[1]].any() and different[:, NEAR_SHAPE[1] + 2 :].any()
