"""ViNT as an agent of the benchmark."""

from __future__ import annotations

import torch
from torch import Tensor

from baselines.given_weights import Kind, given_weights
from baselines.history import History
from baselines.image_goal_agent import Answers, ImageGoalAgent
from baselines.vint.model import ViNT, ViNTConfig

KIND = Kind("vint", ViNT, ViNTConfig, (85, 64))


class ViNTAgent(ImageGoalAgent):
    """Six frames 0.25 s apart, each encoded once."""

    def __init__(self, checkpoint: str | None = None, variant: str = "") -> None:
        given = given_weights(KIND, checkpoint)
        super().__init__(KIND.name, given, variant)
        self._network = given.network
        self._tokens: History[Tensor] = History(given.network.config.frames)

    def begin(self, seed: int) -> None:
        """Forget the frames."""
        self._tokens.clear()

    def see(self, frame: Tensor) -> None:
        """Keep the frame's token."""
        self._current = frame.unsqueeze(0)
        self._tokens.add(self._network.encode_frames(self._current))

    def compare(self, goals: Tensor) -> Answers:
        """A path to each goal picture."""
        tokens = torch.stack(self._tokens.padded(), dim=1).expand(len(goals), -1, -1)
        goal_tokens = self._network.encode_goal(self._current.expand(len(goals), -1, -1, -1), goals)
        answer = self._network.decode(tokens, goal_tokens)
        actions = answer.actions.double().numpy()
        return Answers(answer.distance[:, 0].double().numpy(), lambda goal: actions[goal : goal + 1])
