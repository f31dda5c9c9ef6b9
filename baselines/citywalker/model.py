"""CityWalker's published network: DINOv2 class tokens, past positions and a goal point (Liu et al., CVPR 2025).

Names, order and shapes of the tensors are those of the published file, the prefix ``model.`` of its Lightning module
included. B batch, N frames, D width, H waypoints. Points are in the camera's ground axes: x to the right, y ahead, in
units of the drive's mean step between frames 1 s apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from baselines.attention import TokenMixer
from baselines.dinov2 import DinoConfig, DinoV2
from baselines.frame_stack import encoded_one_by_one
from baselines.preprocess import IMAGENET_DEVIATION, IMAGENET_MEAN

FREQUENCIES = 6


@dataclass(frozen=True)
class Cut:
    """What of a picture is seen, and how large."""

    crop_px: tuple[int, int]
    """Rows and columns that are cut out of the middle."""
    resize_px: tuple[int, int]
    """Rows and columns the cut is scaled to."""


CLIP_CUT = Cut((350, 630), (350, 630))
TELEOP_CUT = Cut((400, 400), (392, 392))


@dataclass(frozen=True)
class CityWalkerConfig:
    """Sizes; the defaults are those of the published file, trained on 2000 hours."""

    frames: int = 5
    horizon: int = 5
    layers: int = 16
    heads: int = 8
    crop_px: tuple[int, int] = CLIP_CUT.crop_px
    resize_px: tuple[int, int] = CLIP_CUT.resize_px
    encoder: DinoConfig = field(default_factory=DinoConfig)

    @property
    def cut(self) -> Cut:
        """How the pictures it drives by are cut."""
        return Cut(self.crop_px, self.resize_px)


FINE_TUNED = CityWalkerConfig(crop_px=TELEOP_CUT.crop_px, resize_px=TELEOP_CUT.resize_px)
"""The configuration of the fine-tuning on teleoperated drives: the same tensors, other pictures."""


@dataclass(frozen=True, eq=False)
class CityWalkerPrediction:
    """What the network answers."""

    waypoints: Tensor
    """(B, H, 2) x to the right, y ahead, in units of the mean step; waypoint i is i + 1 seconds ahead."""
    arrival: Tensor
    """(B, 1) logit of having arrived."""
    features: Tensor
    """(B, N, D) predicted class tokens of the next N frames."""


class PolarEmbedding(nn.Module):
    """A point as its distance and bearing and their waves at six frequencies."""

    freq_bands: Tensor
    length = 2 + 4 * FREQUENCIES

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("freq_bands", 2.0 ** torch.arange(FREQUENCIES, dtype=torch.float32))

    def forward(self, points: Tensor) -> Tensor:
        """(B, P, 2) -> (B, P, 26): r, theta, sin(theta f), cos(theta f), sin(r f), cos(r f)."""
        x, y = points.unbind(-1)
        distance = torch.sqrt(x**2 + y**2).unsqueeze(-1)
        bearing = torch.atan2(y, x).unsqueeze(-1)
        turns, lengths = bearing * self.freq_bands, distance * self.freq_bands
        return torch.cat([distance, bearing, turns.sin(), turns.cos(), lengths.sin(), lengths.cos()], dim=-1)


class FeatureNetwork(nn.Module):
    """Class tokens of the frames and an embedding of all points; the tokens become those of the future."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: CityWalkerConfig) -> None:
        super().__init__()
        width = config.encoder.width
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(IMAGENET_DEVIATION).view(1, 3, 1, 1))
        self.obs_encoder = DinoV2(config.encoder).requires_grad_(False)
        self.cord_embedding = PolarEmbedding()
        self.compress_goal_enc = nn.Linear((config.frames + 1) * PolarEmbedding.length, width)
        self.predictor = TokenMixer(
            config.frames + 1, width, layers=config.layers, heads=config.heads, feed_forward=4 * width
        )
        self.predictor_mlp = nn.Sequential(
            nn.Linear((config.frames + 1) * width, 256),
            nn.ReLU(),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Linear(128, 64),
            nn.ReLU(),
            nn.Linear(64, 32),
        )
        self.wp_predictor = nn.Linear(32, 2 * config.horizon)
        self.arrive_predictor = nn.Linear(32, 1)


class CityWalker(nn.Module):
    """Frames, past positions and a goal point in, waypoints and arrival out; a frame is encoded once in its life."""

    def __init__(self, config: CityWalkerConfig | None = None) -> None:
        super().__init__()
        self.config = config or CityWalkerConfig()
        self.model = FeatureNetwork(self.config)

    def forward(self, frames: Tensor, points: Tensor) -> CityWalkerPrediction:
        """The published answer.

        Args:
            frames: (B, N, 3, rows, columns) RGB in [0, 1], 1 s apart, oldest first, at least the size of the crop.
            points: (B, N + 1, 2) as in :meth:`decode`.
        """
        return self.decode(encoded_one_by_one(self.encode_frames, frames), points)

    def encode_frames(self, frames: Tensor, cut: Cut | None = None) -> Tensor:
        """(B, 3, rows, columns) RGB in [0, 1] -> (B, D): a class token for each frame, cut as configured or given."""
        normalised = (frames - self.model.mean) / self.model.std
        cut = cut or self.config.cut
        pictures = cropped_and_scaled(normalised, cut.crop_px, cut.resize_px)
        token: Tensor = self.model.obs_encoder(pictures)
        return token

    def decode(self, features: Tensor, points: Tensor) -> CityWalkerPrediction:
        """Waypoints, arrival and predicted features.

        Args:
            features: (B, N, D) class tokens, oldest first.
            points: (B, N + 1, 2) the robot's position at each frame, oldest first, then the goal, all in the frame
                of the last position and in units of the mean step.
        """
        network = self.model
        points_token = network.compress_goal_enc(network.cord_embedding(points).flatten(1))
        mixed = network.predictor(torch.cat([features, points_token.unsqueeze(1)], dim=1))
        summary = network.predictor_mlp(mixed.flatten(1))
        increments = network.wp_predictor(summary).view(-1, self.config.horizon, 2)
        return CityWalkerPrediction(
            waypoints=increments.cumsum(dim=1), arrival=network.arrive_predictor(summary), features=mixed[:, :-1]
        )


def cropped_and_scaled(pictures: Tensor, crop_px: tuple[int, int], resize_px: tuple[int, int]) -> Tensor:
    """The middle ``crop_px`` (rows, columns) of (B, 3, rows, columns), scaled to ``resize_px`` (bilinear, antialiased).

    Raises:
        ValueError: the pictures are smaller than the crop.
    """
    rows, columns = pictures.shape[-2:]
    if rows < crop_px[0] or columns < crop_px[1]:
        raise ValueError(f"pictures of {columns} x {rows} px are smaller than the crop {crop_px[1]} x {crop_px[0]} px")
    top, left = round((rows - crop_px[0]) / 2), round((columns - crop_px[1]) / 2)
    middle = pictures[..., top : top + crop_px[0], left : left + crop_px[1]]
    if crop_px == resize_px:
        return middle
    return functional.interpolate(middle, size=resize_px, mode="bilinear", align_corners=False, antialias=True)
