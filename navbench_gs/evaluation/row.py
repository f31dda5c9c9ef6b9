"""Row: a scored recording together with the identity of everything that made it."""

from __future__ import annotations

import platform
import sys

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.result import Result
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.run import RunManifest
from navbench_gs.domain.scene import Scene
from navbench_gs.evaluation.needs import needs_text
from navbench_gs.evaluation.rollout import Driven, agent_seed
from navbench_gs.metrics.score import score


def result_of(
    driven: Driven, episode: Episode, scene: Scene, manifest: RunManifest, rules: Rules, renderer: str
) -> Result:
    """The row of one driven episode; ``renderer`` names the picture rules, ``none`` if the agent sees no picture."""
    card, trajectory = manifest.card, driven.trajectory
    timing = driven.timing.model_copy(update={"host": platform.node(), "device": device_name(), "renderer": renderer})
    return Result(
        **score(trajectory, episode, rules).model_dump(),
        scene=scene.scene_id,
        task=episode.task,
        index=episode.index,
        suite=scene.suite,
        provenance=scene.provenance,
        embodiment=rules.robot.name,
        agent=card.name,
        agent_revision=card.revision,
        weights=card.weights,
        privileged=card.needs.privileged,
        needs=needs_text(card.needs),
        decision_period_s=card.decision_period_s,
        agent_seed=agent_seed(episode, rules, manifest.config.agent_seed),
        rules=trajectory.rules,
        episode=trajectory.episode,
        version=manifest.version,
        renderer=renderer,
        perturbation=trajectory.perturbation,
        error=trajectory.message or None,
        timing=timing,
    )


def device_name() -> str:
    """Name of the accelerator that torch would use, ``cpu`` if there is none or nobody loaded torch."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return str(torch.cuda.get_device_name(0))
    return "cpu"
