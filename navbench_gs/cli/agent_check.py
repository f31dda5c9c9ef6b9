"""``navbench agent check``: whether an agent keeps what agents owe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from navbench_gs.errors import ExitCode
from navbench_gs.render.select import RENDERERS

if TYPE_CHECKING:
    from navbench_gs.verification.agent_check import PassCard


@click.command()
@click.argument("agent", metavar="NAME")
@click.option("--scene", default="plaza_00", show_default=True, help="Scene of the three short drives, or its folder.")
@click.option("--weights", "checkpoint", metavar="FILE", help="Weights to use instead of the agent's own.")
@click.option("--renderer", default="auto", show_default=True, type=click.Choice(RENDERERS))
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the pass card as JSON.")
@click.pass_context
def check(
    ctx: click.Context, agent: str, scene: str, checkpoint: str | None, renderer: str, json_file: Path | None
) -> None:
    """Check the agent NAME and print its pass card; exits with 1 if it does not pass.

    NAME is what --agent takes: an installed agent, package.module:Class, or ws://host:port.
    """
    from functools import partial

    from navbench_gs.agents.loading import load_agent
    from navbench_gs.evaluation.plan import card_of
    from navbench_gs.store.files import write_whole
    from navbench_gs.suite.catalog import scenes_at
    from navbench_gs.verification.agent_check import checked_agent

    card_of(agent, checkpoint)  # an agent that cannot be made is told as 'navbench run' does
    card = checked_agent(partial(load_agent, agent, checkpoint=checkpoint), scenes_at(scene)[0], renderer=renderer)
    click.echo(card_text(card))
    if json_file is not None:
        data = card.model_dump(mode="json") | {"passed": card.passed}
        write_whole(json_file, (json.dumps(data, indent=1) + "\n").encode())
    ctx.exit(ExitCode.DONE if card.passed else ExitCode.FAULTS)


def card_text(card: PassCard) -> str:
    """A pass card for the terminal."""
    lines = [f"{card.agent} {card.revision} ({card.needs}), checked in {card.scene} under rules {card.rules}"]
    lines += [
        f"  {'pass' if check.passed else 'FAIL'}  {check.name:<13} {check.note}".rstrip() for check in card.checks
    ]
    if card.act_mean_ms is not None:
        own = "" if card.own_mean_ms is None else f"; {card.own_mean_ms:.1f} ms by its server's clock"
        times = f"{card.act_mean_ms:.1f} ms, {card.act_p95_ms:.1f} ms at the 95th percentile"
        lines.append(f"  a decision takes {times}{own}")
    lines.append("passed" if card.passed else "not passed: docs/add-an-agent.md says what an agent owes")
    return "\n".join(lines)
