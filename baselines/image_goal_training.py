"""What training the image-goal networks has in common: batches of drives, and the error on drives held out.

B samples, F frames, N frames seen at once, H waypoints.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from baselines.data.drive_set import DriveSet, read_drive_set
from baselines.data.folders import data_folders
from baselines.data.goal_pictures import GoalRule, drawn_goals, taught_goals
from baselines.data.image_goal_batch import ImageGoalBatch, joined, mirrored, sampled_batch
from baselines.data.mixture import drawn_windows
from baselines.goal_loss import GoalLabels, goal_loss
from baselines.preprocess import normalised
from baselines.training import Data, Preset
from baselines.waypoints import GoalPrediction
from navbench_gs.domain.streams import stream
from navbench_gs.drives.splits import Part

HELD_OUT_EVERY = 2
"""Every second moment of the held-out drives is measured."""
HELD_OUT_BATCH = 64
NEAR = 5
"""So many waypoints are measured by themselves too: as many as GNM and ViNT were published with."""
HELD_OUT_ERRORS = (
    "waypoint_error_m",
    "constant_velocity_error_m",
    "near_waypoint_error_m",
    "near_constant_velocity_error_m",
    "distance_error",
)


@dataclass(frozen=True)
class DataView:
    """How an image-goal network looks at drives."""

    picture_px: tuple[int, int]
    """Width and height."""
    goals: GoalRule
    windows: int
    """Windows in a batch ..."""
    window: int = 1
    """... of so many consecutive moments; frames that these share are encoded once."""
    mirror_share: float = 0.0
    """Share of windows that are mirrored."""
    begins_ahead: bool = False
    """Whether an untrained network begins by answering the middle distance and a unit a step straight ahead."""


def drives_of(preset: Preset, data: Data) -> tuple[list[DriveSet], list[DriveSet]]:
    """Training and held-out drives of every data set.

    Raises:
        DamagedFileError: a file cannot be read, or drives are too short.
        UnknownNameError: a spacing or weight is given for a folder that is not there.
    """
    width, height = preset.view.picture_px
    folders = data_folders(data.folders, data.spacings, data.weights)
    parts: tuple[Part, Part] = ("train", "test")
    training, held_out = (
        [
            read_drive_set(
                folder,
                part,
                width_px=width,
                height_px=height,
                context=preset.network.context,
                horizon=preset.network.horizon,
                prepared=data.prepared,
            )
            for folder in folders
        ]
        for part in parts
    )
    return training, held_out


class ImageGoalTraining(ABC):
    """What the training loop trains: one of the three networks; its loss and its answer are in the subclass."""

    def __init__(
        self, network: nn.Module, view: DataView, training: Sequence[DriveSet], held_out: Sequence[DriveSet]
    ) -> None:
        self.network: Any = network
        self.view, self.training, self.held_out = view, training, held_out

    @property
    def model(self) -> nn.Module:
        """The network."""
        network: nn.Module = self.network
        return network

    @abstractmethod
    def batch_loss(self, batch: ImageGoalBatch, pictures: Tensor) -> tuple[Tensor, dict[str, float]]:
        """The loss, and what to log of it; ``pictures`` (F, 3, H, W) are the batch's, normalised."""

    @abstractmethod
    def waypoints(self, batch: ImageGoalBatch, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Waypoints (B, H, 2) in units and distances (B,) that the network answers with."""

    def loss(self, step: int, seed: int) -> tuple[Tensor, dict[str, float]]:
        """Loss of the batch keyed by (seed, step)."""
        batch = self.training_batch(stream("batch", seed, step)).to(self._device)
        return self.batch_loss(batch, normalised(batch.pictures))

    def training_batch(self, rng: np.random.Generator) -> ImageGoalBatch:
        """Random windows of the mixture, some mirrored."""
        config, parts = self.network.config, []
        for drives, moments in drawn_windows(self.training, self.view.windows, self.view.window, rng):
            goals = drawn_goals(drives, moments, self.view.goals, rng)
            part = sampled_batch(drives, moments, goals, context=config.context, horizon=config.horizon)
            parts.append(mirrored(part) if rng.random() < self.view.mirror_share else part)
        return joined(parts)

    def validate(self, model: nn.Module) -> dict[str, float]:
        """Mean errors over held-out moments with goals that teach waypoints; the score is the waypoint error."""
        rows = [self._errors(batch.to(self._device)) for drives in self.held_out for batch in self._held_out(drives)]
        means = torch.cat(rows, dim=1).double().mean(dim=1)
        named = dict(zip(HELD_OUT_ERRORS, means.tolist(), strict=True))
        return named | {"score": named["waypoint_error_m"]}

    def _held_out(self, drives: DriveSet) -> list[ImageGoalBatch]:
        config, chosen = self.network.config, drives.moments[::HELD_OUT_EVERY]
        chosen = chosen[drives.undisturbed(chosen, config.horizon)]
        batches = []
        for start in range(0, len(chosen), HELD_OUT_BATCH):
            moments = chosen[start : start + HELD_OUT_BATCH]
            goals = taught_goals(drives, moments, self.view.goals, stream("held out", drives.name, start))
            batches.append(sampled_batch(drives, moments, goals, context=config.context, horizon=config.horizon))
        return batches

    def _errors(self, batch: ImageGoalBatch) -> Tensor:
        """(E, B): ``HELD_OUT_ERRORS`` of every sample."""
        paths, distance = self.waypoints(batch, normalised(batch.pictures))
        true = batch.actions[..., :2]
        steady = batch.steady[:, None] * torch.arange(1, true.shape[1] + 1, device=true.device)[:, None]
        off, steady_off = ((path.float() - true).norm(dim=-1) * batch.spacing_m[:, None] for path in (paths, steady))
        means = [errors.mean(dim=1) for errors in (off, steady_off, off[:, :NEAR], steady_off[:, :NEAR])]
        return torch.stack([*means, (distance.float() - batch.distance).abs()])

    @property
    def _device(self) -> torch.device:
        return next(self.model.parameters()).device


class GoalNetworkTraining(ImageGoalTraining):
    """GNM and ViNT: a prediction for a stack of frames and a goal; frames are encoded once where they can be."""

    def __init__(
        self,
        network: nn.Module,
        predict: Callable[[Any, Tensor, ImageGoalBatch], GoalPrediction],
        view: DataView,
        training: Sequence[DriveSet],
        held_out: Sequence[DriveSet],
    ) -> None:
        super().__init__(network, view, training, held_out)
        self.predict = predict

    def batch_loss(self, batch: ImageGoalBatch, pictures: Tensor) -> tuple[Tensor, dict[str, float]]:
        """The published loss of distance and waypoints."""
        labels = GoalLabels(batch.distance, batch.actions, batch.taught.float())
        return goal_loss(self.predict(self.network, pictures, batch), labels), {}

    def waypoints(self, batch: ImageGoalBatch, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """The prediction's."""
        prediction = self.predict(self.network, pictures, batch)
        return prediction.actions[..., :2], prediction.distance[:, 0]


def frame_tokens(network: Any, pictures: Tensor, batch: ImageGoalBatch) -> Tensor:
    """(B, N, D): tokens of the frames each sample sees, every distinct frame encoded once."""
    seen, numbers = torch.unique(batch.history, return_inverse=True)
    tokens: Tensor = network.encode_frames(pictures[seen])[numbers]
    return tokens
