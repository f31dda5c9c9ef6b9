"""Which published network an ONNX file is, by the shapes of what it takes; names are whatever the file calls them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from torch import Tensor

from baselines.zoo.onnx_file import Array, OnnxFile, Port
from navbench_gs.errors import WeightsError

COLOURS = 3


class Goal(Enum):
    """What a network is told of its goal."""

    PICTURE = "a goal picture (GNM, ViNT)"
    MASKED_PICTURE = "a goal picture that can be hidden (NoMaD)"
    POSE = "a goal pose (LogoNav)"
    POINTS = "past positions and a goal point (CityWalker)"
    DIRECTION = "distance and direction of a goal point (S2E)"


@dataclass(frozen=True)
class Signature:
    """The inputs of a network that drives."""

    goal: Goal
    frames: Port
    """(1, 3 N, H, W) or (1, N, 3, H, W)."""
    goal_port: Port
    mask_port: Port | None = None

    @property
    def count(self) -> int:
        """N, the frames it looks at."""
        channels_or_frames = self.frames.shape[1] or 0
        return channels_or_frames if len(self.frames.shape) == 5 else channels_or_frames // COLOURS

    @property
    def picture_px(self) -> tuple[int, int]:
        """Width and height of its frames."""
        height, width = self.frames.shape[-2:]
        return width or 0, height or 0

    def framed(self, frames: list[Tensor]) -> Array:
        """N frames (3, H, W), oldest first, as the file takes them."""
        return np.stack([frame.numpy() for frame in frames]).reshape([size or 1 for size in self.frames.shape])


def signature_of(file: OnnxFile) -> Signature:
    """What a file's network takes.

    Raises:
        WeightsError: it is none of the networks known here.
    """
    pictures = [port for port in file.inputs.values() if len(port.shape) >= 4]
    frames = max(pictures, key=lambda port: port.shape[1] or 0, default=None)
    others = [port for port in file.inputs.values() if port is not frames]
    if frames is None or None in frames.shape[1:]:
        raise WeightsError(f"{file.path}: no input takes frames of a fixed number and size{_nomad_hint(file)}")
    for port in others:
        rest = [each for each in others if each is not port]
        goal = _goal(port, rest)
        if goal is not None:
            return Signature(goal, frames, port, rest[0] if rest else None)
    taken = ", ".join(f"{port.name} {port.shape}" for port in file.inputs.values())
    raise WeightsError(f"{file.path} takes {taken}: that is no network of the zoo known here")


def _goal(port: Port, rest: list[Port]) -> Goal | None:
    """What kind of goal a port takes, if it is the goal's and ``rest`` fits to that."""
    shape = port.shape[1:]
    if len(shape) >= 3 and COLOURS in shape:
        hides = len(rest) == 1 and len(rest[0].shape) == 1
        return Goal.PICTURE if not rest else Goal.MASKED_PICTURE if hides else None
    if rest:
        return None
    if len(shape) == 2 and shape[1] == 2:
        return Goal.POINTS
    return {4: Goal.POSE, 3: Goal.DIRECTION}.get(shape[0] or 0) if len(shape) == 1 else None


def _nomad_hint(file: OnnxFile) -> str:
    return " (of NoMaD's three files, give the vision encoder)" if "nomad" in file.path.name else ""


def path_among(outputs: dict[str, Array]) -> Array:
    """The waypoints (H, 2 or more) of a batch of one, among a network's outputs.

    Raises:
        WeightsError: there are none.
    """
    for array in outputs.values():
        if array.ndim == 3 and array.shape[-1] >= 2:
            path: Array = array[0]
            return path
    raise WeightsError(f"no output is a path: {', '.join(f'{name} {array.shape}' for name, array in outputs.items())}")


def distance_among(outputs: dict[str, Array]) -> float:
    """The distance of a batch of one, among a network's outputs.

    Raises:
        WeightsError: there is none.
    """
    for array in outputs.values():
        if array.size == 1:
            return float(array.reshape(()))
    raise WeightsError("no output is a distance")
