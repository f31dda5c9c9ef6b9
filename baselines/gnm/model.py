"""GNM: two MobileNets, one over the last frames and one over frames and goal picture (Shah et al., ICRA 2023).

Names, order and shapes of the tensors are those of the published files. B batch, N frames (context + 1), H waypoints.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from baselines.mobilenet import FEATURES, mobilenet_features, pooled
from baselines.waypoints import GoalPrediction, waypoints_of


@dataclass(frozen=True)
class GNMConfig:
    """Sizes; the defaults are the published ones."""

    context: int = 5
    """Frames before the current one."""
    horizon: int = 5
    encoder_width: float = 1.0
    """Scales the layers of the MobileNets."""
    code: int = 1024
    """Length of the vector that frames, or frames and goal, are compressed to."""

    @property
    def frames(self) -> int:
        """N."""
        return self.context + 1


class GNM(nn.Module):
    """Frames and a goal picture in, distance and waypoints out."""

    def __init__(self, config: GNMConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or GNMConfig()
        self.obs_mobilenet = mobilenet_features(3 * config.frames, config.encoder_width)
        code = config.code
        self.compress_observation = nn.Sequential(nn.Linear(FEATURES, code), nn.ReLU())
        self.goal_mobilenet = mobilenet_features(3 * config.frames + 3, config.encoder_width)
        self.compress_goal = nn.Sequential(nn.Linear(FEATURES, code), nn.ReLU(), nn.Linear(code, code), nn.ReLU())
        self.linear_layers = nn.Sequential(nn.Linear(2 * code, 256), nn.ReLU(), nn.Linear(256, 32), nn.ReLU())
        self.dist_predictor = nn.Sequential(nn.Linear(32, 1))
        self.action_predictor = nn.Sequential(nn.Linear(32, 4 * config.horizon))

    def forward(self, frames: Tensor, goal: Tensor) -> GoalPrediction:
        """The published answer.

        Args:
            frames: (B, 3 N, 64, 85) RGB, oldest frame first, the current one last, ImageNet-normalised.
            goal: (B, 3, 64, 85) the goal picture, likewise.
        """
        return self.decode(self.encode_frames(frames), self.encode_goal(frames, goal))

    def encode_frames(self, frames: Tensor) -> Tensor:
        """(B, 3 N, H, W) -> (B, code); the same for every goal picture."""
        code: Tensor = self.compress_observation(pooled(self.obs_mobilenet(frames)))
        return code

    def encode_goal(self, frames: Tensor, goal: Tensor) -> Tensor:
        """(B, 3 N, H, W) and (B, 3, H, W) -> (B, code)."""
        code: Tensor = self.compress_goal(pooled(self.goal_mobilenet(torch.cat([frames, goal], dim=1))))
        return code

    def decode(self, frames_code: Tensor, goal_code: Tensor) -> GoalPrediction:
        """(B, code) each -> distance and waypoints."""
        summary = self.linear_layers(torch.cat([frames_code, goal_code], dim=1))
        increments = self.action_predictor(summary).view(-1, self.config.horizon, 4)
        return GoalPrediction(distance=self.dist_predictor(summary), actions=waypoints_of(increments))
