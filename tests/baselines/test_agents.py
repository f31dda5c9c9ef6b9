"""Every adapter drives in the yard with random weights of tiny networks."""

import numpy as np
import pytest
import torch

from baselines.citywalker.agent import camera_points, robot_points
from baselines.gnm.agent import GNMAgent
from baselines.mbra.agent import goal_pose
from navbench_gs.agents.loading import load_agent
from navbench_gs.domain.action import Waypoints
from navbench_gs.env import action_array, env_for_card
from navbench_gs.errors import NavBenchError, UnknownNameError, WeightsError
from tests.baselines.tiny_networks import TINY, tiny_weights

NAMES = [
    "gnm", "gnm:slow", "gnm:point", "vint", "vint:slow", "vint:point", "nomad", "nomad:slow", "nomad:point",
    "mbra", "mbra:slow", "citywalker",
]  # fmt: skip


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    return tmp_path_factory.mktemp("weights")


def agent_named(name, weights):
    return load_agent(name, checkpoint=tiny_weights(name.split(":")[0], weights))


def drive(agent, yard, decisions, *, seed=0):
    """Actions (decisions, ...) of a few decisions, each driven."""
    env = env_for_card(yard.scene, "obstacle_ped", agent.card)
    env.reset(options={"episode": yard.episode("obstacle_ped")})
    try:
        agent.reset(env.observe(), seed=seed)
        actions = []
        for _ in range(decisions):
            actions.append(action_array(agent.act(env.observe()), agent.card))
            env.step(actions[-1])
        return np.array(actions)
    finally:
        env.close()


@pytest.mark.parametrize("name", NAMES)
def test_an_agent_drives_and_its_card_bears_its_name(name, yard, weights):
    agent = agent_named(name, weights)
    assert agent.card.name == name and len(agent.card.weights) == 64 and not agent.card.needs.privileged
    assert np.isfinite(drive(agent, yard, 3)).all()


@pytest.mark.parametrize("name", ["gnm", "vint", "nomad", "mbra", "citywalker"])
def test_nothing_leaks_from_one_episode_to_the_next(name, yard, weights):
    agent = agent_named(name, weights)
    assert np.array_equal(drive(agent, yard, 2), drive(agent, yard, 2))


def test_nomads_noise_comes_from_the_seed_alone(yard, weights):
    agent = agent_named("nomad", weights)
    assert agent.card.stochastic
    first, other, again = (drive(agent, yard, 2, seed=seed) for seed in (1, 2, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("name", sorted(TINY))
def test_without_weights_one_line_says_how_to_get_or_train_them(name):
    with pytest.raises(WeightsError, match=r"'navbench agent fetch \w+'.*'navbench train \w+'.*--weights random"):
        load_agent(name)


def test_random_weights_are_marked_and_always_the_same():
    first, second = (GNMAgent("random") for _ in range(2))
    assert first.card.weights == "random"
    values = zip(first.network.parameters(), second.network.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in values)


def test_an_unknown_variant_and_weights_of_another_network_are_named(weights):
    with pytest.raises(UnknownNameError, match="did you mean 'slow'"):
        load_agent("gnm:slo", checkpoint=tiny_weights("gnm", weights))
    with pytest.raises(WeightsError, match="of vint, not of gnm"):
        load_agent("gnm", checkpoint=tiny_weights("vint", weights))


def test_the_row_shows_needs_and_slow_limits(yard, weights):
    needs = agent_named("gnm", weights).card.needs
    assert needs.route_images and needs.goal_image and not agent_named("gnm:point", weights).card.needs.route_images
    slow = drive(agent_named("gnm:slow", weights), yard, 3)
    assert (slow[:, 0] <= 0.2).all() and (np.abs(slow[:, 1]) <= 0.4).all()


def test_the_map_is_the_route_every_metre_and_the_goal(yard, weights):
    agent = agent_named("gnm", weights)
    drive(agent, yard, 1)
    assert len(agent._nodes) == 13  # 12 m of route: 0 to 11 m, and the goal


def test_a_goal_pose_is_capped_at_30_m_and_in_quarter_metres():
    assert torch.allclose(goal_pose(np.array([3.0, -4.0]), 0.0), torch.tensor([[12.0, -16.0, 1.0, 0.0]]))
    assert torch.allclose(goal_pose(np.array([60.0, 0.0]), np.pi / 2)[0, :2], torch.tensor([120.0, 0.0]))


def test_citywalkers_axes_are_right_and_ahead():
    ahead_left = np.array([[2.0, 1.0]])
    assert camera_points(ahead_left).tolist() == [[-1.0, 2.0]]
    assert robot_points(camera_points(ahead_left)).tolist() == [[2.0, 1.0]]


def test_a_straight_prediction_drives_ahead_at_one_metre_a_second(yard, weights, monkeypatch):
    agent = agent_named("gnm", weights)
    monkeypatch.setattr(agent, "compare", lambda goals: _straight(len(goals), agent.network.config.horizon))
    env = env_for_card(yard.scene, "empty", agent.card)
    env.reset(options={"episode": yard.episode("empty")})
    agent.reset(env.observe(), seed=0)
    for _ in range(12):
        action = agent.act(env.observe())
        assert isinstance(action, Waypoints) and action.points[-1].tolist() == [1.25, 0.0]
        env.step(action_array(action, agent.card))
    assert env.observe().velocity[0] == pytest.approx(1.0, abs=0.05)
    env.close()


def _straight(goals, horizon):
    from baselines.image_goal_agent import Answers

    path = np.stack([np.arange(1.0, horizon + 1), np.zeros(horizon), np.ones(horizon), np.zeros(horizon)], axis=1)
    return Answers(np.full(goals, 9.0), lambda goal: path[None])


def test_weights_that_do_not_fit_their_own_sizes_are_one_line(weights, tmp_path):
    from navbench_gs.weights.safetensors_file import save_weights

    path = tmp_path / "w.safetensors"
    save_weights(path, {"x": torch.zeros(1)}, {"network": "gnm", "config": {"context": 2}, "picture_px": [32, 24]})
    with pytest.raises(NavBenchError, match="does not fit gnm"):
        load_agent("gnm", checkpoint=str(path))
