"""Makes the vector environment that post-training drives in, in this process or spread over several."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from navbench_gs.errors import InvalidRecordError
from s2e_agent.config.finetuning import ActionConfig, WorldConfig
from s2e_agent.config.pretraining import PolicyConfig
from s2e_agent.rl.vec_env import TrainingWorld


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
    from s2e_agent.rl.subprocess_vec_env import WorldsInProcesses

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
    world = gymnasium.make_vec(f"NavBenchGS-Train/{config.task}-v0", num_envs=config.robots, **options)
    return cast("TrainingWorld", world)
