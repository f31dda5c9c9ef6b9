"""How GNM is trained."""

from __future__ import annotations

from torch import Tensor

from baselines.data.goal_pictures import GoalRule
from baselines.data.image_goal_batch import ImageGoalBatch
from baselines.first_filters import GOAL_SHIFTS_PX, compare, opening_of_mobilenet, shifted
from baselines.first_weights import begin_ahead
from baselines.gnm.agent import KIND
from baselines.gnm.loss import ACTION_DISTANCES
from baselines.gnm.model import GNM, GNMConfig
from baselines.image_goal_training import DataView, GoalNetworkTraining, drives_of
from baselines.presets import published_loop, small_loop
from baselines.training import Data, Preset
from baselines.waypoints import GoalPrediction

GOALS = GoalRule(taught=ACTION_DISTANCES)
TURN_SHIFTS_PX = (-1, 1, -2, 2, -3, 3, -4, 4)
"""At which the current frame is compared with the one before."""
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
        GNMConfig(horizon=10, encoder_width=0.5, code=128),
        DataView((24, 18), GoalRule(10, ACTION_DISTANCES), windows=64, mirror_share=0.5, begins_ahead=True),
        small_loop(learning_rate=1e-3),
    ),
}


def predict(network: GNM, pictures: Tensor, batch: ImageGoalBatch) -> GoalPrediction:
    """Frames stacked along their channels, and the goal."""
    answer: GoalPrediction = network(pictures[batch.history].flatten(1, 2), pictures[batch.goal])
    return answer


def compare_pictures(network: GNM) -> None:
    """Let an untrained network compare the current frame with the one before it, and with the goal picture."""
    current, goal = network.config.context, network.config.frames
    compare(opening_of_mobilenet(network.obs_mobilenet), shifted(current, current - 1, TURN_SHIFTS_PX))
    compare(opening_of_mobilenet(network.goal_mobilenet), shifted(current, goal, GOAL_SHIFTS_PX))


def trainable(network: GNM, preset: Preset, data: Data) -> GoalNetworkTraining:
    """Network and drives, ready for the loop."""
    training, held_out = drives_of(preset, data)
    if preset.view.begins_ahead and not data.goes_on:
        begin_ahead(network, preset.view.goals.farthest / 2.0, network.linear_layers)
        compare_pictures(network)
    return GoalNetworkTraining(network, predict, preset.view, training, held_out)
