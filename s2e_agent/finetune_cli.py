"""``s2e finetune``: post-training by reinforcement, and its ablations."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from navbench_gs.errors import InvalidRecordError

SHOWN = (
    "step",
    "success",
    "strict_success",
    "contacts",
    "prior_divergence",
    "explained_variance",
    "collect_s",
    "learn_s",
)


def parsed_settings(settings: tuple[str, ...]) -> dict[str, Any]:
    """``section.field=value`` texts as a mapping; values are JSON, or texts.

    Raises:
        InvalidRecordError: one has no ``=``.
    """
    changes: dict[str, Any] = {}
    for setting in settings:
        name, sign, text = setting.partition("=")
        if not sign:
            raise InvalidRecordError(f"--set {setting}: write section.field=value, as in ppo.learning_rate=1e-4")
        try:
            changes[name] = json.loads(text)
        except ValueError:
            changes[name] = text
    return changes


@click.command()
@click.option("--preset", default="ram", show_default=True, help="ram, decoder, full, scratch or debug.")
@click.option("--weights", type=click.Path(path_type=Path), help="Pre-trained weights, instead of the shipped ones.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of this run; the same command resumes in it."
)
@click.option("--steps", type=click.IntRange(min=1), help="Decisions of all robots together.")
@click.option("--envs", type=click.IntRange(min=1), help="Robots that drive at once.")
@click.option("--task", help="empty, obstacle, ped, obstacle_ped or mixed.")
@click.option("--scenes", type=click.IntRange(min=1), help="Scenes in rotation.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads that draw pictures.")
@click.option("--renderer", help="auto, cpu or gsplat.")
@click.option("--seed", type=int)
@click.option("--set", "settings", multiple=True, help="Any other number: section.field=value, e.g. ppo.epochs=2.")
def finetune(
    preset: str,
    weights: Path | None,
    out: Path,
    steps: int | None,
    envs: int | None,
    task: str | None,
    scenes: int | None,
    threads: int | None,
    renderer: str | None,
    seed: int | None,
    settings: tuple[str, ...],
) -> None:
    """Post-training in the training world; writes OUT/policy.safetensors, which ``s2e`` drives with."""
    from s2e_agent.finetune_config import finetune_preset

    changes: dict[str, Any] = {
        "steps": steps,
        "seed": seed,
        "world.robots": envs,
        "world.task": task,
        "world.scenes": scenes,
        "world.threads": threads,
        "world.renderer": renderer,
        **parsed_settings(settings),
    }
    config = finetune_preset(preset, changes)
    _run(config, preset, weights, out)


def _run(config: Any, preset: str, weights: Path | None, out: Path) -> None:
    import torch

    from s2e_agent.checkpoint import SHIPPED, load_policy
    from s2e_agent.finetune import POLICY_FILE, Finetuning
    from s2e_agent.training_world import make_world

    torch.set_num_threads(1)
    policy, about, sha256 = load_policy(SHIPPED if weights is None else weights)
    arguments = [Path(argument).name if "/" in argument else argument for argument in sys.argv[1:]]
    facts = {
        "preset": preset,
        "command": shlex.join(["s2e", *arguments]),
        "seed": config.seed,
        "init_sha256": sha256,
        "init_command": about.get("command"),
        "revision": f"{config.strategy}-1",
    }
    world = make_world(config.world, config.action, policy.config, seed=config.seed)
    try:
        Finetuning(config, policy, world, out, facts).run(_report)
    finally:
        world.close()
    click.echo(str(out / POLICY_FILE))


def _report(row: dict[str, float]) -> None:
    click.echo("  ".join(f"{name} {row[name]:.4g}" for name in SHOWN if name in row))
