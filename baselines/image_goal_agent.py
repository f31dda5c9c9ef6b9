"""What the agents of the image-goal networks share: frames in, a map or a goal point to follow, waypoints out.

One unit of a network's waypoints is driven as 0.25 m and one step as 0.25 s, whatever it was trained on: 1 m/s where
the network goes a unit a step. S samples, H waypoints, G goal pictures.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from baselines.controller import SLOW_ROBOT, waypoint_velocity
from baselines.given_weights import Given
from baselines.point_goal import goal_candidates, nearest_path
from baselines.preprocess import Picture, frame_tensor
from baselines.topomap import TopologicalMap
from baselines.waypoints import GoalPrediction
from navbench_gs.domain.action import Action, Velocity, Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed, Needs
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.state import Privileged
from navbench_gs.errors import UnknownNameError

Floats = NDArray[np.float64]
PERIOD_S, UNIT_M = 0.25, 0.25
SLOW_UNIT_M, SLOW_WAYPOINT = 0.05, 2
"""The robot demo: a unit is 0.2 m/s at 4 Hz, and the third waypoint is reached for."""
Variant = Literal["", "slow", "point"]
VARIANTS: dict[str, str] = {
    "": "map of pictures every 1 m of the route and the goal's, radius 4, close at 3 steps; 1 unit = 0.25 m in 0.25 s",
    "slow": "as the robot demo: the same map, third waypoint x 0.05 m, at most 0.2 m/s and 0.4 rad/s (12 m in 60 s)",
    "point": "goal point alone: paths towards parts of the view, the one that ends nearest to the goal; not published",
}


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says of G goal pictures."""

    distance: Floats
    """(G,) steps to each."""
    paths: Callable[[int], Floats]
    """Number of a goal picture -> (S, H, 2 or 4) waypoints towards it, in units."""

    @classmethod
    def of(cls, prediction: GoalPrediction) -> Answers:
        """One path to each goal."""
        actions: Floats = prediction.actions.double().numpy()
        return cls(prediction.distance[:, 0].double().numpy(), lambda goal: actions[goal : goal + 1])


class ImageGoalAgent(ABC):
    """Follows a topological map of the route; a network's own part is in the subclass."""

    moves_on = True
    """See :class:`TopologicalMap`."""
    stochastic = False

    def __init__(self, name: str, given: Given[Any], variant: str) -> None:
        if variant not in VARIANTS:
            raise UnknownNameError(f"variant of {name}", variant, filter(None, VARIANTS))
        self.network: Any = given.network
        self._picture_px, self._variant = given.picture_px, variant
        slow = variant == "slow"
        horizon = given.network.config.horizon
        self._card = AgentCard(
            name=f"{name}:{variant}" if variant else name,
            revision="1",
            description=f"{VARIANTS[variant]}. Variants: {name}:slow, {name}:point",
            licence="MIT (published weights)",
            weights=given.mark,
            stochastic=self.stochastic,
            needs=Needs(
                camera=CameraNeed(width_px=160, height_px=120),
                goal_image=variant != "point",
                route_images=variant != "point",
            ),
            action=ActionSpec() if slow else ActionSpec(kind="waypoints", horizon=horizon, period_s=PERIOD_S),
            decision_period_s=PERIOD_S,
        )

    @property
    def card(self) -> AgentCard:
        """Camera 160 x 120, a decision every 0.25 s; pictures of the route unless driven by the point."""
        return self._card

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Forget the last episode and read the map."""
        self.begin(seed)
        if self._variant == "point":
            return
        assert observation.route_images is not None and observation.goal_image is not None
        pictures = [*observation.route_images, observation.goal_image]
        self._nodes = torch.stack([self.frame(picture) for picture in pictures])
        self._map = TopologicalMap(len(pictures), moves_on=self.moves_on)

    @torch.inference_mode()
    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Action:
        """Where the path leads that the network gives towards the next node, or nearest to the goal point."""
        assert observation.rgb is not None
        self.see(self.frame(observation.rgb))
        if self._variant == "point":
            paths = self.paths_to_anywhere(observation.rgb)
            path = paths[nearest_path(paths, observation.goal.astype(np.float64) / UNIT_M)]
        else:
            answers = self.compare(self._nodes[self._map.candidates()])
            path = answers.paths(self._map.headed_for(answers.distance.tolist()))[0]
        return self._driven(path)

    def frame(self, picture: Picture) -> Tensor:
        """A picture (H, W, 3) as the network reads it."""
        return frame_tensor(picture, *self._picture_px)

    @abstractmethod
    def begin(self, seed: int) -> None:
        """Forget the last episode; draw from ``seed`` alone."""

    @abstractmethod
    def see(self, frame: Tensor) -> None:
        """Take in the current frame (3, H, W)."""

    @abstractmethod
    def compare(self, goals: Tensor) -> Answers:
        """What the network says of goal pictures (G, 3, H, W), seen from the current frame."""

    def paths_to_anywhere(self, picture: Picture) -> Floats:
        """Paths (S, H, 2 or 4) to choose from where no goal picture is known: towards parts of the view."""
        goals = torch.stack([self.frame(part) for part in goal_candidates(picture)])
        answers = self.compare(goals)
        return np.concatenate([answers.paths(number) for number in range(len(goals))])

    def _driven(self, path: Floats) -> Action:
        """A path (H, 2 or 4) in units as an action."""
        if self._variant == "slow":
            place, heading = path[SLOW_WAYPOINT, :2] * SLOW_UNIT_M, path[SLOW_WAYPOINT, 2:]
            return Velocity(*waypoint_velocity([*place, *heading], SLOW_ROBOT))
        return Waypoints(path[:, :2] * UNIT_M, PERIOD_S)
