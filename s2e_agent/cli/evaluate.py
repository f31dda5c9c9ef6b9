"""``s2e open-loop`` and ``s2e drift``: what weights do on recorded drives and pictures, without driving."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from s2e_agent.models.policy import Policy


@click.command("open-loop")
@click.option("--weights", type=click.Path(path_type=Path), help="Instead of the shipped ones.")
@click.option("--data", "data_sets", multiple=True, required=True, metavar="DIR")
def open_loop_command(weights: Path | None, data_sets: tuple[str, ...]) -> None:
    """Displacement errors of weights on the held-out part of drives, in metres of the policy's own robot."""
    import torch

    from s2e_agent.models.checkpoint import SHIPPED, load_policy

    torch.set_num_threads(1)
    policy, facts, _ = load_policy(SHIPPED if weights is None else weights)
    _show(_open_loop(policy, facts, data_sets))


@click.command("drift")
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
