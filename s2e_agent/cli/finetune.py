"""``s2e finetune``: post-training by reinforcement, and its ablations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from navbench_gs.cli.console import command_line, echo_row
from navbench_gs.errors import InvalidRecordError
from s2e_agent.config.finetuning import PRESETS, finetune_preset

if TYPE_CHECKING:
    from s2e_agent.config.finetuning import FinetuneConfig

SHOWN = (
    "step",
    "scenes",
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
@click.option(
    "--preset",
    default="ram",
    show_default=True,
    help=f"{', '.join(PRESETS)} (s2e_agent/config/finetuning.py).",
)
@click.option("--weights", type=click.Path(path_type=Path), help="Pre-trained weights, instead of the ones that ship.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of this run; the same command resumes in it."
)
@click.option("--steps", type=click.IntRange(min=1), help="Decisions of all robots together.")
@click.option("--envs", type=click.IntRange(min=1), help="Robots that drive at once.")
@click.option("--task", help="empty, obstacle, ped, obstacle_ped or mixed.")
@click.option("--scenes", type=click.IntRange(min=1), help="Scenes in rotation.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads that draw pictures.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes that drive, each a share of robots and scenes.")
@click.option("--renderer", help="auto, cpu or gsplat.")
@click.option("--seed", type=int)
@click.option("--device", help="cpu or cuda.")
@click.option("--tensorboard", is_flag=True, help="Also write curves for TensorBoard into OUT.")
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
    workers: int | None,
    renderer: str | None,
    seed: int | None,
    device: str | None,
    tensorboard: bool,
    settings: tuple[str, ...],
) -> None:
    """Post-training in the training world; writes OUT/policy.safetensors, which ``s2e`` drives with."""
    changes: dict[str, Any] = {
        "steps": steps,
        "seed": seed,
        "world.robots": envs,
        "world.task": task,
        "world.scenes": scenes,
        "world.threads": threads,
        "world.processes": workers,
        "world.renderer": renderer,
        "world.device": device,
        **parsed_settings(settings),
    }
    if preset == "sft":
        raise InvalidRecordError("supervised fine-tuning is a command of its own: s2e sft --data DIR --out DIR")
    _reinforce(finetune_preset(preset, changes), preset, weights, out, tensorboard=tensorboard)


def _reinforce(config: FinetuneConfig, preset: str, weights: Path | None, out: Path, *, tensorboard: bool) -> None:
    import torch

    from s2e_agent.models.checkpoint import POLICY_FILE, PRETRAINED, load_policy
    from s2e_agent.rl.env_factory import make_world
    from s2e_agent.rl.runner import Finetuning

    torch.set_num_threads(config.world.processes)  # those that drive wait while this one thinks and learns
    policy, about, sha256 = load_policy(PRETRAINED if weights is None else weights)
    facts: dict[str, Any] = {
        "preset": preset,
        "command": command_line("s2e"),
        "seed": config.seed,
        "init_sha256": sha256,
        "init_command": about.get("command"),
        "revision": f"{config.strategy}-1",
        **{name: about[name] for name in ("data", "pretrain") if name in about},
    }
    world = make_world(config.world, config.action, policy.config, seed=config.seed)
    try:
        Finetuning(config, policy, world, out, facts, tensorboard=tensorboard).run(_report)
    finally:
        world.close()
    click.echo(str(out / POLICY_FILE))


def _report(row: dict[str, float]) -> None:
    echo_row(row, SHOWN)
