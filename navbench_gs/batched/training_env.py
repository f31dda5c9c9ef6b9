"""The training environment: many robots at once as one gymnasium vector environment of torch tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import gymnasium
import torch
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from torch import Tensor

from navbench_gs.agents.oracle.forecasts import Forecasts
from navbench_gs.batched.cameras import ManyEyes, renderer_with_threads
from navbench_gs.batched.episode_statistics import Tally
from navbench_gs.batched.follower import BatchFollower, limited
from navbench_gs.batched.footprint import in_world
from navbench_gs.batched.kinematic import RUNNING, SUCCESS, TIME_LIMIT, KinematicWorld
from navbench_gs.batched.spaces import action_space, observation_space
from navbench_gs.batched.training_ground import TrainingEpisode, easier, place_of, training_episode
from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.record import record_of
from navbench_gs.domain.rules import RULES_V0, Rules
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.state import Privileged, WorldState
from navbench_gs.domain.streams import stream
from navbench_gs.domain.task import TASKS, task_named
from navbench_gs.errors import AgentCardError, AgentFailure, InvalidRecordError
from navbench_gs.suite.catalog import FIRST_TRAINING_SEED
from navbench_gs.suite.clouds import load_cloud, load_light
from navbench_gs.suite.curriculum import Curriculum, eased
from navbench_gs.suite.rotation import Draw, Rotation
from navbench_gs.suite.training_episodes import training_scenes

HORIZON = 10

Observations = dict[str, Tensor]
Infos = dict[str, Any]


class TrainingEnv(VectorEnv[Observations, Tensor, Tensor]):
    """Many robots learn at once, several in one scene, without a physics engine: ``docs/training-world.md``.

    Robots in one scene neither see nor touch each other. Actions and observations are those of
    :class:`navbench_gs.env.NavEnv` (``rgb`` with ``picture`` only, ``goal``, ``velocity``), as torch tensors with N
    rows; the reward is the decrease of the geodesic distance to the goal, metres. ``infos`` holds (N,) tensors, what
    rewards may be made of and, where ``ended``, how the episode went. After an end the next step starts a new episode:
    it ignores that robot's action, and its ``started`` is true.

    Args:
        num_envs: number of robots N.
        tasks: each episode is of one of these tasks.
        scenes: ids or scenes; by default ``scene_count`` training scenes with seeds from ``first_seed``.
        scene_count: how many training scenes.
        first_seed: their first seed.
        share: (number, of): only every ``of``-th of the training scenes, from that number on; several worlds with the
            same numbers otherwise divide them.
        picture: width and height of what robots see, pixels; None: they see nothing and nothing is drawn.
        action: ``velocity`` (N, 2) or ``waypoints`` (N, ``horizon``, 2).
        waypoint_period_s: time between two waypoints.
        horizon: number of waypoints.
        decision_period_s: time between two decisions, a multiple of the control tick (0.05 s).
        renderer: as in :class:`navbench_gs.env.NavEnv`.
        threads: pictures drawn at the same time on the CPU.
        device: where the tensors lie and the robots move; pedestrians walk on the CPU.
        seed: decides every episode, unless :meth:`reset` is given another.
        episodes_a_scene: how many different episodes of a scene are driven.
        scenes_at_once: how many scenes are in use at a time.
        episodes_a_turn: after so many episodes a scene makes way for the next.
        curriculum: where training begins; without one, episodes are as hard as sampled from the start.
        rules: the rules of the game.

    Raises:
        UnknownNameError: a scene, task or renderer does not exist.
        AgentCardError: the action, the picture's size or the decision period is impossible.
        InvalidRecordError: there is no such curriculum.
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.NEXT_STEP, "render_modes": []}  # noqa: RUF012

    def __init__(
        self,
        num_envs: int = 1,
        *,
        tasks: Sequence[str] = tuple(TASKS),
        scenes: Sequence[str | Scene] = (),
        scene_count: int = 8,
        first_seed: int = FIRST_TRAINING_SEED,
        share: tuple[int, int] = (0, 1),
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
        self._tasks = tuple(task_named(task).name for task in tasks)
        self._scenes = tuple(scenes) or training_scenes(scene_count, first_seed)[share[0] :: share[1]]
        self._rotating = {
            "episodes_a_scene": episodes_a_scene,
            "scenes_at_once": scenes_at_once,
            "episodes_a_turn": episodes_a_turn,
        }
        self._action: Literal["velocity", "waypoints"] = action
        self._ticks_per_decision = rules.clock.ticks_per_decision(decision_period_s)
        self._seed, self._threads = seed, threads
        if isinstance(curriculum, Mapping):
            curriculum = record_of(Curriculum, curriculum, InvalidRecordError)
        self._curriculum = curriculum
        self.progress = 1.0 if curriculum is None else 0.0
        """Share of the curriculum that is done; set by :meth:`set_progress`."""
        self._world = KinematicWorld(num_envs, rules, device)
        self._follower = BatchFollower(num_envs, horizon, waypoint_period_s, rules, device)
        self._waypoint_period_s, self._forecasts = waypoint_period_s, Forecasts(num_envs)
        self._eyes: ManyEyes | None = None
        if picture is not None:
            need = record_of(CameraNeed, {"width_px": picture[0], "height_px": picture[1]}, AgentCardError)
            drawer = renderer_with_threads(renderer, threads)
            self._eyes = ManyEyes(num_envs, drawer, need, rules.camera, load_cloud, load_light)
        self.single_action_space = action_space(action, horizon, waypoint_period_s, rules.robot)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.single_observation_space = observation_space(picture)
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
        self._scene_numbers = torch.zeros(self.num_envs, dtype=torch.long, device=self.device)
        self._over = torch.ones(self.num_envs, dtype=torch.bool, device=self.device)
        self._blind = torch.zeros_like(self._over)
        self._tally = Tally(self.num_envs, self.device)
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
        self._tally.add(progress, count, cost, ~started)
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
            "off_walkable": ~around.on_walkable(poses),
            "pedestrian_gap_m": self._world.pedestrian_gaps(),
            "velocity_before": _own(before),
            "velocity_after": _own(self._world.velocities),
            "command": _own(command),
            "ended": self._over,
            "episode_scene": self._scene_numbers.clone(),
            **self._tally.told(self._over, outcomes == SUCCESS),
        }
        return self._observations(), progress, self._over & ~truncated, truncated, infos

    # -- beside gymnasium ---------------------------------------------------------------------------------------------

    def set_progress(self, progress: float) -> None:
        """Say which share of training is done (0 to 1); episodes begun from now on are as hard as that."""
        self.progress = min(max(float(progress), 0.0), 1.0)

    def blind(self, robots: Tensor) -> None:
        """Draw no pictures for these ``robots`` (N,) booleans, theirs are black, until the next call or reset.

        For measuring: who has driven its share need not see, and pictures are most of what a step costs.
        """
        self._blind = robots.to(self.device)

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

    def outlook(self, paths: Tensor) -> dict[str, Tensor]:
        """What lies on paths (N, K, H, 2) in the robots' frames, metres, as everything stands now.

        Returns ``points`` (N, K, H, 2), world frame; ``solid_distance_m`` (N, K, H) from structure and obstacles;
        ``gain_m`` (N, K, H), how much nearer to the goal they lie, geodesic; ``pedestrians`` (N, H, P, 2), world frame,
        where these would be at each waypoint's time if no robot were there, far away where there are fewer;
        ``touching_solid`` (N,), whether the robot touches structure or an obstacle now.

        Forecasts follow the pedestrians from goal to goal: ask at every decision of an episode, or at none.
        """
        around, poses, shape = self._world.around, self._world.poses, paths.shape[:-1]
        touches, actors = self._world.touches, self._world.pedestrian_poses().shape[1]
        points = in_world(paths.to(self.device).flatten(1, 2), poses)
        gains = around.costs_to_go(poses)[:, None] - around.costs_from(points)
        return {
            "points": points.reshape(*shape, 2),
            "solid_distance_m": around.solid_distances(points).reshape(shape),
            "gain_m": gains.reshape(shape),
            "pedestrians": self._people_ahead(shape[2]),
            "touching_solid": touches[:, : touches.shape[1] - actors].any(dim=1),
        }

    def _people_ahead(self, steps: int) -> Tensor:
        """(N, T, P, 2) world frame, where pedestrians would be after 1 to T steps between waypoints."""
        grids = [one.place.grid for one in self._world.episodes if one is not None]
        places = self._forecasts.places(self.episodes, grids, self.states(), steps, self._waypoint_period_s)
        return torch.from_numpy(places).to(self.device, torch.float32)

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
        self._begin(rows, draws)
        self._tally.begin(self._over, self._world.around.costs_to_go(self._world.poses))
        self._over = torch.zeros_like(self._over)

    def _load(self) -> None:
        """Give the world what is driven now; what was worked out is kept for as long as its scene is in use."""
        drawn = {_key(draw): draw for draw in self._draws if draw is not None}
        if self._loaded_turn != self._rotation.turn:
            kept = {_key(draw) for draw in self._rotation.in_use()} | set(drawn)
            self._prepared = {key: one for key, one in self._prepared.items() if key in kept}
            self._loaded_turn = self._rotation.turn
        fresh = {key: self._worked_out(draw) for key, draw in drawn.items() if key not in self._prepared}
        if fresh:
            self._prepared |= fresh
            self._world.load(list(self._prepared.values()))

    def _worked_out(self, draw: Draw) -> TrainingEpisode:
        return training_episode(draw.episode, place_of(draw.scene, self.rules), self.rules)

    def _begin(self, rows: Sequence[int], draws: Sequence[Draw]) -> None:
        episodes = [self._to_drive(row, draw) for row, draw in zip(rows, draws, strict=True)]
        self._world.begin(rows, episodes)
        self._forecasts.begin(rows)
        self._scene_numbers[rows] = torch.tensor([draw.number for draw in draws], device=self.device)
        for row, draw, one in zip(rows, draws, episodes, strict=True):
            self._numbers[row] += 1
            if self._eyes is not None:
                self._eyes.begin(row, draw.scene, one.episode, one.place.height)

    def _to_drive(self, row: int, draw: Draw) -> TrainingEpisode:
        """The episode as hard as training is by now."""
        full = self._prepared[_key(draw)]
        if self._curriculum is None:
            return full
        rng = stream("curriculum", self._seed, row, self._numbers[row])
        return easier(full, eased(draw.episode, self._curriculum, self.progress, rng), self.rules)

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
        follows = self._action == "waypoints"
        if follows:
            self._follower.follow(actions, self._world.poses)
        else:
            command = limited(actions, self.rules)
        contact = torch.zeros(self.num_envs, 3, dtype=torch.bool, device=self.device)
        count = torch.zeros(self.num_envs, device=self.device)
        for _ in range(self._ticks_per_decision):
            if follows:
                command = self._follower.command(self._world.poses, self.rules.clock.tick_s)
            begun, number = self._world.tick(command)
            contact |= begun
            count += number
        self._world.outcomes = torch.where(started, RUNNING, self._world.outcomes)
        return contact, count, torch.where(started[:, None], 0.0, command)

    # -- what is said -------------------------------------------------------------------------------------------------

    def _observations(self) -> Observations:
        observations = {"goal": self._world.goals(), "velocity": _own(self._world.velocities)}
        if self._eyes is not None:
            pictures = self._eyes.pictures(self.states(), (~self._blind).tolist())
            observations["rgb"] = torch.from_numpy(pictures).to(self.device)
        return observations


def _key(draw: Draw) -> tuple[str, str, int]:
    return draw.episode.key


def _own(values: Tensor) -> Tensor:
    """A copy (N, 2) for the caller, row by row in memory."""
    return values.clone(memory_format=torch.contiguous_format)


def _first_kind(contact: Tensor) -> Tensor:
    """0 for none, else 1 + the last kind (scene, obstacle, pedestrian) among contacts (N, 3)."""
    kinds = torch.arange(1, 4, device=contact.device)
    return torch.where(contact, kinds, 0).amax(dim=1)
