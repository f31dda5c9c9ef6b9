import hashlib
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from navbench_gs.domain.action import Velocity
from navbench_gs.domain.episode import ObstaclePlacement, PedestrianPlacement
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.terrain.terrain import Mesh, Terrain
from navbench_gs.world.bullet import OBSTACLE, PEDESTRIAN, SCENE, BulletWorld

STOP = Velocity(0.0, 0.0)


@pytest.fixture
def world(yard):
    world = BulletWorld(yard.terrain, RULES_V0)
    yield world
    world.close()


def drive(world, command, ticks):
    """States after each tick and the touches of each tick."""
    states, touches = [], []
    for _ in range(ticks):
        touches.append(world.tick(command))
        states.append(world.state)
    return states, touches


def wavy(tick):
    return Velocity(0.6 + 0.5 * math.sin(0.21 * tick), 0.9 * math.sin(0.13 * tick))


def fingerprint(world, episode, ticks=80):
    """Hash of every bit of a drive past obstacles and pedestrians."""
    digest = hashlib.sha256()
    state = world.reset(episode)
    for tick in range(ticks):
        for array in (state.robot, state.robot_velocity, state.pedestrians, state.pedestrian_velocities):
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(repr(world.tick(wavy(tick))).encode())
        state = world.state
    return digest.hexdigest()


def test_the_robot_starts_settled_on_its_wheels_where_the_episode_says(yard, world):
    state = world.reset(yard.episode(start=(-6.0, -6.0, 0.7)))
    assert state.time_s == 0.0
    assert np.abs(state.robot - [-6.0, -6.0, 0.7]).max() < 0.001
    assert np.abs(state.robot_velocity).max() < 0.005
    assert abs(world.robot_height) < 0.005
    assert not world.fallen


@pytest.mark.parametrize(("speed", "rate"), [(0.5, 0.0), (1.2, 0.0), (1.0, 0.5), (1.0, -1.0), (0.0, 1.2), (1.2, 1.2)])
def test_the_robot_drives_as_commanded(yard, world, speed, rate):
    world.reset(yard.episode(start=(-5.0, -5.0, 0.3)))
    drive(world, Velocity(speed, rate), 20)
    states, _ = drive(world, Velocity(speed, rate), 40)
    measured = np.mean([state.robot_velocity for state in states], axis=0)
    assert measured[0] == pytest.approx(speed, rel=0.01, abs=0.005)
    assert measured[1] == pytest.approx(rate, rel=0.01, abs=0.005)


def test_speed_changes_no_faster_than_the_acceleration_limit(yard, world):
    world.reset(yard.episode())
    states, _ = drive(world, Velocity(1.2, 0.0), 14)
    speeds = np.array([state.robot_velocity[0] for state in states])
    allowed = np.minimum(2.0 * 0.05 * np.arange(1, 15), 1.2)
    assert speeds[2:] == pytest.approx(allowed[2:], abs=0.01)
    assert (speeds <= allowed + 0.01).all()


def test_driving_freely_touches_nothing_because_the_ground_does_not_count(yard, world):
    world.reset(yard.episode())
    _, touches = drive(world, Velocity(1.0, 0.1), 60)
    assert set(touches) == {()}


def test_a_wall_stops_the_robot_and_is_touched_at_its_speed(yard, world):
    world.reset(yard.episode(start=(-2.0, 0.0, 0.0)))
    states, touches = drive(world, Velocity(1.0, 0.0), 80)
    first = next(i for i, touched in enumerate(touches) if touched)
    assert [(touch.kind, touch.actor) for touch in touches[first]] == [(SCENE, 0)]
    assert touches[first][0].approach_mps == pytest.approx(1.0, abs=0.05)
    # 1.6 m from nose to wall: 0.25 m while speeding up for 0.5 s, then 1 m/s
    assert first * 0.05 == pytest.approx(0.5 + (1.6 - 0.25) / 1.0, abs=0.1)
    assert max(state.robot[0] for state in states) < -0.1 - 0.3 + 0.02
    assert not world.fallen


def test_an_obstacle_is_touched_under_its_number(yard, world):
    obstacles = (
        ObstaclePlacement(kind="bin", pose=(8.0, 8.0, 0.0)),
        ObstaclePlacement(kind="crate", pose=(-4.0, -6.0, 0.5)),
    )
    world.reset(yard.episode("obstacle", obstacles=obstacles))
    states, touches = drive(world, Velocity(1.0, 0.0), 80)
    met = {(touch.kind, touch.actor) for touched in touches for touch in touched}
    assert met == {(OBSTACLE, 1)}
    assert states[-1].robot[0] < -4.5


def test_a_pedestrian_that_walks_into_the_robot_stops_a_second_then_steps_round_it(yard, world):
    walker = PedestrianPlacement(
        look="student",
        start=(-4.0, -6.0, math.pi),
        goals=((-9.0, -6.0),),
        speed_mps=1.0,
        radius_m=0.28,
        behaviour="blind",
    )
    world.reset(yard.episode("ped", pedestrians=(walker,)))
    states, touches = drive(world, STOP, 180)
    first = next(i for i, touched in enumerate(touches) if touched)
    assert [(touch.kind, touch.actor) for touch in touches[first]] == [(PEDESTRIAN, 0)]
    assert abs(touches[first][0].approach_mps) < 0.1
    speeds = np.array([np.hypot(*state.pedestrian_velocities[0]) for state in states])
    assert (speeds[first + 2 : first + 19] == 0.0).all()
    assert states[-1].pedestrians[0, 0] < -7.5, "it has come past the robot"
    assert np.hypot(*(states[-1].robot[:2] - [-6.0, -6.0])) < 0.05, "it did not shove the robot"


def test_a_robot_that_drives_into_a_standing_pedestrian_is_at_fault(yard, world):
    waiting = PedestrianPlacement(
        look="student", start=(-4.0, -6.0, 0.0), goals=((4.0, -6.0),), speed_mps=1.0, radius_m=0.28, behaviour="blind",
        wait_s=60.0,
    )  # fmt: skip
    world.reset(yard.episode("ped", pedestrians=(waiting,)))
    _, touches = drive(world, Velocity(0.8, 0.0), 60)
    first = next(touched[0] for touched in touches if touched)
    assert first.kind == PEDESTRIAN
    assert first.approach_mps == pytest.approx(0.8, abs=0.05)


def test_leaving_the_ground_is_a_fall(yard, world):
    world.reset(yard.episode(start=(9.0, 0.0, 0.0)))
    drive(world, Velocity(1.2, 0.0), 20)
    assert not world.fallen
    drive(world, Velocity(1.2, 0.0), 20)
    assert world.fallen


def test_on_a_slope_the_robot_stands_still_and_knows_its_ground(yard):
    tilted = yard.terrain.ground.vertices.copy()
    tilted[:, 2] = 0.05 * tilted[:, 0]
    ground = Mesh(tilted, yard.terrain.ground.faces)
    world = BulletWorld(replace(yard.terrain, ground=ground), RULES_V0)
    before = world.reset(yard.episode(start=(-6.0, -6.0, 1.0)))
    states, _ = drive(world, STOP, 40)
    assert np.abs(states[-1].robot - before.robot).max() < 0.002
    assert world.ground_height(4.0, 1.0) == pytest.approx(0.2)
    assert world.robot_height == pytest.approx(-0.3, abs=0.01)
    world.close()


def test_a_scene_without_structure_can_be_driven(yard):
    nothing = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    world = BulletWorld(Terrain(yard.terrain.ground, nothing, yard.terrain.grid), RULES_V0)
    world.reset(yard.episode())
    assert world.tick(STOP) == ()
    world.close()


def test_an_episode_goes_the_same_way_bit_by_bit_whatever_was_driven_before(yard, world):
    episode = yard.episode("obstacle_ped")
    first = fingerprint(world, episode)
    fingerprint(world, yard.episode(start=(-2.0, 0.0, 0.0)), ticks=50)
    fingerprint(world, yard.episode("ped"), ticks=7)
    assert fingerprint(world, episode) == first
    other = BulletWorld(yard.terrain, RULES_V0)
    assert fingerprint(other, episode) == first
    other.close()


def test_another_process_drives_the_same_bits(yard, world):
    code = (
        "import importlib.util, sys; from pathlib import Path\n"
        f"spec = importlib.util.spec_from_file_location('test_bullet', {str(Path(__file__))!r})\n"
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)\n"
        "from navbench_gs.domain.episode import Episode\n"
        "from navbench_gs.terrain.terrain import read_terrain\n"
        "episode = Episode.model_validate_json(sys.argv[2])\n"
        "world = module.BulletWorld(read_terrain(Path(sys.argv[1])), module.RULES_V0)\n"
        "print(module.fingerprint(world, episode))"
    )
    episode = yard.episode("obstacle_ped")
    arguments = [str(yard.scene.folder / "terrain.npz"), episode.model_dump_json()]
    result = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert result.stdout == fingerprint(world, episode) + "\n", "same bits, and nothing else on the standard output"


def test_replayed_commands_give_the_same_poses(yard, world):
    episode = yard.episode("obstacle_ped")
    world.reset(episode)
    commands = [wavy(tick) for tick in range(60)]
    driven = []
    for command in commands:
        world.tick(command)
        driven.append(world.state.robot)
    replayed = BulletWorld(yard.terrain, RULES_V0)
    replayed.reset(episode)
    for command, pose in zip(commands, driven, strict=True):
        replayed.tick(Velocity(*np.array([command.speed_mps, command.yaw_rate_rps]).tolist()))
        assert np.array_equal(replayed.state.robot, pose)
    replayed.close()


def test_many_worlds_one_after_another_leave_no_client_behind(yard):
    for _ in range(5):
        world = BulletWorld(yard.terrain, RULES_V0)
        world.reset(yard.episode())
        world.close()
        world.close()
    import pybullet

    assert not pybullet.isConnected(world._client._number)
