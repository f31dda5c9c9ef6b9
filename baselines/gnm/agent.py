"""GNM as an agent of the benchmark."""

from __future__ import annotations

from torch import Tensor

from baselines.frame_stack import stacked
from baselines.given_weights import Kind, given_weights
from baselines.gnm.model import GNM, GNMConfig
from baselines.history import History
from baselines.image_goal_agent import Answers, ImageGoalAgent

KIND = Kind("gnm", GNM, GNMConfig, (85, 64))


class GNMAgent(ImageGoalAgent):
    """Six frames 0.25 s apart, seen together."""

    def __init__(self, checkpoint: str | None = None, variant: str = "") -> None:
        super().__init__(KIND.name, given_weights(KIND, checkpoint), variant)

    def begin(self, seed: int) -> None:
        """Forget the frames."""
        self._frames: History[Tensor] = History(self.network.config.frames)

    def see(self, frame: Tensor) -> None:
        """Encode the frames together: one code for all goals."""
        self._frames.add(frame)
        self._stack = stacked(self._frames.padded())
        self._code = self.network.encode_frames(self._stack)

    def compare(self, goals: Tensor) -> Answers:
        """A path to each goal picture."""
        frames, code = (seen.expand(len(goals), *seen.shape[1:]) for seen in (self._stack, self._code))
        return Answers.of(self.network.decode(code, self.network.encode_goal(frames, goals)))
