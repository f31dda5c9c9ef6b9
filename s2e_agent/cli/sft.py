"""``s2e sft``: supervised fine-tuning on drives, the ablation beside post-training by reinforcement."""

from __future__ import annotations

from pathlib import Path

import click

from navbench_gs.cli.console import command_line, echo_row, torch_device

SHOWN = ("step", "train_loss", "score", "minADE", "ADE", "constant_velocity_ADE", "wall_s")


@click.command()
@click.option("--weights", type=click.Path(path_type=Path), help="Pre-trained weights, instead of the ones that ship.")
@click.option(
    "--data",
    "data_sets",
    multiple=True,
    required=True,
    metavar="DIR[:WEIGHT]",
    help="Drives of the oracle ('navbench drives record' makes them); may be given again.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of this run; the same command resumes in it."
)
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    help="Frames that the drives may hold.  [default: the decisions of 's2e finetune --preset ram']",
)
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--device", default="auto", show_default=True, help="cpu, cuda, cuda:1, ...; auto: cuda where there is one."
)
@click.option("--tensorboard", is_flag=True, help="Also write curves for TensorBoard into OUT.")
def sft(
    weights: Path | None,
    data_sets: tuple[str, ...],
    out: Path,
    steps: int | None,
    seed: int,
    device: str,
    tensorboard: bool,
) -> None:
    """Supervised fine-tuning on drives; writes OUT/policy.safetensors, which ``s2e`` drives with.

    The pre-training's own loss goes on. At equal environment cost the drives hold at most as many frames as
    reinforcement makes decisions: --steps.
    """
    import torch

    from s2e_agent.config.finetuning import finetune_preset
    from s2e_agent.models.checkpoint import POLICY_FILE, PRETRAINED, save_policy
    from s2e_agent.pretraining.supervised import supervise

    torch.set_num_threads(1)
    policy, trained, data = supervise(
        PRETRAINED if weights is None else weights,
        data_sets,
        out,
        steps=steps or finetune_preset("ram", {}).steps,
        seed=seed,
        device=torch_device(device),
        tensorboard=tensorboard,
        report=_report,
    )
    facts = {"preset": "sft", "command": command_line("s2e"), "seed": seed, "revision": "sft-1"}
    save_policy(out / POLICY_FILE, policy, facts | {"data": data, "metrics": trained.metrics})
    click.echo(str(out / POLICY_FILE))


def _report(row: dict[str, float]) -> None:
    echo_row(row, SHOWN)
