import subprocess
import sys

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.vector import AutoresetMode

from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.task import TASKS
from navbench_gs.errors import AgentCardError, AgentFailure, UnknownNameError
from navbench_gs.registration import MIXED, training_id
from navbench_gs.render.eye import Eye
from navbench_gs.render.select import renderer_named
from navbench_gs.suite.clouds import load_cloud, load_light
from navbench_gs.suite.training_episodes import training_scenes

INFOS = {
    "started", "cost_to_go_m", "progress_m", "success", "contact", "contact_kind", "touching", "solid_clearance_m",
    "edge_clearance_m", "off_walkable", "pedestrian_gap_m", "velocity_before", "velocity_after", "command", "ended",
    "episode_return", "episode_success", "episode_contacts", "episode_strict_success", "episode_route_completion",
    "episode_length", "episode_scene",
}  # fmt: skip
SHORT = RULES_V0.model_copy(update={"clock": RULES_V0.clock.model_copy(update={"time_limit_s": 3.0})})


def training(yard, task=MIXED, robots=6, **options):
    return gymnasium.make_vec(training_id(task), num_envs=robots, scenes=(yard.scene,), **options)


def towards_goals(observations):
    bearing = torch.atan2(observations["goal"][:, 1], observations["goal"][:, 0])
    return torch.stack([torch.full_like(bearing, 1.0), bearing.clamp(-1.2, 1.2)], dim=1)


def played(env, steps, seed=0):
    """Everything that an environment says in some steps, as one flat array."""
    observations, _ = env.reset(seed=seed)
    said = [value.double().flatten() for value in observations.values()]
    for _ in range(steps):
        observations, reward, terminated, truncated, infos = env.step(towards_goals(observations))
        told = [*observations.values(), reward, terminated, truncated, *infos.values()]
        said += [value.double().flatten() for value in told]
    return torch.cat(said).numpy()


@pytest.mark.parametrize("task", [*TASKS, MIXED])
def test_each_task_keeps_the_contract(yard, task):
    env = training(yard, task, picture=(24, 16), renderer="cpu")
    observations, infos = env.reset(seed=1)
    assert env.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP and infos == {}
    for _ in range(3):
        assert set(observations) == {"rgb", "goal", "velocity"}
        assert observations["rgb"].shape == (6, 16, 24, 3) and observations["rgb"].dtype == torch.uint8
        assert env.observation_space.contains({name: value.numpy() for name, value in observations.items()})
        observations, reward, terminated, truncated, infos = env.step(torch.tensor(env.action_space.sample()))
        assert set(infos) == INFOS and all(len(value) == 6 for value in infos.values())
        assert reward.shape == (6,) and terminated.dtype == truncated.dtype == torch.bool
        assert (
            infos["pedestrian_gap_m"].isfinite() | ~torch.tensor(["ped" in e.task for e in env.unwrapped.episodes])
        ).all()
    env.close()


def test_the_next_step_after_an_end_only_starts_anew(yard):
    env = training(yard, "empty", robots=2, rules=SHORT, decision_period_s=0.25)
    observations, _ = env.reset(seed=0)
    returns, ends = torch.zeros(2), []
    for step in range(30):
        last = observations
        observations, reward, terminated, truncated, infos = env.step(torch.tensor([[1.0, 0.0], [0.0, 0.0]]))
        returns += reward
        if infos["ended"][0]:
            ends.append(step)
            assert truncated.all() and not terminated.any()
            assert infos["episode_length"].tolist() == [12.0, 12.0]
            np.testing.assert_allclose(infos["episode_return"], returns, atol=1e-5)
            assert not torch.equal(last["goal"], observations["goal"])  # the true last observation
            returns = torch.zeros(2)
        assert infos["started"].tolist() == [step - 1 in ends] * 2
        if infos["started"][0]:
            assert not reward.any() and not observations["velocity"].any()
            assert [state.time_s for state in env.unwrapped.states()] == [0.0, 0.0]
    assert ends == [11, 24]
    assert float(infos["episode_contacts"].sum()) == 0.0


def test_reaching_the_goal_is_told_with_what_it_took(yard):
    env = training(yard, "empty", robots=2)
    observations, _ = env.reset(seed=0)
    while True:
        observations, _, terminated, _, infos = env.step(towards_goals(observations))
        if infos["ended"].any():
            break
    done = infos["ended"]
    assert terminated[done].all() and infos["success"][done].all() and infos["episode_success"][done].all()
    assert infos["episode_route_completion"][done].tolist() == [1.0] * int(done.sum())
    # 12 m to the goal's centre, of which the last is spared
    np.testing.assert_allclose(infos["episode_return"][done], 11.0, atol=0.4)
    assert infos["episode_scene"].tolist() == [0, 0]


def test_waypoints_drive_like_the_velocities_that_they_ask_for(yard):
    ways = torch.zeros(1, 10, 2)
    ways[0, :, 0] = 0.2 * torch.arange(1, 11)
    by_path = training(yard, "empty", robots=1, action="waypoints", waypoint_period_s=0.25)
    by_speed = training(yard, "empty", robots=1)
    by_path.reset(seed=0), by_speed.reset(seed=0)
    for _ in range(6):
        told, asked = by_path.step(ways)[4], by_speed.step(torch.tensor([[0.8, 0.0]]))[4]
    np.testing.assert_allclose(told["command"], [[0.8, 0.0]], atol=1e-3)
    np.testing.assert_allclose(told["cost_to_go_m"], asked["cost_to_go_m"], atol=0.01)


def test_the_seed_decides_everything_and_the_threads_nothing(yard):
    options = {"picture": (16, 12), "renderer": "cpu"}
    first = played(training(yard, **options), 12)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        again = played(training(yard, **options, threads=2), 12)
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, played(training(yard, **options), 12, seed=1))


def test_pictures_are_those_of_the_judges_eye(yard):
    env = training(yard, "obstacle_ped", robots=3, picture=(32, 24), renderer="cpu")
    observations, _ = env.reset(seed=0)
    for _ in range(3):
        observations, *_ = env.step(towards_goals(observations))
    for row, privileged in enumerate(env.unwrapped.privileged()):
        need = CameraNeed(width_px=32, height_px=24)
        eye = Eye(yard.scene, renderer_named("cpu"), need, RULES_V0.camera, load_cloud, load_light)
        eye.begin(privileged.episode, lambda x, y: 0.0)
        picture = eye.frames(privileged.state, 0.0).rgb8()[0]
        assert np.abs(picture.astype(int) - observations["rgb"][row].numpy()).mean() < 2.0  # gaits began elsewhere


def test_blind_robots_drive_on_and_only_their_pictures_are_missing(yard):
    env, seeing = (training(yard, "obstacle_ped", robots=3, picture=(32, 24), renderer="cpu") for _ in range(2))
    observations, _ = env.reset(seed=0)
    seeing.reset(seed=0)
    env.unwrapped.blind(torch.tensor([False, True, False]))
    commands = towards_goals(observations)
    told, full = env.step(commands)[0], seeing.step(commands)[0]
    assert not told["rgb"][1].any() and full["rgb"][1].any()
    torch.testing.assert_close(told["rgb"][[0, 2]], full["rgb"][[0, 2]], rtol=0, atol=0)
    torch.testing.assert_close(told["goal"], full["goal"], rtol=0, atol=0)
    assert env.reset(seed=0)[0]["rgb"][1].any()


def test_progress_moves_starts_back_and_fills_the_way(yard):
    env = training(yard, "obstacle_ped", robots=8, curriculum={"goal_m": 4.0, "crowding": 0.0})
    easy, _ = env.reset(seed=0)
    assert torch.linalg.vector_norm(easy["goal"], dim=1).max() <= 4.01
    assert not any(episode.obstacles or episode.pedestrians for episode in env.unwrapped.episodes)
    env.unwrapped.set_progress(1.0)
    hard, _ = env.reset(seed=0)
    assert torch.linalg.vector_norm(hard["goal"], dim=1).min() > 11.9
    assert all(len(episode.obstacles) == len(episode.pedestrians) == 2 for episode in env.unwrapped.episodes)


def test_mistakes_are_told(yard):
    env = training(yard, robots=2)
    env.reset(seed=0)
    with pytest.raises(AgentFailure, match=r"shape \(2,\), expected \(2, 2\)"):
        env.step(torch.zeros(2))
    with pytest.raises(AgentFailure, match="not finite"):
        env.step(torch.full((2, 2), torch.nan))
    with pytest.raises(AgentCardError, match=r"not a multiple of 0\.05 s; nearest: 0\.1 s"):
        training(yard, decision_period_s=0.12)
    with pytest.raises(AgentCardError, match="expected 'velocity' or 'waypoints'"):
        training(yard, action="torque")
    with pytest.raises(UnknownNameError):
        gymnasium.make_vec(training_id(MIXED), num_envs=1, scenes=("plaza_9",)).reset()


def test_training_needs_no_pybullet():
    code = (
        "import sys\n"
        "sys.modules['pybullet'] = None\n"
        "import gymnasium, torch, navbench_gs\n"
        "env = gymnasium.make_vec('NavBenchGS-Train/obstacle_ped-v0', num_envs=2, scenes=('plaza_00',))\n"
        "env.reset(seed=0)\n"
        "print(env.step(torch.zeros(2, 2))[1].shape)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "torch.Size([2])" in result.stdout


def test_the_outlook_says_what_lies_on_paths(yard):
    env = training(yard, "empty", robots=2)
    env.reset(seed=0)
    bare = env.unwrapped
    pose = torch.from_numpy(bare.states()[0].robot)
    # World points beside the long wall at x = 0, from both sides and inside it, seen from the first robot.
    wanted = torch.tensor([[-2.0, 0.0], [0.0, 0.0], [1.0, 1.0]])
    cos, sin = torch.cos(pose[2]), torch.sin(pose[2])
    offsets = wanted - pose[:2].float()
    local = torch.stack([cos * offsets[:, 0] + sin * offsets[:, 1], cos * offsets[:, 1] - sin * offsets[:, 0]], dim=-1)
    paths = local.float()[None, None].expand(2, 1, 3, 2)
    told = bare.outlook(paths)
    assert torch.allclose(told["points"][0, 0], wanted, atol=1e-4)
    assert told["solid_distance_m"].shape == told["gain_m"].shape == (2, 1, 3)
    assert told["solid_distance_m"][0, 0].tolist() == pytest.approx([1.9, 0.0, 0.9], abs=0.11)
    here = bare.outlook(torch.zeros(2, 1, 1, 2))
    assert here["gain_m"].abs().max() < 1e-4
    env.close()


def test_the_outlook_sees_obstacles_and_pedestrians(yard):
    env = training(yard, "obstacle_ped", robots=1)
    env.reset(seed=0)
    bare = env.unwrapped
    episode, state = bare.episodes[0], bare.states()[0]
    x, y, yaw = state.robot
    ahead = np.array(episode.obstacles[0].pose[:2]) - [x, y]
    local = [np.cos(yaw) * ahead[0] + np.sin(yaw) * ahead[1], np.cos(yaw) * ahead[1] - np.sin(yaw) * ahead[0]]
    told = bare.outlook(torch.tensor(local, dtype=torch.float32)[None, None, None])
    assert told["solid_distance_m"].item() < 0.0 and told["touching_solid"].tolist() == [False]
    assert told["pedestrians"].shape == (1, 1, len(state.pedestrians), 2)
    env.close()


def test_the_outlook_says_where_pedestrians_would_walk_if_no_robot_were_there(yard):
    """Far from the robots that is where they walk."""
    env = training(yard, "ped", robots=4, decision_period_s=0.25)
    env.reset(seed=1)
    bare, apart, moved = env.unwrapped, [], []
    for _ in range(12):
        told, before = bare.outlook(torch.zeros(4, 1, 4, 2))["pedestrians"].numpy(), bare.states()
        for _ in range(4):
            assert not env.step(torch.zeros(4, 2))[4]["started"].any()
        for foreseen, then, now in zip(told[:, -1], before, bare.states(), strict=True):
            far = np.hypot(*(then.pedestrians[:, :2] - then.robot[:2]).T) > 4.0
            apart += list(np.hypot(*(foreseen[: len(far)] - now.pedestrians[:, :2])[far].T))
            moved += list(np.hypot(*(then.pedestrians[:, :2] - now.pedestrians[:, :2])[far].T))
    assert len(moved) > 20 and np.mean(apart) < 0.25 * np.mean(moved)
    env.close()


def test_the_outlook_says_who_touches_something_solid(yard):
    env = training(yard, "obstacle_ped", robots=12)
    env.reset(seed=2)
    bare, solid = env.unwrapped, 0
    for _ in range(60):
        infos = env.step(torch.tensor([[1.0, 0.0]]).expand(12, 2))[4]
        told = bare.outlook(torch.zeros(12, 1, 1, 2))["touching_solid"] & ~infos["started"]
        near = infos["solid_clearance_m"] < 0.02
        assert not (told & ~infos["touching"]).any() and not (told & ~near).any()
        solid += int(told.sum())
    assert solid > 10
    touches = bare._world._contacts
    touches.begin_tick()
    assert not bare.outlook(torch.zeros(12, 1, 1, 2))["touching_solid"].any()
    one, nought = torch.tensor([1]), torch.tensor([0])
    touches.scene(nought)
    touches.obstacles(one, nought)
    touches.pedestrians(one + 1, nought)
    assert bare.outlook(torch.zeros(12, 1, 1, 2))["touching_solid"].tolist() == [True, True] + [False] * 10
    env.close()


def test_worlds_that_share_the_training_scenes_have_each_scene_once():
    shares = [gymnasium.make_vec(training_id(MIXED), scene_count=7, share=(number, 3)) for number in range(3)]
    assert [env.unwrapped.scene_ids for env in shares] == [training_scenes(7)[number::3] for number in range(3)]
    assert shares[0].unwrapped.scene_ids[1] == training_scenes(7)[3]
