"""What NoMaD learns by: the noise in a path, and a little the distance to the goal picture."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from baselines.masked_mean import FLOOR, masked_mean

ACTION_DISTANCES = (3, 20)
"""The window for :func:`baselines.goal_loss.countable_actions`: other goals teach the distance alone."""
DISTANCE_WEIGHT = 1e-4
GOAL_HIDDEN_SHARE = 0.5
"""How often the goal is hidden while training."""


def nomad_loss(
    predicted_noise: Tensor,
    noise: Tensor,
    predicted_distance: Tensor,
    distance: Tensor,
    *,
    action_counts: Tensor,
    goal_hidden: Tensor,
) -> Tensor:
    """(1 - 1e-4) mean squared error of the noise where the actions count + 1e-4 that of the distance.

    As published, the distance's error is taken over the whole batch and then scaled by the share of goals that are not
    hidden; it is not the mean over those.

    Args:
        predicted_noise: (B, H, 2).
        noise: (B, H, 2) that was added.
        predicted_distance: (B, 1) steps.
        distance: (B,) steps; 20 where the goal picture is of another place.
        action_counts: (B,) 1 where the path is to be learnt, else 0.
        goal_hidden: (B,) booleans.
    """
    diffusion = masked_mean((predicted_noise - noise) ** 2, action_counts)
    open_share = (~goal_hidden).to(distance).mean()
    distances = functional.mse_loss(predicted_distance.squeeze(-1), distance) * open_share / (open_share + FLOOR)
    return DISTANCE_WEIGHT * distances + (1 - DISTANCE_WEIGHT) * diffusion
