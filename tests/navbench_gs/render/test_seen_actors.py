import numpy as np
import pytest

from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.episode import PedestrianPlacement
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.state import WorldState
from navbench_gs.render.actors import flat_ground
from navbench_gs.render.camera import robot_camera
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.seen_actors import SeenStage, in_view
from navbench_gs.suite.catalog import load_cloud

NEED = CameraNeed(width_px=48, height_px=36)
ROBOT = np.array([-6.0, -6.0, 0.0])
PLACES = np.array([(-2.0, -6.0), (-9.0, -6.0), (-3.0, -3.2), (-3.0, -1.0), (-5.8, -6.9), (-1.0, -9.0)])


@pytest.fixture(scope="module")
def episode(yard):
    people = tuple(
        PedestrianPlacement(
            look="student", start=(float(x), float(y), 0.5), goals=((0.0, 5.0),), speed_mps=1.0, radius_m=0.28,
            behaviour="share",
        )
        for x, y in PLACES
    )  # fmt: skip
    return yard.episode("obstacle_ped", pedestrians=people)


def at(robot):
    people = np.column_stack([PLACES, np.full(len(PLACES), 0.5)])
    return WorldState(0.0, robot, np.zeros(2), people, np.full((len(PLACES), 2), 0.6))


def test_who_is_in_view_was_worked_out_by_hand():
    camera = robot_camera(ROBOT, 0.0, NEED, RULES_V0.camera)
    # the camera is 0.25 m ahead of the robot, its edges lie 45 degrees aside: the second stands 3.25 / 1.414 m beyond,
    # the third (2.8 - 2.75) / 1.414, the fourth (5.0 - 2.75) / 1.414 and the fifth, beside it, (0.9 + 0.05) / 1.414
    assert in_view(camera, PLACES) == [0, 2, 4, 5]
    assert in_view(camera, PLACES[:0]) == []


@pytest.mark.parametrize("yaw", [0.0, 1.6, 3.0, -1.2])
def test_the_picture_is_that_of_everybody(yard, episode, yaw):
    stage, renderer = SeenStage(yard.scene, episode, flat_ground), CpuRenderer()
    state = at(np.array([*ROBOT[:2], yaw]))
    camera = robot_camera(state.robot, 0.0, NEED, RULES_V0.camera)
    seen, everybody = stage.seen_by(camera, state), stage.actors(state)
    assert len(seen) < len(everybody)
    scene = renderer.prepare(load_cloud(yard.scene))
    some, full = (renderer.render(scene, [camera], actors, depth=False).rgb8() for actors in (seen, everybody))
    assert np.abs(some.astype(int) - full).max() <= 1
