"""How CityWalker is trained: on clips of walks at 1 Hz, whose frames the frozen encoder sees once.

The encoder is never trained; it comes with the weights given to start from (``--init``), else it is random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from baselines.citywalker.agent import KIND
from baselines.citywalker.loss import CityWalkerLabels, citywalker_loss, mean_cosine
from baselines.citywalker.model import CityWalker, CityWalkerConfig
from baselines.data.citywalk_batch import CityBatch, GoalRange, SeenClip, city_batch, city_sample
from baselines.data.citywalk_clips import read_city_clips
from baselines.data.clip_features import clip_features, encoder_digest
from baselines.dinov2 import DinoConfig
from baselines.presets import published_loop, small_loop
from baselines.training import Data, Preset
from navbench_gs.domain.streams import stream
from navbench_gs.drives.splits import Part
from navbench_gs.errors import DamagedFileError


@dataclass(frozen=True)
class ClipView:
    """How CityWalker looks at clips."""

    batch: int
    goals: GoalRange
    picture_px: tuple[int, int] = KIND.picture_px


PRESETS = {
    "published": Preset(
        CityWalkerConfig(),
        ClipView(batch=32, goals=GoalRange(5, 10)),
        published_loop(steps=2_000_000, warmup_steps=0, learning_rate=2e-4),
    ),
    "small": Preset(
        CityWalkerConfig(layers=2, heads=2, resize_px=(70, 126), encoder=DinoConfig(64, 2, 2, 14, 9)),
        ClipView(batch=32, goals=GoalRange(5, 10)),
        small_loop(learning_rate=1e-3),
    ),
}


class CityWalkerTraining:
    """What the training loop trains."""

    def __init__(
        self, network: CityWalker, view: ClipView, training: Sequence[SeenClip], held_out: Sequence[SeenClip]
    ) -> None:
        self.network, self.view, self.held_out = network, view, held_out
        config = network.config
        self.moments = [(seen, moment) for seen in training for moment in seen.moments(config.frames, config.horizon)]
        if not self.moments:
            raise DamagedFileError(f"no clip is longer than {config.frames + config.horizon} s")

    @property
    def model(self) -> nn.Module:
        """The network."""
        return self.network

    def loss(self, step: int, seed: int) -> tuple[Tensor, dict[str, float]]:
        """The published loss of the batch keyed by (seed, step)."""
        rng = stream("batch", seed, step)
        chosen = rng.integers(len(self.moments), size=self.view.batch)
        batch = self._batch([self.moments[number] for number in chosen], rng)
        return self._loss(batch), {}

    def validate(self, model: nn.Module) -> dict[str, float]:
        """Errors on held-out clips in mean steps, and the cosine between true and predicted directions."""
        config, rng = self.network.config, stream("held out")
        moments = [(seen, moment) for seen in self.held_out for moment in seen.moments(config.frames, config.horizon)]
        rows = []
        for start in range(0, len(moments), 64):
            batch = self._batch(moments[start : start + 64], rng)
            answer = self.network.decode(batch.features, batch.points)
            steady = -batch.points[:, -3, :] if config.frames > 1 else torch.zeros_like(batch.points[:, 0])
            ahead = steady[:, None] * torch.arange(1, config.horizon + 1, device=steady.device)[:, None]
            off, steady_off = ((path - batch.waypoints).norm(dim=-1).mean() for path in (answer.waypoints, ahead))
            cosine = mean_cosine(answer.waypoints, batch.waypoints)
            rows.append(torch.stack([off, steady_off, cosine, self._loss(batch)]) * len(batch.arrived))
        means = (torch.stack(rows).sum(dim=0) / len(moments)).tolist() if rows else [float("inf")] * 4
        names = ("waypoint_error_steps", "constant_velocity_error_steps", "mean_cosine", "score")
        return dict(zip(names, means, strict=True))

    def _batch(self, moments: Sequence[tuple[SeenClip, Any]], rng: np.random.Generator) -> CityBatch:
        config = self.network.config
        samples = [
            city_sample(seen, int(moment), config.frames, config.horizon, self.view.goals, rng)
            for seen, moment in moments
        ]
        return city_batch(samples).to(next(self.network.parameters()).device)

    def _loss(self, batch: CityBatch) -> Tensor:
        labels = CityWalkerLabels(batch.waypoints, batch.arrived, batch.future)
        return citywalker_loss(self.network.decode(batch.features, batch.points), labels)


def trainable(network: CityWalker, preset: Preset, data: Data) -> CityWalkerTraining:
    """Network and clips, whose features are worked out first."""
    parts: tuple[Part, Part] = ("train", "test")
    training, held_out = (
        [seen for folder in data.folders for seen in _seen(network, folder, part, data)] for part in parts
    )
    return CityWalkerTraining(network, preset.view, training, held_out)


def _seen(network: CityWalker, folder: Any, part: Part, data: Data) -> list[SeenClip]:
    device, encoder = next(network.parameters()).device, encoder_digest(network.model.obs_encoder)

    def encode(frame: Tensor) -> Tensor:
        try:
            return network.encode_frames(frame.to(device))
        except ValueError as error:  # smaller than the crop
            raise DamagedFileError(f"a clip in {folder}: {error}") from error

    clips = read_city_clips(folder, part)
    return [SeenClip(clip, clip_features(clip, encode, encoder, data.prepared)) for clip in clips]
