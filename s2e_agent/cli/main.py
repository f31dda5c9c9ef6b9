"""``s2e``: train the method and measure it open loop."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from navbench_gs.domain.record import file_digest
from navbench_gs.errors import NavBenchError
from s2e_agent.cli.finetune import finetune, study
from s2e_agent.cli.mode_oracle import ceiling

if TYPE_CHECKING:
    from s2e_agent.config.pretraining import Preset
    from s2e_agent.models.policy import Policy


@click.group()
def commands() -> None:
    """S2E: learning to navigate from seeing to experiencing."""


@commands.command()
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

    from s2e_agent.models.checkpoint import save_policy
    from s2e_agent.pretraining.trainer import pretrain as train

    torch.set_num_threads(1)
    chosen = _chosen_preset(preset, windows, steps=steps, learning_rate=learning_rate, seed=seed)
    policy, trained, data = train(
        chosen,
        data_sets,
        out,
        initial=initial,
        device=_device(device),
        tensorboard=tensorboard,
        report=_report,
    )
    facts: dict[str, Any] = {
        "preset": preset,
        "command": shlex.join(["s2e", *_without_folders(sys.argv[1:])]),
        "seed": seed,
        "data": data,
        "metrics": trained.metrics,
        "pretrain": chosen.pretrain.model_dump(mode="json"),
    }
    if initial is not None:
        facts["init_sha256"] = file_digest(initial)
    sha256 = save_policy(out / "policy.safetensors", policy, facts)
    click.echo(f"{out / 'policy.safetensors'}  sha256 {sha256[:16]}")


@commands.command("open-loop")
@click.option("--weights", type=click.Path(path_type=Path), help="Instead of the shipped ones.")
@click.option("--data", "data_sets", multiple=True, required=True, metavar="DIR")
def open_loop_command(weights: Path | None, data_sets: tuple[str, ...]) -> None:
    """Displacement errors of weights on the held-out part of drives, in metres of the policy's own robot."""
    import torch

    from s2e_agent.models.checkpoint import SHIPPED, load_policy

    torch.set_num_threads(1)
    policy, facts, _ = load_policy(SHIPPED if weights is None else weights)
    _show(_open_loop(policy, facts, data_sets))


@commands.command("drift")
@click.argument("first", metavar="A", type=click.Path(path_type=Path))
@click.argument("second", metavar="B", type=click.Path(path_type=Path))
@click.option(
    "--images",
    "folders",
    multiple=True,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pictures, or of drives in the GNM layout; may be given again.",
)
@click.option("--most", default=1000, show_default=True, type=click.IntRange(min=1), help="Pictures at most.")
def drift_command(first: Path, second: Path, folders: tuple[Path, ...], most: int) -> None:
    """How far weights B drifted from weights A on pictures, and both one's open-loop error where they are drives."""
    import torch

    from s2e_agent.evaluation.feature_drift import drift
    from s2e_agent.models.checkpoint import load_policy

    torch.set_num_threads(1)
    a, facts, _ = load_policy(first)
    b, _, _ = load_policy(second)
    found: dict[str, Any] = {}
    for folder in folders:
        found[folder.resolve().name] = about = {"drift": drift(a, b, folder, most=most)}
        if any(folder.glob("*/traj_data.pkl")):
            about["open_loop_before"] = _open_loop(a, facts, [str(folder)])
            about["open_loop_after"] = _open_loop(b, facts, [str(folder)])
    _show(found)


@commands.command("export")
@click.option("--onnx", "path", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--weights", type=click.Path(path_type=Path), help="Instead of the shipped ones.")
def export_command(path: Path, weights: Path | None) -> None:
    """Write weights as an ONNX graph, held to torch by onnxruntime (inputs and outputs: s2e_agent/deploy/onnx_export.py)."""
    from s2e_agent.deploy.onnx_export import export_onnx
    from s2e_agent.models.checkpoint import SHIPPED, load_policy

    policy, _, _ = load_policy(SHIPPED if weights is None else weights)
    difference = export_onnx(policy, path)
    click.echo(f"{path}  differs from torch by at most {difference:.1e}")


def _chosen_preset(name: str, windows: int | None, **changes: float | None) -> Preset:
    """The preset with another number of windows and those numbers of its loop that are not None."""
    from s2e_agent.config.pretraining import Preset, preset_named

    chosen = preset_named(name)
    given = {field: number for field, number in changes.items() if number is not None}
    loop = chosen.pretrain.loop.model_copy(update=given)
    update = {"loop": loop, "windows": windows or chosen.pretrain.windows}
    return Preset(policy=chosen.policy, pretrain=chosen.pretrain.model_copy(update=update))


def _device(name: str) -> str:
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        raise click.BadParameter(f"'{name}' is no device here: {str(error).splitlines()[0]}") from error
    return name


def _open_loop(policy: Policy, facts: dict[str, Any], data_sets: Sequence[str]) -> dict[str, float]:
    """Open-loop metrics with the numbers and in the metres that the facts say the policy learned with."""
    from s2e_agent.data.dataset_mix import read_mix
    from s2e_agent.data.drive_samples import read_samples
    from s2e_agent.models.checkpoint import pretraining_of, typical_step_of
    from s2e_agent.pretraining.validation import open_loop

    config = pretraining_of(facts)
    mix = read_mix(
        data_sets,
        normalised=config.spacing_normalised,
        period_s=policy.config.period_s,
        step_m=typical_step_of(facts),
    )
    return open_loop(policy, read_samples(mix, "test", policy.config, config.min_labels), config)


def _show(found: dict[str, Any]) -> None:
    rounded = json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 4))
    click.echo(json.dumps(rounded, indent=2))


commands.add_command(ceiling)
commands.add_command(finetune)
commands.add_command(study)


def _report(row: dict[str, float]) -> None:
    shown = ("step", "train_loss", "score", "minADE", "ADE", "constant_velocity_ADE", "wall_s")
    click.echo("  ".join(f"{name} {row[name]:.4g}" for name in shown if name in row))


def _without_folders(arguments: list[str]) -> list[str]:
    """Paths cut to their last part: weights must not carry the paths of the machine that made them."""
    return [Path(argument).name if "/" in argument else argument for argument in arguments]


def main() -> None:
    """Entry point; a mistake that the user can mend is one line."""
    try:
        commands(standalone_mode=False)
    except NavBenchError as error:
        click.echo(f"s2e: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)


if __name__ == "__main__":
    main()
