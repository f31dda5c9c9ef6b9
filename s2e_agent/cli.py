"""``s2e``: train the method and measure it open loop."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from navbench_gs.domain.record import file_digest
from navbench_gs.errors import NavBenchError
from s2e_agent.finetune_cli import finetune


@click.group()
def commands() -> None:
    """S2E: learning to navigate from seeing to experiencing."""


@commands.command()
@click.option("--preset", default="tiny", show_default=True, help="Sizes and numbers: debug or tiny.")
@click.option(
    "--data",
    "data_sets",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of drives in the GNM layout; may be given again.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of this run; the same command resumes in it."
)
@click.option("--init", "initial", type=click.Path(path_type=Path), help="Weights to start from.")
@click.option("--steps", type=click.IntRange(min=1), help="Instead of the preset's.")
@click.option("--seed", default=0, show_default=True)
def pretrain(
    preset: str, data_sets: tuple[Path, ...], out: Path, initial: Path | None, steps: int | None, seed: int
) -> None:
    """Anchor-guided pre-training on drives; writes OUT/policy.safetensors."""
    import torch

    from s2e_agent.checkpoint import save_policy
    from s2e_agent.config import Preset, preset_named
    from s2e_agent.pretrain import pretrain as train

    torch.set_num_threads(1)
    chosen = preset_named(preset)
    changes: dict[str, Any] = {"seed": seed} | ({} if steps is None else {"steps": steps})
    loop = chosen.pretrain.loop.model_copy(update=changes)
    chosen = Preset(policy=chosen.policy, pretrain=chosen.pretrain.model_copy(update={"loop": loop}))
    policy, trained, data = train(chosen, data_sets, out, initial=initial, report=_report)
    command = shlex.join(["s2e", *_without_folders(sys.argv[1:])])
    facts: dict[str, Any] = {
        "preset": preset,
        "command": command,
        "seed": seed,
        "data": data,
        "metrics": trained.metrics,
    }
    if initial is not None:
        facts["init_sha256"] = file_digest(initial)
    facts["pretrain"] = chosen.pretrain.model_dump(mode="json")
    sha256 = save_policy(out / "policy.safetensors", policy, facts)
    click.echo(f"{out / 'policy.safetensors'}  sha256 {sha256[:16]}")


@commands.command("open-loop")
@click.option("--weights", type=click.Path(path_type=Path), help="Instead of the shipped ones.")
@click.option("--data", "data_sets", multiple=True, required=True, type=click.Path(path_type=Path))
def open_loop_command(weights: Path | None, data_sets: tuple[Path, ...]) -> None:
    """Displacement errors of weights on the held-out part of drives."""
    import torch

    from s2e_agent.checkpoint import SHIPPED, load_policy
    from s2e_agent.config import preset_named
    from s2e_agent.dataset import read_samples
    from s2e_agent.pretrain import open_loop

    torch.set_num_threads(1)
    policy, _, _ = load_policy(SHIPPED if weights is None else weights)
    config = preset_named("tiny").pretrain
    samples = read_samples(data_sets, "test", policy.config, config.min_labels)
    click.echo(json.dumps({name: round(value, 4) for name, value in open_loop(policy, samples, config).items()}))


commands.add_command(finetune)


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
