"""The gymnasium environment: one robot, one scene, one task."""

from __future__ import annotations

from typing import Any, Literal

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import ArrayLike, NDArray

from navbench_gs.domain.action import Action, Velocity, Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.perturbation import parsed_perturbations, perturbations_text
from navbench_gs.domain.record import record_of
from navbench_gs.domain.rules import PERIOD_TOLERANCE_S, RULES_V0, Rules
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.state import Privileged, WorldState
from navbench_gs.domain.task import task_named
from navbench_gs.domain.trajectory import Ended, Trajectory
from navbench_gs.errors import AgentCardError, AgentFailure, InvalidRecordError
from navbench_gs.geometry import arc_lengths, point_along, to_robot_frame, wrap_angle
from navbench_gs.render.eye import Eye
from navbench_gs.render.select import renderer_named
from navbench_gs.suite.catalog import load_scene
from navbench_gs.suite.clouds import load_cloud, load_light
from navbench_gs.suite.episodes import load_episodes
from navbench_gs.terrain.routes import CostToGo, cost_to_go
from navbench_gs.terrain.sight import line_of_sight
from navbench_gs.terrain.terrain import load_terrain
from navbench_gs.world.bullet import BulletWorld
from navbench_gs.world.follower import Follower, limited
from navbench_gs.world.recorder import Recorder

Floats = NDArray[np.float64]


class NavEnv(gymnasium.Env[dict[str, Any], NDArray[Any]]):
    """Drive a wheeled robot to a goal point through a Gaussian-splat scene, past obstacles and pedestrians.

    ## Action space

    One action is one decision and stays in force for ``decision_period_s``. Values beyond the robot's limits are
    allowed and clipped to them; values that are not finite are refused.

    | ``action`` | shape | meaning | unit | robot's limits |
    |---|---|---|---|---|
    | ``"velocity"`` | (2,) | forward speed, yaw rate (counter-clockwise) | m/s, rad/s | [0, 1.2], [-1.2, 1.2] |
    | ``"waypoints"`` | (H, 2) | where to be at (i + 1) * ``waypoint_period_s``, x ahead, y left of the robot | m | - |

    Waypoints are driven by the benchmark's own follower (pure pursuit at 0.5 m, ``navbench_gs.world.follower``).

    ## Observation space

    A dictionary:

    | key | shape | meaning | unit |
    |---|---|---|---|
    | ``rgb`` | (height, width, 3) uint8 | forward camera, 90 degrees wide, 0.5 m up; absent with ``rgb=False`` | - |
    | ``goal`` | (2,) | the goal, x ahead, y left of the robot | m |
    | ``goal_heading`` | (1,) | direction of the route at the goal, robot frame; with ``goal_heading=True`` | rad |
    | ``velocity`` | (2,) | measured forward speed and yaw rate | m/s, rad/s |
    | ``odometry`` | (3,) | x, y, yaw since the start, in the frame of the start pose | m, rad |
    | ``depth`` | (height, width) | along the optical axis, inf where nothing is; with ``depth=True`` | m |
    | ``goal_image`` | (height, width, 3) uint8 | view at the goal in the empty scene; with ``goal_image=True`` | - |
    | ``route_images`` | (R, height, width, 3) uint8 | views along the reference route; with ``route_images=True`` | - |

    ## Reward

    1 for the decision that reaches the goal, else 0.

    ## Starting state

    ``reset(options={"index": i})`` starts the i-th frozen episode of the scene and task, ``options={"episode": e}``
    any :class:`~navbench_gs.domain.episode.Episode` in this scene; without options the seed picks a frozen one.

    ## Episode end

    Terminated: the robot's centre is within 1.0 m of the goal and in line of sight of it, or the robot has fallen.
    Truncated: 60 s have passed. Collisions end nothing. ``info`` is empty until then and holds ``outcome`` at the end:
    ``success``, ``fallen`` or ``time-limit``.

    Args:
        scene: id of a scene (``navbench list scenes``), or a scene that was loaded already.
        task: ``empty``, ``obstacle``, ``ped`` or ``obstacle_ped``.
        action: what an action is: ``velocity`` or ``waypoints``.
        horizon: number of waypoints H.
        waypoint_period_s: time between two waypoints.
        width: width of pictures, pixels.
        height: height of pictures, pixels.
        rgb: observe the camera; without it nothing is rendered.
        depth: observe true depth.
        goal_image: observe a picture taken at the goal.
        route_images: observe pictures taken along the reference route.
        goal_heading: observe the direction of the reference route at the goal.
        decision_period_s: time between two decisions, a multiple of the control tick (0.05 s).
        renderer: ``auto``, ``cpu``, ``cpu-detail``, ``cpu-spread`` or ``gsplat``.
        perturbation: what disturbs the camera, for example ``haze:0.05,exposure:-1`` (docs/perturbations.md).
        render_mode: ``rgb_array`` or None.
        rules: the rules of the game.

    Raises:
        UnknownNameError: the scene, task or renderer does not exist.
        AgentCardError: the action, the picture's size or the decision period is impossible.
        InvalidRecordError: there is no such perturbation, or its strength is impossible.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 5}  # noqa: RUF012 (gymnasium's type)

    def __init__(
        self,
        scene: str | Scene,
        task: str,
        *,
        action: Literal["velocity", "waypoints"] = "velocity",
        horizon: int = 10,
        waypoint_period_s: float = 0.2,
        width: int = 160,
        height: int = 120,
        rgb: bool = True,
        depth: bool = False,
        goal_image: bool = False,
        route_images: bool = False,
        goal_heading: bool = False,
        decision_period_s: float = 0.2,
        renderer: str = "auto",
        perturbation: str = "",
        render_mode: str | None = None,
        rules: Rules = RULES_V0,
    ) -> None:
        self.scene = load_scene(scene) if isinstance(scene, str) else scene
        self.task = task_named(task).name
        self.rules = rules
        self.render_mode = render_mode
        wanted = {"kind": action, "horizon": horizon, "period_s": waypoint_period_s}
        self._action = record_of(ActionSpec, wanted, AgentCardError)
        self._shown = {"rgb": rgb, "depth": depth, "goal_image": goal_image, "route_images": route_images}
        self._heading_known = goal_heading
        self._ticks_per_decision = rules.clock.ticks_per_decision(decision_period_s)
        need = record_of(CameraNeed, {"width_px": width, "height_px": height}, AgentCardError)
        perturbations = parsed_perturbations(perturbation)
        self._perturbation = perturbations_text(perturbations)
        drawer = renderer_named(renderer)
        self._eye = Eye(
            self.scene, drawer, need, rules.camera, load_cloud, load_light, perturbations=perturbations, depth=depth
        )
        self._terrain = load_terrain(self.scene)
        self._world = BulletWorld(self._terrain, rules)
        self._follower = Follower(rules)
        self._cost: CostToGo | None = None
        self._over = True
        self.action_space = self._action_space()
        self.observation_space = self._observation_space(height, width)

    @property
    def renderer(self) -> str:
        """Name and picture rules of the renderer, for the row."""
        return self._eye.renderer.name

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Start an episode; ``options`` holds ``index`` or ``episode``.

        Raises:
            InvalidRecordError: the options name no episode of this scene and task.
        """
        super().reset(seed=seed)
        self.episode = self._chosen_episode(options or {})
        self._state = self._world.reset(self.episode)
        self._recorder = Recorder(self.episode, self.rules, self._state, self._perturbation)
        self._follower.reset()
        self._eye.begin(self.episode, self._world.ground_height)
        self._cost = None
        self._ended: Ended = "time-limit"
        self._message = ""
        self._over = False
        return self._gym_observation(), {}

    def step(self, action: NDArray[Any]) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Take one decision and drive on until the next.

        Raises:
            AgentFailure: the action has the wrong shape or is not finite.
        """
        if self._over:
            raise gymnasium.error.ResetNeeded("the episode is over: call reset() first")
        self._recorder.decided(*self._support())
        commanded = self._parsed(action)
        if isinstance(commanded, Waypoints):
            self._follower.follow(commanded, self._state.robot, self._state.time_s)
        outcome: Ended | None = None
        for _ in range(self._ticks_per_decision):
            outcome = self._tick(commanded)
            if outcome is not None:
                self._ended, self._over = outcome, True
                break
        truncated = outcome == "time-limit"
        return (
            self._gym_observation(),
            float(outcome == "success"),
            outcome is not None and not truncated,
            truncated,
            {} if outcome is None else {"outcome": outcome},
        )

    def render(self) -> NDArray[np.uint8]:
        """What the camera sees now, (height, width, 3), also with ``rgb=False``."""
        picture: NDArray[np.uint8] = self._eye.frames(self._state, self._world.robot_height).rgb8()[0]
        return picture

    def close(self) -> None:
        """Close the physics client."""
        self._world.close()

    def observe(self) -> Observation:
        """The observation of this moment as the record that agents get."""
        picture = self._pictures()
        first = self._recorder.ticks == 0
        return Observation(
            time_s=self._state.time_s,
            **self._proprioception(),
            rgb=picture.get("rgb"),
            depth=picture.get("depth"),
            goal_image=self._eye.goal_image() if first and self._shown["goal_image"] else None,
            route_images=self._eye.route_images() if first and self._shown["route_images"] else None,
        )

    def privileged(self) -> Privileged:
        """What only agents that declare themselves privileged are given."""
        return Privileged(self.scene, self.episode, self._state)

    def trajectory(self) -> Trajectory:
        """The recording of the episode so far."""
        grid = self._terrain.grid
        if self._cost is None:
            self._cost = cost_to_go(grid, self.episode.goal, clearance_m=self.rules.sampling.clearance_m)
        return self._recorder.trajectory(self._cost, grid, self._ended, self._message)

    @property
    def touched(self) -> bool:
        """Whether the robot has touched anything since the episode began."""
        return self._recorder.touched

    def terminate(self, ended: Ended, message: str) -> None:
        """End the episode from outside, for example because the agent failed."""
        self._ended, self._message, self._over = ended, message, True

    def _tick(self, commanded: Action) -> Ended | None:
        """Advance one control tick; how the episode ended, if it did."""
        if isinstance(commanded, Waypoints):
            command = self._follower.command(self._state.robot, self._state.time_s)
        else:
            command = limited(commanded, self.rules)
        touches = self._world.tick(command)
        self._state = self._world.state
        self._recorder.ticked(command, touches, self._state)
        if self._at_goal(self._state):
            return "success"
        if self._world.fallen:
            return "fallen"
        over = self._recorder.ticks >= round(self.rules.clock.time_limit_s / self.rules.clock.tick_s)
        return "time-limit" if over else None

    def _at_goal(self, state: WorldState) -> bool:
        success = self.rules.success
        place, goal = state.robot[:2], np.array(self.episode.goal)
        if np.hypot(*(goal - place)) > success.radius_m:
            return False
        return not success.line_of_sight or line_of_sight(self._terrain.grid, place, goal)

    def _parsed(self, action: NDArray[Any]) -> Action:
        values = _checked(action, self._action)
        if self._action.kind == "waypoints":
            return Waypoints(values, self._action.period_s)
        return Velocity(float(values[0]), float(values[1]))

    def _chosen_episode(self, options: dict[str, Any]) -> Episode:
        unknown = sorted(set(options) - {"index", "episode"})
        if unknown:
            raise InvalidRecordError(f"unknown reset option '{unknown[0]}': expected 'index' or 'episode'")
        if "episode" in options:
            episode: Episode = options["episode"]
            if episode.scene != self.scene.scene_id:
                raise InvalidRecordError(f"episode {episode.name} is not in the scene {self.scene.scene_id}")
            return episode
        episodes = load_episodes(self.scene, self.task)
        index = options.get("index")
        if index is None:
            index = int(self.np_random.integers(len(episodes)))
        if not 0 <= index < len(episodes):
            raise InvalidRecordError(
                f"{self.scene.scene_id} has {len(episodes)} episodes of '{self.task}', none of index {index}"
            )
        return episodes[index]

    def _proprioception(self) -> dict[str, NDArray[np.float32]]:
        """Goal, velocity and odometry, exact."""
        pose, start = self._state.robot, np.array(self.episode.start)
        moved = [*to_robot_frame(pose[:2], start), wrap_angle(float(pose[2] - start[2]))]
        known = {
            "goal": to_robot_frame(self.episode.goal, pose).astype(np.float32),
            "velocity": self._state.robot_velocity.astype(np.float32),
            "odometry": np.array(moved, dtype=np.float32),
        }
        if self._heading_known:
            heading = goal_heading(self.episode) - float(pose[2])
            known["goal_heading"] = np.array([wrap_angle(heading)], dtype=np.float32)
        return known

    def _pictures(self) -> dict[str, NDArray[Any]]:
        """The camera's channels that are shown, rendered at most once per moment."""
        state, height = self._state, self._world.robot_height
        pictures: dict[str, NDArray[Any]] = {}
        if self._shown["rgb"]:
            pictures["rgb"] = self._eye.frames(state, height).rgb8()[0]
        if self._shown["depth"]:
            pictures["depth"] = self._eye.true_depth(state, height).copy()
        return pictures

    def _support(self) -> tuple[float, float | None] | tuple[()]:
        """How well the capture supports the picture of this moment; nothing without ``rgb``."""
        support = self._eye.support(self._state) if self._shown["rgb"] else None
        return () if support is None else support

    def _gym_observation(self) -> dict[str, Any]:
        observation: dict[str, Any] = {**self._pictures(), **self._proprioception()}
        if self._shown["goal_image"]:
            observation["goal_image"] = self._eye.goal_image().copy()
        if self._shown["route_images"]:
            observation["route_images"] = self._eye.route_images().copy()
        return observation

    def _action_space(self) -> spaces.Box:
        robot, spec = self.rules.robot, self._action
        if spec.kind == "velocity":
            low = np.array([0.0, -robot.max_yaw_rate_rps], dtype=np.float32)
            return spaces.Box(low, np.array([robot.max_speed_mps, robot.max_yaw_rate_rps], dtype=np.float32))
        reach = robot.max_speed_mps * spec.period_s * spec.horizon
        return spaces.Box(-reach, reach, (spec.horizon, 2), np.float32)

    def _observation_space(self, height: int, width: int) -> spaces.Dict:
        picture = spaces.Box(0, 255, (height, width, 3), np.uint8)
        shown: dict[str, spaces.Space[Any]] = {
            "rgb": picture,
            "depth": spaces.Box(0.0, np.inf, (height, width), np.float32),
            "goal_image": picture,
            "route_images": spaces.Sequence(picture, stack=True),
        }
        values: dict[str, spaces.Space[Any]] = {
            "goal": spaces.Box(-np.inf, np.inf, (2,), np.float32),
            "velocity": spaces.Box(-np.inf, np.inf, (2,), np.float32),
            "odometry": spaces.Box(-np.inf, np.inf, (3,), np.float32),
        }
        if self._heading_known:
            values["goal_heading"] = spaces.Box(-np.pi, np.pi, (1,), np.float32)
        return spaces.Dict({**{key: space for key, space in shown.items() if self._shown[key]}, **values})


def env_for_card(
    scene: str | Scene, task: str, card: AgentCard, renderer: str = "auto", perturbation: str = ""
) -> NavEnv:
    """The environment that gives an agent what its card asks for, and nothing else.

    Raises:
        UnknownNameError: the scene, task or renderer does not exist.
        AgentCardError: the card asks for something impossible.
        InvalidRecordError: there is no such perturbation.
    """
    needs, camera = card.needs, card.needs.camera
    if camera is None and (needs.depth or needs.goal_image or needs.route_images):
        raise AgentCardError(f"agent '{card.name}' asks for pictures but declares no camera")
    size = camera or CameraNeed()
    return NavEnv(
        scene,
        task,
        action=card.action.kind,
        horizon=card.action.horizon,
        waypoint_period_s=card.action.period_s,
        width=size.width_px,
        height=size.height_px,
        rgb=camera is not None,
        depth=needs.depth,
        goal_image=needs.goal_image,
        route_images=needs.route_images,
        goal_heading=needs.goal_heading,
        decision_period_s=card.decision_period_s,
        renderer=renderer,
        perturbation=perturbation,
    )


def goal_heading(episode: Episode) -> float:
    """World direction in radians in which the reference route reaches the goal."""
    return point_along(episode.route, float(arc_lengths(episode.route)[-1]))[2]


def action_array(action: Action, card: AgentCard) -> Floats:
    """An agent's action as the array that ``NavEnv.step`` takes: (2,) or (H, 2).

    Raises:
        AgentFailure: it is not the kind of action the card declares, has the wrong shape, or is not finite.
    """
    wanted = Waypoints if card.action.kind == "waypoints" else Velocity
    if not isinstance(action, wanted):
        raise AgentFailure(f"act returned {type(action).__name__}, but the card declares {card.action.kind}")
    if isinstance(action, Velocity):
        return _checked(np.array([action.speed_mps, action.yaw_rate_rps], dtype=np.float64), card.action)
    if abs(action.period_s - card.action.period_s) > PERIOD_TOLERANCE_S:
        raise AgentFailure(f"waypoints have period {action.period_s} s, but the card declares {card.action.period_s} s")
    return _checked(action.points, card.action)


def _checked(values: ArrayLike, spec: ActionSpec) -> Floats:
    """``values`` as finite floats of the shape that ``spec`` asks for."""
    shape = (2,) if spec.kind == "velocity" else (spec.horizon, 2)
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise AgentFailure(f"the action is not an array of numbers: {error}") from error
    if array.shape != shape:
        raise AgentFailure(f"the action has shape {array.shape}, expected {shape}")
    if not np.isfinite(array).all():
        raise AgentFailure("the action is not finite")
    return array
