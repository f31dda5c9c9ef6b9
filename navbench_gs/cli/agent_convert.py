"""``navbench agent convert``: a published weights file as safetensors, once."""

from __future__ import annotations

from pathlib import Path

import click

from navbench_gs.errors import InvalidRecordError


@click.command()
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), help="The .safetensors file to write.")
@click.option("--force", is_flag=True, help="Write over it.")
def convert(source: Path, target: Path, force: bool) -> None:
    """Read a published weights FILE, whose network is recognised by its tensors, and write it as safetensors.

    Nothing in FILE is run. The publisher's hash is kept in the new file, and beside it as .json.
    """
    from navbench_gs.weights.published import convert as convert_weights

    if target.exists() and not force:
        raise InvalidRecordError(f"{target} exists; --force writes over it")
    weights = convert_weights(source, target)
    size = target.stat().st_size
    click.echo(f"{target}: {weights.layout.title}, {len(weights.tensors)} tensors, {size / 1e6:.1f} MB")
    click.echo(f"published file {source.name}, SHA-256 {weights.sha256}")
