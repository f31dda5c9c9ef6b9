"""The recording of one episode, tick by tick, and what of it the metrics need from the terrain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.action import Velocity
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.state import WorldState
from navbench_gs.domain.trajectory import Ended, Trajectory
from navbench_gs.terrain.routes import CostToGo
from navbench_gs.terrain.terrain import Grid
from navbench_gs.world.bullet import Touch


class Recorder:
    """Collects an episode from its first state on."""

    def __init__(self, episode: Episode, rules: Rules, first: WorldState, perturbation: str = "") -> None:
        self._episode, self._rules, self._perturbation = episode, rules, perturbation
        self._states = [first]
        self._commands: list[tuple[float, float]] = []
        self._contacts: list[tuple[int, Touch]] = []
        self._decisions: list[int] = []
        self._support: list[float] = []
        self._camera_distances: list[float] = []

    @property
    def ticks(self) -> int:
        """Ticks recorded so far."""
        return len(self._commands)

    @property
    def touched(self) -> bool:
        """Whether the robot has touched anything so far."""
        return bool(self._contacts)

    def decided(self, support: float | None = None, camera_distance_m: float | None = None) -> None:
        """Note that the agent decides now, and how well its picture is supported if it sees one (all or none do)."""
        self._decisions.append(self.ticks)
        if support is not None:
            self._support.append(support)
        if camera_distance_m is not None:
            self._camera_distances.append(camera_distance_m)

    def ticked(self, command: Velocity, touches: Sequence[Touch], state: WorldState) -> None:
        """Note one tick: the command in force, what was touched, and the state after it."""
        self._commands.append((command.speed_mps, command.yaw_rate_rps))
        self._states.append(state)
        self._contacts += [(self.ticks, touch) for touch in touches]

    def trajectory(self, cost: CostToGo, grid: Grid, ended: Ended, message: str = "") -> Trajectory:
        """The recording so far; ``cost`` is the goal's field on the obstacle-free ``grid``."""
        poses = np.array([state.robot for state in self._states])
        return Trajectory(
            scene=self._episode.scene,
            task=self._episode.task,
            index=self._episode.index,
            episode=self._episode.digest(),
            rules=self._rules.digest(),
            tick_s=self._rules.clock.tick_s,
            poses=poses,
            velocities=np.array([state.robot_velocity for state in self._states]),
            commands=np.array(self._commands, dtype=np.float64).reshape(-1, 2),
            remaining_m=cost.at(poses[:, :2]),
            on_walkable=grid.holds(grid.walkable, poses[:, :2], outside=False),
            pedestrians=np.array([state.pedestrians for state in self._states]),
            contact_tick=_integers(tick for tick, _ in self._contacts),
            contact_kind=_integers(touch.kind for _, touch in self._contacts),
            contact_actor=_integers(touch.actor for _, touch in self._contacts),
            contact_approach_mps=np.array([touch.approach_mps for _, touch in self._contacts], dtype=np.float64),
            decision_ticks=_integers(self._decisions),
            ended=ended,
            message=message,
            perturbation=self._perturbation,
            support=np.array(self._support, dtype=np.float64),
            camera_distance_m=np.array(self._camera_distances, dtype=np.float64),
        )


def _integers(values: Iterable[int]) -> NDArray[np.int32]:
    return np.array(list(values), dtype=np.int32)
