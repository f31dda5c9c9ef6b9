"""NoMaD: a goal that can be hidden, and a diffusion head that draws paths (Sridhar et al., ICRA 2024).

Names, order and shapes of the tensors are those of the published file. B batch, N frames (context + 1), D width,
H waypoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from baselines.attention import PositionalEncoding, TransformerLayer, TransformerStack
from baselines.efficientnet import FEATURES, EfficientNet
from baselines.frame_stack import encoded_one_by_one, unstacked
from baselines.nomad.diffusion import denoised
from baselines.nomad.unet import ConditionalUnet1D
from baselines.token_config import TokenConfig

STEP_LOW, STEP_HIGH = (-2.5, -4.0), (5.0, 4.0)
"""Smallest and largest step (x ahead, y left) between waypoints, in units of the data's spacing; [-1, 1] inside."""


@dataclass(frozen=True)
class NoMaDConfig(TokenConfig):
    """Sizes; the defaults are the published ones."""

    context: int = 3
    horizon: int = 8
    """A multiple of 4."""
    width: int = 256


class VisionEncoder(nn.Module):
    """Frames, goal picture and goal mask in, one condition out."""

    def __init__(self, config: NoMaDConfig) -> None:
        super().__init__()
        self.obs_encoder = EfficientNet(3, norm="group", width=config.encoder_width)
        self.goal_encoder = EfficientNet(6, norm="group", width=config.encoder_width)
        self.compress_obs_enc = nn.Linear(FEATURES, config.width)
        self.compress_goal_enc = nn.Linear(FEATURES, config.width)
        self.positional_encoding = PositionalEncoding(config.frames + 1, config.width)
        self.sa_layer = TransformerLayer(config.width, config.heads, 4 * config.width)  # the template, unused
        self.sa_encoder = TransformerStack(self.sa_layer, config.layers)

    def fuse(self, frame_tokens: Tensor, goal_token: Tensor, goal_hidden: Tensor) -> Tensor:
        """(B, N, D), (B, D) and (B,) booleans -> (B, D): the mean over the tokens that are not hidden."""
        tokens = torch.cat([frame_tokens, goal_token.unsqueeze(1)], dim=1)
        hidden = functional.pad(goal_hidden.unsqueeze(1), (tokens.shape[1] - 1, 0))  # (B, N + 1), only the goal's place
        mixed = self.sa_encoder(self.positional_encoding(tokens), hidden)
        shown = (~hidden).to(mixed).unsqueeze(-1)
        mean: Tensor = (mixed * shown).sum(dim=1) / shown.sum(dim=1)
        return mean


class DistanceHead(nn.Module):
    """Condition in, distance out."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(width, width // 4),
            nn.ReLU(),
            nn.Linear(width // 4, width // 16),
            nn.ReLU(),
            nn.Linear(width // 16, 1),
        )

    def forward(self, condition: Tensor) -> Tensor:
        """(B, D) -> (B, 1)."""
        distance: Tensor = self.network(condition)
        return distance


class NoMaD(nn.Module):
    """Frames and a goal picture in, one condition; from it a distance, and by diffusion any number of paths."""

    def __init__(self, config: NoMaDConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or NoMaDConfig()
        self.vision_encoder = VisionEncoder(config)
        self.noise_pred_net = ConditionalUnet1D(2, config.width)
        self.dist_pred_net = DistanceHead(config.width)

    def forward(self, frames: Tensor, goal: Tensor, goal_hidden: Tensor) -> Tensor:
        """The condition (B, D).

        Args:
            frames: (B, 3 N, 96, 96) RGB, oldest frame first, the current one last, ImageNet-normalised.
            goal: (B, 3, 96, 96) the goal picture, likewise.
            goal_hidden: (B,) booleans: true where the goal must not count (exploration).
        """
        apart = unstacked(frames)
        tokens = encoded_one_by_one(self.encode_frames, apart)
        return self.fuse(tokens, self.encode_goal(apart[:, -1], goal), goal_hidden)

    def encode_frames(self, frames: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, D): a token for each frame, whatever its place."""
        token: Tensor = self.vision_encoder.compress_obs_enc(self.vision_encoder.obs_encoder(frames))
        return token

    def encode_goal(self, current: Tensor, goal: Tensor) -> Tensor:
        """Current frame and goal picture, each (B, 3, H, W) -> (B, D)."""
        both = torch.cat([current, goal], dim=1)
        token: Tensor = self.vision_encoder.compress_goal_enc(self.vision_encoder.goal_encoder(both))
        return token

    def fuse(self, frame_tokens: Tensor, goal_token: Tensor, goal_hidden: Tensor) -> Tensor:
        """(B, N, D) tokens, oldest first, (B, D) and (B,) booleans -> the condition (B, D)."""
        return self.vision_encoder.fuse(frame_tokens, goal_token, goal_hidden)

    def distance(self, condition: Tensor) -> Tensor:
        """(B, D) -> (B, 1) steps to the goal picture, at the frame rate of the training data (4 Hz)."""
        steps: Tensor = self.dist_pred_net(condition)
        return steps

    def predict_noise(self, path: Tensor, steps: Tensor, condition: Tensor) -> Tensor:
        """Noisy path (B, H, 2), diffusion steps (B,) and condition (B, D) -> (B, H, 2)."""
        noise: Tensor = self.noise_pred_net(path, steps, condition)
        return noise

    def sample(self, condition: Tensor, start: Tensor, noises: Sequence[Tensor]) -> Tensor:
        """Waypoints (B, H, 2), x ahead and y left in units of the data's spacing, from given noise.

        Args:
            condition: (B, D), one row for each path to be drawn.
            start: (B, H, 2) standard normal.
            noises: what the steps of the chain add, see :func:`baselines.nomad.diffusion.denoised`.
        """
        return waypoints_of(denoised(lambda path, steps: self.predict_noise(path, steps, condition), start, noises))


def waypoints_of(path: Tensor) -> Tensor:
    """The head's (B, H, 2) in [-1, 1] -> waypoints (B, H, 2) in units of the data's spacing."""
    low, high = path.new_tensor(STEP_LOW), path.new_tensor(STEP_HIGH)
    return ((path + 1) / 2 * (high - low) + low).cumsum(dim=1)


def path_of(waypoints: Tensor) -> Tensor:
    """The inverse of :func:`waypoints_of`: what the head is taught to draw."""
    low, high = waypoints.new_tensor(STEP_LOW), waypoints.new_tensor(STEP_HIGH)
    steps = torch.diff(waypoints, dim=1, prepend=torch.zeros_like(waypoints[:, :1]))
    return (steps - low) / (high - low) * 2 - 1
