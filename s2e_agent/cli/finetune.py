"""``s2e finetune`` and ``s2e study``: post-training by reinforcement, its ablations, and their comparison."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from navbench_gs.errors import InvalidRecordError

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
    help="ram, ram_taught, ram_foreseeing, ram_replaying, decoder, full, scratch, sft or debug.",
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
@click.option("--data", "data_sets", multiple=True, metavar="DIR[:WEIGHT]", help="Drives of the oracle; for sft alone.")
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
    data_sets: tuple[str, ...],
    tensorboard: bool,
    settings: tuple[str, ...],
) -> None:
    """Post-training in the training world; writes OUT/policy.safetensors, which ``s2e`` drives with."""
    from s2e_agent.config.finetuning import finetune_preset

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
        _supervise(finetune_preset("ram", changes), weights, data_sets, out)
        return
    if data_sets:
        raise InvalidRecordError("--data is for --preset sft; reinforcement drives itself")
    _reinforce(finetune_preset(preset, changes), preset, weights, out, tensorboard=tensorboard)


def _reinforce(config: FinetuneConfig, preset: str, weights: Path | None, out: Path, *, tensorboard: bool) -> None:
    import torch

    from s2e_agent.models.checkpoint import PRETRAINED, load_policy
    from s2e_agent.rl.env_factory import make_world
    from s2e_agent.rl.runner import POLICY_FILE, Finetuning

    torch.set_num_threads(config.world.processes)  # those that drive wait while this one thinks and learns
    policy, about, sha256 = load_policy(PRETRAINED if weights is None else weights)
    facts = {
        "preset": preset,
        "command": _command(),
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


def _supervise(config: FinetuneConfig, weights: Path | None, data_sets: tuple[str, ...], out: Path) -> None:
    import torch

    from s2e_agent.models.checkpoint import PRETRAINED, save_policy
    from s2e_agent.pretraining.supervised import supervise
    from s2e_agent.rl.runner import POLICY_FILE

    if not data_sets:
        raise InvalidRecordError("sft learns from drives: give --data (navbench drives record makes them)")
    torch.set_num_threads(1)
    first = PRETRAINED if weights is None else weights
    policy, trained, data = supervise(first, data_sets, out, steps=config.steps, seed=config.seed, report=_report)
    facts = {"preset": "sft", "command": _command(), "seed": config.seed, "revision": "sft-1"}
    save_policy(out / POLICY_FILE, policy, facts | {"data": data, "metrics": trained.metrics})
    click.echo(str(out / POLICY_FILE))


@click.command()
@click.option("--weights", type=click.Path(path_type=Path), help="Pre-trained weights, instead of the ones that ship.")
@click.option(
    "--data", "data_sets", multiple=True, type=click.Path(path_type=Path), help="Drives of the oracle, for sft."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder; the same command goes on in it.")
@click.option("--steps", type=click.IntRange(min=1), required=True, help="Decisions, or recorded frames, of each run.")
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(min=1))
@click.option("--presets", default="ram,sft,decoder,full,scratch", show_default=True)
@click.option("--rounds", default=2, show_default=True, help="Episodes of each robot and task that judge a run.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(min=1), help="Processes, a run in each.")
@click.option("--set", "settings", multiple=True, help="Any number of all presets: section.field=value.")
def study(
    weights: Path | None,
    data_sets: tuple[Path, ...],
    out: Path,
    steps: int,
    seeds: int,
    presets: str,
    rounds: int,
    workers: int,
    settings: tuple[str, ...],
) -> None:
    """The ablation at equal environment cost: trains every preset with every seed, writes OUT/study.md."""
    import torch

    from navbench_gs.errors import UnknownNameError
    from s2e_agent.evaluation.ablation import STRATEGIES, Study, run_study
    from s2e_agent.models.checkpoint import PRETRAINED

    names = tuple(presets.split(","))
    for name in names:
        if name not in STRATEGIES:
            raise UnknownNameError("preset of the study", name, STRATEGIES)
    torch.set_num_threads(1)
    changes = {"steps": steps, **parsed_settings(settings)}
    compared = Study(PRETRAINED if weights is None else weights, data_sets, names, seeds, changes, rounds)
    click.echo(run_study(compared, out, click.echo, workers=workers))


def _command() -> str:
    arguments = [Path(argument).name if "/" in argument else argument for argument in sys.argv[1:]]
    return shlex.join(["s2e", *arguments])


def _report(row: dict[str, float]) -> None:
    click.echo("  ".join(f"{name} {row[name]:.4g}" for name in SHOWN if name in row))
