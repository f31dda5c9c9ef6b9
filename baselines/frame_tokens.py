"""Agents of networks that make one token of each frame: encoded when it is seen, kept while it counts."""

from __future__ import annotations

import torch
from torch import Tensor

from baselines.history import History
from baselines.image_goal_agent import ImageGoalAgent


class FrameTokenAgent(ImageGoalAgent):
    """What ViNT and NoMaD share. G goal pictures, N frames, D width."""

    def begin(self, seed: int) -> None:
        """Forget the frames."""
        self._tokens: History[Tensor] = History(self.network.config.frames)

    def see(self, frame: Tensor) -> None:
        """Keep the frame's token."""
        self._current = frame.unsqueeze(0)
        self._tokens.add(self.network.encode_frames(self._current))

    def tokens(self, goals: Tensor) -> tuple[Tensor, Tensor]:
        """(G, N, D) of the frames, the same for each goal picture (G, 3, H, W), and (G, D) of the goals."""
        count = len(goals)
        frames = torch.stack(self._tokens.padded(), dim=1).expand(count, -1, -1)
        return frames, self.network.encode_goal(self._current.expand(count, -1, -1, -1), goals)
