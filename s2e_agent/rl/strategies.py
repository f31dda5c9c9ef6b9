"""Which parameters post-training may change: the paper's method and its ablations, as one function each."""

from __future__ import annotations

import copy

import torch
from torch import nn

from navbench_gs.domain.streams import stream_seed
from navbench_gs.errors import WeightsError
from s2e_agent.config.finetuning import Strategy
from s2e_agent.models.policy import Policy
from s2e_agent.models.residual import attach, residual_parameters


def with_residual(policy: Policy) -> Policy:
    """A copy whose decoder blocks carry residual modules; its answers are those of ``policy``, bit for bit.

    Raises:
        WeightsError: the policy has residual modules already.
    """
    if policy.config.residual:
        raise WeightsError("these weights have residual modules already; start from pre-trained ones, or resume")
    adapted = copy.deepcopy(policy)
    attach(adapted.decoder, policy.config.width)
    adapted.config = policy.config.model_copy(update={"residual": True})
    _assert_same(policy, adapted)
    return adapted


def _assert_same(policy: Policy, adapted: Policy) -> None:
    generator = torch.Generator().manual_seed(0)
    memory = torch.randn(2, 3, policy.config.width, generator=generator)
    absent = torch.zeros(2, 3, dtype=torch.bool)
    with torch.no_grad():
        before, after = policy.eval().decide(memory, absent), adapted.eval().decide(memory, absent)
    for name in ("log_scores", "means", "sigmas", "rhos", "scales"):
        assert torch.equal(getattr(before, name), getattr(after, name)), f"a fresh residual changed {name}"


def from_scratch(policy: Policy, seed: int) -> Policy:
    """A policy of random weights with the sizes and anchors of ``policy``."""
    torch.manual_seed(stream_seed("initial weights", seed))
    fresh = Policy(policy.config)
    fresh.anchors.copy_(policy.anchors)
    return fresh


def sees_anew(strategy: Strategy) -> bool:
    """Whether encoder and context learn too, so that pictures must be seen again in every update."""
    return strategy in ("full", "scratch")


def prepared(policy: Policy, strategy: Strategy, seed: int) -> Policy:
    """The policy that ``strategy`` starts from, with exactly the parameters it may change asking for gradients."""
    if strategy == "ram":
        learner = with_residual(policy)
        learning = set(residual_parameters(learner))
    elif strategy == "decoder":
        learner = copy.deepcopy(policy)
        learning = _parameters_of(learner.query, learner.decoder, learner.head)
    else:
        learner = copy.deepcopy(policy) if strategy == "full" else from_scratch(policy, seed)
        learning = set(learner.parameters())
    for parameter in learner.parameters():
        parameter.requires_grad_(parameter in learning)
    return learner.eval()


def _parameters_of(*modules: nn.Module) -> set[nn.Parameter]:
    return {parameter for module in modules for parameter in module.parameters()}
