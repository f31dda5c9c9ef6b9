"""A policy that acts: its mixture of paths as a distribution over actions, with spreads that are learned."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from s2e_agent.config.finetuning import ActionConfig
from s2e_agent.models.action_mixture import ActionMixture, CommandMixture, PathMixture, sharpened, waypoints_of
from s2e_agent.models.controller import command_of_paths
from s2e_agent.models.policy import Policy
from s2e_agent.models.waypoint_mixture import Mixture


class BoundedSigma(nn.Module):
    """Standard deviations that are learned between two bounds each."""

    least: Tensor
    span: Tensor

    def __init__(self, *bounds: tuple[float, float, float]) -> None:
        super().__init__()
        least, first, most = torch.tensor(bounds).unbind(dim=-1)
        self.register_buffer("least", least, persistent=False)
        self.register_buffer("span", most - least, persistent=False)
        self.raw = nn.Parameter(torch.logit((first - least) / (most - least)))

    def forward(self) -> Tensor:
        """(K,) within the bounds."""
        sigma: Tensor = self.least + self.span * torch.sigmoid(self.raw)
        return sigma


class Actor(nn.Module):
    """A policy and the spread of its actions."""

    def __init__(self, policy: Policy, config: ActionConfig) -> None:
        super().__init__()
        self.policy, self.config = policy, config
        self.command_sigma = BoundedSigma(config.speed_sigma, config.yaw_rate_sigma)
        self.scale_sigma = BoundedSigma(config.scale_sigma)

    def mixture(self, memory: Tensor, absent: Tensor) -> Mixture:
        """The policy's mixture for a context memory, its scores sharpened."""
        return sharpened(self.policy.decide(memory, absent), self.config.temperature)

    def commands(self, mixture: Mixture) -> CommandMixture:
        """``sum_m q_m N(a; F_d(v_m mu_m), diag sigma^2)``."""
        means = command_of_paths(mixture.paths(), self.policy.config.period_s)
        return CommandMixture(mixture.log_scores, means, self.command_sigma())

    def actions(self, mixture: Mixture) -> ActionMixture:
        """The distribution that is drawn from: commands or paths."""
        if self.config.kind == "command":
            return self.commands(mixture)
        return PathMixture(mixture, self.scale_sigma()[0])

    def world_action(self, actions: Tensor) -> Tensor:
        """What the world is told: commands (B, 2), or waypoints (B, H, 2) in metres."""
        return actions if self.config.kind == "command" else waypoints_of(actions)

    def command_done(self, actions: Tensor) -> Tensor:
        """(B, 2): the command that an action amounts to."""
        if self.config.kind == "command":
            return actions
        return command_of_paths(waypoints_of(actions), self.policy.config.period_s)

    @property
    def action_size(self) -> int:
        """Numbers of one action."""
        return 2 if self.config.kind == "command" else 2 * self.policy.config.horizon + 1

    def peak_log_density(self) -> float:
        """Log density of a command at the middle of a mode that is sure."""
        return -float(self.command_sigma().detach().log().sum()) - math.log(2.0 * math.pi)
