"""Presets: every size and number of a policy and of its pre-training, frozen and typed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from navbench_gs.domain.record import Record
from navbench_gs.errors import UnknownNameError
from navbench_gs.training.loop import LoopConfig


class EncoderConfig(Record):
    """The encoder of one frame."""

    kind: Literal["columns", "efficientnet_b0", "dinov3_vits"] = "columns"
    """Our small CNN with a token a picture column, or one of the paper's two backbones with a token a frame."""
    width_px: int = 96
    height_px: int = 72
    looks: int = Field(1, ge=1, le=2)
    """Of ``columns``: frames in one look. 2: the frame before lies beneath it, so that motion is seen where it is."""
    channels: tuple[int, ...] = (32, 64, 128)
    """Of ``columns``: channels at a quarter, an eighth, ... of the picture's size."""
    groups: int = 8
    """Of ``columns``: groups of the group normalisation."""

    @model_validator(mode="after")
    def _published_backbones_look_at_one_frame(self) -> EncoderConfig:
        if self.looks > 1 and self.kind != "columns":
            raise ValueError(f"{self.kind} looks at one frame: leave looks at 1")
        return self


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
    causal: bool = False
    """Frames attend to themselves, older ones and the guidance; goal and route attend to each other only."""
    decoder_layers: int = 2
    feed_forward: int = 256
    dropout: float = 0.1
    goal_range_m: float = 30.0
    """Distances to the goal beyond this look alike."""
    route_points: int = Field(0, ge=0)
    """Points of the coarse route map that guides beside the goal; 0: the policy takes none."""
    route_spacing_m: float = 2.0
    """Way between two points of the route."""
    ranges_a_column: int = Field(2, ge=0)
    """Ranges measured per token of a frame: an auxiliary task, not in the paper. 0: no such head."""
    moments_of_people: int = Field(0, ge=0)
    """Moments, the present one first, at which the fused tokens of the present frame tell how near people are: an
    auxiliary task, not in the paper; as many numbers a token as ranges. 0: no such head."""
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
    anchors_from: Literal["k_means", "forward", "zero"] = "k_means"
    """Ends of the drives' paths, an even fan ahead, or the origin (for one mode, whose anchor says nothing)."""
    spacing_normalised: bool = True
    """Lengths of every further data set are scaled until its typical step is that of the first one named."""
    velocity_weight: float = 16.0
    """Weight of the velocity term: 1 / (0.25 m)^2, so that its unit is 1 m/s at 4 Hz."""
    range_weight: float = 4.0
    """Weight of the auxiliary ranges."""
    people_weight: float = 10.0
    """Weight of the auxiliary nearness of people."""
    goal_dropout: float = Field(0.55, ge=0, le=1)
    """Share of the loss that is taken without the goal."""
    goal_dropout_by: Literal["weight", "draw"] = "weight"
    """Every sample is decoded with and without its goal and both losses weighted, or drawn one way or the other."""
    route_dropout: float = 0.5
    """Share of samples without a route; for policies that take one."""
    route_noise_m: float = 1.0
    """Standard deviation of a route's common offset, and of each of its points half as much: maps are coarse."""
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


_DEBUG = Preset(
    policy=PolicyConfig(
        encoder=EncoderConfig(width_px=32, height_px=24, looks=2, channels=(8, 8), groups=4),
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
)
_TINY = Preset(
    policy=PolicyConfig(encoder=EncoderConfig(channels=(48, 96, 192)), context=7),
    pretrain=PretrainConfig(
        loop=LoopConfig(steps=3600, learning_rate=7e-4, warmup_steps=200, validate_every=300, half=True), window=8
    ),
)
_TINY_MOTION = Preset(
    policy=_TINY.policy.model_copy(
        update={"encoder": _TINY.policy.encoder.model_copy(update={"looks": 2}), "moments_of_people": 5}
    ),
    pretrain=_TINY.pretrain,
)
_MINI = Preset(
    policy=PolicyConfig(
        encoder=EncoderConfig(width_px=64, height_px=48, channels=(16, 32, 64)),
        context=4,
        width=64,
        feed_forward=128,
        ranges_a_column=3,
    ),
    pretrain=PretrainConfig(
        loop=LoopConfig(steps=2000, learning_rate=1e-3, warmup_steps=100, validate_every=250), windows=8, window=8
    ),
)
_LARGE = LoopConfig(steps=200_000, learning_rate=1e-4, warmup_steps=2000, validate_every=2000, half=True)


def _single(preset: Preset) -> Preset:
    """The unimodal ablation (BC-Single): one mode, whose anchor lies at the robot; all else as in ``preset``."""
    return Preset(
        policy=preset.policy.model_copy(update={"anchors": 1}),
        pretrain=preset.pretrain.model_copy(update={"anchors_from": "zero"}),
    )


PRESETS: dict[str, Preset] = {
    "debug": _DEBUG,
    "debug_single": _single(_DEBUG),
    "mini": _MINI,
    "tiny": _TINY,
    "tiny_single": _single(_TINY),
    "tiny_motion": _TINY_MOTION,
    "v1": Preset(
        policy=PolicyConfig(
            encoder=EncoderConfig(kind="efficientnet_b0", width_px=160, height_px=120),
            context=6,
            anchors=8,
            width=768,
            heads=8,
            context_layers=4,
            decoder_layers=4,
            feed_forward=3072,
            ranges_a_column=0,
        ),
        pretrain=PretrainConfig(loop=_LARGE, anchors_from="forward", range_weight=0.0),
    ),
    "camera_ready": Preset(
        policy=PolicyConfig(
            encoder=EncoderConfig(kind="dinov3_vits", width_px=256, height_px=256),
            context=11,
            anchors=64,
            width=768,
            heads=8,
            context_layers=6,
            causal=True,
            decoder_layers=4,
            feed_forward=3072,
            route_points=5,
            ranges_a_column=0,
        ),
        pretrain=PretrainConfig(loop=_LARGE, range_weight=0.0),
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
