"""Presets of post-training: every number of the reinforcement and of its ablations, frozen and typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from navbench_gs.domain.record import Record, parse_record
from navbench_gs.errors import UnknownNameError

Strategy = Literal["ram", "full", "decoder", "scratch"]


class ActionConfig(Record):
    """What is drawn from the policy's mixture while it experiences."""

    kind: Literal["command", "path"] = "command"
    """A velocity command round each mode's ``F_d(v_m mu_m)``, or the path itself with its velocity scale."""
    temperature: float = Field(0.5, gt=0)
    """Of the scores: below one, modes that are seldom best are tried less than pre-training says."""
    speed_sigma: tuple[float, float, float] = (0.03, 0.12, 0.4)
    """Least, first and largest standard deviation of the speed, m/s."""
    yaw_rate_sigma: tuple[float, float, float] = (0.05, 0.2, 0.8)
    """The same of the yaw rate, rad/s."""
    scale_sigma: tuple[float, float, float] = (0.005, 0.03, 0.1)
    """The same of the velocity scale, metres; for paths."""


class RewardWeights(Record):
    """What each term of the reward is worth; the terms themselves are in ``rewards.py``."""

    progress: float = 1.0
    """A metre nearer to the goal along the shortest free way."""
    arrival: float = 10.0
    contact: float = 8.0
    """The onset of a contact."""
    touching: float = 0.5
    """A step in contact."""
    clearance: float = 0.1
    """A step at an obstacle or wall."""
    centring: float = 0.02
    """A step at the edge of the walkway."""
    social: float = 0.2
    """A step in a pedestrian's personal space."""
    smoothness: float = 0.02
    """A step with the hardest change of speed and yaw rate."""
    likeness: float = 0.01
    """A step that the pre-trained policy finds as unlikely as can be."""
    clearance_margin_m: float = 0.3
    edge_margin_m: float = 0.5
    social_margin_m: float = 0.8
    likeness_nats: float = 5.0
    """Less likely by this much is as unlikely as can be."""


class PpoConfig(Record):
    """Numbers of the policy optimisation."""

    horizon: int = Field(32, ge=2)
    """Steps of every robot between two updates."""
    discount: float = 0.98
    gae_lambda: float = 0.95
    clip: float = 0.2
    epochs: int = 4
    minibatch: int = 384
    learning_rate: float = 3e-4
    """Of the policy; falls linearly to ``final_share`` of it."""
    critic_learning_rate: float = 1e-3
    final_share: float = 0.2
    value_weight: float = 1.0
    """alpha."""
    entropy_weight: float = 0.002
    """beta."""
    prior_weight: float = 0.02
    """Of the divergence from the pre-trained policy; not in the paper."""
    gain_weight: float = 1.0
    """Of the policy's gain; 0 leaves imitation alone."""
    imitation_weight: float = Field(0.0, ge=0)
    """Of the teacher's commands where the learner has come to; not in the paper. 0: no teacher."""
    foresight_weight: float = Field(0.0, ge=0)
    """Of what the path of every mode would have come to; not in the paper. 0: nobody looks ahead."""
    replay: int = Field(0, ge=0)
    """So many earlier moments are kept, and as many as a minibatch has foreseen again beside it; not in the paper."""
    step_divergence: float = 0.03
    """An update ends early beyond this divergence from the policy that collected."""
    clip_norm: float = 1.0
    critic_warmup: int = Field(5, ge=0)
    """Updates in which the critic alone learns."""
    privileged_critic: bool = True
    """The critic, which never drives, is told clearances and cost-to-go."""
    reward_scale: float = 0.1
    """Rewards times this are what values are sums of."""


class WorldConfig(Record):
    """The training world."""

    task: Literal["mixed", "empty", "obstacle", "ped", "obstacle_ped"] = "mixed"
    robots: int = Field(48, ge=1)
    scenes: int = Field(48, ge=1)
    scenes_at_once: int = Field(8, ge=1)
    """As many are in use at a time."""
    episodes_a_scene: int = Field(16, ge=1)
    """Different episodes of a scene, all tasks together."""
    episodes_a_turn: int = Field(16, ge=1)
    """After so many of its own a scene makes way for the next. What learns from few scenes learns these: ``scenes`` in
    the log counts how many were driven in."""
    first_seed: int = 2000
    """Of the training scenes; drives for pre-training are recorded in those from 1000."""
    threads: int = Field(1, ge=1)
    processes: int = Field(1, ge=1)
    """So many drive, each its share of the robots in its share of the scenes; ``scenes_at_once`` is of each."""
    renderer: str = "auto"
    device: str = "cpu"
    """Where the world, the policy and the learning live."""
    easy_share: float = Field(0.0, ge=0, le=1)
    """Share of the training in which episodes grow from near goals on open ground to what they are; 0: none."""


class FinetuneConfig(Record):
    """One post-training run."""

    strategy: Strategy = "ram"
    """Which parameters learn: the residual modules, all, those after the context, or all from random ones."""
    world: WorldConfig = Field(default_factory=WorldConfig)
    action: ActionConfig = Field(default_factory=ActionConfig)
    rewards: RewardWeights = Field(default_factory=RewardWeights)
    ppo: PpoConfig = Field(default_factory=PpoConfig)
    steps: int = Field(1_000_000, ge=1)
    """Decisions of all robots together."""
    save_every: int = Field(10, ge=1)
    """Updates between two saved states."""
    seed: int = 0

    @model_validator(mode="after")
    def _replayed_memories_are_frozen_and_judged(self) -> FinetuneConfig:
        if self.ppo.replay and self.strategy not in ("ram", "decoder"):
            raise ValueError(f"'{self.strategy}' changes what memories are: only ram and decoder can replay")
        if self.ppo.replay and not self.ppo.foresight_weight > 0:
            raise ValueError("a replay is foreseen again: give ppo.foresight_weight too, or leave ppo.replay at 0")
        return self


LEARNING_RATES = (3e-5, 1e-4, 3e-4)
"""The grid that every preset of the study is tuned on, on dev."""

PRESETS: dict[str, FinetuneConfig] = {
    "debug": FinetuneConfig(
        world=WorldConfig(task="obstacle", robots=4, scenes=1),
        ppo=PpoConfig(horizon=8, epochs=2, minibatch=16, critic_warmup=1),
        steps=96,
        save_every=2,
    ),
    "ram": FinetuneConfig(strategy="ram"),
    "ram_taught": FinetuneConfig(ppo=PpoConfig(imitation_weight=0.3)),
    "ram_foreseeing": FinetuneConfig(
        ppo=PpoConfig(
            gain_weight=0.3,
            foresight_weight=1.0,
            prior_weight=0.01,
            step_divergence=0.2,
            critic_warmup=2,
            final_share=0.3,
        )
    ),
    "ram_replaying": FinetuneConfig(
        world=WorldConfig(scenes=600, scenes_at_once=15, episodes_a_scene=4, episodes_a_turn=4),
        ppo=PpoConfig(
            horizon=256,
            epochs=3,
            learning_rate=5e-4,
            final_share=0.05,
            gain_weight=0.0,
            foresight_weight=1.0,
            prior_weight=0.05,
            replay=50_000,
            step_divergence=99.0,
            critic_warmup=0,
        ),
        steps=61_440,
        save_every=1,
    ),
    "decoder": FinetuneConfig(strategy="decoder"),
    "full": FinetuneConfig(strategy="full", ppo=PpoConfig(learning_rate=1e-4)),
    "scratch": FinetuneConfig(strategy="scratch", ppo=PpoConfig(prior_weight=0.0)),
}


def finetune_preset(name: str, changes: Mapping[str, Any] | None = None) -> FinetuneConfig:
    """The preset of that name, with ``section.field`` (or ``field``) set to new values; None leaves one as it is.

    Raises:
        UnknownNameError: no such preset or field; the closest name is offered.
        InvalidRecordError: a value that the field cannot have.
    """
    if name not in PRESETS:
        raise UnknownNameError("preset", name, PRESETS)
    data = PRESETS[name].model_dump()
    for path, value in (changes or {}).items():
        *sections, field = path.split(".")
        place = data
        for section in sections:
            place = _entry(place, section)
        _entry(place, field)
        if value is not None:
            place[field] = value
    return parse_record(json.dumps(data), FinetuneConfig, source="--set")


def _entry(place: Any, name: str) -> Any:
    if not isinstance(place, dict) or name not in place:
        raise UnknownNameError("setting", name, place if isinstance(place, dict) else ())
    return place[name]
