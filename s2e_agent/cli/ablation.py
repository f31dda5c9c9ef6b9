"""``s2e study``: the ablation of post-training, trained and compared."""

from __future__ import annotations

from pathlib import Path

import click

from navbench_gs.errors import UnknownNameError
from s2e_agent.cli.finetune import parsed_settings


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
