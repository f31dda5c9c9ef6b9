"""How the small GNM and ViNT begin: answering straight ahead, with layers that stay alive until pictures are used.

Before a net has learnt to see, what its last layers make of pictures is noise, and the quickest way to lose less is to
silence them, which behind a ReLU is for good: at a rate of 2e-3, with random predictors, all 32 numbers that GNM's
answer is read from were zero for every picture after 60 steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from baselines.efficientnet import MBConv
from baselines.mobilenet import InvertedResidual

RUNNING_MOMENTUM = 0.1
"""Running statistics move this far a step; EfficientNet's own hundredth still holds the beginning after hundreds."""
LIVELY_BIAS = 0.5


@torch.no_grad()
def begin_ahead(network: Any, middle_distance: float, rectified: Iterable[nn.Module]) -> None:
    """Let an untrained GNM or ViNT answer that distance and a unit a step straight ahead, whatever it sees.

    Answers are read from nothing at first, so there is no noise to silence; the layers before, ``rectified`` by a ReLU,
    keep the size of what passes through them and begin above zero; residual blocks begin as the identity.
    """
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = RUNNING_MOMENTUM
        if isinstance(layer, InvertedResidual) and layer.skips:
            last = layer.conv[-1]
            assert isinstance(last, nn.BatchNorm2d)
            nn.init.zeros_(last.weight)
        if isinstance(layer, MBConv) and layer.skips:
            nn.init.zeros_(layer._bn2.weight)
    for layer in rectified:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.constant_(layer.bias, LIVELY_BIAS)
    _answer_ahead(network, middle_distance)


def _answer_ahead(network: Any, middle_distance: float) -> None:
    distance, actions = network.dist_predictor[0], network.action_predictor[0]
    nn.init.zeros_(distance.weight)
    nn.init.zeros_(actions.weight)
    distance.bias.fill_(middle_distance)
    ahead = actions.bias.view(-1, 4)
    ahead.copy_(ahead.new_tensor([1.0, 0.0, 1.0, 0.0]).expand_as(ahead))
