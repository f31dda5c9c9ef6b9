"""CityWalker as an agent of the benchmark.

The network counts in steps of a second of normal motion; here that step is 1.0 m (others have used 0.5 to 1.5).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from baselines.citywalker.model import CityWalker, CityWalkerConfig
from baselines.given_weights import Kind, given_weights
from baselines.history import History
from baselines.preprocess import unit_tensor
from navbench_gs.domain.action import Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed, Needs
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.state import Privileged
from navbench_gs.errors import UnknownNameError
from navbench_gs.geometry import to_robot_frame

KIND = Kind("citywalker", CityWalker, CityWalkerConfig, (640, 360))
PERIOD_S = 1.0
STEP_SCALE_M = 1.0
"""Metres of the network's unit: how far a second of normal motion leads."""


def camera_points(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Robot-frame metres (P, 2), x ahead and y left -> the network's axes and unit: x to the right, y ahead."""
    return np.stack([-points[:, 1], points[:, 0]], axis=1) / STEP_SCALE_M


def robot_points(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of :func:`camera_points`."""
    return np.stack([points[:, 1], -points[:, 0]], axis=1) * STEP_SCALE_M


class CityWalkerAgent:
    """Five frames 1 s apart, each encoded once, where they were seen, and the goal point."""

    def __init__(self, checkpoint: str | None = None, variant: str = "") -> None:
        if variant:
            raise UnknownNameError("variant of citywalker", variant, ())
        given = given_weights(KIND, checkpoint)
        self._network = given.network
        frames = given.network.config.frames
        self._features: History[Tensor] = History(frames)
        self._poses: History[NDArray[np.float32]] = History(frames)
        width, height = given.picture_px
        self._card = AgentCard(
            name="citywalker",
            revision="1",
            description=f"frames 1 s apart (before the start: the first), step scale {STEP_SCALE_M:g} m, decides at "
            "1 Hz; its arrival output is not used",
            licence="published weights carry none of their own",
            weights=given.mark,
            needs=Needs(camera=CameraNeed(width_px=width, height_px=height)),
            action=ActionSpec(kind="waypoints", horizon=given.network.config.horizon, period_s=PERIOD_S),
            decision_period_s=PERIOD_S,
        )

    @property
    def card(self) -> AgentCard:
        """Camera 640 x 360, waypoints 1 s apart, a decision every second."""
        return self._card

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Forget frames and places."""
        self._features.clear()
        self._poses.clear()

    @torch.inference_mode()
    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Waypoints:
        """The path of the next five seconds."""
        assert observation.rgb is not None
        self._features.add(self._network.encode_frames(unit_tensor(observation.rgb).unsqueeze(0)))
        self._poses.add(observation.odometry.copy())
        past = to_robot_frame([pose[:2] for pose in self._poses.padded()], observation.odometry)
        points = camera_points(np.concatenate([past, observation.goal[None].astype(np.float64)]))
        features = torch.stack(self._features.padded(), dim=1)
        answer = self._network.decode(features, torch.from_numpy(points).float().unsqueeze(0))
        return Waypoints(robot_points(answer.waypoints[0].double().numpy()), PERIOD_S)
