"""Layers that the policy's parts share: feed-forward and attention with a norm before and a skip."""

from __future__ import annotations

from torch import Tensor, nn

from s2e_agent.config.pretraining import PolicyConfig


class FeedForward(nn.Sequential):
    """Two linear layers with a GELU between."""

    def __init__(self, width: int, inner: int, out: int, dropout: float = 0.0) -> None:
        super().__init__(nn.Linear(width, inner), nn.GELU(), nn.Dropout(dropout), nn.Linear(inner, out))


class AttentionBlock(nn.Module):
    """psi(Q; K, V): attention of queries to a memory, then a feed-forward layer, both with a norm before and a skip.

    With the queries as their own memory it is a self-attention layer.
    """

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.query_norm = nn.LayerNorm(config.width)
        self.attention = nn.MultiheadAttention(config.width, config.heads, config.dropout, batch_first=True)
        self.forward_norm = nn.LayerNorm(config.width)
        self.feed_forward = FeedForward(config.width, config.feed_forward, config.width, config.dropout)

    def forward(self, queries: Tensor, memory: Tensor | None, absent: Tensor, hidden: Tensor | None = None) -> Tensor:
        """Queries (B, Q, W), memory (B, S, W) (None: the queries) -> (B, Q, W).

        ``absent`` (B, S): tokens that nobody may look at; ``hidden`` (Q, S): tokens that one query may not look at.
        """
        asked = self.query_norm(queries)
        keys = asked if memory is None else memory
        seen, _ = self.attention(asked, keys, keys, key_padding_mask=absent, attn_mask=hidden, need_weights=False)
        queries = queries + seen
        answer: Tensor = queries + self.feed_forward(self.forward_norm(queries))
        return answer
