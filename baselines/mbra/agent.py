"""LogoNav, the policy that MBRA's labels taught, as an agent of the benchmark.

A unit of its waypoints is driven as 0.25 m, as its goal is measured, and a step lasts a third of a second. Decisions
fall on multiples of the control tick: every 0.35 s, for the published 3 Hz.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from baselines.controller import LOGONAV_CONTROLLER, LOGONAV_FRODOBOT, limited_on_the_arc, waypoint_velocity
from baselines.given_weights import Kind, given_weights
from baselines.history import History
from baselines.mbra.model import LogoNav, MBRAConfig
from baselines.preprocess import frame_tensor
from navbench_gs.domain.action import Action, Velocity, Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed, Needs
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.state import Privileged
from navbench_gs.errors import UnknownNameError

KIND = Kind("logonav", LogoNav, MBRAConfig, (96, 96))
DECISION_S, STEP_S = 0.35, 1.0 / 3.0
UNIT_M, FARTHEST_M = 0.25, 30.0
SLOW_UNIT_M, SLOW_WAYPOINT = 0.1, 2
VARIANTS = {
    "": "goal pose capped at 30 m, heading that of the route's end; 1 unit = 0.25 m in 1/3 s; 3 Hz rounded to 0.35 s",
    "slow": "as the FrodoBots demo: third waypoint x 0.1 m, at most 0.3 m/s and 0.3 rad/s; 3 Hz rounded to 0.35 s",
}


def goal_pose(goal: np.ndarray, heading: float) -> Tensor:
    """(1, 4): the goal point (2,) in the robot frame, brought to at most 30 m, in units; cosine and sine of heading."""
    nearer = min(1.0, FARTHEST_M / max(float(np.hypot(*goal)), 1e-6))
    x, y = (float(value) * nearer / UNIT_M for value in goal)
    return torch.tensor([[x, y, math.cos(heading), math.sin(heading)]])


class LogoNavAgent:
    """Six frames 0.35 s apart, each encoded once, and a goal pose."""

    def __init__(self, checkpoint: str | None = None, variant: str = "") -> None:
        if variant not in VARIANTS:
            raise UnknownNameError("variant of mbra", variant, filter(None, VARIANTS))
        given = given_weights(KIND, checkpoint)
        self._network, self._picture_px, self._variant = given.network, given.picture_px, variant
        self._tokens: History[Tensor] = History(given.network.config.frames)
        waypoints = ActionSpec(kind="waypoints", horizon=given.network.config.horizon, period_s=STEP_S)
        self._card = AgentCard(
            name=f"mbra:{variant}" if variant else "mbra",
            revision="1",
            description=f"LogoNav: {VARIANTS[variant]}. Variant: mbra:slow",
            licence="MIT (published weights)",
            weights=given.mark,
            needs=Needs(camera=CameraNeed(width_px=160, height_px=120), goal_heading=True),
            action=ActionSpec() if variant == "slow" else waypoints,
            decision_period_s=DECISION_S,
        )

    @property
    def card(self) -> AgentCard:
        """Camera 160 x 120, the heading at the goal, a decision every 0.35 s."""
        return self._card

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Forget the frames."""
        self._tokens.clear()

    @torch.inference_mode()
    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Action:
        """The path to the goal pose."""
        assert observation.rgb is not None and observation.goal_heading is not None
        self._tokens.add(self._network.encode_frames(frame_tensor(observation.rgb, *self._picture_px).unsqueeze(0)))
        tokens = torch.stack(self._tokens.padded(), dim=1)
        path = (
            self._network.decode(tokens, goal_pose(observation.goal, float(observation.goal_heading[0])))[0]
            .double()
            .numpy()
        )
        if self._variant == "slow":
            place, heading = path[SLOW_WAYPOINT, :2] * SLOW_UNIT_M, path[SLOW_WAYPOINT, 2:]
            reached = waypoint_velocity([*place, *heading], LOGONAV_CONTROLLER)
            return Velocity(*limited_on_the_arc(*reached, LOGONAV_FRODOBOT))
        return Waypoints(path[:, :2] * UNIT_M, STEP_S)
