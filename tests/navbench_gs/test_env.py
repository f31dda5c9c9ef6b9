import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env as gymnasium_check

from navbench_gs.domain.action import Velocity, Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed, Needs
from navbench_gs.domain.task import TASKS
from navbench_gs.env import NavEnv, action_array, env_for_card
from navbench_gs.errors import AgentCardError, AgentFailure, InvalidRecordError, UnknownNameError

AHEAD = np.array([1.0, 0.0])
SMALL = {"width": 32, "height": 24, "renderer": "cpu"}


@pytest.fixture
def make(yard):
    """Makes environments in the yard and closes them."""
    made = []

    def factory(task="empty", **kwargs):
        made.append(NavEnv(yard.scene, task, **{"rgb": False, **SMALL, **kwargs}))
        return made[-1]

    yield factory
    for env in made:
        env.close()


def drive(env, action, most=400):
    """Repeat one action until the episode ends; the last step's answer."""
    for _ in range(most):
        answer = env.step(action)
        if answer[2] or answer[3]:
            return answer
    raise AssertionError("the episode did not end")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("action", ["velocity", "waypoints"])
def test_gymnasium_accepts_every_task(make, task, action):
    env = make(task, action=action, rgb=True, depth=True, goal_image=True, route_images=True, render_mode="rgb_array")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gymnasium_check(env)


def test_observation_holds_what_was_asked_for_and_nothing_else(make):
    observation, info = make().reset(options={"index": 0})
    assert set(observation) == {"goal", "velocity", "odometry"}
    assert info == {}
    observation, _ = make(rgb=True, depth=True, goal_image=True).reset(options={"index": 0})
    assert set(observation) == {"rgb", "depth", "goal_image", "goal", "velocity", "odometry"}
    assert observation["rgb"].shape == (24, 32, 3)
    assert observation["depth"].shape == (24, 32)


def test_goal_velocity_and_odometry_are_in_the_robot_frame(make, yard):
    env = make()
    env.reset(options={"episode": yard.episode(start=(-6.0, -6.0, np.pi / 2), goal=(6.0, -6.0))})
    observation = env.observe()
    assert observation.goal == pytest.approx([0.0, -12.0], abs=0.01)
    for _ in range(10):
        env.step(AHEAD)
    observation = env.observe()
    # 2 s at 1 m/s less the 0.25 m lost while speeding up, along world y
    assert observation.odometry == pytest.approx([1.75, 0.0, 0.0], abs=0.02)
    assert observation.goal == pytest.approx([-1.75, -12.0], abs=0.03)
    assert observation.velocity == pytest.approx([1.0, 0.0], abs=0.01)
    assert observation.time_s == pytest.approx(2.0)


def test_reaching_the_goal_terminates_with_reward_one(make):
    env = make()
    env.reset(options={"index": 0})
    _, reward, terminated, truncated, info = drive(env, AHEAD)
    assert (reward, terminated, truncated, info) == (1.0, True, False, {"outcome": "success"})
    recording = env.trajectory()
    assert recording.ended == "success"
    gaps = np.hypot(*(recording.poses[:, :2] - [6.0, -6.0]).T)
    assert gaps[-1] <= 1.0 < gaps[-2], "the episode ends with the tick that arrives, not with the decision"
    assert recording.decision_ticks.tolist() == list(range(0, len(recording.commands), 4))


def test_near_the_goal_but_behind_a_wall_is_no_success(make, yard):
    env = make()
    env.reset(options={"episode": yard.episode(start=(-2.0, 0.0, 0.0), goal=(0.3, 0.0))})
    for _ in range(15):
        _, reward, terminated, _, _ = env.step(AHEAD)
        assert (reward, terminated) == (0.0, False)
    recording = env.trajectory()
    assert np.hypot(*(recording.poses[-1, :2] - [0.3, 0.0])) < 1.0
    assert recording.contact_kind[0] == 0
    assert recording.remaining_m[-1] > 7.0, "the way round the wall is long"


def test_after_sixty_seconds_the_episode_is_truncated(make):
    env = make()
    env.reset(options={"index": 0})
    _, reward, terminated, truncated, info = drive(env, np.zeros(2))
    assert (reward, terminated, truncated, info) == (0.0, False, True, {"outcome": "time-limit"})
    assert len(env.trajectory().commands) == 1200


def test_driving_off_the_ground_terminates_as_fallen(make, yard):
    env = make()
    env.reset(options={"episode": yard.episode(start=(8.5, 0.0, 0.0))})
    _, reward, terminated, _, info = drive(env, AHEAD)
    assert (reward, terminated, info) == (0.0, True, {"outcome": "fallen"})


def test_waypoints_are_driven_by_the_follower(make):
    env = make(action="waypoints", horizon=5, waypoint_period_s=0.4)
    env.reset(options={"index": 0})
    for _ in range(10):
        env.step(np.stack([0.2 * np.arange(1, 6), np.zeros(5)], axis=1))
    assert env.observe().velocity[0] == pytest.approx(0.5, abs=0.01)


def test_an_action_stays_in_force_for_the_decision_period(make):
    env = make(decision_period_s=0.35)
    env.reset(options={"index": 0})
    env.step(AHEAD)
    env.step(AHEAD)
    recording = env.trajectory()
    assert len(recording.commands) == 14
    assert recording.decision_ticks.tolist() == [0, 7]


def test_two_environments_drive_the_same_episode_to_the_bit(make, yard):
    first, second = make("obstacle_ped"), make("obstacle_ped")
    first.reset(options={"index": 1})
    for _ in range(3):
        first.step(AHEAD)
    for env in (first, second):
        env.reset(options={"index": 0})
    rng = np.random.default_rng(0)
    for _ in range(15):
        action = rng.uniform([0.0, -1.2], [1.2, 1.2])
        first.step(action)
        second.step(action)
    one, two = first.trajectory(), second.trajectory()
    for name in ("poses", "velocities", "commands", "pedestrians", "remaining_m", "contact_tick"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name


def test_without_options_the_seed_picks_the_episode(make):
    env = make()
    chosen = []
    for seed in range(8):
        env.reset(seed=seed)
        chosen.append(env.episode.index)
        env.reset(seed=seed)
        assert env.episode.index == chosen[-1]
    assert set(chosen) == {0, 1}


def test_goal_and_route_images_come_with_the_first_observation_only(make):
    env = make(rgb=True, goal_image=True, route_images=True)
    env.reset(options={"index": 0})
    first = env.observe()
    assert first.goal_image.shape == (24, 32, 3)
    assert first.route_images.shape == (12, 24, 32, 3), "one a metre along 12 m"
    env.step(AHEAD)
    later = env.observe()
    assert later.goal_image is None
    assert later.route_images is None
    assert later.rgb is not None


def test_goal_heading_is_the_end_of_the_route_seen_by_the_robot(make, yard):
    env = make(goal_heading=True)
    episode = yard.episode(start=(-6.0, -6.0, 0.5), route=((-6.0, -6.0), (6.0, -6.0), (6.0, 6.0)))
    first, _ = env.reset(options={"episode": episode})
    assert first["goal_heading"] == pytest.approx([np.pi / 2 - 0.5], abs=1e-4) and first in env.observation_space
    env.step(np.array([0.0, 1.0]))
    seen = env.observe()
    assert seen.goal_heading == pytest.approx([np.pi / 2 - 0.5 - seen.odometry[2]], abs=1e-4)
    assert make().reset(options={"index": 0})[0].keys() == {"goal", "velocity", "odometry"}


def test_goal_image_shows_the_empty_scene_from_the_goal(make, yard):
    env = make("obstacle_ped", rgb=True, goal_image=True)
    env.reset(options={"index": 0})
    shown = env.observe().goal_image
    there = make(rgb=True)
    there.reset(options={"episode": yard.episode(start=(6.0, -6.0, 0.0), goal=(9.0, -6.0))})
    # the robot rests a fraction of a millimetre off, so single pixels may differ by rounding
    assert np.abs(shown.astype(int) - there.observe().rgb.astype(int)).mean() < 1.0


def test_render_gives_a_picture_even_without_observing_one(make):
    env = make(render_mode="rgb_array")
    env.reset(options={"index": 0})
    picture = env.render()
    assert (picture.shape, picture.dtype) == ((24, 32, 3), np.uint8)
    assert picture.max() > 50


def test_looking_twice_changes_nothing(make):
    env = make("obstacle_ped", rgb=True)
    observation, _ = env.reset(options={"index": 0})
    assert np.array_equal(env.observe().rgb, observation["rgb"])
    assert np.array_equal(env.render(), observation["rgb"])


def test_an_environment_without_pictures_never_loads_the_splats(make, monkeypatch):
    def refuse(scene):
        raise AssertionError("splats were loaded")

    monkeypatch.setattr("navbench_gs.env.load_cloud", refuse)
    env = make("ped")
    env.reset(options={"index": 0})
    env.step(AHEAD)
    env.observe()


def test_stepping_after_the_end_asks_for_a_reset(make):
    env = make()
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(AHEAD)
    env.reset(options={"index": 0})
    env.terminate("agent-error", "it raised")
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(AHEAD)
    assert (env.trajectory().ended, env.trajectory().message) == ("agent-error", "it raised")


def test_privileged_holds_the_episode_and_the_state(make):
    env = make("ped")
    env.reset(options={"index": 0})
    privileged = env.privileged()
    assert privileged.episode == env.episode
    assert privileged.state.pedestrians.shape == (2, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"index": 9}, "none of index 9"), ({"indx": 0}, "unknown reset option 'indx'")],
)
def test_impossible_reset_options_are_refused(make, options, message):
    with pytest.raises(InvalidRecordError, match=message):
        make().reset(options=options)


def test_an_episode_of_another_scene_is_refused(make, yard):
    stranger = yard.episode().model_copy(update={"scene": "plaza_77"})
    with pytest.raises(InvalidRecordError, match="not in the scene yard_00"):
        make().reset(options={"episode": stranger})


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"task": "obstacles"}, UnknownNameError, "did you mean 'obstacle'"),
        ({"renderer": "opengl"}, UnknownNameError, "opengl"),
        ({"decision_period_s": 0.12}, AgentCardError, "nearest: 0.1 s"),
        ({"width": 2000}, AgentCardError, "width_px"),
        ({"action": "teleport"}, AgentCardError, "kind"),
        ({"horizon": 0}, AgentCardError, "horizon"),
    ],
)
def test_impossible_arguments_are_refused(make, kwargs, error, message):
    with pytest.raises(error, match=message):
        make(**kwargs)


@pytest.mark.parametrize("action", [np.array([np.nan, 0.0]), np.zeros(3), np.array([[1.0, 0.0]]), ["fast", "left"]])
def test_an_action_that_is_no_action_is_the_agents_failure(make, action):
    env = make()
    env.reset(options={"index": 0})
    with pytest.raises(AgentFailure, match="the action"):
        env.step(action)


def test_a_card_gets_the_environment_it_asks_for(yard):
    card = AgentCard(
        name="some",
        needs=Needs(camera=CameraNeed(width_px=64, height_px=48), depth=True),
        action=ActionSpec(kind="waypoints", horizon=8, period_s=0.25),
        decision_period_s=0.25,
    )
    env = env_for_card(yard.scene, "empty", card, "cpu")
    assert env.action_space.shape == (8, 2)
    assert env.observation_space["rgb"].shape == (48, 64, 3)
    assert env.observation_space["depth"].shape == (48, 64)
    blind = env_for_card(yard.scene, "empty", AgentCard(name="blind"), "cpu")
    assert set(blind.observation_space) == {"goal", "velocity", "odometry"}


def test_pictures_without_a_camera_are_refused(yard):
    with pytest.raises(AgentCardError, match="declares no camera"):
        env_for_card(yard.scene, "empty", AgentCard(name="odd", needs=Needs(depth=True)))


def test_action_arrays_of_both_kinds():
    assert action_array(Velocity(0.5, -0.1), AgentCard(name="v")).tolist() == [0.5, -0.1]
    card = AgentCard(name="w", action=ActionSpec(kind="waypoints", horizon=2, period_s=0.2))
    points = np.array([[0.1, 0.0], [0.2, 0.1]])
    assert action_array(Waypoints(points, 0.2), card).tolist() == points.tolist()


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (Velocity(1.0, 0.0), "returned Velocity, but the card declares waypoints"),
        (None, "returned NoneType"),
        (Waypoints(np.zeros((3, 2)), 0.2), "shape"),
        (Waypoints(np.full((2, 2), np.inf), 0.2), "not finite"),
        (Waypoints(np.zeros((2, 2)), 0.5), "period"),
    ],
)
def test_actions_that_do_not_fit_the_card_are_the_agents_failure(action, message):
    card = AgentCard(name="w", action=ActionSpec(kind="waypoints", horizon=2, period_s=0.2))
    with pytest.raises(AgentFailure, match=message):
        action_array(action, card)


@pytest.mark.parametrize("perturbation", ["haze:0.2", "camera_height:0.6", "camera_yaw:20", "noise:20,blur:2"])
def test_a_perturbation_changes_the_picture_and_nothing_else(make, perturbation):
    shown = {"rgb": True, "depth": True, "goal_image": True, "route_images": True}
    clean, disturbed = make("obstacle_ped", **shown), make("obstacle_ped", **shown, perturbation=perturbation)
    seen = [env.reset(options={"index": 0})[0] for env in (clean, disturbed)]
    for _ in range(3):
        for one, other in zip(seen[0].items(), seen[1].items(), strict=True):
            assert np.array_equal(one[1], other[1]) == (one[0] != "rgb"), one[0]
        seen = [env.step(np.array([1.0, 0.2]))[0] for env in (clean, disturbed)]
    recordings = [env.trajectory() for env in (clean, disturbed)]
    assert np.array_equal(recordings[0].poses, recordings[1].poses)
    assert [recording.perturbation for recording in recordings] == ["", perturbation_name(perturbation)]


def perturbation_name(text):
    return "blur:2,noise:20" if "," in text else text


def test_an_unknown_perturbation_is_refused_before_anything_is_loaded(yard):
    with pytest.raises(InvalidRecordError, match="unknown perturbation 'fog:1'"):
        NavEnv(yard.scene, "empty", perturbation="fog:1")


def test_support_is_recorded_for_each_decision_made_on_a_picture_and_for_no_other(make):
    for shown, pictures in (({"rgb": True}, 3), ({"depth": True}, 0), ({}, 0)):
        env = make(**shown)
        env.reset(options={"index": 0})
        for _ in range(3):
            env.step(AHEAD)
            env.render()
        recording = env.trajectory()
        assert len(recording.support) == pictures and len(recording.decision_ticks) == 3
        assert ((recording.support > 0.5) & (recording.support <= 1.0)).all()  # sparse splats, but the ground is there
        assert len(recording.camera_distance_m) == 0
