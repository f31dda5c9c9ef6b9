"""S2E as an agent of the benchmark: frames and goal in, the likeliest mode's waypoints out."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from navbench_gs.domain.action import Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed, Needs
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.state import Privileged
from navbench_gs.drives.frames import history_indices, resized
from s2e_agent.checkpoint import SHIPPED, load_policy
from s2e_agent.mixture import Mixture
from s2e_agent.policy import Policy


def likeliest_path(mixture: Mixture) -> NDArray[np.float64]:
    """(H, 2) metres: the mean path of the mode with the highest score, of a batch of one."""
    path: NDArray[np.float64] = mixture.paths()[0, int(mixture.log_scores[0].argmax())].double().numpy()
    return path


class S2EAgent:
    """Drives with a pre-trained policy; every camera frame is encoded once."""

    def __init__(self, checkpoint: str | None = None) -> None:
        torch.set_num_threads(1)
        policy, facts, sha256 = load_policy(SHIPPED if checkpoint is None else Path(checkpoint))
        self.drive_with(policy, revision=str(facts["revision"]), weights=sha256)

    @classmethod
    def of_policy(cls, policy: Policy, *, revision: str) -> S2EAgent:
        """An agent of a policy in memory, without a file."""
        agent = cls.__new__(cls)
        agent.drive_with(policy.eval(), revision=revision, weights=None)
        return agent

    def drive_with(self, policy: Policy, *, revision: str, weights: str | None) -> None:
        """Take up a policy."""
        self.policy = policy
        self._tokens: deque[Tensor] = deque(maxlen=policy.config.context)
        self._card = AgentCard(
            name="s2e",
            revision=revision,
            description="S2E, anchor-guided pre-training on drives of the oracle (first working version)",
            weights=weights,
            needs=Needs(camera=CameraNeed(width_px=160, height_px=120)),
            action=ActionSpec(kind="waypoints", horizon=policy.config.horizon, period_s=policy.config.period_s),
            decision_period_s=policy.config.period_s,
        )

    @property
    def card(self) -> AgentCard:
        """Camera 160 x 120, waypoints 0.25 s apart, a decision every 0.25 s."""
        return self._card

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Forget the frames of the last episode."""
        self._tokens.clear()

    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Waypoints:
        """The path of the likeliest mode."""
        assert observation.rgb is not None
        mixture = self.distribution(observation.rgb, np.asarray(observation.goal, dtype=np.float32))
        return Waypoints(likeliest_path(mixture), self.policy.config.period_s)

    def distribution(self, picture: NDArray[np.uint8], goal: NDArray[np.float32]) -> Mixture:
        """The mixture for the present picture (H, W, 3) and goal (2,) after the frames since reset."""
        config = self.policy.config
        frame = resized(picture, config.encoder.width_px, config.encoder.height_px)
        with torch.inference_mode():
            self._tokens.append(self.policy.encoder(torch.from_numpy(frame.copy())[None])[0])
            seen = list(self._tokens)
            tokens = torch.stack([seen[index] for index in history_indices(len(seen) - 1, config.context)])
            present = torch.ones(1, config.context, dtype=torch.bool)
            mixture: Mixture = self.policy.decode(tokens[None], present, torch.from_numpy(goal)[None])
        return mixture
