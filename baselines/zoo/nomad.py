"""NoMaD of the zoo: three files, vision encoder, noise and distance, joined by the diffusion chain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from baselines.history import History
from baselines.image_goal_agent import Answers, Floats, ImageGoalAgent
from baselines.nomad.diffusion import STEPS, denoised
from baselines.nomad.model import waypoints_of
from baselines.zoo.image_goal import LICENCE, given_file
from baselines.zoo.onnx_file import Array, OnnxFile
from baselines.zoo.signature import Signature
from navbench_gs.errors import WeightsError

ENCODER, NOISE, DISTANCE = "vision_encoder", "noise_pred", "dist_pred"
SAMPLES = 8


def beside(encoder: Path, part: str) -> Path:
    """The file of another part of the network, which lies beside the encoder's.

    Raises:
        WeightsError: the encoder's name does not say which part it is.
    """
    if ENCODER not in encoder.name:
        raise WeightsError(f"{encoder.name}: NoMaD is three files, of which the one named ...{ENCODER}.onnx is given")
    return encoder.with_name(encoder.name.replace(ENCODER, part))


class ZooNoMaDAgent(ImageGoalAgent):
    """Frames 0.25 s apart; eight paths are drawn for the node that is headed for, the first is driven."""

    moves_on = False
    stochastic = True

    def __init__(self, file: OnnxFile, signature: Signature) -> None:
        self._file, self._signature = file, signature
        self._noise_file, self._distance_file = (OnnxFile(beside(file.path, part)) for part in (NOISE, DISTANCE))
        self._path = next(port for port in self._noise_file.inputs.values() if len(port.shape) == 3)
        horizon = self._path.shape[1]
        if horizon is None:
            raise WeightsError(f"{self._noise_file.path}: '{self._path.name}' does not say how many waypoints it takes")
        super().__init__(f"zoo:{file.path.stem}", given_file(file, signature, horizon), "")
        self._card = self._card.model_copy(update={"licence": LICENCE})
        self._horizon = horizon
        self._frames: History[Tensor] = History(signature.count)

    def begin(self, seed: int) -> None:
        """Forget the frames, start the noise from ``seed``."""
        self._frames.clear()
        self._noise = np.random.Generator(np.random.PCG64(seed))

    def see(self, frame: Tensor) -> None:
        """Keep the frame."""
        self._frames.add(frame)

    def compare(self, goals: Tensor) -> Answers:
        """Paths are drawn only for the goal that is headed for."""
        conditions = [self._condition(goal) for goal in goals]
        (port,) = self._distance_file.inputs.values()
        distances = [next(iter(self._distance_file.run({port.name: each}).values())).item() for each in conditions]
        return Answers(np.array(distances), lambda goal: self._drawn(conditions[goal]))

    def _condition(self, goal: Tensor) -> Array:
        """(1, D) of the frames and a goal picture (3, H, W) that is not hidden."""
        signature = self._signature
        assert signature.mask_port is not None
        given = {
            signature.frames.name: signature.framed(self._frames.padded()),
            signature.goal_port.name: goal.unsqueeze(0).numpy(),
            signature.mask_port.name: np.zeros(1),
        }
        return next(iter(self._file.run(given).values()))

    def _drawn(self, condition: Array) -> Floats:
        shape = SAMPLES, self._horizon, 2
        start, *noises = torch.from_numpy(self._noise.standard_normal((STEPS, *shape), dtype=np.float32))
        path = denoised(lambda path, steps: self._predicted_noise(path, int(steps[0]), condition), start, noises)
        waypoints: Floats = waypoints_of(path).double().numpy()
        return waypoints

    def _predicted_noise(self, path: Tensor, step: int, condition: Array) -> Tensor:
        """The noise in paths (S, H, 2), as many at a time as the file takes."""
        together = self._path.shape[0] or len(path)
        starts = range(0, len(path), together)
        parts = [self._noise_of(path[start : start + together].numpy(), step, condition) for start in starts]
        return torch.from_numpy(np.concatenate(parts))

    def _noise_of(self, path: Array, step: int, condition: Array) -> Array:
        given = {}
        for port in self._noise_file.inputs.values():
            if port is self._path:
                given[port.name] = path
            elif len(port.shape) == 2:
                given[port.name] = np.repeat(condition, len(path), axis=0)
            else:
                given[port.name] = np.full([size or len(path) for size in port.shape], step)
        return next(iter(self._noise_file.run(given).values()))
