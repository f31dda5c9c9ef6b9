"""``s2e ceiling``: what a policy's modes could come to, were they chosen by who knows the future."""

from __future__ import annotations

from pathlib import Path

import click

from navbench_gs.errors import InvalidRecordError

SHOWN = ("success", "strict_success", "contacts_pedestrian", "contacts_obstacle", "contacts_scene", "length")


@click.command()
@click.option("--weights", type=click.Path(path_type=Path), help="Instead of the pre-trained ones that ship.")
@click.option("--task", "tasks", default="obstacle,ped,obstacle_ped", show_default=True, help="Comma separated.")
@click.option(
    "--foresight", default="0,0.5,50", show_default=True, help="Nats a metre of worth adds to a mode's score."
)
@click.option("--envs", default=32, show_default=True, type=click.IntRange(min=1), help="Robots; an episode each.")
@click.option("--scenes", default=12, show_default=True, type=click.IntRange(min=1))
@click.option("--first-seed", default=2008, show_default=True, help="Of the training scenes.")
@click.option("--seed", default=1, show_default=True)
def ceiling(
    weights: Path | None, tasks: str, foresight: str, envs: int, scenes: int, first_seed: int, seed: int
) -> None:
    """Drive by scores and foresight together: with much foresight, what fails is not the scores' fault.

    A mode is worth what its path would gain and touch in the next 2.5 s, pedestrians walking as if no robot were there.
    """
    import torch

    from navbench_gs.domain.task import task_named
    from s2e_agent.config.finetuning import WorldConfig
    from s2e_agent.evaluation.closed_loop import drive_task
    from s2e_agent.models.checkpoint import PRETRAINED, load_policy

    torch.set_num_threads(1)
    chosen = [task_named(task).name for task in tasks.split(",")]
    policy = load_policy(PRETRAINED if weights is None else weights)[0]
    world = WorldConfig(
        robots=envs, scenes=scenes, scenes_at_once=scenes, episodes_a_scene=8, episodes_a_turn=10**6,
        first_seed=first_seed, renderer="cpu",
    )  # fmt: skip
    click.echo("| task | foresight | " + " | ".join(SHOWN) + " |")
    click.echo("|---|---|" + "---|" * len(SHOWN))
    for task in chosen:
        for nats in _numbers(foresight):
            found = drive_task(policy, world, task, rounds=1, seed=seed, foresight=nats)
            click.echo(f"| {task} | {nats:g} | " + " | ".join(f"{found[name]:.3f}" for name in SHOWN) + " |")


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise InvalidRecordError(f"--foresight {text}: write numbers with commas between, as in 0,0.5,50") from error
