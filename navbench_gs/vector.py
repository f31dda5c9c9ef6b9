"""The training environment: many robots at once as one gymnasium vector environment of torch tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import gymnasium
import numpy as np
import torch
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from torch import Tensor

from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import RULES_V0, Rules
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.state import Privileged, WorldState
from navbench_gs.domain.streams import stream
from navbench_gs.domain.task import TASKS, task_named
from navbench_gs.errors import AgentCardError, AgentFailure
from navbench_gs.render.many_eyes import ManyEyes, renderer_with_threads
from navbench_gs.suite.catalog import FIRST_TRAINING_SEED, load_cloud, load_light
from navbench_gs.suite.curriculum import Curriculum, eased
from navbench_gs.suite.rotation import Draw, Rotation
from navbench_gs.suite.training_episodes import training_scenes
from navbench_gs.world.batch_follower import BatchFollower, limited
from navbench_gs.world.kinematic import RUNNING, SUCCESS, TIME_LIMIT, KinematicWorld
from navbench_gs.world.training_ground import TrainingEpisode, easier, place_of, training_episode

MIXED = "mixed"
HORIZON = 10

Observations = dict[str, Tensor]
Infos = dict[str, Any]


class TrainingEnv(VectorEnv[Observations, Tensor, Tensor]):
    """N robots learn at once in a few scenes. See ``docs/training-world.md``."""

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.NEXT_STEP, "render_modes": []}  # noqa: RUF012

    def __init__(
        self,
        num_envs: int = 1,
        *,
        task: str = MIXED,
        scenes: Sequence[str | Scene] = (),
        scene_count: int = 8,
        first_seed: int = FIRST_TRAINING_SEED,
        picture: tuple[int, int] | None = None,
        action: Literal["velocity", "waypoints"] = "velocity",
        waypoint_period_s: float = 0.25,
        horizon: int = HORIZON,
        decision_period_s: float = 0.25,
        renderer: str = "auto",
        threads: int = 1,
        device: str = "cpu",
        seed: int = 0,
        episodes_a_scene: int = 16,
        scenes_at_once: int = 4,
        episodes_a_turn: int = 1024,
        curriculum: Curriculum | Mapping[str, float] | None = None,
        rules: Rules = RULES_V0,
    ) -> None:
        self.num_envs, self.rules, self.device = num_envs, rules, device
        self._tasks = tuple(TASKS) if task == MIXED else (task_named(task).name,)
        self._scenes = tuple(scenes) or training_scenes(scene_count, first_seed)
        self._rotating = {
            "episodes_a_scene": episodes_a_scene,
            "scenes_at_once": scenes_at_once,
            "episodes_a_turn": episodes_a_turn,
        }
        self._action: Literal["velocity", "waypoints"] = action
        self._ticks_a_decision = _ticks_a_decision(decision_period_s, rules)
        self._seed, self._threads = seed, threads
        given = Curriculum.model_validate(dict(curriculum)) if isinstance(curriculum, Mapping) else curriculum
        self._curriculum = given
        self.progress = 1.0 if given is None else 0.0
        """Share of the curriculum that is done; set by :meth:`set_progress`."""
        self._world = KinematicWorld(num_envs, rules, device)
        self._follower = BatchFollower(num_envs, horizon, waypoint_period_s, rules, device)
        self._eyes: ManyEyes | None = None
        if picture is not None:
            need = CameraNeed(width_px=picture[0], height_px=picture[1])
            drawer = renderer_with_threads(renderer, threads)
            self._eyes = ManyEyes(num_envs, drawer, need, rules.camera, load_cloud, load_light)
        self._picture = picture
        self.single_action_space = self._action_space(horizon, waypoint_period_s)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.single_observation_space = self._observation_space()
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self._prepared: dict[tuple[str, str, int], TrainingEpisode] = {}
        self._running = False

    # -- gymnasium ----------------------------------------------------------------------------------------------------

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Observations, Infos]:
        """Start every robot anew; the same ``seed`` gives the same episodes again."""
        self._seed = self._seed if seed is None else seed
        self._rotation = Rotation(self._scenes, self._tasks, seed=self._seed, **self._rotating)
        self._loaded_turn = -1
        self._numbers = [0] * self.num_envs
        self._draws: list[Draw | None] = [None] * self.num_envs
        self._over = torch.ones(self.num_envs, dtype=torch.bool, device=self.device)
        self._begin_tallies()
        self._running = True
        self._start_over()
        return self._observations(), {}

    def step(self, actions: Tensor) -> tuple[Observations, Tensor, Tensor, Tensor, Infos]:
        """Take one decision for every robot and drive on until the next.

        A robot whose episode was over ignores its action and starts a new one: reward 0, ``infos["started"]``.

        Raises:
            AgentFailure: the actions have the wrong shape or are not finite.
        """
        if not self._running:
            raise gymnasium.error.ResetNeeded("call reset() first")
        actions = self._checked(actions)
        started = self._over.clone()
        self._start_over()
        before, cost_before = self._world.velocities, self._world.around.costs_to_go(self._world.poses)
        contact, count, command = self._drive(actions, started)
        cost = self._world.around.costs_to_go(self._world.poses)
        progress = torch.where(started, 0.0, cost_before - cost)
        outcomes = torch.where(started, RUNNING, self._world.outcomes)
        self._over = outcomes != RUNNING
        truncated = outcomes == TIME_LIMIT
        self._tally(progress, count, cost)
        around, poses = self._world.around, self._world.poses
        infos = {
            "started": started,
            "cost_to_go_m": cost,
            "progress_m": progress,
            "success": outcomes == SUCCESS,
            "contact": contact.any(dim=1),
            "contact_kind": _first_kind(contact),
            "touching": self._world.touching & ~started,
            "solid_clearance_m": around.solid_clearances(poses),
            "edge_clearance_m": around.edge_clearances(poses),
            "off_walkable": ~around.on_ground(poses)[0],
            "pedestrian_gap_m": self._world.pedestrian_gaps(),
            "velocity_before": before,
            "velocity_after": self._world.velocities,
            "command": command,
            **self._ended(outcomes),
        }
        return self._observations(), progress, self._over & ~truncated, truncated, infos

    # -- beside gymnasium ---------------------------------------------------------------------------------------------

    def set_progress(self, progress: float) -> None:
        """Say which share of training is done (0 to 1); episodes begun from now on are as hard as that."""
        self.progress = min(max(float(progress), 0.0), 1.0)

    @property
    def scene_ids(self) -> tuple[str, ...]:
        """The scenes that take turns; ``episode_scene`` in ``infos`` counts them."""
        return tuple(scene if isinstance(scene, str) else scene.scene_id for scene in self._scenes)

    @property
    def episodes(self) -> list[Episode]:
        """What each robot drives now."""
        return [episode.episode for episode in self._world.episodes if episode is not None]

    def states(self) -> list[WorldState]:
        """Everything that moves, for each robot."""
        poses, velocities = self._world.poses.double().cpu().numpy(), self._world.velocities.double().cpu().numpy()
        people, motions = self._world.pedestrian_poses(), self._world.pedestrian_velocities()
        times = self._world.ticks.cpu().numpy() * self.rules.clock.tick_s
        counts = [len(episode.pedestrians) for episode in self.episodes]
        return [
            WorldState(float(times[n]), poses[n], velocities[n], people[n, :count], motions[n, :count])
            for n, count in enumerate(counts)
        ]

    def privileged(self) -> list[Privileged]:
        """What a privileged agent, such as the oracle, is given, for each robot."""
        pairs = zip(self._draws, self.episodes, self.states(), strict=True)
        return [Privileged(draw.scene, episode, state) for draw, episode, state in pairs if draw is not None]

    # -- episodes -----------------------------------------------------------------------------------------------------

    def _start_over(self) -> None:
        """Begin a new episode for every robot whose last one is over."""
        rows = torch.nonzero(self._over)[:, 0].tolist()
        if not rows:
            return
        draws = [self._rotation.draw(row, self._numbers[row]) for row in rows]
        for row, draw in zip(rows, draws, strict=True):
            self._draws[row] = draw
        self._load()
        for row, draw in zip(rows, draws, strict=True):
            self._begin(row, draw)
        self._over = torch.zeros_like(self._over)

    def _load(self) -> None:
        """Give the world the episodes of the scenes in use, if these have changed."""
        if self._loaded_turn == self._rotation.turn:
            return
        wanted = {_key(draw): draw for draw in (*self._rotation.in_use(), *self._draws) if draw is not None}
        self._prepared = {key: self._prepared.get(key) or self._worked_out(draw) for key, draw in wanted.items()}
        self._world.load(list(self._prepared.values()))
        self._loaded_turn = self._rotation.turn

    def _worked_out(self, draw: Draw) -> TrainingEpisode:
        return training_episode(draw.episode, place_of(draw.scene, self.rules), self.rules)

    def _begin(self, row: int, draw: Draw) -> None:
        full = self._prepared[_key(draw)]
        if self._curriculum is not None:
            rng = stream("curriculum", self._seed, row, self._numbers[row])
            full = easier(full, eased(draw.episode, self._curriculum, self.progress, rng), self.rules)
        self._world.begin(row, full)
        if self._eyes is not None:
            self._eyes.begin(row, draw.scene, full.episode, full.place.height)
        self._numbers[row] += 1
        self._returns[row] = self._contacts[row] = self._steps[row] = 0.0
        self._start_cost[row] = self._least_cost[row] = torch.inf

    # -- driving ------------------------------------------------------------------------------------------------------

    def _checked(self, actions: Tensor) -> Tensor:
        values = torch.as_tensor(actions, dtype=torch.float32, device=self.device)
        if values.shape != self.action_space.shape:
            raise AgentFailure(f"the actions have shape {tuple(values.shape)}, expected {self.action_space.shape}")
        if not bool(torch.isfinite(values).all()):
            raise AgentFailure("the actions are not finite")
        return values

    def _drive(self, actions: Tensor, started: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """All ticks of a decision: contacts begun by kind (N, 3), how many (N,), and the last command (N, 2)."""
        outcomes = self._world.outcomes
        self._world.outcomes = torch.where(started, TIME_LIMIT, outcomes)  # who has just started waits
        if self._action == "waypoints":
            self._follower.follow(actions, self._world.poses)
        contact = torch.zeros(self.num_envs, 3, dtype=torch.bool, device=self.device)
        count = torch.zeros(self.num_envs, device=self.device)
        for _ in range(self._ticks_a_decision):
            if self._action == "waypoints":
                command = self._follower.command(self._world.poses, self.rules.clock.tick_s)
            else:
                command = limited(actions, self.rules)
            begun, number = self._world.tick(command)
            contact |= begun
            count += number
        self._world.outcomes = torch.where(started, RUNNING, self._world.outcomes)
        return contact, count, torch.where(started[:, None], 0.0, command)

    # -- what is said -------------------------------------------------------------------------------------------------

    def _observations(self) -> Observations:
        observations = {"goal": self._world.goals(), "velocity": self._world.velocities.clone()}
        if self._eyes is not None:
            observations["rgb"] = torch.from_numpy(self._eyes.pictures(self.states())).to(self.device)
        return observations

    def _begin_tallies(self) -> None:
        zeros = torch.zeros(self.num_envs, device=self.device)
        self._returns, self._contacts, self._steps = zeros.clone(), zeros.clone(), zeros.clone()
        self._start_cost, self._least_cost = zeros.clone(), zeros.clone()

    def _tally(self, progress: Tensor, count: Tensor, cost: Tensor) -> None:
        self._start_cost = torch.where(self._start_cost.isinf(), cost, self._start_cost)
        self._least_cost = torch.minimum(self._least_cost, cost)
        self._returns = self._returns + progress
        self._contacts = self._contacts + count
        self._steps = self._steps + 1.0

    def _ended(self, outcomes: Tensor) -> Infos:
        """Statistics of the episodes that end now, zero elsewhere."""
        ended, success = outcomes != RUNNING, outcomes == SUCCESS
        completion = (1.0 - self._least_cost / self._start_cost.clamp(min=1e-6)).clamp(0.0, 1.0)
        scenes = torch.tensor([-1 if draw is None else draw.number for draw in self._draws], device=self.device)
        values = {
            "return": self._returns,
            "success": success,
            "contacts": self._contacts,
            "strict_success": success & (self._contacts == 0),
            "route_completion": torch.where(success, 1.0, completion),
            "length": self._steps - 1.0,
        }
        told = {f"episode_{name}": torch.where(ended, value, torch.zeros_like(value)) for name, value in values.items()}
        return {"ended": ended, **told, "episode_scene": scenes}

    def _action_space(self, horizon: int, period_s: float) -> spaces.Box:
        robot = self.rules.robot
        if self._action == "velocity":
            low = np.array([0.0, -robot.max_yaw_rate_rps], dtype=np.float32)
            return spaces.Box(low, np.array([robot.max_speed_mps, robot.max_yaw_rate_rps], dtype=np.float32))
        if self._action != "waypoints":
            raise AgentCardError(f"action '{self._action}': expected 'velocity' or 'waypoints'")
        reach = robot.max_speed_mps * period_s * horizon
        return spaces.Box(-reach, reach, (horizon, 2), np.float32)

    def _observation_space(self) -> spaces.Dict:
        shown: dict[str, spaces.Space[Any]] = {
            "goal": spaces.Box(-np.inf, np.inf, (2,), np.float32),
            "velocity": spaces.Box(-np.inf, np.inf, (2,), np.float32),
        }
        if self._picture is not None:
            width, height = self._picture
            shown["rgb"] = spaces.Box(0, 255, (height, width, 3), np.uint8)
        return spaces.Dict(shown)


def _key(draw: Draw) -> tuple[str, str, int]:
    return draw.episode.key


def _first_kind(contact: Tensor) -> Tensor:
    """0 for none, else 1 + the last kind (scene, obstacle, pedestrian) among contacts (N, 3)."""
    kinds = torch.arange(1, 4, device=contact.device)
    return torch.where(contact, kinds, 0).amax(dim=1)


def _ticks_a_decision(period_s: float, rules: Rules) -> int:
    ticks = round(period_s / rules.clock.tick_s)
    if ticks < 1 or abs(ticks * rules.clock.tick_s - period_s) > 1e-9:
        raise AgentCardError(f"decision period {period_s} s is not a multiple of {rules.clock.tick_s} s")
    return ticks
