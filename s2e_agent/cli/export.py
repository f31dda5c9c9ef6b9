"""``s2e export``: weights as an ONNX graph."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("export")
@click.option("--onnx", "path", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--weights", type=click.Path(path_type=Path), help="Instead of the shipped ones.")
def export_command(path: Path, weights: Path | None) -> None:
    """Write weights as an ONNX graph, and hold it to torch by onnxruntime.

    Inputs and outputs are described in s2e_agent/deploy/onnx_export.py.
    """
    from s2e_agent.deploy.onnx_export import export_onnx
    from s2e_agent.models.checkpoint import SHIPPED, load_policy

    policy, _, _ = load_policy(SHIPPED if weights is None else weights)
    difference = export_onnx(policy, path)
    click.echo(f"{path}  differs from torch by at most {difference:.1e}")
