"""One path and two modes, small enough to work formulas out by hand."""

import torch

from s2e_agent.data.batch import Batch
from s2e_agent.models.waypoint_mixture import Mixture


def one_path(path):
    count = len(path)
    return Batch(
        frames=torch.zeros(1, 1, 1, 3),
        history=torch.zeros(1, 1, dtype=torch.long),
        present=torch.ones(1, 1, dtype=torch.bool),
        goals=torch.zeros(1, 2),
        paths=torch.tensor([path]),
        valid=torch.ones(1, count, dtype=torch.bool),
        ranges=torch.zeros(1, 0),
        people=torch.zeros(1, 0),
        steady=torch.tensor([[0.5, 0.0]]),
        routes=torch.zeros(1, 0, 2),
    )


def two_modes(scales):
    means = torch.tensor([[[[1.0, 0.0], [2.0, 0.0]], [[0.0, 1.0], [0.0, 2.0]]]])
    log_scores = torch.log(torch.tensor([[0.25, 0.75]]))
    return Mixture(log_scores, means, torch.ones_like(means), torch.zeros(1, 2, 2), torch.tensor([scales]))
