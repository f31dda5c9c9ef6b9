"""A local planner on true depth: no map, no privileged knowledge.

Each depth picture is turned into cells that something stands on; they are remembered for a few seconds, because the
camera looks ahead only. Of a fan of arcs the one that ends nearest to the goal without touching such a cell is driven.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navbench_gs.agents.oracle.rollouts import HULL_DISC_M, Candidates, Rollouts, hull_discs, roll_out
from navbench_gs.domain.action import Velocity
from navbench_gs.domain.agent import AgentCard, CameraNeed, Needs
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.rules import RULES_V0, CameraRules
from navbench_gs.domain.state import Privileged
from navbench_gs.errors import AgentCardError
from navbench_gs.geometry import to_world_frame
from navbench_gs.terrain.distance import DistanceField, clearance_field
from navbench_gs.terrain.terrain import Grid

Floats = NDArray[np.float64]

STEP_S, STEPS = 0.2, 12
CELL_M = 0.1
HALF_CELLS = 400
"""The memory covers this many cells to every side of the start."""
REACH_M = 4.0
MEMORY_S = 4.0
LOWEST_M, HIGHEST_M = 0.12, 0.7
"""Heights above the wheels' ground between which a surface is in the way: above noise and kerbs, below branches."""
MARGIN_M = 0.3
OUTLOOK_M = 1.4
"""How far ahead of where a motion ends the way should be free."""
NEAR_WEIGHT, CRASH_COST, DEAD_END_WEIGHT = 6.0, 20.0, 3.0
AIM_WEIGHT, CHANGE_WEIGHT, KEEP_BONUS = 0.6, 0.15, 0.3


def _fan() -> Candidates:
    """Arcs of four speeds and nine turns, and turning in place."""
    speeds, turns = np.array([0.25, 0.5, 0.75, 1.0]), np.linspace(-1.2, 1.2, 9)
    count = len(speeds) * len(turns)
    return Candidates(
        speeds=np.concatenate([np.repeat(speeds, len(turns)), [0.0, 0.0]]),
        turns=np.concatenate([np.tile(turns, len(speeds)), [0.9, -0.9]]),
        offsets=np.zeros(count + 2),
    )


FAN = _fan()


class ReactiveAgent:
    """Drives arcs towards the goal, past whatever its depth camera has seen of late."""

    card = AgentCard(
        name="reactive",
        revision="1",
        description="local planner on true depth, without a map",
        needs=Needs(camera=CameraNeed(), depth=True),
    )

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Forget everything seen."""
        self._seen_s = np.full((2 * HALF_CELLS, 2 * HALF_CELLS), -math.inf)
        self._chosen = -1

    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Velocity:
        """The first step of the best arc.

        Raises:
            AgentCardError: the caller withholds the depth that the card declares.
        """
        if observation.depth is None:
            raise AgentCardError("the reactive agent needs the depth picture that its card declares")
        pose = observation.odometry.astype(np.float64)
        self._remember(points_in_the_way(observation.depth, RULES_V0.camera), pose, observation.time_s)
        drives = roll_out(
            pose, observation.velocity.astype(np.float64), FAN, RULES_V0.robot, steps=STEPS, step_s=STEP_S
        )
        goal = to_world_frame(observation.goal, pose)
        clearance = self._surroundings(pose, observation.time_s)
        costs = _near_cost(drives, clearance) + _dead_end_cost(drives, clearance) + _goal_cost(drives, goal)
        change = np.abs(drives.commands - observation.velocity)
        costs += CHANGE_WEIGHT * change.sum(axis=1)
        if self._chosen >= 0:
            costs -= KEEP_BONUS * (np.sign(FAN.turns) == np.sign(FAN.turns[self._chosen]))
        self._chosen = int(np.argmin(costs))
        speed, turn = drives.commands[self._chosen]
        return Velocity(float(speed), float(turn))

    def _remember(self, points: Floats, pose: Floats, time_s: float) -> None:
        """Note points (N, 2), robot frame, as seen now, in the frame of the start."""
        cells = np.floor(to_world_frame(points, pose) / CELL_M).astype(np.int64) + HALF_CELLS
        inside = ((cells >= 0) & (cells < 2 * HALF_CELLS)).all(axis=1)
        self._seen_s[cells[inside, 0], cells[inside, 1]] = time_s

    def _surroundings(self, pose: Floats, time_s: float) -> DistanceField:
        """Distance to what was seen of late, ``REACH_M`` around the robot, in the frame of the start."""
        centre = np.floor(pose[:2] / CELL_M).astype(np.int64) + HALF_CELLS
        reach = round(REACH_M / CELL_M)
        low = np.clip(centre - reach, 0, 2 * HALF_CELLS - 2 * reach)
        window = self._seen_s[low[0] : low[0] + 2 * reach, low[1] : low[1] + 2 * reach]
        occupied = window >= time_s - MEMORY_S
        x, y = (low - HALF_CELLS) * CELL_M
        return clearance_field(Grid(~occupied, occupied, (float(x), float(y)), CELL_M))


def points_in_the_way(depth: NDArray[np.float32], camera: CameraRules) -> Floats:
    """What a depth picture (H, W) shows within reach and between the heights that matter, as (N, 2), robot frame."""
    height, width = depth.shape
    focal = width / 2.0 / math.tan(math.radians(camera.horizontal_fov_deg) / 2.0)
    ahead = depth[::2, ::2].astype(np.float64)
    aside = ((np.arange(0, width, 2) + 0.5) - width / 2.0) / focal
    below = ((np.arange(0, height, 2) + 0.5) - height / 2.0) / focal
    with np.errstate(invalid="ignore"):  # infinite depth times zero
        up = camera.height_m - ahead * below[:, None]
        seen = (ahead < REACH_M) & (ahead > camera.near_m) & (up > LOWEST_M) & (up < HIGHEST_M)
    left = -ahead * aside
    return np.stack([ahead[seen] + camera.forward_m, left[seen]], axis=1)


def _near_cost(drives: Rollouts, clearance: DistanceField) -> Floats:
    """(K,) for coming near what was seen, and for touching it, sooner being worse."""
    gap = clearance.at(hull_discs(drives.poses)).min(axis=2) - HULL_DISC_M
    near: Floats = np.maximum(MARGIN_M - gap, 0.0).mean(axis=0)
    sooner = np.linspace(1.0, 0.4, STEPS)[:, None]
    touch: Floats = np.where(gap < CELL_M / 2.0, sooner, 0.0).max(axis=0)
    cost: Floats = NEAR_WEIGHT * near + CRASH_COST * touch
    return cost


def _dead_end_cost(drives: Rollouts, clearance: DistanceField) -> Floats:
    """(K,) for ending with something close ahead: what keeps the robot from creeping up to a wall."""
    x, y, yaw = np.moveaxis(drives.poses[-1], -1, 0)
    reach = np.linspace(0.0, OUTLOOK_M, 8)[:, None]
    ahead = np.stack([x + reach * np.cos(yaw), y + reach * np.sin(yaw)], axis=-1)
    free = np.minimum.accumulate(clearance.at(ahead) > HULL_DISC_M, axis=0).mean(axis=0)
    cost: Floats = DEAD_END_WEIGHT * (1.0 - free)
    return cost


def _goal_cost(drives: Rollouts, goal: Floats) -> Floats:
    """(K,) distance to the goal (2,) at the end, metres, and how far the robot then looks away from it."""
    x, y, yaw = np.moveaxis(drives.poses[-1], -1, 0)
    bearing = np.abs((np.arctan2(goal[1] - y, goal[0] - x) - yaw + np.pi) % (2.0 * np.pi) - np.pi)
    cost: Floats = np.hypot(goal[0] - x, goal[1] - y) + AIM_WEIGHT * bearing
    return cost
