"""How MBRA's relabeller is trained, on drives in the GNM layout: to reach goal pictures up to 3 s ahead.

The published training also keeps the path clear of a depth picture that a fisheye network made of every frame; that
network is not to be had, so clearance costs nothing here (its term is in ``loss.py``).
"""

from __future__ import annotations

import torch
from torch import Tensor

from baselines.data.goal_pictures import GoalRule
from baselines.data.image_goal_batch import ImageGoalBatch
from baselines.image_goal_training import ImageGoalTraining, drives_of
from baselines.mbra.loss import RelabellerLabels, relabeller_loss
from baselines.mbra.model import Relabeller, VelocityPlan
from baselines.mbra.motion import poses_of
from baselines.mbra.presets import mbra_presets
from baselines.mbra.relabeller import KIND
from baselines.mbra.relabelling import RADIUS_M, plan_towards
from baselines.preprocess import normalised
from baselines.training import Data, Preset

GOALS = GoalRule(farthest=12, taught=(0, 13))
"""12 frames at 4 Hz are the published 3 s."""
PRESETS = mbra_presets(KIND.picture_px, GOALS, warmup_steps=40_000, learning_rate=1e-5)


class RelabellerTraining(ImageGoalTraining):
    """Poses that velocities lead to, against where goal pictures were taken."""

    def batch_loss(self, batch: ImageGoalBatch, pictures: Tensor) -> tuple[Tensor, dict[str, float]]:
        """The published loss without clearance."""
        plan = plan_towards(self.network, pictures, batch.history, batch.goal)
        return relabeller_loss(plan, labels_of(batch)), {}

    def waypoints(self, batch: ImageGoalBatch, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Poses in units and distances; their steps last a third of a second, not the drive's quarter."""
        plan = plan_towards(self.network, pictures, batch.history, batch.goal)
        return poses_of(plan.speed_mps, plan.yaw_rate_rps)[..., :2] / batch.spacing_m[:, None, None], plan.distance[
            :, 0
        ]

    def validate(self, model: torch.nn.Module) -> dict[str, float]:
        """How far from held-out goals the last pose is, in metres; the score to lower is the loss."""
        rows = []
        for drives in self.held_out:
            for held_out in self._held_out(drives):
                batch = held_out.to(self._device)
                plan = plan_towards(self.network, normalised(batch.pictures), batch.history, batch.goal)
                loss = relabeller_loss(plan, labels_of(batch))
                rows.append(torch.stack([loss, last_pose_error(plan, batch)]) * len(batch.history))
        count = sum(len(batch.history) for drives in self.held_out for batch in self._held_out(drives))
        loss_mean, error = (torch.stack(rows).sum(dim=0) / count).tolist()
        return {"last_pose_error_m": error, "score": loss_mean}


def labels_of(batch: ImageGoalBatch) -> RelabellerLabels:
    """What a batch should reach: the goal's pose in metres."""
    heading = torch.atan2(batch.goal_pose[:, 3], batch.goal_pose[:, 2])
    place = batch.goal_pose[:, :2] * batch.spacing_m[:, None]
    nothing = place.new_zeros(len(place), 0)
    return RelabellerLabels(
        goal_pose=torch.cat([place, heading[:, None]], dim=1),
        goal_counts=batch.taught,
        distance=batch.distance,
        radius_m=place.new_full((len(place), 1), RADIUS_M),
        lead_speed_mps=nothing,
        lead_yaw_rate_rps=nothing,
    )


def last_pose_error(plan: VelocityPlan, batch: ImageGoalBatch) -> Tensor:
    """Mean distance in metres of the last pose from the goal."""
    last = poses_of(plan.speed_mps, plan.yaw_rate_rps)[:, -1, :2]
    error: Tensor = (last - labels_of(batch).goal_pose[:, :2]).norm(dim=1)
    return error.mean()


def trainable(network: Relabeller, preset: Preset, data: Data) -> RelabellerTraining:
    """Network and drives, ready for the loop."""
    training, held_out = drives_of(preset, data)
    return RelabellerTraining(network, preset.view, training, held_out)
