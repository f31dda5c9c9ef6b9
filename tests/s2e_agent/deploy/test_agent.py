import numpy as np
import pytest
import torch

from navbench_gs.domain.observation import Observation
from navbench_gs.errors import AgentCardError, WeightsError
from s2e_agent.config.pretraining import PRESETS, EncoderConfig
from s2e_agent.deploy.agent import S2EAgent, camera_for, drawn_path, likeliest_path
from s2e_agent.models.checkpoint import load_policy, save_policy
from s2e_agent.models.policy import Policy
from s2e_agent.models.waypoint_mixture import Mixture

from ..small import random_policy


def observation(seed):
    rng = np.random.Generator(np.random.PCG64(seed))
    return Observation(
        time_s=0.25 * seed,
        goal=np.array([6.0, -1.0], dtype=np.float32),
        velocity=np.zeros(2, dtype=np.float32),
        odometry=np.zeros(3, dtype=np.float32),
        rgb=rng.integers(0, 256, (120, 160, 3)).astype(np.uint8),
    )


def random_agent(name="debug", variant="", **changes):
    policy = random_policy(PRESETS[name].policy, **changes)
    return S2EAgent.of_policy(policy, revision="random", variant=variant)


def drive(agent, seeds):
    agent.reset(observation(seeds[0]), seed=0)
    return [agent.act(observation(seed)).points for seed in seeds]


def test_the_card_says_what_the_benchmark_must_give():
    card = random_agent().card
    assert (card.needs.camera.width_px, card.needs.camera.height_px) == (160, 120)
    assert (card.action.kind, card.action.horizon, card.action.period_s) == ("waypoints", 10, 0.25)
    assert card.decision_period_s == 0.25 and not card.needs.privileged


def test_an_action_is_ten_finite_waypoints():
    agent = random_agent("tiny")
    action = drive(agent, [1])[0]
    assert action.shape == (10, 2) and np.isfinite(action).all()


def test_nothing_leaks_from_one_episode_to_the_next():
    agent = random_agent()
    first = drive(agent, [1, 2, 3])
    drive(agent, [7, 8, 9])
    again = drive(agent, [1, 2, 3])
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_cached_features_give_what_encoding_the_whole_history_gives():
    agent = random_agent()
    acted = drive(agent, [1, 2, 3])[-1]
    config = agent.policy.config
    from navbench_gs.drives.frames import resized

    frames = [resized(observation(s).rgb, config.encoder.width_px, config.encoder.height_px) for s in (1, 2, 3)]
    first, second, third = (torch.from_numpy(frame.copy()) for frame in frames)
    with torch.no_grad():
        mixture = agent.policy(
            torch.stack([torch.cat([second, first], dim=-1), torch.cat([third, second], dim=-1)]),
            torch.arange(2)[None],
            torch.ones(1, 2, dtype=torch.bool),
            torch.tensor([[6.0, -1.0]]),
        )
    assert np.allclose(acted, likeliest_path(mixture), atol=1e-5)


def test_weights_of_another_network_are_one_clear_error(tmp_path):
    torch.manual_seed(0)
    path = tmp_path / "w.safetensors"
    policy = Policy(PRESETS["debug"].policy)
    policy.config = PRESETS["tiny"].policy
    save_policy(path, policy, {})
    with pytest.raises(WeightsError, match="another network"):
        load_policy(path)


def test_absent_and_changed_weights_are_one_clear_error(tmp_path):
    with pytest.raises(WeightsError, match="no weights at"):
        S2EAgent(checkpoint=str(tmp_path / "none.safetensors"))
    path = tmp_path / "w.safetensors"
    save_policy(path, Policy(PRESETS["debug"].policy), {})
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(WeightsError, match="is not the file"):
        S2EAgent(checkpoint=str(path))


def test_the_path_of_a_drawn_mode_follows_the_scores():
    means = torch.tensor([[[[1.0, 0.0]], [[0.0, 1.0]]]])
    scores = torch.log(torch.tensor([[0.25, 0.75]]))
    mixture = Mixture(scores, means, torch.ones_like(means), torch.zeros(1, 2, 1), torch.ones(1, 2))
    rng = np.random.Generator(np.random.PCG64(0))
    left = sum(drawn_path(mixture, rng)[0, 1] for _ in range(400)) / 400
    assert likeliest_path(mixture).tolist() == [[0.0, 1.0]] and abs(left - 0.75) < 0.06


def test_a_sampling_agent_repeats_itself_by_seed_alone():
    agent = random_agent(variant="sample")

    def with_seed(seed):
        agent.reset(observation(1), seed=seed)
        return np.stack([agent.act(observation(s)).points for s in range(1, 9)])

    first = with_seed(3)
    assert np.array_equal(first, with_seed(3)) and not np.array_equal(first, with_seed(4))


def test_a_blind_agent_ignores_the_picture_and_a_goal_free_one_the_goal():
    blind, free = random_agent(variant="blind"), random_agent(variant="goal_free")
    assert np.array_equal(drive(blind, [1])[0], drive(blind, [2])[0])
    assert not np.array_equal(drive(free, [1])[0], drive(free, [2])[0])
    there, elsewhere = observation(1), observation(1)
    elsewhere.goal[:] = (-3.0, 2.0)
    paths = []
    for seen in (there, elsewhere):
        free.reset(seen, seed=0)
        paths.append(free.act(seen).points)
    assert np.array_equal(*paths)


def test_a_route_guides_until_reset_and_only_policies_that_take_one():
    agent = random_agent(route_points=3)
    plain = drive(agent, [1])[0]
    agent.reset(observation(1), seed=0)
    agent.follow(np.array([[0.0, 0.0], [0.0, 9.0]]))
    assert not np.array_equal(agent.act(observation(1)).points, plain)
    assert np.array_equal(drive(agent, [1])[0], plain)
    with pytest.raises(AgentCardError, match=r"a route is \(N, 2\)"):
        agent.follow(np.zeros((1, 2)))
    with pytest.raises(AgentCardError, match="takes no route"):
        random_agent().follow(np.zeros((2, 2)))


def test_a_large_encoder_asks_for_a_larger_picture():
    need = camera_for(EncoderConfig(width_px=256, height_px=256))
    assert (need.width_px, need.height_px) == (256, 256)
