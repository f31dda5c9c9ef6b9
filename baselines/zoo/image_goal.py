"""GNM and ViNT of the zoo: the map of route pictures instead of the random goal pictures of the zoo's own wrapper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from baselines.given_weights import Given
from baselines.history import History
from baselines.image_goal_agent import Answers, ImageGoalAgent
from baselines.zoo.onnx_file import OnnxFile
from baselines.zoo.signature import Signature, distance_among, path_among

LICENCE = "Apache-2.0 (as the zoo states)"


@dataclass(frozen=True)
class PathLength:
    """How many waypoints a network gives."""

    horizon: int


class PathNetwork(nn.Module):
    """What the shared agent must know of a network."""

    def __init__(self, horizon: int) -> None:
        super().__init__()
        self.config = PathLength(horizon)


def given_file(file: OnnxFile, signature: Signature, horizon: int) -> Given[PathNetwork]:
    """A file as the shared agent takes networks."""
    return Given(PathNetwork(horizon), file.sha256, signature.picture_px)


class ZooImageGoalAgent(ImageGoalAgent):
    """Frames 0.25 s apart; every goal picture is asked about on its own, as the files take one at a time."""

    def __init__(self, file: OnnxFile, signature: Signature) -> None:
        horizon = len(path_among(file.tried()))
        super().__init__(f"zoo:{file.path.stem}", given_file(file, signature, horizon), "")
        description = f"{self._card.description.split('. Variants')[0]}; input names and sizes read from the file"
        self._card = self._card.model_copy(update={"licence": LICENCE, "description": description})
        self._file, self._signature = file, signature
        self._frames: History[Tensor] = History(signature.count)

    def begin(self, seed: int) -> None:
        """Forget the frames."""
        self._frames.clear()

    def see(self, frame: Tensor) -> None:
        """Keep the frame."""
        self._frames.add(frame)

    def compare(self, goals: Tensor) -> Answers:
        """A path to each goal picture."""
        frames = self._signature.framed(self._frames.padded())
        names = self._signature.frames.name, self._signature.goal_port.name
        shape = [size or 1 for size in self._signature.goal_port.shape]
        outputs = [
            self._file.run(dict(zip(names, (frames, goal.numpy().reshape(shape)), strict=True))) for goal in goals
        ]
        paths = [path_among(output).astype(np.float64) for output in outputs]
        return Answers(np.array([distance_among(output) for output in outputs]), lambda goal: paths[goal][None])
