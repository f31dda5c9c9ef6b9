"""The numbers that MBRA's relabeller and LogoNav are trained with: theirs differ in goals and learning rate alone."""

from __future__ import annotations

from baselines.data.goal_pictures import GoalRule
from baselines.image_goal_training import DataView
from baselines.mbra.model import MBRAConfig
from baselines.presets import published_loop, small_loop
from baselines.training import Preset


def mbra_presets(
    picture_px: tuple[int, int], goals: GoalRule, *, warmup_steps: int, learning_rate: float
) -> dict[str, Preset]:
    """``published`` and ``small``.

    Args:
        picture_px: width and height of the published pictures.
        goals: which goal pictures are taught.
        warmup_steps: of the published schedule.
        learning_rate: the highest of it.
    """
    return {
        "published": Preset(
            MBRAConfig(),
            DataView(picture_px, goals, windows=100, mirror_share=0.5),
            published_loop(steps=2_000_000, warmup_steps=warmup_steps, learning_rate=learning_rate),
        ),
        "small": Preset(
            MBRAConfig(width=128, layers=2, encoder_width=0.25),
            DataView((48, 48), goals, windows=8, window=6, mirror_share=0.5),
            small_loop(learning_rate=1e-3),
        ),
    }
