"""``s2e pretrain``: anchor-guided pre-training on drives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from navbench_gs.cli.console import command_line, echo_row, torch_device
from navbench_gs.domain.record import file_digest

if TYPE_CHECKING:
    from s2e_agent.config.pretraining import Preset

SHOWN = ("step", "train_loss", "score", "minADE", "ADE", "constant_velocity_ADE", "wall_s")


@click.command()
@click.option(
    "--preset", default="tiny", show_default=True, help="Sizes and numbers (s2e_agent/config/pretraining.py)."
)
@click.option(
    "--data",
    "data_sets",
    multiple=True,
    required=True,
    metavar="DIR[:WEIGHT]",
    help="Folder of drives in the GNM layout, and its weight in a batch; may be given again.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of this run; the same command resumes in it."
)
@click.option("--init", "initial", type=click.Path(path_type=Path), help="Weights to start from.")
@click.option("--steps", type=click.IntRange(min=1), help="Instead of the preset's.")
@click.option(
    "--learning-rate",
    "--rate",
    "learning_rate",
    type=click.FloatRange(min=0, min_open=True),
    help="The highest, instead of the preset's.",
)
@click.option("--windows", type=click.IntRange(min=1), help="Of consecutive moments in a batch; more suit a GPU.")
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--device", default="auto", show_default=True, help="cpu, cuda, cuda:1, ...; auto: cuda where there is one."
)
@click.option("--tensorboard", is_flag=True, help="Also write curves for TensorBoard into OUT.")
def pretrain(
    preset: str,
    data_sets: tuple[str, ...],
    out: Path,
    initial: Path | None,
    steps: int | None,
    learning_rate: float | None,
    windows: int | None,
    seed: int,
    device: str,
    tensorboard: bool,
) -> None:
    """Anchor-guided pre-training on drives; writes OUT/policy.safetensors, a log and pictures."""
    import torch

    from s2e_agent.models.checkpoint import POLICY_FILE, save_policy
    from s2e_agent.pretraining.trainer import pretrain as train

    torch.set_num_threads(1)
    chosen = _chosen_preset(preset, windows, steps=steps, learning_rate=learning_rate, seed=seed)
    policy, trained, data = train(
        chosen,
        data_sets,
        out,
        initial=initial,
        device=torch_device(device),
        tensorboard=tensorboard,
        report=_report,
    )
    facts: dict[str, Any] = {
        "preset": preset,
        "command": command_line("s2e"),
        "seed": seed,
        "data": data,
        "metrics": trained.metrics,
        "pretrain": chosen.pretrain.model_dump(mode="json"),
    }
    if initial is not None:
        facts["init_sha256"] = file_digest(initial)
    sha256 = save_policy(out / POLICY_FILE, policy, facts)
    click.echo(f"{out / 'policy.safetensors'}  sha256 {sha256[:16]}")


def _chosen_preset(name: str, windows: int | None, **changes: float | None) -> Preset:
    """The preset with another number of windows and those numbers of its loop that are not None."""
    from s2e_agent.config.pretraining import Preset, preset_named

    chosen = preset_named(name)
    given = {field: number for field, number in changes.items() if number is not None}
    loop = chosen.pretrain.loop.model_copy(update=given)
    update = {"loop": loop, "windows": windows or chosen.pretrain.windows}
    return Preset(policy=chosen.policy, pretrain=chosen.pretrain.model_copy(update=update))


def _report(row: dict[str, float]) -> None:
    echo_row(row, SHOWN)
