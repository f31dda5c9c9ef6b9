"""``navbench list agents|scenes|tasks``: what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

WIDTH = 200
"""Columns where the output is no terminal."""


@click.group("list")
def list_() -> None:
    """List agents, scenes or tasks."""


@list_.command()
def agents() -> None:
    """Agents that are installed, what each needs and the licence of its weights."""
    from rich.markup import escape

    from navbench_gs.agents.loading import agent_names, load_agent
    from navbench_gs.errors import WeightsError, one_line
    from navbench_gs.evaluation.needs import needs_text

    table = _table("agent", "revision", "needs", "decides every", "weights", "licence", "what")
    for name in agent_names():
        try:
            card = load_agent(name).card
        except WeightsError as error:
            table.add_row(name, "", "", "", "none", "", escape(str(error)))
            continue
        except Exception as error:  # one broken plugin must not hide the others
            table.add_row(name, "", "", "", "", "", f"[red]cannot be loaded: {escape(one_line(error))}[/]")
            continue
        period, weights = f"{card.decision_period_s:g} s", (card.weights or "-")[:12]
        table.add_row(name, card.revision, needs_text(card.needs), period, weights, card.licence, card.description)
    _show(table)


@list_.command()
@click.option("--suite", default="embedded", show_default=True, help="Name of a suite, or a folder of scenes.")
def scenes(suite: str) -> None:
    """Scenes of a suite, and whether their splats are in the cache."""
    from navbench_gs.evaluation.plan import chosen_scenes
    from navbench_gs.suite.clouds import cloud_path

    table = _table("scene", "title", "provenance", "Gaussians", "cached", "licence")
    for scene in chosen_scenes(suite, ()):
        cached = "yes" if cloud_path(scene).exists() else "no"
        table.add_row(scene.scene_id, scene.title, scene.provenance, f"{scene.gaussians:,}", cached, scene.licence)
    _show(table)


@list_.command()
def tasks() -> None:
    """The four tasks."""
    from navbench_gs.domain.task import TASKS

    table = _table("task", "obstacles", "pedestrians", "what")
    for task in TASKS.values():
        marks = ["yes" if present else "no" for present in (task.obstacles, task.pedestrians)]
        table.add_row(task.name, *marks, task.title)
    _show(table)


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column in {"agent", "scene", "task"})
    return table


def _show(table: Table) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    console.print(table)
