"""``navbench train``: train one of the published networks on drives."""

from __future__ import annotations

from pathlib import Path

import click

from navbench_gs.cli.console import command_line, echo_row


@click.command()
@click.argument("network")
@click.option(
    "--data",
    "folders",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Data set in the network's layout (GNM's folders; clips or teleoperated drives for citywalker; FrodoBots for "
    "mbra and logonav), which is recognised; may be given again.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of this run; the same command resumes in it."
)
@click.option(
    "--preset",
    default="small",
    show_default=True,
    help="small or published; citywalker also has finetune and finetune_small.",
)
@click.option("--spacing", "spacings", multiple=True, metavar="FOLDER=METRES", help="Metres of a waypoint's unit.")
@click.option("--weight", "weights", multiple=True, metavar="FOLDER=SHARE", help="How often a data set is drawn.")
@click.option("--init", "initial", type=click.Path(path_type=Path), help="Weights to start from.")
@click.option("--teacher", type=click.Path(path_type=Path), help="Weights of mbra that label FrodoBots for logonav.")
@click.option("--steps", type=click.IntRange(min=1), help="Instead of the preset's.")
@click.option("--seed", default=0, show_default=True)
def train(
    network: str,
    folders: tuple[Path, ...],
    out: Path,
    preset: str,
    spacings: tuple[str, ...],
    weights: tuple[str, ...],
    initial: Path | None,
    teacher: Path | None,
    steps: int | None,
    seed: int,
) -> None:
    """Train gnm, vint, nomad, logonav, mbra or citywalker; writes OUT/NETWORK.safetensors and OUT/curves.png.

    Under torchrun ('torchrun --nproc-per-node 8 -m navbench_gs.cli.main train ...') all processes share the work.
    """
    from baselines.training import Data, chosen_preset, named_numbers
    from baselines.training import train as train_network

    chosen = chosen_preset(network, preset, steps=steps, seed=seed)
    data = Data(
        folders=folders,
        spacings=named_numbers(spacings, "spacing"),
        weights=named_numbers(weights, "weight"),
        prepared=out / "prepared",
        teacher=teacher,
    )
    facts = {"preset": preset, "command": command_line("navbench")}
    outcome = train_network(network, chosen, data, out, initial=initial, facts=facts, report=_report)
    click.echo(f"{outcome.weights}  sha256 {outcome.sha256[:16]}")


def _report(row: dict[str, float]) -> None:
    echo_row(row, [name for name in row if name != "score"])
