"""MBRA's two networks: the policy LogoNav and the relabeller that taught it (Hirose et al., RA-L 2025).

Names, order and shapes of the tensors are those of the published files. B batch, N frames (context + 1), D width,
H waypoints.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from baselines.attention import TAPER
from baselines.efficientnet import FEATURES, EfficientNet
from baselines.frame_stack import encoded_one_by_one, unstacked
from baselines.token_config import TokenConfig
from baselines.waypoints import waypoints_of

MAX_SPEED_MPS, MAX_YAW_RATE_RPS = 0.5, 1.0
PAST_VELOCITIES = 12
"""The relabeller is told six past speeds and six past yaw rates."""


@dataclass(frozen=True)
class MBRAConfig(TokenConfig):
    """Sizes of either network; the defaults are the published ones."""

    horizon: int = 8
    width: int = 1024


class LogoNav(nn.Module):
    """Frames and a goal pose in, waypoints out; a frame is encoded once in its life."""

    def __init__(self, config: MBRAConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or MBRAConfig()
        self.obs_encoder = EfficientNet(3, width=config.encoder_width)
        self.compress_obs_enc = nn.Linear(FEATURES, config.width)
        self.decoder = config.decoder(config.frames + 1)
        self.action_predictor = nn.Sequential(nn.Linear(TAPER[-1], 4 * config.horizon))
        self.local_goal = nn.Sequential(nn.Linear(4, config.width))

    def forward(self, frames: Tensor, goal_pose: Tensor) -> Tensor:
        """The published answer (B, H, 4), as :meth:`decode` has it.

        Args:
            frames: (B, 3 N, 96, 96) RGB, oldest frame first, the current one last, ImageNet-normalised.
            goal_pose: (B, 4) as in :meth:`decode`.
        """
        return self.decode(encoded_one_by_one(self.encode_frames, unstacked(frames)), goal_pose)

    def encode_frames(self, frames: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, D): a token for each frame, whatever its place."""
        token: Tensor = self.compress_obs_enc(self.obs_encoder(frames))
        return token

    def decode(self, frame_tokens: Tensor, goal_pose: Tensor) -> Tensor:
        """Waypoints (B, H, 4): x ahead, y left in units of the data's spacing, the heading's cosine and sine.

        Args:
            frame_tokens: (B, N, D), oldest first.
            goal_pose: (B, 4) the goal in the robot frame: x ahead and y left in units of 0.25 m, cosine and sine of
                its heading.
        """
        tokens = torch.cat([frame_tokens, self.local_goal(goal_pose).unsqueeze(1)], dim=1)
        increments = self.action_predictor(self.decoder(tokens)).view(-1, self.config.horizon, 4)
        return waypoints_of(increments)


@dataclass(frozen=True, eq=False)
class VelocityPlan:
    """What the relabeller answers."""

    speed_mps: Tensor
    """(B, H) between 0 and 0.5."""
    yaw_rate_rps: Tensor
    """(B, H) between -1 and 1, to the left positive."""
    distance: Tensor
    """(B, 1) frames to the goal picture."""


class Relabeller(nn.Module):
    """Frames, a goal picture and facts of the robot in, velocities out: file ``mbra.pth``."""

    def __init__(self, config: MBRAConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or MBRAConfig()
        self.obs_encoder = EfficientNet(3, width=config.encoder_width)
        self.goal_encoder = EfficientNet(6, width=config.encoder_width)
        self.compress_obs_enc = nn.Linear(FEATURES, config.width)
        self.compress_goal_enc = nn.Linear(FEATURES, config.width)
        self.decoder = config.decoder(config.frames + 3 + PAST_VELOCITIES)
        self.action_predictor = nn.Sequential(nn.Linear(TAPER[-1], 4 * config.horizon), nn.Sigmoid())
        self.dist_predictor = nn.Sequential(nn.Linear(TAPER[-1], 1))

    def encode_frames(self, frames: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, D): a token for each frame, whatever its place."""
        token: Tensor = self.compress_obs_enc(self.obs_encoder(frames))
        return token

    def forward(
        self, frames: Tensor, goal: Tensor, radius_m: Tensor, delay: Tensor, past_velocities: Tensor
    ) -> VelocityPlan:
        """Velocities that lead to the goal picture.

        Args:
            frames: (B, 3 N, 96, 96) RGB, oldest frame first, the current one last, ImageNet-normalised.
            goal: (B, 3, 96, 96) the goal picture, likewise.
            radius_m: (B, 1) the robot's.
            delay: (B, 1) steps until a command takes effect.
            past_velocities: (B, 12) six speeds in m/s, then six yaw rates in rad/s.
        """
        apart = unstacked(frames)
        frame_tokens = encoded_one_by_one(self.encode_frames, apart)
        goal_token = self.compress_goal_enc(self.goal_encoder(torch.cat([apart[:, -1], goal], dim=1)))
        facts = torch.cat([radius_m, delay, past_velocities], dim=1)
        fact_tokens = facts.unsqueeze(-1).expand(-1, -1, self.config.width)
        summary = self.decoder(torch.cat([frame_tokens, goal_token.unsqueeze(1), fact_tokens], dim=1))
        # Half of the outputs are in the file without being used.
        speed, yaw_rate = self.action_predictor(summary)[:, : 2 * self.config.horizon].chunk(2, dim=1)
        return VelocityPlan(
            speed_mps=MAX_SPEED_MPS * speed,
            yaw_rate_rps=2 * MAX_YAW_RATE_RPS * (yaw_rate - 0.5),
            distance=self.dist_predictor(summary),
        )
