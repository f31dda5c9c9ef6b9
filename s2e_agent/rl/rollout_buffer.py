"""What N robots lived through in T steps, and what it was worth: advantages and returns.

An episode that ends leaves a step between its end and the next start, in which the world ignores the action; such
steps are not ``lived`` and never trained on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from s2e_agent.models.policy import Policy
from s2e_agent.rl.observation_encoder import Moment, remember


def advantages(
    rewards: Tensor, values: Tensor, terminated: Tensor, truncated: Tensor, discount: float, gae_lambda: float
) -> Tensor:
    """(T, N) generalised advantages of rewards (T, N) and values (T + 1, N).

    ``delta_t = r_t + discount V_{t+1} [not terminated_t] - V_t``: a time-out is worth the value of where it happened,
    an end nothing. ``A_t = delta_t + discount lambda A_{t+1}`` within an episode.
    """
    going_on, result = torch.zeros_like(values[0]), torch.zeros_like(rewards)
    for t in range(len(rewards) - 1, -1, -1):
        delta = rewards[t] + discount * values[t + 1] * ~terminated[t] - values[t]
        going_on = delta + discount * gae_lambda * going_on * ~(terminated[t] | truncated[t])
        result[t] = going_on
    return result


@dataclass(frozen=True)
class Step:
    """One decision of N robots and what came of it."""

    states: Tensor
    """(N, C) what the critic is told beside the memory."""
    actions: Tensor
    """(N, A)."""
    log_density: Tensor
    """(N,) of the actions when they were drawn."""
    values: Tensor
    """(N,)."""
    prior_scores: Tensor
    """(N, M) log q of the pre-trained policy; what is collected from where there is none."""
    prior_means: Tensor
    """(N, M, 2) commands of its modes."""
    taught: Tensor
    """(N, 2) commands of the teacher; NaN where there is none."""
    worth: Tensor
    """(N, M) what the path of every mode would come to; (N, 0) where nobody looks ahead."""
    rewards: Tensor
    """(N,)."""
    terminated: Tensor
    """(N,)."""
    truncated: Tensor
    """(N,)."""
    lived: Tensor
    """(N,)."""


@dataclass(frozen=True)
class Batch:
    """B samples to learn from."""

    memory: Tensor
    absent: Tensor
    steps: Step
    """With B in place of N."""
    advantages: Tensor
    returns: Tensor


class Buffer:
    """T steps of N robots; memories are kept if the context is frozen, else pictures, to be seen anew."""

    def __init__(self, *, keep_frames: bool) -> None:
        self.keep_frames = keep_frames
        self._moments: list[Moment] = []
        self._steps: list[Step] = []
        self._earlier: list[Tensor] = []
        self._first_look = 0

    def add(self, moment: Moment, step: Step) -> None:
        """Keep one step and the moment it was decided at."""
        self._moments.append(moment)
        self._steps.append(step)

    def clear(self, context: int) -> None:
        """Forget all steps, but not the frames that a further ``context`` - 1 looks reach back to."""
        if self.keep_frames:
            frames = [*self._earlier, *(moment.frames for moment in self._moments)]
            dropped = max(0, len(frames) - (context - 1))
            self._earlier, self._first_look = frames[dropped:], self._first_look + dropped
        self._moments, self._steps = [], []

    def whole(self, last_values: Tensor, discount: float, gae_lambda: float) -> Rollout:
        """Everything since :meth:`clear`, with ``last_values`` (N,) of the moment after the last step."""
        steps = _stacked(self._steps)
        values = torch.cat([steps.values, last_values[None]])
        gains = advantages(steps.rewards, values, steps.terminated, steps.truncated, discount, gae_lambda)
        seen: Kept | Pictured = self._pictured() if self.keep_frames else _kept(self._moments)
        return Rollout(seen, steps, gains, gains + steps.values)

    def _pictured(self) -> Pictured:
        looks = torch.stack([moment.looks for moment in self._moments])
        robots = torch.arange(looks.shape[1], device=looks.device)[:, None]
        return Pictured(
            frames=torch.cat([*self._earlier, *(moment.frames for moment in self._moments)]),
            history=((looks - self._first_look).clamp_min(0) * looks.shape[1] + robots).flatten(0, 1),
            goals=torch.cat([moment.goals for moment in self._moments]),
        )


@dataclass(frozen=True)
class Kept:
    """Memories of T N samples, as they were when they were lived."""

    memory: Tensor
    absent: Tensor

    def memories(self, policy: Policy, samples: Tensor) -> tuple[Tensor, Tensor]:
        """Memory and absent of some samples."""
        return self.memory[samples], self.absent[samples]


@dataclass(frozen=True)
class Pictured:
    """Pictures of T N samples, so that encoder and context can see them with what they have learnt since."""

    frames: Tensor
    """(F, H, W, 3)."""
    history: Tensor
    """(T N, k) numbers of frames."""
    goals: Tensor
    """(T N, 2)."""

    def memories(self, policy: Policy, samples: Tensor) -> tuple[Tensor, Tensor]:
        """Memory and absent of some samples, each of their frames encoded once, with gradients."""
        distinct, numbers = self.history[samples].unique(return_inverse=True)
        return remember(policy, policy.encoder(self.frames[distinct])[numbers], self.goals[samples])


@dataclass(frozen=True)
class Rollout:
    """A whole buffer; samples are numbered t N + n."""

    seen: Kept | Pictured
    steps: Step
    """(T, N, ...)."""
    advantages: Tensor
    """(T, N)."""
    returns: Tensor
    """(T, N)."""

    def batches(self, size: int, generator: torch.Generator) -> Iterator[Tensor]:
        """Numbers of lived samples in random batches of about ``size``.

        Where pictures are seen anew a batch is made of whole robots, whose samples share frames.
        """
        steps, robots = self.steps.lived.shape
        lived = self.steps.lived.flatten()
        if isinstance(self.seen, Kept):
            numbers = lived.nonzero()[:, 0]
            yield from numbers[torch.randperm(len(numbers), generator=generator, device=numbers.device)].split(size)
            return
        starts = torch.arange(steps, device=lived.device)[:, None] * robots
        order = torch.randperm(robots, generator=generator, device=lived.device)
        for chosen in order.split(max(1, size // steps)):
            numbers = (starts + chosen).flatten()
            yield numbers[lived[numbers]]

    def batch(self, policy: Policy, samples: Tensor) -> Batch:
        """Samples to learn from; memories carry gradients where the policy sees anew."""
        memory, absent = self.seen.memories(policy, samples)
        steps = Step(**{field.name: getattr(self.steps, field.name).flatten(0, 1)[samples] for field in fields(Step)})
        gains, returns = self.advantages.flatten()[samples], self.returns.flatten()[samples]
        return Batch(memory, absent, steps, gains, returns)

    def explained_variance(self) -> float:
        """Share of the variance of returns that the values at collection explain, over lived samples."""
        lived = self.steps.lived
        returns, values = self.returns[lived], self.steps.values[lived]
        return float(1.0 - (returns - values).var() / returns.var().clamp_min(1e-8))


def _stacked(steps: Sequence[Step]) -> Step:
    return Step(**{field.name: torch.stack([getattr(step, field.name) for step in steps]) for field in fields(Step)})


def _kept(moments: Sequence[Moment]) -> Kept:
    return Kept(torch.cat([m.memory for m in moments]), torch.cat([m.absent for m in moments]))
