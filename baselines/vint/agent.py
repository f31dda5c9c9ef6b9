"""ViNT as an agent of the benchmark."""

from __future__ import annotations

from torch import Tensor

from baselines.frame_tokens import FrameTokenAgent
from baselines.given_weights import Kind, given_weights
from baselines.image_goal_agent import Answers
from baselines.vint.model import ViNT, ViNTConfig

KIND = Kind("vint", ViNT, ViNTConfig, (85, 64))


class ViNTAgent(FrameTokenAgent):
    """Six frames 0.25 s apart, each encoded once."""

    def __init__(self, checkpoint: str | None = None, variant: str = "") -> None:
        super().__init__(KIND.name, given_weights(KIND, checkpoint), variant)

    def compare(self, goals: Tensor) -> Answers:
        """A path to each goal picture."""
        return Answers.of(self.network.decode(*self.tokens(goals)))
