"""Encoders of one frame into tokens: a small residual CNN with one token a column of the picture, and the choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from s2e_agent.config.pretraining import EncoderConfig

if TYPE_CHECKING:
    from s2e_agent.models.backbones import BackboneEncoder


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with group normalisation and a skip."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.first_norm = nn.GroupNorm(groups, channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.second_norm = nn.GroupNorm(groups, channels)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        inner = torch.relu(self.first_norm(self.first(maps)))
        return torch.relu(maps + self.second_norm(self.second(inner)))


def look(frames: Tensor, before: Tensor, looks: int) -> Tensor:
    """What an encoder is given of frames (..., H, W, 3): they alone, or with those ``before`` them, (..., H, W, 6)."""
    return frames if looks == 1 else torch.cat([frames, before], dim=-1)


class FrameEncoder(nn.Module):
    """Look -> tokens. Where a thing meets the ground tells its distance, so a column keeps all its rows."""

    def __init__(self, config: EncoderConfig, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.PixelUnshuffle(2)]  # pixels as channels: half the cost of a full-size layer
        before = 12 * config.looks
        for channels in config.channels:
            layers += [
                nn.Conv2d(before, channels, 3, stride=2, padding=1, bias=False),
                nn.GroupNorm(config.groups, channels),
                nn.ReLU(),
                ResidualBlock(channels, config.groups),
            ]
            before = channels
        self.convolutions = nn.Sequential(*layers)
        shrink = 2 ** (len(config.channels) + 1)
        rows, self.tokens = -(-config.height_px // shrink), -(-config.width_px // shrink)
        self.column = nn.Linear(before * rows, width)
        self.position = nn.Parameter(torch.randn(self.tokens, width) * 0.02)

    def forward(self, frames: Tensor) -> Tensor:
        """Bytes (B, H, W, 3 looks), or floats in [0, 255] -> tokens (B, columns, width)."""
        maps = self.convolutions((frames.permute(0, 3, 1, 2).float() - 127.5) / 64.0)
        columns = maps.permute(0, 3, 1, 2).flatten(2)
        tokens: Tensor = self.column(columns) + self.position
        return tokens


def make_encoder(config: EncoderConfig, width: int) -> FrameEncoder | BackboneEncoder:
    """The encoder of that kind: bytes (B, H, W, 3 looks) or floats in [0, 255] -> (B, T, width); ``tokens`` is T.

    Raises:
        MissingPackageError: a published backbone needs a package that is absent.
    """
    if config.kind == "columns":
        return FrameEncoder(config, width)
    from s2e_agent.models.backbones import backbone_encoder

    return backbone_encoder(config, width)
