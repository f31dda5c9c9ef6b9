"""Small policies that tests start from."""

import torch

from s2e_agent.config.pretraining import PRESETS
from s2e_agent.models.policy import Policy


def small_policy():
    """The debug policy with random weights and four anchors ahead; its paths are driven at about the top speed."""
    torch.manual_seed(0)
    policy = Policy(PRESETS["debug"].policy)
    policy.anchors.copy_(torch.tensor([[2.0, 0.0], [1.0, 0.0], [1.5, 1.0], [1.5, -1.0]]))
    torch.nn.init.constant_(policy.head.scale[-1].bias, 1.0)
    return policy.eval()


def random_policy(config=PRESETS["debug"].policy, **changes):
    """A policy of these numbers, ``changes`` made to them, with random weights and random anchors."""
    torch.manual_seed(0)
    policy = Policy(config.model_copy(update=changes)).eval()
    policy.anchors.copy_(torch.randn(len(policy.anchors), 2))
    return policy


def memory_of(policy, samples):
    """A random context memory and its mask."""
    memory = torch.randn(samples, 9, policy.config.width, generator=torch.Generator().manual_seed(1))
    return memory, torch.zeros(samples, 9, dtype=torch.bool)
