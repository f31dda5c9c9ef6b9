import math

import numpy as np
import pytest
import torch

from navbench_gs.batched.kinematic import FALLEN, RUNNING, SUCCESS, TIME_LIMIT, KinematicWorld
from navbench_gs.batched.surroundings import REACH_M
from navbench_gs.batched.training_ground import place_of, training_episode
from navbench_gs.domain.action import Velocity
from navbench_gs.domain.episode import ObstaclePlacement, PedestrianPlacement
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.trajectory import CONTACT_KINDS
from navbench_gs.world.bullet import BulletWorld

TICK_S = RULES_V0.clock.tick_s
FREE_M, FREE_RAD = 0.05, math.radians(1.5)
"""How far robots that touch nothing may be from the judge's after ten seconds."""
SAME_TICKS = 5


def driven(yard, episodes, commands):
    """Poses (T + 1, N, 3), onsets (T, N, 3) and the world, after commands (T, 2) to all robots."""
    prepared = [training_episode(one, place_of(yard.scene, RULES_V0), RULES_V0) for one in episodes]
    world = KinematicWorld(len(prepared), RULES_V0)
    world.load(prepared)
    world.begin(range(len(prepared)), prepared)
    poses, onsets = [world.poses.numpy().copy()], []
    for command in commands:
        kinds, _ = world.tick(torch.tensor(command, dtype=torch.float32).expand(len(prepared), 2))
        poses.append(world.poses.numpy().copy())
        onsets.append(kinds.numpy())
    return np.array(poses), np.array(onsets), world


def judged(yard, episode, commands):
    """Poses (T + 1, 3) and the first tick with a touch of each kind, in Bullet."""
    world = BulletWorld(yard.terrain, RULES_V0)
    poses, touched = [world.reset(episode).robot], {}
    for number, command in enumerate(commands):
        for touch in world.tick(Velocity(*command)):
            touched.setdefault(CONTACT_KINDS[touch.kind], number)
        poses.append(world.state.robot)
    world.close()
    return np.array(poses), touched


def test_the_robot_speeds_up_as_fast_as_the_rules_allow(yard):
    poses, _, world = driven(yard, [yard.episode()], [(1.0, 0.0)] * 20)
    # 2 m/s2 for 0.5 s in steps of 1/240 s, each reckoned with the speed at its end, then 1 m/s for 0.5 s. It loses
    # 1.8 mm as its centre, 0.2 m high, leans back by 9.1 mrad; that takes about 63 ms, and ends at 0.29 rad/s or
    # 0.058 m/s, of which 80 % are lost and regained at 0.97 m/s2: 1.1 mm
    lost = 0.2 * 0.0091 + (0.8 * 0.058) ** 2 / 2.0 / 0.97
    assert poses[-1, 0, 0] - poses[0, 0, 0] == pytest.approx(0.25 + 0.5 / 240.0 + 0.5 - lost, abs=5e-4)
    assert world.velocities[0].tolist() == [1.0, 0.0]


CURVES = np.concatenate(
    [np.tile(c, (40, 1)) for c in ((0.8, 0.0), (0.8, 0.6), (1.2, -0.4), (0.3, 1.2), (0.0, -1.0), (0.6, 0.1))]
)[:200]


def test_free_motion_is_the_judges(yard):
    ours, onsets, _ = driven(yard, [yard.episode(start=(-6.0, -6.0, 1.2))], CURVES)
    theirs, touched = judged(yard, yard.episode(start=(-6.0, -6.0, 1.2)), CURVES)
    assert not onsets.any() and not touched
    gap = ours[:, 0] - theirs
    assert np.hypot(gap[:, 0], gap[:, 1]).max() < FREE_M
    assert np.abs((gap[:, 2] + np.pi) % (2 * np.pi) - np.pi).max() < FREE_RAD


CRATE = ObstaclePlacement(kind="crate", pose=(-3.0, -6.1, 0.5))
CONE = ObstaclePlacement(kind="cone", pose=(-3.0, -6.0, 0.0))
OPPOSITE = PedestrianPlacement(
    look="student", start=(-1.0, -6.0, 3.14), goals=((-7.0, -6.0), (7.0, -6.0)), speed_mps=1.0, radius_m=0.28,
    behaviour="blind",
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "start", "obstacles", "pedestrians"),
    [
        ("scene", (-3.0, 0.0, 0.0), (), ()),
        ("scene", (-3.0, 1.0, 0.7), (), ()),
        ("obstacle", (-6.0, -6.0, 0.0), (CRATE,), ()),
        ("obstacle", (-6.0, -6.0, 0.0), (CONE,), ()),
        ("pedestrian", (-6.0, -6.0, 0.0), (), (OPPOSITE,)),
    ],
)
def test_contacts_begin_when_the_judges_do(yard, kind, start, obstacles, pedestrians):
    episode = yard.episode("obstacle_ped", start=start, obstacles=obstacles, pedestrians=pedestrians)
    commands = [(0.8, 0.0)] * 100
    _, onsets, _ = driven(yard, [episode], commands)
    _, touched = judged(yard, episode, commands)
    number = CONTACT_KINDS.index(kind)
    assert set(touched) == {kind} and onsets[:, 0].any(axis=0).tolist() == [k == number for k in range(3)]
    assert abs(int(np.argmax(onsets[:, 0, number])) - touched[kind]) <= SAME_TICKS


def test_a_robot_against_a_wall_stays_out_of_it_and_counts_once(yard):
    poses, onsets, world = driven(yard, [yard.episode(start=(-2.0, 0.0, 0.0))], [(0.8, 0.0)] * 80)
    # its front, 0.3 m ahead of the centre, meets the wall's face at x = -0.1
    assert poses[-1, 0, 0] == pytest.approx(-0.4, abs=0.03)
    assert onsets.sum() == 1 and bool(world.touching[0])
    assert float(world.velocities[0, 0]) == pytest.approx(0.0, abs=0.02)
    assert float(world.around.solid_clearances(world.poses)[0]) == pytest.approx(0.0, abs=0.005)


def test_robots_neither_see_nor_touch_each_other(yard):
    together, _, _ = driven(yard, [yard.episode(), yard.episode(start=(-5.9, -6.0, 3.0))], CURVES[:40])
    alone, _, _ = driven(yard, [yard.episode()], CURVES[:40])
    np.testing.assert_array_equal(together[:, :1], alone)


def test_ends(yard):
    fast = RULES_V0.model_copy(update={"clock": RULES_V0.clock.model_copy(update={"time_limit_s": 2.0})})
    place = place_of(yard.scene, fast)
    starts = {
        SUCCESS: ((4.5, -6.0, 0.0), (6.0, -6.0)),
        FALLEN: ((9.5, -6.0, 0.0), (6.0, -6.0)),
        TIME_LIMIT: ((-6.0, -6.0, 0.0), (6.0, -6.0)),
        RUNNING: ((-0.45, 2.0, math.pi), (0.5, 2.0)),  # the goal is near, behind the wall
    }
    episodes = [
        training_episode(yard.episode(start=a, goal=b, route=(a[:2], b)), place, fast) for a, b in starts.values()
    ]
    world = KinematicWorld(len(episodes), fast)
    world.load(episodes)
    world.begin(range(len(episodes)), episodes)
    for _ in range(39):
        world.tick(torch.tensor([[0.5, 0.0]] * 3 + [[0.0, 0.0]]))
    assert world.outcomes.tolist() == [SUCCESS, FALLEN, RUNNING, RUNNING]
    world.tick(torch.zeros(4, 2))
    assert world.outcomes.tolist()[2:] == [TIME_LIMIT, TIME_LIMIT]


def test_what_is_measured_was_worked_out_by_hand(yard):
    crate = ObstaclePlacement(kind="crate", pose=(-4.0, -6.0, 0.0))
    person = OPPOSITE.model_copy(update={"start": (-6.0, -4.0, 0.0), "wait_s": 9.0})
    episode = yard.episode("obstacle_ped", obstacles=(crate,), pedestrians=(person,))
    _, _, world = driven(yard, [episode, yard.episode(start=(-6.0, 6.0, 0.0))], [])
    around, poses = world.around, world.poses
    np.testing.assert_allclose(world.goals()[0], [12.0, 0.0], atol=1e-5)
    # from the robot's front at -5.7 to the crate's side at -4.298; from its flank at -5.75 to the person's at -4.28
    np.testing.assert_allclose(around.solid_clearances(poses), [1.402, REACH_M], atol=0.02)
    np.testing.assert_allclose(world.pedestrian_gaps(), [1.47, np.inf], atol=1e-3)
    np.testing.assert_allclose(around.edge_clearances(poses)[0], 4.0, atol=0.06)  # the yard ends at y = -10
    np.testing.assert_allclose(around.costs_to_go(poses)[0], 12.0, atol=0.1)
    assert around.on_walkable(poses).all()
