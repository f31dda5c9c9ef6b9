"""How ViNT is trained."""

from __future__ import annotations

from torch import Tensor

from baselines.data.goal_pictures import GoalRule
from baselines.data.image_goal_batch import ImageGoalBatch
from baselines.first_filters import GOAL_SHIFTS_PX, compare, opening_of_efficientnet, shifted
from baselines.first_weights import begin_ahead
from baselines.image_goal_training import DataView, GoalNetworkTraining, drives_of, frame_tokens
from baselines.presets import published_loop, small_loop
from baselines.training import Data, Preset
from baselines.vint.agent import KIND
from baselines.vint.loss import ACTION_DISTANCES
from baselines.vint.model import ViNT, ViNTConfig
from baselines.waypoints import GoalPrediction

GOALS = GoalRule(taught=ACTION_DISTANCES)
PRESETS = {
    "published": Preset(
        ViNTConfig(),
        DataView(KIND.picture_px, GOALS, windows=256),
        published_loop(steps=400_000, warmup_steps=16_000, learning_rate=5e-4),
    ),
    "small": Preset(
        ViNTConfig(horizon=10, width=64, layers=2, encoder_width=0.5),
        DataView(
            (32, 32),
            GoalRule(farthest=10, taught=(2, 10)),
            windows=16,
            window=4,
            mirror_share=0.5,
            begins_ahead=True,
        ),
        small_loop(learning_rate=1e-3),
    ),
}


def predict(network: ViNT, pictures: Tensor, batch: ImageGoalBatch) -> GoalPrediction:
    """A token for every distinct frame, and one for each pair of current frame and goal."""
    goal_tokens = network.encode_goal(pictures[batch.history[:, -1]], pictures[batch.goal])
    return network.decode(frame_tokens(network, pictures, batch), goal_tokens)


def compare_pictures(network: ViNT) -> None:
    """Let the goal's encoder of an untrained network compare the current frame, its first picture, with the goal."""
    if not network.config.late_fusion:
        compare(opening_of_efficientnet(network.goal_encoder), shifted(0, 1, GOAL_SHIFTS_PX))


def trainable(network: ViNT, preset: Preset, data: Data) -> GoalNetworkTraining:
    """Network and drives, ready for the loop."""
    training, held_out = drives_of(preset, data)
    if preset.view.begins_ahead and not data.goes_on:
        begin_ahead(network, preset.view.goals.farthest / 2.0, network.decoder.output_layers)
        compare_pictures(network)
    return GoalNetworkTraining(network, predict, preset.view, training, held_out)
