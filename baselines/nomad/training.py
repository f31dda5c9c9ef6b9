"""How NoMaD is trained."""

from __future__ import annotations

import torch
from torch import Tensor

from baselines.data.goal_pictures import GoalRule
from baselines.data.image_goal_batch import ImageGoalBatch
from baselines.image_goal_training import DataView, ImageGoalTraining, drives_of, frame_tokens
from baselines.nomad.agent import KIND
from baselines.nomad.diffusion import STEPS, NoiseSchedule
from baselines.nomad.loss import ACTION_DISTANCES, GOAL_HIDDEN_SHARE, nomad_loss
from baselines.nomad.model import NoMaD, NoMaDConfig, path_of
from baselines.presets import published_loop, small_loop
from baselines.training import Data, Preset

GOALS = GoalRule(taught=ACTION_DISTANCES)
PRESETS = {
    "published": Preset(
        NoMaDConfig(),
        DataView(KIND.picture_px, GOALS, windows=256),
        published_loop(steps=400_000, warmup_steps=16_000, learning_rate=1e-4, ema_decay=0.9999, ema_power=0.75),
    ),
    "small": Preset(
        NoMaDConfig(width=64, layers=2, encoder_width=0.25),
        DataView((48, 48), GoalRule(taught=(0, 20)), windows=8, window=6, mirror_share=0.5),
        small_loop(learning_rate=1e-3, ema_power=0.75),
    ),
}


class NoMaDTraining(ImageGoalTraining):
    """The noise in a path, and the distance; the goal is hidden from every second sample."""

    schedule = NoiseSchedule()

    def batch_loss(self, batch: ImageGoalBatch, pictures: Tensor) -> tuple[Tensor, dict[str, float]]:
        """The published loss, with hidden goals, diffusion steps and noise drawn from torch's own stream."""
        path = path_of(batch.actions[..., :2])
        hidden = torch.rand(len(path), device=path.device) < GOAL_HIDDEN_SHARE
        steps = torch.randint(0, STEPS, (len(path),), device=path.device)
        noise = torch.randn_like(path)
        condition = self._condition(batch, pictures, hidden)
        predicted = self.network.predict_noise(self.schedule.noised(path, noise, steps), steps, condition)
        loss = nomad_loss(
            predicted,
            noise,
            self.network.distance(condition),
            batch.distance,
            action_counts=batch.taught.float(),
            goal_hidden=hidden,
        )
        return loss, {}

    def waypoints(self, batch: ImageGoalBatch, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """One path a sample, always from the same noise."""
        shown = torch.zeros(len(batch.history), dtype=torch.bool, device=pictures.device)
        condition = self._condition(batch, pictures, shown)
        random = torch.Generator().manual_seed(0)
        start, *noises = torch.randn(STEPS, len(shown), self.network.config.horizon, 2, generator=random).to(pictures)
        return self.network.sample(condition, start, noises), self.network.distance(condition)[:, 0]

    def _condition(self, batch: ImageGoalBatch, pictures: Tensor, hidden: Tensor) -> Tensor:
        goal_tokens = self.network.encode_goal(pictures[batch.history[:, -1]], pictures[batch.goal])
        condition: Tensor = self.network.fuse(frame_tokens(self.network, pictures, batch), goal_tokens, hidden)
        return condition


def trainable(network: NoMaD, preset: Preset, data: Data) -> NoMaDTraining:
    """Network and drives, ready for the loop."""
    training, held_out = drives_of(preset, data)
    return NoMaDTraining(network, preset.view, training, held_out)
