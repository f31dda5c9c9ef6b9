"""How LogoNav is trained: drives in the GNM layout with their own labels, FrodoBots with those of the relabeller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from baselines.data.drive_set import DriveSet
from baselines.data.frodobots import FrodoBots, is_frodobots, read_frodobots
from baselines.data.frodobots_batch import StepsAhead, frodobots_batch
from baselines.data.goal_pictures import GoalRule, taught_goals
from baselines.data.image_goal_batch import ImageGoalBatch, joined, mirrored, sampled_batch
from baselines.data.mixture import drawn_windows
from baselines.given_weights import trained_weights
from baselines.image_goal_training import DataView, ImageGoalTraining, drives_of, frame_tokens
from baselines.mbra.agent import KIND
from baselines.mbra.loss import logonav_loss
from baselines.mbra.model import LogoNav, Relabeller
from baselines.mbra.presets import mbra_presets
from baselines.mbra.relabeller import KIND as TEACHER
from baselines.mbra.relabelling import relabelled
from baselines.preprocess import normalised
from baselines.training import Data, Preset
from navbench_gs.errors import WeightsError

GOALS = GoalRule(farthest=100, taught=(0, 101))
AHEAD = StepsAhead(pose=100, picture=8)
"""The relabeller plans eight steps, so its goal picture is no farther."""
PRESETS = mbra_presets(KIND.picture_px, GOALS, warmup_steps=60_000, learning_rate=1e-4)


@dataclass(frozen=True, eq=False)
class Relabelled:
    """FrodoBots data sets and who labels them."""

    bots: Sequence[FrodoBots]
    teacher: Relabeller


class LogoNavTraining(ImageGoalTraining):
    """Plain squared error over whole paths; half of a batch from each kind of data, where both are there."""

    def __init__(
        self,
        network: LogoNav,
        view: DataView,
        training: Sequence[DriveSet],
        held_out: Sequence[DriveSet],
        relabelled: Relabelled | None,
    ) -> None:
        super().__init__(network, view, training, held_out)
        self.relabelled = relabelled

    def training_batch(self, rng: np.random.Generator) -> ImageGoalBatch:
        """Windows of drives, and single moments of FrodoBots; each is mirrored by a coin."""
        halves = 2 if self.training and self.relabelled else 1
        config, parts = self.network.config, []
        if self.training:
            for drives, moments in drawn_windows(self.training, self.view.windows // halves, self.view.window, rng):
                goals = taught_goals(drives, moments, self.view.goals, rng)
                part = sampled_batch(drives, moments, goals, context=config.context, horizon=config.horizon)
                parts.append(self._perhaps_mirrored(part, rng))
        if self.relabelled is not None:
            count = self.view.windows * self.view.window // halves
            parts += [self._labelled(self._of_frodobots(rng)) for _ in range(count)]
        return joined(parts)

    def batch_loss(self, batch: ImageGoalBatch, pictures: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Over the samples whose paths are labels: disturbed moments of recorded drives are none."""
        answer = self._answer(batch, pictures)
        if not batch.taught.any():
            return 0.0 * answer.sum(), {}
        return logonav_loss(answer[batch.taught], batch.actions[batch.taught]), {}

    def waypoints(self, batch: ImageGoalBatch, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Its waypoints; it predicts no distance."""
        return self._answer(batch, pictures)[..., :2], batch.distance

    def _answer(self, batch: ImageGoalBatch, pictures: Tensor) -> Tensor:
        answer: Tensor = self.network.decode(frame_tokens(self.network, pictures, batch), batch.goal_pose)
        return answer

    def _of_frodobots(self, rng: np.random.Generator) -> ImageGoalBatch:
        assert self.relabelled is not None
        bots = self.relabelled.bots[int(rng.integers(len(self.relabelled.bots)))]
        moments = bots.moments[rng.integers(len(bots.moments), size=1)]
        config = self.network.config
        batch = frodobots_batch(
            bots,
            moments,
            AHEAD,
            rng,
            picture_px=self.view.picture_px,
            context=config.context,
            horizon=config.horizon,
        )
        return self._perhaps_mirrored(batch, rng)

    def _labelled(self, batch: ImageGoalBatch) -> ImageGoalBatch:
        assert self.relabelled is not None
        there = batch.to(self._device)
        labels = relabelled(self.relabelled.teacher, normalised(there.pictures), there.history, there.goal)
        return replace(batch, actions=labels.cpu())

    def _perhaps_mirrored(self, batch: ImageGoalBatch, rng: np.random.Generator) -> ImageGoalBatch:
        return mirrored(batch) if rng.random() < self.view.mirror_share else batch


def trainable(network: LogoNav, preset: Preset, data: Data) -> LogoNavTraining:
    """Network and data, ready for the loop.

    Raises:
        WeightsError: FrodoBots are given without a relabeller, or there is nothing to hold out.
    """
    bots = [folder for folder in data.folders if is_frodobots(folder)]
    drives = replace(data, folders=tuple(folder for folder in data.folders if folder not in bots))
    if not drives.folders:
        raise WeightsError("LogoNav is measured on held-out drives in the GNM layout: give at least one with --data")
    training, held_out = drives_of(preset, drives)
    labelled = _relabelled(network, preset.view, bots, data.teacher)
    return LogoNavTraining(network, preset.view, training, held_out, labelled)


def _relabelled(network: LogoNav, view: DataView, folders: Sequence[Path], teacher: Path | None) -> Relabelled | None:
    if not folders:
        return None
    if teacher is None:
        raise WeightsError("FrodoBots are labelled by MBRA's relabeller: give its weights with --teacher")
    given = trained_weights(TEACHER, teacher)
    if given.picture_px != view.picture_px:
        sizes = "{} x {}, this preset {} x {}".format(*given.picture_px, *view.picture_px)
        raise WeightsError(f"the relabeller in {teacher} sees {sizes} pixels: train one of the same preset")
    relabeller: Any = given.network
    device = next(network.parameters()).device
    parts = [read_frodobots(folder, "train", network.config.context) for folder in folders]
    return Relabelled(parts, relabeller.to(device))
