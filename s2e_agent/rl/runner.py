"""Post-training: experience, learn, log, save; the same folder goes on where it was left.

Draws are keyed by (seed, update), so a run repeats on the same machine. A resumed run starts new episodes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from navbench_gs.domain.streams import stream_seed
from navbench_gs.errors import WeightsError
from navbench_gs.training.curves import Curves
from navbench_gs.training.run_files import STATE_FILE, log_row, save_state
from s2e_agent.config.finetuning import FinetuneConfig
from s2e_agent.models.actor import Actor
from s2e_agent.models.checkpoint import POLICY_FILE, save_policy
from s2e_agent.models.critic import Critic
from s2e_agent.models.policy import Policy
from s2e_agent.models.residual import mean_gate_norms
from s2e_agent.rl.collector import Experience, Prior
from s2e_agent.rl.ppo import Ppo
from s2e_agent.rl.strategies import prepared, sees_anew
from s2e_agent.rl.vec_env import TrainingWorld

Report = Callable[[dict[str, float]], None]


class Finetuning:
    """One run in one folder."""

    def __init__(
        self,
        config: FinetuneConfig,
        pretrained: Policy,
        world: TrainingWorld,
        folder: Path,
        facts: dict[str, Any],
        *,
        tensorboard: bool = False,
    ) -> None:
        self.config, self.world, self.folder, self.facts = config, world, folder, facts
        torch.manual_seed(stream_seed("critic", config.seed))
        critic = Critic(pretrained.config, privileged=config.ppo.privileged_critic).to(config.world.device)
        learner = prepared(pretrained, config.strategy, config.seed)
        self.actor = Actor(learner, config.action).to(config.world.device)
        prior = None
        if config.strategy != "scratch":
            before = Actor(pretrained.eval(), config.action).to(config.world.device)
            prior = Prior(before, looks=sees_anew(config.strategy))
        self.ppo = Ppo(self.actor, critic, config.ppo, None if prior is None else prior.sigma)
        self.experience = Experience(self.actor, critic, prior, world, config)
        self.steps, self.updates = 0, 0
        folder.mkdir(parents=True, exist_ok=True)
        self._curves = Curves(folder) if tensorboard else None

    def run(self, report: Report | None = None) -> Policy:
        """Train to the last step; returns the policy as it then is."""
        self._resume()
        self.experience.start(stream_seed("episodes", self.config.seed, self.updates))
        while self.steps < self.config.steps:
            row = self._update()
            self._log(row)
            if report is not None:
                report(row)
            if self.updates % self.config.save_every == 0 or self.steps >= self.config.steps:
                self._save(row)
        return self.actor.policy

    def _update(self) -> dict[str, float]:
        started, generator = time.monotonic(), torch.Generator(self.config.world.device)
        generator.manual_seed(stream_seed("update", self.config.seed, self.updates))
        if self.config.world.easy_share:
            self.world.set_progress(self.steps / self.config.steps / self.config.world.easy_share)
        rollout = self.experience.collect(generator)
        collected = time.monotonic()
        learnt = self.ppo.update(
            rollout,
            generator,
            share_done=self.steps / self.config.steps,
            warming_up=self.updates < self.config.ppo.critic_warmup,
        )
        self.updates += 1
        self.steps += rollout.steps.lived.numel()
        speed, yaw_rate = self.actor.command_sigma().tolist()
        return {
            "step": float(self.steps),
            "update": float(self.updates),
            **self.experience.tally.means(),
            **learnt,
            **mean_gate_norms(self.actor.policy),
            "explained_variance": rollout.explained_variance(),
            "mean_reward": float(rollout.steps.rewards.mean()) / self.config.ppo.reward_scale,
            "speed_sigma": speed,
            "yaw_rate_sigma": yaw_rate,
            "collect_s": collected - started,
            "learn_s": time.monotonic() - collected,
        }

    def _log(self, row: dict[str, float]) -> None:
        log_row(self.folder, row)
        if self._curves is not None:
            self._curves.add(row, self.steps)

    def _save(self, row: dict[str, float]) -> None:
        measured = {name: value for name, value in row.items() if not name.endswith("_s")}
        facts = self.facts | {"finetune": self.config.model_dump(mode="json"), "metrics": measured}
        save_policy(self.folder / POLICY_FILE, self.actor.policy, facts)
        state: dict[str, Any] = {
            "run": self._identity(),
            "steps": self.steps,
            "updates": self.updates,
            "actor": self._learning(),
            "critic": self.ppo.critic.state_dict(),
            "optimiser": _in_half(self.ppo.optimiser.state_dict()),
        }
        save_state(self.folder, state)

    def _identity(self) -> list[str]:
        """What must be the same for a run to go on; it may be made longer."""
        numbers = self.config.model_copy(update={"steps": 1}).digest()
        return [numbers, str(self.facts.get("init_sha256"))]

    def _learning(self) -> dict[str, Tensor]:
        """What the actor learns; all else comes from the pre-trained weights again."""
        return {name: value.detach() for name, value in self.actor.named_parameters() if value.requires_grad}

    def _resume(self) -> None:
        path = self.folder / STATE_FILE
        if not path.exists():
            return
        state = torch.load(path, map_location=self.config.world.device, weights_only=True)
        if state["run"] != self._identity():
            raise WeightsError(
                f"{path} belongs to a run with other numbers or from other weights; choose another folder or delete it"
            )
        self.steps, self.updates = state["steps"], state["updates"]
        with torch.no_grad():
            for name, value in self._learning().items():
                value.copy_(state["actor"][name])
        self.ppo.critic.load_state_dict(state["critic"])
        self.ppo.optimiser.load_state_dict(state["optimiser"])


def _in_half(state: dict[str, Any]) -> dict[str, Any]:
    """An optimiser's state with its moments in bfloat16: half the size, and loading widens them again."""
    moments = {
        number: {
            name: value.bfloat16() if torch.is_tensor(value) and value.ndim > 0 else value
            for name, value in of_one.items()
        }
        for number, of_one in state["state"].items()
    }
    return state | {"state": moments}
