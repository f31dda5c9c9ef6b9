"""The training world as post-training meets it: a gymnasium vector environment of torch tensors.

``step`` answers observations ``rgb`` (N, H, W, 3), ``goal`` (N, 2), ``velocity`` (N, 2), rewards (N,), ``terminated``,
``truncated`` and infos, a tensor (N,) each. After an episode's end the next step ignores that robot's action and starts
a new one; ``infos["started"]`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from torch import Tensor

from navbench_gs.domain.state import Privileged
from navbench_gs.errors import InvalidRecordError
from s2e_agent.config import PolicyConfig
from s2e_agent.finetune_config import ActionConfig, WorldConfig

Observation = Mapping[str, Tensor]
Infos = Mapping[str, Tensor]


class TrainingWorld(Protocol):
    """What a vector environment must offer."""

    num_envs: int

    def reset(self, *, seed: int | None = None) -> tuple[Observation, Infos]:
        """New episodes for all robots."""
        ...

    def step(self, actions: Tensor) -> tuple[Observation, Tensor, Tensor, Tensor, Infos]:
        """One decision period."""
        ...

    def set_progress(self, progress: float) -> None:
        """Which share of its curriculum is done."""
        ...

    def blind(self, robots: Tensor) -> None:
        """No pictures are needed for these robots (N,)."""
        ...

    def outlook(self, paths: Tensor) -> Mapping[str, Tensor]:
        """What lies on paths (N, K, H, 2) in the robots' frames: see :meth:`navbench_gs.vector.TrainingEnv.outlook`."""
        ...

    def privileged(self) -> list[Privileged]:
        """What a privileged teacher is told, for each robot."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


def make_world(config: WorldConfig, action: ActionConfig, policy: PolicyConfig, *, seed: int) -> TrainingWorld:
    """The world of that task, with pictures of the policy's size and decisions at its period.

    Raises:
        NavBenchError: it asks for what does not exist, or for more processes than robots or scenes.
    """
    if config.processes == 1:
        return _made(config, action, policy, seed)
    if config.processes > min(config.robots, config.scenes):
        raise InvalidRecordError(
            f"{config.robots} robots in {config.scenes} scenes cannot be shared by {config.processes} processes: "
            "ask for fewer workers"
        )
    from s2e_agent.worlds_in_processes import WorldsInProcesses

    shares = [
        config.model_copy(update={"robots": robots, "device": "cpu"})
        for robots in dealt(config.robots, config.processes)
    ]
    makers = [partial(_made, share, action, policy, seed, number) for number, share in enumerate(shares)]
    return WorldsInProcesses(makers, dealt(config.scenes, config.processes), config.device)


def dealt(count: int, hands: int) -> list[int]:
    """How many of so many things each hand holds when they are dealt out in turn."""
    return [len(range(number, count, hands)) for number in range(hands)]


def _made(config: WorldConfig, action: ActionConfig, policy: PolicyConfig, seed: int, number: int = 0) -> TrainingWorld:
    """The world of one process, in its share of the scenes."""
    import gymnasium

    import navbench_gs  # noqa: F401  registers the ids

    options: dict[str, Any] = {
        "scene_count": config.scenes,
        "share": (number, config.processes),
        "scenes_at_once": config.scenes_at_once,
        "episodes_a_scene": config.episodes_a_scene,
        "episodes_a_turn": config.episodes_a_turn,
        "first_seed": config.first_seed,
        "picture": (policy.encoder.width_px, policy.encoder.height_px),
        "decision_period_s": policy.period_s,
        "action": "velocity" if action.kind == "command" else "waypoints",
        "waypoint_period_s": policy.period_s,
        "renderer": config.renderer,
        "device": config.device,
        "curriculum": {} if config.easy_share else None,
        "threads": config.threads,
        "seed": seed,
    }
    world: Any = gymnasium.make_vec(f"NavBenchGS-Train/{config.task}-v0", num_envs=config.robots, **options)
    return world
