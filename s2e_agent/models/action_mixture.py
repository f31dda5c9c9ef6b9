"""What reinforcement acts with: mixtures over velocity commands, or over whole paths, behind one small interface.

B batch, M modes, H waypoints. Both keep the policy's scores q_m. ``CommandMixture`` puts one Gaussian round each
mode's command, ``q(a) = sum_m q_m N(a; F_d(v_m mu_m), diag sigma^2)``; ``PathMixture`` keeps the policy's own Gaussians
and adds one over the velocity scale, ``q(w, v) = sum_m q_m N(v; v_m, sigma^2) prod_t N_t(w_t)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from s2e_agent.models.waypoint_mixture import LEAST_SCALE_M, Mixture, step_log_density


class ActionMixture(Protocol):
    """B distributions over actions; the last dimension of an action is ``size``."""

    @property
    def log_scores(self) -> Tensor:
        """(B, M) log q, normalised."""
        ...

    def mode_log_density(self, actions: Tensor) -> Tensor:
        """(B, M): log N_m of actions (B, A)."""
        ...

    def mode_entropy(self) -> Tensor:
        """(B, M): entropy of N_m in nats."""
        ...

    def drawn(self, modes: Tensor, generator: torch.Generator) -> Tensor:
        """(B, A): a sample of the Gaussian of each given mode (B,)."""
        ...

    def middle(self, modes: Tensor) -> Tensor:
        """(B, A): the mean action of each given mode (B,)."""
        ...


def log_density(mixture: ActionMixture, actions: Tensor) -> Tensor:
    """(B,): ``logsumexp_m [log q_m + log N_m(a)]``."""
    return torch.logsumexp(mixture.log_scores + mixture.mode_log_density(actions), dim=-1)


def sample(mixture: ActionMixture, generator: torch.Generator) -> Tensor:
    """(B, A): one action of each distribution."""
    modes = torch.multinomial(mixture.log_scores.exp(), 1, generator=generator)[:, 0]
    return mixture.drawn(modes, generator)


def entropy_bound(mixture: ActionMixture) -> Tensor:
    """(B,): ``H(q) + sum_m q_m H(N_m)`` in nats, never below the mixture's entropy, which has no closed form.

    It is the entropy of mode and action together; knowing the action, the mode is seldom quite certain.
    """
    scores = mixture.log_scores.exp()
    return -(scores * mixture.log_scores).sum(dim=-1) + (scores * mixture.mode_entropy()).sum(dim=-1)


def kl_bound(mixture: CommandMixture, other: CommandMixture) -> Tensor:
    """(B,): ``KL(q || q') + sum_m q_m KL(N_m || N'_m)`` in nats, never below the mixtures' own divergence.

    Mode m of one stands for mode m of the other: both come from the same anchor.
    """
    scores = mixture.log_scores.exp()
    of_scores = (scores * (mixture.log_scores - other.log_scores)).sum(dim=-1)
    shift = ((mixture.means - other.means) / other.sigma).square()
    spread = (mixture.sigma / other.sigma).square()
    of_modes = 0.5 * (shift + spread - 1.0 - spread.log()).sum(dim=-1)
    return of_scores + (scores * of_modes).sum(dim=-1)


@dataclass(frozen=True)
class CommandMixture:
    """B mixtures of M Gaussians over commands (speed m/s, yaw rate rad/s)."""

    log_scores: Tensor
    """(B, M)."""
    means: Tensor
    """(B, M, 2)."""
    sigma: Tensor
    """(2,) shared by all modes."""

    def mode_log_density(self, actions: Tensor) -> Tensor:
        """(B, M) of commands (B, 2)."""
        z = (actions[:, None] - self.means) / self.sigma
        return -0.5 * z.square().sum(dim=-1) - self.sigma.log().sum() - math.log(2.0 * math.pi)

    def mode_entropy(self) -> Tensor:
        """``log(2 pi e sigma_v sigma_w)``, the same for all."""
        return (self.sigma.log().sum() + 1.0 + math.log(2.0 * math.pi)).expand(self.log_scores.shape)

    def drawn(self, modes: Tensor, generator: torch.Generator) -> Tensor:
        """(B, 2)."""
        middle = self.middle(modes)
        return middle + self.sigma * _noise(middle, generator)

    def middle(self, modes: Tensor) -> Tensor:
        """(B, 2)."""
        return self.means[torch.arange(len(modes), device=modes.device), modes]


@dataclass(frozen=True)
class PathMixture:
    """B mixtures over actions (w, v): H normalised waypoints and the velocity scale in metres, flattened (2 H + 1)."""

    paths: Mixture
    sigma_m: Tensor
    """() standard deviation of the velocity scale, metres."""

    @property
    def log_scores(self) -> Tensor:
        """(B, M)."""
        return self.paths.log_scores

    def mode_log_density(self, actions: Tensor) -> Tensor:
        """(B, M) of actions (B, 2 H + 1): the sum over waypoints, and the scale's."""
        points = actions[:, None, :-1].unflatten(-1, (-1, 2))
        steps = step_log_density(points, self.paths.means, self.paths.sigmas, self.paths.rhos).sum(dim=-1)
        z = (actions[:, None, -1] - self.paths.scales) / self.sigma_m
        return steps - 0.5 * z.square() - self.sigma_m.log() - 0.5 * math.log(2.0 * math.pi)

    def mode_entropy(self) -> Tensor:
        """``sum_t log(2 pi e sigma_x sigma_y sqrt(1 - rho^2)) + log(2 pi e sigma_v^2) / 2``."""
        area = self.paths.sigmas.log().sum(dim=-1) + 0.5 * (1.0 - self.paths.rhos.square()).log()
        steps = (area + 1.0 + math.log(2.0 * math.pi)).sum(dim=-1)
        return steps + self.sigma_m.log() + 0.5 * (1.0 + math.log(2.0 * math.pi))

    def drawn(self, modes: Tensor, generator: torch.Generator) -> Tensor:
        """(B, 2 H + 1)."""
        mine = torch.arange(len(modes), device=modes.device), modes
        middle, sigma, rho = self.paths.means[mine], self.paths.sigmas[mine], self.paths.rhos[mine]
        first, second = _noise(middle, generator).unbind(dim=-1)
        tied = torch.stack([first, rho * first + (1.0 - rho.square()).sqrt() * second], dim=-1)
        scale = self.paths.scales[mine]
        scale = scale + self.sigma_m * _noise(scale, generator)
        return torch.cat([(middle + sigma * tied).flatten(1), scale[:, None]], dim=-1)

    def middle(self, modes: Tensor) -> Tensor:
        """(B, 2 H + 1)."""
        mine = torch.arange(len(modes), device=modes.device), modes
        return torch.cat([self.paths.means[mine].flatten(1), self.paths.scales[mine][:, None]], dim=-1)


def waypoints_of(actions: Tensor) -> Tensor:
    """Waypoints (B, H, 2) in metres of path actions (B, 2 H + 1)."""
    points: Tensor = actions[:, :-1].unflatten(-1, (-1, 2)) * actions[:, -1].clamp_min(LEAST_SCALE_M)[:, None, None]
    return points


def sharpened(mixture: Mixture, temperature: float) -> Mixture:
    """The same modes with scores ``q_m^(1 / temperature)``, normalised again: below one, likelier ones gain."""
    return replace(mixture, log_scores=torch.log_softmax(mixture.log_scores / temperature, dim=-1))


def _noise(like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=generator, device=like.device, dtype=like.dtype)
