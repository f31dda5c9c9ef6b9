"""The residual attention module: ``Q' = psi(Q; K, V; Theta_D) + Z_out(psi(Z_in(Q); K, V; Theta_l))``.

Theta_D is a pre-trained attention block, frozen; Theta_l starts as its copy and is trained; both Z are linear layers
that start at zero, so a freshly attached module changes nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn


def zero_linear(width: int) -> nn.Linear:
    """A linear layer whose weights and biases are zero."""
    layer = nn.Linear(width, width)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class ResidualAttention(nn.Module):
    """An attention block ``psi`` and beside it the gated, trainable copy."""

    def __init__(self, block: nn.Module, width: int) -> None:
        super().__init__()
        self.pretrained = block
        self.adapted = copy.deepcopy(block)
        self.gate_in = zero_linear(width)
        self.gate_out = zero_linear(width)

    def forward(self, queries: Tensor, memory: Tensor | None, absent: Tensor) -> Tensor:
        """As the block itself: queries (B, Q, W), memory (B, S, W), absent (B, S) -> (B, Q, W)."""
        residual: Tensor = self.gate_out(self.adapted(self.gate_in(queries), memory, absent))
        answer: Tensor = self.pretrained(queries, memory, absent) + residual
        return answer

    def gate_norms(self) -> tuple[float, float]:
        """Frobenius norms of the weights of Z_in and Z_out: how far the residual has opened."""
        return float(self.gate_in.weight.detach().norm()), float(self.gate_out.weight.detach().norm())


def attach(blocks: nn.ModuleList, width: int) -> None:
    """Put every attention block of a decoder into a residual module, in place."""
    for index, block in enumerate(blocks):
        blocks[index] = ResidualAttention(block, width)


def residual_modules(model: nn.Module) -> list[ResidualAttention]:
    """The residual modules of a model, in order."""
    return [module for module in model.modules() if isinstance(module, ResidualAttention)]


def residual_parameters(model: nn.Module) -> Iterator[nn.Parameter]:
    """Theta_l and both Z of every residual module: all that reinforcement may change."""
    for module in residual_modules(model):
        for part in (module.adapted, module.gate_in, module.gate_out):
            yield from part.parameters()


def mean_gate_norms(model: nn.Module) -> dict[str, float]:
    """Mean norms of Z_in and Z_out over a model's residual modules; empty where there are none."""
    norms = torch.tensor([module.gate_norms() for module in residual_modules(model)])
    return {} if not len(norms) else {"gate_in": float(norms[:, 0].mean()), "gate_out": float(norms[:, 1].mean())}
