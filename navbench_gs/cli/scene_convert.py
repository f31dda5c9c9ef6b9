"""``navbench scene convert``: a splat file of one kind into another."""

from __future__ import annotations

from pathlib import Path

import click

from navbench_gs.errors import InvalidRecordError


@click.command()
@click.argument("source", metavar="SRC", type=click.Path(path_type=Path))
@click.argument("target", metavar="DST", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over DST.")
def convert(source: Path, target: Path, force: bool) -> None:
    """Read the splat file SRC and write it as DST; the endings of their names say which kinds.

    Read: .ply (Inria and PlayCanvas's compressed), .splat, .spz, .pt (gsplat), .npz. Written: the same, compressed as
    .compressed.ply. What each kind loses is in docs/add-a-scene.md.
    """
    from navbench_gs.splats.formats import read_splats, writable_ending, write_splats

    writable_ending(target)
    if target.exists() and not force:
        raise InvalidRecordError(f"{target} exists; --force writes over it")
    cloud = read_splats(source)
    write_splats(cloud, target)
    size = target.stat().st_size
    click.echo(f"{target}: {len(cloud):,} Gaussians of degree {cloud.sh_degree}, {size / 1e6:.1f} MB")
