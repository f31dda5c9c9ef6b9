"""How CityWalker is trained: on walks at 1 Hz, filmed or teleoperated, whose frames the frozen encoder sees once.

The encoder is never trained; it comes with the weights given to start from (``--init``), else it is random.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from baselines.citywalker.agent import KIND
from baselines.citywalker.loss import CityWalkerLabels, citywalker_loss, mean_cosine
from baselines.citywalker.model import CLIP_CUT, FINE_TUNED, TELEOP_CUT, CityWalker, CityWalkerConfig, Cut
from baselines.citywalker.teleop_errors import TeleopErrors
from baselines.data.city_layout import Layout, layout_of
from baselines.data.citywalk_batch import CityBatch, GoalRange, Seen, city_batch, city_sample
from baselines.data.citywalk_clips import read_city_clips
from baselines.data.clip_features import clip_features, drive_features, encoder_digest
from baselines.data.drive_set import DataFolder
from baselines.data.folders import data_folders
from baselines.data.teleop_drives import TeleopDrive, TeleopPart, read_teleop_drives
from baselines.dinov2 import DinoConfig
from baselines.presets import published_loop, small_loop
from baselines.training import Data, Preset
from navbench_gs.domain.streams import stream
from navbench_gs.errors import DamagedFileError

HELD_OUT_BATCH = 64
TELEOP_PICTURE_PX = (640, 480)
"""Camera of what was fine-tuned: the benchmark's largest, as the cut of 400 rows needs more than 360."""


@dataclass(frozen=True)
class WalkView:
    """How CityWalker looks at clips and drives."""

    batch: int
    goals: GoalRange = field(default_factory=GoalRange)
    picture_px: tuple[int, int] = KIND.picture_px
    cuts: Mapping[Layout, Cut] = field(default_factory=dict)
    """How pictures of a layout are cut, where not as the network's configuration says."""


SMALL_ENCODER = DinoConfig(64, 2, 2, 14, 9)
SMALL_CLIP_CUT, SMALL_TELEOP_CUT = Cut(CLIP_CUT.crop_px, (70, 126)), Cut(TELEOP_CUT.crop_px, (98, 98))


def _small(cut: Cut) -> CityWalkerConfig:
    return CityWalkerConfig(layers=2, heads=2, crop_px=cut.crop_px, resize_px=cut.resize_px, encoder=SMALL_ENCODER)


PRESETS = {
    "published": Preset(
        CityWalkerConfig(),
        WalkView(batch=32, cuts={"teleop": TELEOP_CUT}),
        published_loop(steps=330_000, warmup_steps=0, learning_rate=2e-4),
    ),
    "small": Preset(
        _small(SMALL_CLIP_CUT),
        WalkView(batch=32, cuts={"teleop": SMALL_TELEOP_CUT}),
        small_loop(learning_rate=1e-3),
    ),
    "finetune": Preset(
        FINE_TUNED,
        WalkView(batch=16, picture_px=TELEOP_PICTURE_PX, cuts={"clips": CLIP_CUT}),
        published_loop(steps=1, warmup_steps=0, learning_rate=5e-5),
        epochs=10,
    ),
    "finetune_small": Preset(
        _small(SMALL_TELEOP_CUT),
        WalkView(batch=16, picture_px=TELEOP_PICTURE_PX, cuts={"clips": SMALL_CLIP_CUT}),
        small_loop(learning_rate=3e-4, steps=500, validate_every=50),
    ),
}


@dataclass(frozen=True, eq=False)
class Walks:
    """Clips and drives by what they are for."""

    training: Sequence[Seen]
    choosing: Sequence[Seen]
    """Held out; the weights that do best on them are kept."""
    testing: Sequence[Seen]
    """Held out, and measured at the end alone; teleoperated."""


class CityWalkerTraining:
    """What the training loop trains."""

    def __init__(self, network: CityWalker, view: WalkView, walks: Walks) -> None:
        self.network, self.view, self.walks = network, view, walks
        frames = network.config.frames
        self.moments = [
            (seen, moment) for seen in walks.training for moment in self._moments(seen)[:: seen.walk.stride]
        ]
        self.held_out = [(seen, moment) for seen in walks.choosing for moment in self._moments(seen)]
        for moments, purpose in ((self.moments, "to train on"), (self.held_out, "held out to measure by")):
            if not moments:
                least = frames + max(frames, network.config.horizon, view.goals.nearest)
                raise DamagedFileError(f"no clip or drive {purpose} is {least} s long")
        self._upto = np.cumsum([seen.weight for seen, _ in self.moments])

    @property
    def model(self) -> nn.Module:
        """The network."""
        return self.network

    def batches_an_epoch(self) -> int:
        """Batches that hold as many moments as there are."""
        return math.ceil(len(self.moments) / self.view.batch)

    def loss(self, step: int, seed: int) -> tuple[Tensor, dict[str, float]]:
        """The published loss of the batch keyed by (seed, step)."""
        rng = stream("batch", seed, step)
        drawn = rng.random(self.view.batch) * self._upto[-1]
        batch = self._batch([self.moments[number] for number in np.searchsorted(self._upto, drawn, side="right")], rng)
        return self._loss(batch), {}

    def validate(self, model: nn.Module) -> dict[str, float]:
        """Errors on held-out walks in mean steps, and the cosine between true and predicted directions."""
        config, rng = self.network.config, stream("held out")
        rows = []
        for start in range(0, len(self.held_out), HELD_OUT_BATCH):
            batch = self._batch(self.held_out[start : start + HELD_OUT_BATCH], rng)
            answer = self.network.decode(batch.features, batch.points)
            steady = -batch.points[:, -3, :] if config.frames > 1 else torch.zeros_like(batch.points[:, 0])
            ahead = steady[:, None] * torch.arange(1, config.horizon + 1, device=steady.device)[:, None]
            off, steady_off = ((path - batch.waypoints).norm(dim=-1).mean() for path in (answer.waypoints, ahead))
            cosine = mean_cosine(answer.waypoints, batch.waypoints)
            rows.append(torch.stack([off, steady_off, cosine, self._loss(batch)]) * len(batch.arrived))
        means = (torch.stack(rows).sum(dim=0) / len(self.held_out)).tolist()
        names = ("waypoint_error_steps", "constant_velocity_error_steps", "mean_cosine", "score")
        return dict(zip(names, means, strict=True))

    def tested(self) -> dict[str, float]:
        """Errors on the drives kept for the end, for each category of moments (none, if there are no such drives)."""
        errors, rng = TeleopErrors(), stream("test drives")
        for seen in self.walks.testing:
            drive, moments = seen.walk, self._moments(seen)
            assert isinstance(drive, TeleopDrive)
            for start in range(0, len(moments), HELD_OUT_BATCH):
                chosen = moments[start : start + HELD_OUT_BATCH]
                batch = self._batch([(seen, moment) for moment in chosen], rng)
                errors.add(self.network.decode(batch.features, batch.points), batch, drive.step, drive.flags[chosen])
        return errors.means()

    def _moments(self, seen: Seen) -> Any:
        return seen.moments(self.network.config.frames, self.network.config.horizon, self.view.goals)

    def _batch(self, moments: Sequence[tuple[Seen, Any]], rng: np.random.Generator) -> CityBatch:
        config = self.network.config
        samples = [
            city_sample(seen, int(moment), config.frames, config.horizon, self.view.goals, rng)
            for seen, moment in moments
        ]
        return city_batch(samples).to(next(self.network.parameters()).device)

    def _loss(self, batch: CityBatch) -> Tensor:
        labels = CityWalkerLabels(batch.waypoints, batch.arrived, batch.future, batch.foretold)
        return citywalker_loss(self.network.decode(batch.features, batch.points), labels)


def trainable(network: CityWalker, preset: Preset, data: Data) -> CityWalkerTraining:
    """Network and walks, whose features are worked out first; each folder's layout is recognised.

    Raises:
        DamagedFileError: a folder is in neither layout, a file cannot be read, or nothing is long enough.
        UnknownNameError: a weight is given for a folder that is not there.
    """
    folders = data_folders(data.folders, data.spacings, data.weights)
    found = [_walks(network, folder, preset.view, data) for folder in folders]
    joined = Walks(
        training=[seen for walks in found for seen in walks.training],
        choosing=[seen for walks in found for seen in walks.choosing],
        testing=[seen for walks in found for seen in walks.testing],
    )
    return CityWalkerTraining(network, preset.view, joined)


def _walks(network: CityWalker, folder: DataFolder, view: WalkView, data: Data) -> Walks:
    layout = layout_of(folder.path)
    cut = view.cuts.get(layout, network.config.cut)
    encode, encoder = _encoder(network, cut, folder), encoder_digest(network.model.obs_encoder, str(cut))

    def clips(part: Any) -> list[Seen]:
        return [
            Seen(clip, clip_features(clip, encode, encoder, data.prepared), folder.weight)
            for clip in read_city_clips(folder.path, part)
        ]

    def drives(part: TeleopPart) -> list[Seen]:
        return [
            Seen(drive, drive_features(drive, encode, encoder, data.prepared), folder.weight)
            for drive in read_teleop_drives(folder.path, part)
        ]

    if layout == "clips":
        return Walks(clips("train"), clips("test"), [])
    return Walks(drives("train"), drives("val"), drives("test"))


def _encoder(network: CityWalker, cut: Cut, folder: DataFolder) -> Callable[[Tensor], Tensor]:
    device = next(network.parameters()).device

    def encode(frame: Tensor) -> Tensor:
        try:
            return network.encode_frames(frame.to(device), cut)
        except ValueError as error:  # smaller than the crop
            raise DamagedFileError(f"{folder.path}: {error}") from error

    return encode
