from dataclasses import replace

import numpy as np
import pytest

from navbench_gs.agents.oracle import agent as oracle
from navbench_gs.agents.oracle.agent import PATIENCE_S, OracleAgent
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.state import Privileged
from navbench_gs.env import NavEnv
from navbench_gs.errors import AgentCardError
from navbench_gs.metrics.score import score


def drive(yard, episode):
    """The oracle's drive of an episode in the yard, as its score."""
    env, agent = NavEnv(yard.scene, episode.task, rgb=False), OracleAgent()
    env.reset(options={"episode": episode})
    agent.reset(env.observe(), seed=0, privileged=env.privileged())
    over = False
    while not over:
        action = agent.act(env.observe(), privileged=env.privileged())
        _, _, terminated, truncated, _ = env.step(np.array([action.speed_mps, action.yaw_rate_rps]))
        over = terminated or truncated
    scored = score(env.trajectory(), episode, RULES_V0)
    env.close()
    return scored


def test_it_drives_round_a_wall_without_touching_it(yard):
    scored = drive(yard, yard.episode(start=(-4.0, 0.0, 1.2), goal=(4.0, 0.0), route=((-4, 0), (0, 4.6), (4, 0))))
    assert scored.strict_success
    assert scored.spl > 0.9


def test_it_passes_obstacles_and_pedestrians_without_touching_them(yard):
    scored = drive(yard, yard.episode("obstacle_ped"))
    assert scored.strict_success


def test_it_cruises_between_walking_and_its_top_speed(yard):
    scored = drive(yard, yard.episode())
    assert 0.8 <= scored.path_length_m / scored.time_s <= RULES_V0.robot.max_speed_mps


def test_it_refuses_to_drive_without_what_its_card_declares():
    seen = Observation(0.0, np.zeros(2, np.float32), np.zeros(2, np.float32), np.zeros(3, np.float32))
    with pytest.raises(AgentCardError, match="privileged"):
        OracleAgent().reset(seen, seed=0)


def test_one_episode_leaves_nothing_behind_for_the_next(yard):
    env = NavEnv(yard.scene, "ped", rgb=False)
    agent, firsts = OracleAgent(), []
    for index in (0, 1, 0):
        env.reset(options={"index": index})
        given: Privileged = env.privileged()
        agent.reset(env.observe(), seed=0, privileged=given)
        firsts.append(agent.act(env.observe(), privileged=given))
    env.close()
    assert firsts[0] == firsts[2]


@pytest.mark.parametrize(("variant", "heard_of"), [("", 2), ("in_view", 1)])
def test_held_up_it_plans_round_those_alone_that_it_is_told_of(yard, monkeypatch, variant, heard_of):
    """Two pedestrians stand 2 m from the robot, one ahead and one behind."""
    env, agent = NavEnv(yard.scene, "ped", rgb=False), OracleAgent(variant)
    env.reset(options={"index": 0})
    given: Privileged = env.privileged()
    env.close()
    x, y, yaw = given.state.robot
    ahead = np.array([np.cos(yaw), np.sin(yaw)])
    people = np.resize(given.state.pedestrians, (2, 3))
    people[:, :2] = np.array([x, y]) + np.outer([2.0, -2.0], ahead)
    placements = (given.episode.pedestrians * 2)[:2]
    episode = given.episode.model_copy(update={"pedestrians": placements})
    state = replace(given.state, pedestrians=people, pedestrian_velocities=np.zeros((2, 2)))
    agent.reset(env.observe(), seed=0, privileged=replace(given, episode=episode, state=state))

    planned_round = []
    monkeypatch.setattr(
        oracle, "occupied_by", lambda grid, discs: planned_round.extend(discs) or np.zeros_like(grid.walkable)
    )
    for time_s in (0.0, PATIENCE_S + 0.2):
        now = replace(given, episode=episode, state=replace(state, time_s=time_s))
        agent.act(env.observe(), privileged=now)
    assert len(planned_round) == heard_of
    np.testing.assert_allclose(planned_round[0][:2], people[0, :2])
