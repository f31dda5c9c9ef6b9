"""``navbench run``: options in, one validated RunConfig, a run folder and a table out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from navbench_gs.errors import Incident
from navbench_gs.render.select import RENDERERS

if TYPE_CHECKING:
    from rich.console import Console

    from navbench_gs.domain.run import RunConfig
    from navbench_gs.evaluation.plan import Plan
    from navbench_gs.store import RunFolder


def names(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    """Names separated by commas, without repeats."""
    found = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    if value and not found:
        raise click.BadParameter("names nothing")
    return found


def count(ctx: click.Context, param: click.Parameter, value: str) -> int | None:
    """A positive number; None for ``all``."""
    if value == "all":
        return None
    if not (value.isdecimal() and int(value) >= 1):
        raise click.BadParameter(f"'{value}' is neither a positive number nor 'all'")
    return int(value)


def part(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """``3/16``, counted from 1, as (2, 16), counted from 0 as in the manifest."""
    if value is None:
        return None
    number, slash, parts = value.partition("/")
    if not (slash and number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
        raise click.BadParameter(f"'{value}' is no shard: write i/n with i from 1 to n, for example 3/16")
    return int(number) - 1, int(parts)


def variant(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> str:
    """The name of the variant that all given perturbations make."""
    from navbench_gs.domain.perturbation import canonical_perturbations

    return canonical_perturbations(",".join(value))


@click.command()
@click.option("--agent", required=True, help="Name ('navbench list agents') or ws://host:port.")
@click.option("--task", "tasks", required=True, metavar="T[,T]", callback=names, help="Tasks ('navbench list tasks').")
@click.option("--suite", default="embedded", show_default=True, help="Name of a suite, or a folder of scenes.")
@click.option("--scenes", default="", metavar="A[,B]", callback=names, help="Only these scenes of the suite.")
@click.option(
    "--episodes",
    default="1",
    show_default=True,
    metavar="N|all",
    callback=count,
    help="Episodes of each scene and task.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes; the rows do not depend on it.  [default: cores]"
)
@click.option("--out", type=click.Path(path_type=Path), help="Run folder.  [default: below runs/, named for the run]")
@click.option("--video", is_flag=True, help="Also draw an mp4 of every episode.")
@click.option("--seed", "agent_seed", default=0, show_default=True, help="Seed of a stochastic agent.")
@click.option(
    "--weights",
    "checkpoint",
    metavar="FILE",
    help="Weights to use instead of the agent's own; published baselines also take 'random', untrained.",
)
@click.option(
    "--renderer",
    default="auto",
    show_default=True,
    type=click.Choice(RENDERERS),
    help="What draws the robot's pictures; cpu-detail merges what is smaller than a pixel, cpu-spread leaves out what "
    "fills much of the view (for captures seen from below their cameras).",
)
@click.option(
    "--perturb",
    "perturbation",
    multiple=True,
    metavar="KIND:STRENGTH",
    callback=variant,
    help="Disturb the camera, e.g. haze:0.05; several combine (docs/perturbations.md).",
)
@click.option(
    "--shard", metavar="I/N", callback=part, help="Drive only this part of the run; 'navbench merge' joins parts."
)
def run(workers: int | None, out: Path | None, video: bool, shard: tuple[int, int] | None, **what: Any) -> None:
    """Drive an agent through episodes, score each recording and print the table.

    The same command resumes a run that was interrupted.
    """
    from rich.console import Console

    from navbench_gs.cli.progress import RunProgress
    from navbench_gs.domain.run import RunConfig
    from navbench_gs.evaluation.evaluate import evaluate
    from navbench_gs.evaluation.executors import cores
    from navbench_gs.evaluation.plan import plan_run
    from navbench_gs.store import RunFolder
    from navbench_gs.visualization.video_jobs import draw_videos

    console, config = Console(), RunConfig(**what)
    plan = plan_run(config, shard=shard)
    if config.perturbation and plan.manifest.card.needs.camera is None:
        console.print(f"note: {config.agent} sees no picture, so {config.perturbation} changes nothing for it")
    folder = RunFolder.create_or_resume(out or default_folder(config, shard), plan.manifest)
    workers = workers or cores()
    try:
        with RunProgress(console, folder.rows()).shown() as progress:
            incidents = evaluate(plan, folder, workers=workers, watcher=progress)
            if video:
                incidents += draw_videos(plan, folder, workers=workers, watcher=progress)
    except KeyboardInterrupt:
        done, path = len(folder.rows()), folder.path
        console.print(f"interrupted; rows in {path}: {done}; the same command resumes the run", soft_wrap=True)
        raise
    conclude(plan, folder, console)
    if incidents:
        raise Incident(f"incidents: {incidents}, see {folder.path}/errors.jsonl; the same command tries these again")


def conclude(plan: Plan, folder: RunFolder, console: Console) -> None:
    """Print and write what a run that misses no row says; of a shard only that it is done."""
    from navbench_gs.cli.table import rich_table
    from navbench_gs.evaluation.needs import needs_text
    from navbench_gs.statistics.table import task_table
    from navbench_gs.store.files import writing
    from navbench_gs.visualization.report import PICTURE, Drawn, draw_trajectories, write_summary

    manifest, rows = plan.manifest, folder.rows()
    missing = len(folder.missing())
    if missing:
        console.print(f"episodes without a row: {missing} of {missing + len(rows)}, so there is no table yet")
        return
    if manifest.shard is not None:
        console.print(f"this shard is done: {folder.path}; 'navbench merge' joins the shards", soft_wrap=True)
        return
    table, card = task_table(rows, manifest.planned), manifest.card
    title = f"{card.name} ({needs_text(card.needs)}) · {', '.join(manifest.config.tasks)} · {manifest.config.suite}"
    if manifest.config.perturbation:
        title += f" · {manifest.config.perturbation}"
    drives = [Drawn(row, plan.episodes[row.key], folder.load_trajectory(row.key)) for row in rows]
    with writing(folder.path):
        write_summary(folder.path, table, manifest)
        draw_trajectories(folder.path / PICTURE, drives, plan.scenes, plan.rules, title)
    console.print(rich_table(table, title))
    console.print(f"rows, recordings, summary and picture are in {folder.path}", soft_wrap=True)


def default_folder(config: RunConfig, shard: tuple[int, int] | None) -> Path:
    """A folder below ``runs/`` that the same options always lead to.

    Named for agent, tasks and suite; options beyond these add a digest, so that another run has another folder.
    """
    from navbench_gs.domain.run import RunConfig

    name = f"{config.agent}-{'+'.join(config.tasks)}"
    if config.suite != "embedded":
        name += f"-{Path(config.suite).name}"
    if config.perturbation:
        name += f"-{config.perturbation}"
    if config != RunConfig(agent=config.agent, tasks=config.tasks, perturbation=config.perturbation):
        name += f"-{config.digest()[:8]}"
    if shard is not None:
        name += f"-{shard[0] + 1}of{shard[1]}"
    return Path("runs") / re.sub(r"[^\w.+-]", "_", name)
