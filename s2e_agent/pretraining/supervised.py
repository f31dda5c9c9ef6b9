"""Supervised fine-tuning (SFT), the ablation that learns from drives what reinforcement learns from experience.

The pre-training's own loss goes on, from the pre-trained weights, on drives of the oracle in all four tasks. Equal
environment cost: as many recorded frames as reinforcement takes steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from navbench_gs.drives.splits import Part
from navbench_gs.errors import InvalidRecordError
from navbench_gs.training.loop import LoopConfig, Trained
from s2e_agent.config.pretraining import Preset
from s2e_agent.data.dataset_mix import read_mix
from s2e_agent.models.checkpoint import load_policy, pretraining_of
from s2e_agent.models.policy import Policy
from s2e_agent.pretraining.trainer import pretrain

PARTS: tuple[Part, ...] = ("train", "test")
PASSES = 10
"""How often each frame is seen."""
LEARNING_RATE = 1e-4


def frames_of(data_sets: Sequence[str | Path], period_s: float) -> int:
    """Frames in all drives, held-out ones too: they were driven as well."""
    mix = read_mix(data_sets, normalised=False, period_s=period_s)
    parts = [mix.clips(part, period_s) for part in PARTS]
    return sum(len(clip.frames) for part in parts for clips in part.values() for clip in clips)


def supervise(
    weights: Path,
    data_sets: Sequence[str | Path],
    folder: Path,
    *,
    steps: int,
    learning_rate: float | None = None,
    seed: int = 0,
    device: str = "cpu",
    tensorboard: bool = False,
    report: Callable[[dict[str, float]], None] | None = None,
) -> tuple[Policy, Trained, dict[str, Any]]:
    """Fine-tune ``weights`` on drives that took at most ``steps`` frames to record.

    Raises:
        InvalidRecordError: the drives hold more frames than that.
    """
    policy, facts, _ = load_policy(weights)
    config = pretraining_of(facts)
    frames = frames_of(data_sets, policy.config.period_s)
    if frames > steps:
        raise InvalidRecordError(
            f"the drives hold {frames} frames, more than the {steps} steps that reinforcement may take: record fewer"
            " (navbench drives record --frames) or give --steps"
        )
    updates = math.ceil(PASSES * frames / (config.windows * config.window))
    loop = LoopConfig(
        steps=updates,
        learning_rate=LEARNING_RATE if learning_rate is None else learning_rate,
        warmup_steps=max(1, updates // 20),
        validate_every=max(1, updates // 10),
        seed=seed,
        half=config.loop.half,
    )
    preset = Preset(policy=policy.config, pretrain=config.model_copy(update={"loop": loop}))
    return pretrain(preset, data_sets, folder, initial=weights, device=device, tensorboard=tensorboard, report=report)
