"""DINOv2's vision transformer without registers, as CityWalker uses it: a picture in, its class token out.

Names, order and shapes of the tensors are those of the published ViT-B/14 (Oquab et al., 2023). B batch, P patches,
D width, H and W pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

NORM_EPS = 1e-6
SCALE_OFFSET = 0.1
"""Added to the number of patches when the table of positions is scaled: the published network was run so."""


@dataclass(frozen=True)
class DinoConfig:
    """Sizes; the defaults are those of ViT-B/14, trained on pictures of 518 x 518 pixels."""

    width: int = 768
    layers: int = 12
    heads: int = 12
    patch_px: int = 14
    table_side: int = 37
    """Patches along a side of the square table of positions."""


class Attention(nn.Module):
    """Multi-head attention over all tokens."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, 1 + P, D) -> (B, 1 + P, D)."""
        batch, count, width = tokens.shape
        query, key, value = (
            self.qkv(tokens).view(batch, count, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value)
        attended: Tensor = self.proj(mixed.transpose(1, 2).flatten(2))
        return attended


class LayerScale(nn.Module):
    """A learned factor for each channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, 1 + P, D) -> (B, 1 + P, D)."""
        return tokens * self.gamma


class FeedForward(nn.Module):
    """Two layers with GELU between them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, 1 + P, D) -> (B, 1 + P, D)."""
        changed: Tensor = self.fc2(functional.gelu(self.fc1(tokens)))
        return changed


class Block(nn.Module):
    """Attention and feed-forward layers, each normalised before and scaled after."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=NORM_EPS)
        self.attn = Attention(width, heads)
        self.ls1 = LayerScale(width)
        self.norm2 = nn.LayerNorm(width, eps=NORM_EPS)
        self.mlp = FeedForward(width)
        self.ls2 = LayerScale(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, 1 + P, D) -> (B, 1 + P, D)."""
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens)))
        changed: Tensor = tokens + self.ls2(self.mlp(self.norm2(tokens)))
        return changed


class PatchEmbedding(nn.Module):
    """A token for each square of the picture."""

    def __init__(self, width: int, patch_px: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch_px, stride=patch_px)

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, D, H / patch, W / patch)."""
        maps: Tensor = self.proj(pictures)
        return maps


class DinoV2(nn.Module):
    """Pictures in, class tokens out."""

    def __init__(self, config: DinoConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or DinoConfig()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + config.table_side**2, config.width))
        self.mask_token = nn.Parameter(torch.zeros(1, config.width))  # unused, but in the published file
        self.patch_embed = PatchEmbedding(config.width, config.patch_px)
        self.blocks = nn.ModuleList([Block(config.width, config.heads) for _ in range(config.layers)])
        self.norm = nn.LayerNorm(config.width, eps=NORM_EPS)
        nn.init.normal_(self.cls_token, std=1e-6)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W) ImageNet-normalised, H and W multiples of the patch -> (B, D)."""
        maps = self.patch_embed(pictures)
        patches = maps.flatten(2).transpose(1, 2) + self.positions(*maps.shape[-2:])
        first = (self.cls_token + self.pos_embed[:, :1]).expand(len(patches), -1, -1)
        tokens = torch.cat([first, patches], dim=1)
        for block in self.blocks:
            tokens = block(tokens)
        code: Tensor = self.norm(tokens[:, 0])
        return code

    def positions(self, rows: int, columns: int) -> Tensor:
        """(1, rows x columns, D): the table of positions, scaled to another number of patches (bicubic)."""
        side = self.config.table_side
        table = self.pos_embed[:, 1:]
        if (rows, columns) == (side, side):
            return table
        square = table.transpose(1, 2).reshape(1, -1, side, side)
        # The factors, and not the sizes they lead to, set where the table is read: hence the offset shows.
        factors = ((rows + SCALE_OFFSET) / side, (columns + SCALE_OFFSET) / side)
        scaled = functional.interpolate(square, scale_factor=factors, mode="bicubic", align_corners=False)
        assert scaled.shape[-2:] == (rows, columns)
        return scaled.flatten(2).transpose(1, 2)
