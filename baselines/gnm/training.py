"""How GNM is trained."""

from __future__ import annotations

from torch import Tensor

from baselines.data.goal_pictures import GoalRule
from baselines.data.image_goal_batch import ImageGoalBatch
from baselines.first_weights import begin_ahead
from baselines.gnm.agent import KIND
from baselines.gnm.first_filters import see_motion
from baselines.gnm.loss import ACTION_DISTANCES
from baselines.gnm.model import GNM, GNMConfig
from baselines.image_goal_training import DataView, GoalNetworkTraining, drives_of
from baselines.presets import published_loop, small_loop
from baselines.training import Data, Preset
from baselines.waypoints import GoalPrediction

GOALS = GoalRule(taught=ACTION_DISTANCES)
PRESETS = {
    "published": Preset(
        GNMConfig(),
        DataView(KIND.picture_px, GOALS, windows=400),
        published_loop(
            steps=75_000,
            warmup_steps=0,
            learning_rate=7e-4,
            schedule="constant",
            optimiser="adam",
            betas=(0.9, 0.98),
            weight_decay=0.0,
        ),
    ),
    "small": Preset(
        GNMConfig(encoder_width=0.5, code=128),
        DataView((32, 24), GoalRule(farthest=10, taught=(0, 10)), windows=64, mirror_share=0.5, begins_ahead=True),
        small_loop(learning_rate=1e-3),
    ),
}


def predict(network: GNM, pictures: Tensor, batch: ImageGoalBatch) -> GoalPrediction:
    """Frames stacked along their channels, and the goal."""
    answer: GoalPrediction = network(pictures[batch.history].flatten(1, 2), pictures[batch.goal])
    return answer


def trainable(network: GNM, preset: Preset, data: Data) -> GoalNetworkTraining:
    """Network and drives, ready for the loop."""
    training, held_out = drives_of(preset, data)
    if preset.view.begins_ahead and not data.goes_on:
        begin_ahead(network, preset.view.goals.farthest / 2.0, network.linear_layers)
        see_motion(network)
    return GoalNetworkTraining(network, predict, preset.view, training, held_out)
