"""The one-dimensional U-Net that predicts the noise in a path, conditioned on a diffusion step and a picture code.

Names, order and shapes of the tensors are those of NoMaD's published file, which took the network from Diffusion
Policy (Chi et al., RSS 2023). B batch, C channels, H waypoints.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

KERNEL, GROUPS = 3, 8


class StepEncoding(nn.Module):
    """Sines, then cosines, of a diffusion step at falling frequencies."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, steps: Tensor) -> Tensor:
        """(B,) -> (B, width)."""
        half = self.width // 2
        frequency = torch.exp(torch.arange(half, device=steps.device) * (-math.log(10000.0) / (half - 1)))
        angle = steps[:, None] * frequency
        return torch.cat([angle.sin(), angle.cos()], dim=-1)


class ConvBlock(nn.Module):
    """Convolution along the path, group normalisation, Mish."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv1d(inputs, outputs, KERNEL, padding=KERNEL // 2), nn.GroupNorm(GROUPS, outputs), nn.Mish()
        )

    def forward(self, path: Tensor) -> Tensor:
        """(B, inputs, H) -> (B, outputs, H)."""
        changed: Tensor = self.block(path)
        return changed


class ConditionedBlock(nn.Module):
    """Two convolutions, the condition added between them, and a skip."""

    def __init__(self, inputs: int, outputs: int, condition: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([ConvBlock(inputs, outputs), ConvBlock(outputs, outputs)])
        self.cond_encoder = nn.Sequential(nn.Mish(), nn.Linear(condition, outputs))
        self.residual_conv = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, path: Tensor, condition: Tensor) -> Tensor:
        """(B, inputs, H) and (B, condition) -> (B, outputs, H)."""
        inner = self.blocks[0](path) + self.cond_encoder(condition).unsqueeze(-1)
        changed: Tensor = self.blocks[1](inner) + self.residual_conv(path)
        return changed


class Resampling(nn.Module):
    """Halves or doubles the number of waypoints."""

    def __init__(self, channels: int, *, halve: bool) -> None:
        super().__init__()
        self.conv: nn.Module = (
            nn.Conv1d(channels, channels, 3, 2, 1) if halve else nn.ConvTranspose1d(channels, channels, 4, 2, 1)
        )

    def forward(self, path: Tensor) -> Tensor:
        """(B, C, H) -> (B, C, H / 2) or (B, C, 2 H)."""
        changed: Tensor = self.conv(path)
        return changed


class Level(nn.ModuleList):
    """Two blocks, and what changes the number of waypoints after them."""

    def __init__(self, inputs: int, outputs: int, condition: int, resampling: nn.Module) -> None:
        blocks = [ConditionedBlock(inputs, outputs, condition), ConditionedBlock(outputs, outputs, condition)]
        super().__init__([*blocks, resampling])

    def forward(self, path: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """(B, inputs, H) and (B, condition) -> the maps (B, outputs, H) before the change, and after it."""
        first, second, resampling = self
        before = second(first(path, condition), condition)
        return before, resampling(before)


class ConditionalUnet1D(nn.Module):
    """Noisy path, step and condition in, the noise out; the path's length must be a multiple of 4.

    The third level does not halve, and the first level's maps are not handed across: both as published.
    """

    def __init__(self, values: int, condition: int, widths: tuple[int, int, int] = (64, 128, 256)) -> None:
        super().__init__()
        step = condition
        both = step + condition
        first, middle, last = widths
        self.mid_modules = nn.ModuleList([ConditionedBlock(last, last, both) for _ in range(2)])
        self.diffusion_step_encoder = nn.Sequential(
            StepEncoding(step), nn.Linear(step, 4 * step), nn.Mish(), nn.Linear(4 * step, step)
        )
        self.up_modules = nn.ModuleList(
            [
                Level(2 * last, middle, both, Resampling(middle, halve=False)),
                Level(2 * middle, first, both, Resampling(first, halve=False)),
            ]
        )
        self.down_modules = nn.ModuleList(
            [
                Level(values, first, both, Resampling(first, halve=True)),
                Level(first, middle, both, Resampling(middle, halve=True)),
                Level(middle, last, both, nn.Identity()),
            ]
        )
        self.final_conv = nn.Sequential(ConvBlock(first, first), nn.Conv1d(first, values, 1))

    def forward(self, path: Tensor, steps: Tensor, condition: Tensor) -> Tensor:
        """(B, H, values), (B,) and (B, condition) -> (B, H, values)."""
        both = torch.cat([self.diffusion_step_encoder(steps), condition], dim=-1)
        maps = path.transpose(1, 2)
        levels = []
        for level in self.down_modules:
            before, maps = level(maps, both)
            levels.append(before)
        for block in self.mid_modules:
            maps = block(maps, both)
        for level in self.up_modules:
            _, maps = level(torch.cat([maps, levels.pop()], dim=1), both)
        noise: Tensor = self.final_conv(maps).transpose(1, 2)
        return noise
