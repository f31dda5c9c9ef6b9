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
        given = given_weights(KIND, checkpoint)
        super().__init__(KIND.name, given, variant)
        self._network = given.network
        self._frames: History[Tensor] = History(given.network.config.frames)

    def begin(self, seed: int) -> None:
        """Forget the frames."""
        self._frames.clear()

    def see(self, frame: Tensor) -> None:
        """Encode the frames together: one code for all goals."""
        self._frames.add(frame)
        self._stack = stacked(self._frames.padded())
        self._code = self._network.encode_frames(self._stack)

    def compare(self, goals: Tensor) -> Answers:
        """A path to each goal picture."""
        frames, code = (seen.expand(len(goals), *seen.shape[1:]) for seen in (self._stack, self._code))
        answer = self._network.decode(code, self._network.encode_goal(frames, goals))
        actions = answer.actions.double().numpy()
        return Answers(answer.distance[:, 0].double().numpy(), lambda goal: actions[goal : goal + 1])
