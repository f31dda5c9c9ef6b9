"""Networks of the zoo that are told where the goal is: LogoNav, CityWalker, S2E."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from baselines.citywalker.agent import camera_points, robot_points
from baselines.history import History
from baselines.mbra.agent import goal_pose
from baselines.preprocess import Picture, normalised, resized, unit_tensor
from baselines.zoo.image_goal import LICENCE
from baselines.zoo.onnx_file import Array, OnnxFile
from baselines.zoo.signature import Signature, path_among
from navbench_gs.domain.action import Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed, Needs
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.state import Privileged
from navbench_gs.geometry import to_robot_frame

Floats = NDArray[np.float64]


class ZooPathAgent(ABC):
    """Frames at the network's own rate and the true goal in, waypoints out."""

    decision_s: float
    step_s: float
    """Time between waypoints."""
    camera_px: tuple[int, int] = (160, 120)
    goal_heading = False
    said: str
    """What is assumed, for the card."""

    def __init__(self, file: OnnxFile, signature: Signature) -> None:
        self._file, self._signature = file, signature
        self._frames: History[Tensor] = History(signature.count)
        width, height = self.camera_px
        self._card = AgentCard(
            name=f"zoo:{file.path.stem}",
            revision="1",
            description=f"{self.said}; input names and sizes read from the file",
            licence=LICENCE,
            weights=file.sha256,
            needs=Needs(camera=CameraNeed(width_px=width, height_px=height), goal_heading=self.goal_heading),
            action=ActionSpec(kind="waypoints", horizon=len(path_among(file.tried())), period_s=self.step_s),
            decision_period_s=self.decision_s,
        )

    @property
    def card(self) -> AgentCard:
        """What the file's network needs and how it is driven."""
        return self._card

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Forget the last episode."""
        self._frames.clear()

    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Waypoints:
        """The path to the goal."""
        assert observation.rgb is not None
        self._frames.add(self.frame(observation.rgb))
        given = {
            self._signature.frames.name: self._signature.framed(self._frames.padded()),
            self._signature.goal_port.name: self.goal(observation),
        }
        return Waypoints(self.metres(path_among(self._file.run(given)).astype(np.float64)), self.step_s)

    def frame(self, picture: Picture) -> Tensor:
        """A picture (H, W, 3) as the network reads it."""
        return normalised(unit_tensor(resized(picture, *self._signature.picture_px)))

    @abstractmethod
    def goal(self, observation: Observation) -> Array:
        """The goal as the network is told it."""

    @abstractmethod
    def metres(self, path: Floats) -> Floats:
        """The network's path (H, 2 or more) as (H, 2) metres in the robot frame."""


class ZooLogoNavAgent(ZooPathAgent):
    """The zoo calls it MBRA."""

    decision_s, step_s = 0.35, 1.0 / 3.0
    goal_heading = True
    said = (
        "LogoNav: goal pose capped at 30 m, heading that of the route's end; 1 unit = 0.25 m in 1/3 s, 3 Hz as 0.35 s"
    )

    def goal(self, observation: Observation) -> Array:
        """(1, 4)."""
        assert observation.goal_heading is not None
        return goal_pose(observation.goal, float(observation.goal_heading[0])).numpy()

    def metres(self, path: Floats) -> Floats:
        """Units of a quarter metre."""
        return path[:, :2] * 0.25


class ZooCityWalkerAgent(ZooPathAgent):
    """Frames 1 s apart; the zoo's wrapper draws the goal's row by chance, here it is the goal."""

    decision_s, step_s = 1.0, 1.0
    camera_px = (640, 360)
    said = "CityWalker: frames 1 s apart, past positions and the goal point, step scale 1 m, decides at 1 Hz"

    def __init__(self, file: OnnxFile, signature: Signature) -> None:
        super().__init__(file, signature)
        self._poses: History[NDArray[np.float32]] = History(signature.count)

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Forget frames and places."""
        super().reset(observation, seed=seed)
        self._poses.clear()

    def frame(self, picture: Picture) -> Tensor:
        """The middle of the picture in [0, 1]; the network normalises it."""
        width, height = self._signature.picture_px
        rows, columns = picture.shape[:2]
        top, left = (rows - height) // 2, (columns - width) // 2
        return unit_tensor(picture[top : top + height, left : left + width])

    def goal(self, observation: Observation) -> Array:
        """(1, N + 1, 2)."""
        self._poses.add(observation.odometry.copy())
        past = to_robot_frame([pose[:2] for pose in self._poses.padded()], observation.odometry)
        return camera_points(np.concatenate([past, observation.goal[None].astype(np.float64)]))[None]

    def metres(self, path: Floats) -> Floats:
        """Right and ahead -> ahead and left."""
        return robot_points(path)


class ZooS2EAgent(ZooPathAgent):
    """S2E's published behaviour cloning."""

    decision_s, step_s = 0.25, 0.25
    camera_px = (320, 240)
    farthest_m, nearest_m = 200.0, 0.1
    said = (
        "S2E (behaviour cloning): goal as distance / 200 m and direction, 1 unit = 0.25 m, as the zoo's wrapper has "
        "them; assumed, for it is not published: frames and waypoints 0.25 s apart, pictures in [0, 1]"
    )

    def frame(self, picture: Picture) -> Tensor:
        """In [0, 1]."""
        return unit_tensor(resized(picture, *self._signature.picture_px))

    def goal(self, observation: Observation) -> Array:
        """(1, 3) distance, cosine and sine."""
        x, y = (float(value) for value in observation.goal)
        distance = min(max(math.hypot(x, y), self.nearest_m), self.farthest_m) / self.farthest_m
        bearing = math.atan2(y, x)
        return np.array([[distance, math.cos(bearing), math.sin(bearing)]])

    def metres(self, path: Floats) -> Floats:
        """Units of a quarter metre."""
        return path[:, :2] * 0.25
