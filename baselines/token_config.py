"""Sizes of the networks that make a token of every frame: ViNT and its successors."""

from __future__ import annotations

from dataclasses import dataclass

from baselines.attention import TokenDecoder


@dataclass(frozen=True)
class TokenConfig:
    """Sizes; the defaults are those of the published ``vint.pth``."""

    context: int = 5
    """Frames before the current one."""
    horizon: int = 5
    width: int = 512
    layers: int = 4
    heads: int = 4
    encoder_width: float = 1.0
    """Scales the layers of the EfficientNets."""

    @property
    def frames(self) -> int:
        """N, the current one among them."""
        return self.context + 1

    def decoder(self, tokens: int) -> TokenDecoder:
        """A transformer of these sizes over that many tokens."""
        return TokenDecoder(tokens, self.width, layers=self.layers, heads=self.heads, feed_forward=4 * self.width)
