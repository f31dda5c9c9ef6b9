"""The transformer that ViNT introduced and its successors share: sine positions, pre-norm layers, a tapering head.

Tensor names and their order are those of the published files. B batch, T tokens, D width.
"""

from __future__ import annotations

import copy
import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

DROPOUT = 0.1
TAPER = (256, 128, 64, 32)
"""Widths of the last output layers; the last is what the predictors read."""


class PositionalEncoding(nn.Module):
    """Adds sines and cosines of a token's place; the table is a buffer of every published file."""

    pos_enc: Tensor

    def __init__(self, tokens: int, width: int) -> None:
        super().__init__()
        place = torch.arange(tokens, dtype=torch.float32).unsqueeze(1)
        frequency = torch.exp(torch.arange(0, width, 2).float() * (-math.log(10000.0) / width))
        waves = torch.stack([torch.sin(place * frequency), torch.cos(place * frequency)], dim=-1)  # (T, D / 2, 2)
        self.register_buffer("pos_enc", waves.reshape(1, tokens, width))

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T, D) -> (B, T, D)."""
        return tokens + self.pos_enc[:, : tokens.shape[1]]


class SelfAttention(nn.Module):
    """Multi-head attention with the tensor names of ``nn.MultiheadAttention``.

    Torch's own module changes to a fused kernel when gradients are off, which moves the last digits; this one does not.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(3 * width, width)))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> Tensor:
        """(B, T, D) -> (B, T, D); tokens where ``hidden`` (B, T) is true are not looked at."""
        batch, count, width = tokens.shape
        projected = functional.linear(tokens, self.in_proj_weight, self.in_proj_bias)
        query, key, value = projected.view(batch, count, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        seen = None if hidden is None else ~hidden[:, None, None, :]
        mixed = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=seen, dropout_p=DROPOUT if self.training else 0.0
        )
        attended: Tensor = self.out_proj(mixed.transpose(1, 2).reshape(batch, count, width))
        return attended


class TransformerLayer(nn.Module):
    """Normalise, attend, add; normalise, feed forward (GELU), add."""

    def __init__(self, width: int, heads: int, feed_forward: int) -> None:
        super().__init__()
        self.self_attn = SelfAttention(width, heads)
        self.linear1 = nn.Linear(width, feed_forward)
        self.linear2 = nn.Linear(feed_forward, width)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> Tensor:
        """(B, T, D) -> (B, T, D); ``hidden`` (B, T) as in :class:`SelfAttention`."""
        tokens = tokens + self.dropout(self.self_attn(self.norm1(tokens), hidden))
        inner = self.dropout(functional.gelu(self.linear1(self.norm2(tokens))))
        changed: Tensor = tokens + self.dropout(self.linear2(inner))
        return changed


class TransformerStack(nn.Module):
    """Layers that start as copies of one template, as torch's encoder makes them."""

    def __init__(self, template: TransformerLayer, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([copy.deepcopy(template) for _ in range(layers)])

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> Tensor:
        """(B, T, D) -> (B, T, D)."""
        for layer in self.layers:
            tokens = layer(tokens, hidden)
        return tokens


class TokenMixer(nn.Module):
    """Positions and a stack of layers: every token learns of every other."""

    def __init__(self, tokens: int, width: int, *, layers: int, heads: int, feed_forward: int) -> None:
        super().__init__()
        self.positional_encoding = PositionalEncoding(tokens, width)
        self.sa_layer = TransformerLayer(width, heads, feed_forward)  # the template: unused, but in every file
        self.sa_decoder = TransformerStack(self.sa_layer, layers)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T, D) -> (B, T, D)."""
        mixed: Tensor = self.sa_decoder(self.positional_encoding(tokens))
        return mixed


class TokenDecoder(TokenMixer):
    """A mixer whose tokens, side by side, are narrowed to 32 numbers; ReLU after every layer, also the last."""

    def __init__(self, tokens: int, width: int, *, layers: int, heads: int, feed_forward: int) -> None:
        super().__init__(tokens, width, layers=layers, heads=heads, feed_forward=feed_forward)
        widths = (tokens * width, width, *TAPER)
        self.output_layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths))

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T, D) -> (B, 32)."""
        summary = super().forward(tokens).flatten(1)
        for layer in self.output_layers:
            summary = functional.relu(layer(summary))
        return summary
