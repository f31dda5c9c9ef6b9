"""Presets: every size and number of a policy and of its pre-training, frozen and typed."""

from __future__ import annotations

from pydantic import Field

from navbench_gs.domain.record import Record
from navbench_gs.errors import UnknownNameError
from navbench_gs.training.loop import LoopConfig


class EncoderConfig(Record):
    """The convolutional encoder of one frame."""

    width_px: int = 96
    height_px: int = 72
    channels: tuple[int, ...] = (32, 64, 128)
    """Channels at a quarter, an eighth, ... of the picture's size."""
    groups: int = 8
    """Groups of the group normalisation."""


class PolicyConfig(Record):
    """Sizes of the policy; stored with its weights."""

    encoder: EncoderConfig = Field(default_factory=EncoderConfig)
    context: int = Field(5, ge=1)
    """Frames seen at once, the present one included."""
    horizon: int = 10
    period_s: float = 0.25
    """Time between frames, between waypoints and between decisions."""
    anchors: int = Field(16, ge=1)
    width: int = 128
    heads: int = 4
    context_layers: int = 2
    decoder_layers: int = 2
    feed_forward: int = 256
    dropout: float = 0.1
    goal_range_m: float = 30.0
    """Distances to the goal beyond this look alike."""
    ranges_a_column: int = 2
    """Ranges measured per token of a frame: an auxiliary task, not in the paper."""
    sigma_bounds: tuple[float, float] = (0.1, 10.0)
    """Of every waypoint's standard deviations, in normalised units (mean steps)."""
    rho_bound: float = 0.9
    residual: bool = False
    """Every decoder block carries a residual attention module."""


class PretrainConfig(Record):
    """Numbers of the anchor-guided pre-training."""

    loop: LoopConfig
    windows: int = 16
    """Windows of consecutive moments in one batch; their frames are encoded once each."""
    window: int = 4
    """Moments in a window."""
    min_labels: int = 5
    """A moment with fewer undisturbed waypoints ahead is no sample."""
    velocity_weight: float = 16.0
    """Weight of the velocity term: 1 / (0.25 m)^2, so that its unit is 1 m/s at 4 Hz."""
    range_weight: float = 4.0
    """Weight of the auxiliary ranges."""
    goal_dropout: float = 0.05
    context_dropout: float = 0.1
    """Share of samples that see the present frame only."""
    hindsight_share: float = 0.1
    """Share of samples whose goal is a later place of the drive, though the drive's own goal is known."""
    hindsight_steps: int = 80
    mirror_share: float = 0.5
    colour_jitter: float = 0.3
    tie_rad: float = 0.1
    """Modes within this angle of the best are near-ties, decided by their anchors."""
    short_path_m: float = 0.1
    """Paths that end nearer than this have no direction: assigned by anchor, their density is not trained."""


class Preset(Record):
    """A policy and how it is pre-trained."""

    policy: PolicyConfig
    pretrain: PretrainConfig


PRESETS: dict[str, Preset] = {
    "debug": Preset(
        policy=PolicyConfig(
            encoder=EncoderConfig(width_px=32, height_px=24, channels=(8, 8), groups=4),
            context=2,
            anchors=4,
            width=16,
            heads=2,
            context_layers=1,
            decoder_layers=1,
            feed_forward=32,
        ),
        pretrain=PretrainConfig(
            loop=LoopConfig(steps=20, warmup_steps=2, validate_every=10, ema_decay=0.9), windows=2, window=4
        ),
    ),
    "tiny": Preset(
        policy=PolicyConfig(),
        pretrain=PretrainConfig(
            loop=LoopConfig(steps=5000, learning_rate=7e-4, warmup_steps=200, validate_every=250, half=True)
        ),
    ),
}


def preset_named(name: str) -> Preset:
    """The preset of that name.

    Raises:
        UnknownNameError: there is none; the closest name is offered.
    """
    if name not in PRESETS:
        raise UnknownNameError("preset", name, PRESETS)
    return PRESETS[name]
