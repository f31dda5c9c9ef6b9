"""The gymnasium spaces of one robot in training."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from navbench_gs.domain.rules import RobotRules
from navbench_gs.errors import AgentCardError


def action_space(kind: str, horizon: int, period_s: float, robot: RobotRules) -> spaces.Box:
    """What an action is: see :class:`navbench_gs.env.NavEnv`.

    Raises:
        AgentCardError: there is no such kind of action.
    """
    if kind == "velocity":
        low = np.array([0.0, -robot.max_yaw_rate_rps], dtype=np.float32)
        return spaces.Box(low, np.array([robot.max_speed_mps, robot.max_yaw_rate_rps], dtype=np.float32))
    if kind != "waypoints":
        raise AgentCardError(f"action '{kind}': expected 'velocity' or 'waypoints'")
    reach_m = robot.max_speed_mps * period_s * horizon
    return spaces.Box(-reach_m, reach_m, (horizon, 2), np.float32)


def observation_space(picture: tuple[int, int] | None) -> spaces.Dict:
    """What a robot observes; ``picture`` is width and height in pixels."""
    shown: dict[str, spaces.Space[Any]] = {
        name: spaces.Box(-np.inf, np.inf, (2,), np.float32) for name in ("goal", "velocity")
    }
    if picture is not None:
        shown["rgb"] = spaces.Box(0, 255, (picture[1], picture[0], 3), np.uint8)
    return spaces.Dict(shown)
