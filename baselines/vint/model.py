"""ViNT: one EfficientNet token a frame and one for the goal, a transformer over them (Shah et al., CoRL 2023).

Names, order and shapes of the tensors are those of the published files, of the late-fusion one too. B batch,
N frames (context + 1), D width, H waypoints.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from baselines.attention import TAPER
from baselines.efficientnet import FEATURES, EfficientNet
from baselines.frame_stack import encoded_one_by_one, unstacked
from baselines.token_config import TokenConfig
from baselines.waypoints import GoalPrediction, waypoints_of


@dataclass(frozen=True)
class ViNTConfig(TokenConfig):
    """Sizes; the defaults are those of the published ``vint.pth``."""

    late_fusion: bool = False
    """True: the goal's encoder sees the goal picture alone, False: the current frame and the goal."""


LATE_FUSION = ViNTConfig(context=0, late_fusion=True)
"""The published ``vint_late_fusion.pth``."""


class ViNT(nn.Module):
    """Frames and a goal picture in, distance and waypoints out; a frame is encoded once in its life."""

    def __init__(self, config: ViNTConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or ViNTConfig()
        self.obs_encoder = EfficientNet(3, width=config.encoder_width)
        self.goal_encoder = EfficientNet(3 if config.late_fusion else 6, width=config.encoder_width)
        self.compress_obs_enc = nn.Linear(FEATURES, config.width)
        self.compress_goal_enc = nn.Linear(FEATURES, config.width)
        self.decoder = config.decoder(config.frames + 1)
        self.dist_predictor = nn.Sequential(nn.Linear(TAPER[-1], 1))
        self.action_predictor = nn.Sequential(nn.Linear(TAPER[-1], 4 * config.horizon))

    def forward(self, frames: Tensor, goal: Tensor) -> GoalPrediction:
        """The published answer.

        Args:
            frames: (B, 3 N, 64, 85) RGB, oldest frame first, the current one last, ImageNet-normalised.
            goal: (B, 3, 64, 85) the goal picture, likewise.
        """
        apart = unstacked(frames)
        tokens = encoded_one_by_one(self.encode_frames, apart)
        return self.decode(tokens, self.encode_goal(apart[:, -1], goal))

    def encode_frames(self, frames: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, D): a token for each frame, whatever its place."""
        token: Tensor = self.compress_obs_enc(self.obs_encoder(frames))
        return token

    def encode_goal(self, current: Tensor, goal: Tensor) -> Tensor:
        """Current frame and goal picture, each (B, 3, H, W) -> (B, D)."""
        seen = goal if self.config.late_fusion else torch.cat([current, goal], dim=1)
        token: Tensor = self.compress_goal_enc(self.goal_encoder(seen))
        return token

    def decode(self, frame_tokens: Tensor, goal_token: Tensor) -> GoalPrediction:
        """(B, N, D) tokens, oldest first, and (B, D) -> distance and waypoints."""
        summary = self.decoder(torch.cat([frame_tokens, goal_token.unsqueeze(1)], dim=1))
        increments = self.action_predictor(summary).view(-1, self.config.horizon, 4)
        return GoalPrediction(distance=self.dist_predictor(summary), actions=waypoints_of(increments))
