"""``navbench agent fetch``: published weights, downloaded from their publishers and made usable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from navbench_gs.errors import UnknownNameError, WeightsError

if TYPE_CHECKING:
    from navbench_gs.weights.publishers import Publication

ONNX = ".onnx"


@click.command()
@click.argument("name", required=False)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files.  [default: the cache]")
def fetch(name: str | None, out: Path | None) -> None:
    """Get the published weights of NAME; without NAME, list what there is.

    What torch saved is converted to safetensors at once. The same command goes on with what was interrupted.
    """
    from navbench_gs.suite.cache import cache_folder
    from navbench_gs.weights.publishers import PUBLICATIONS

    known = {publication.name: publication for publication in PUBLICATIONS}
    if name is None:
        for publication in PUBLICATIONS:
            click.echo(f"{publication.name:18} {publication.title}")
        return
    if name not in known:
        raise UnknownNameError("published weights", name, known, "navbench agent fetch")
    _get(known[name], (out or cache_folder() / "weights") / name)


def _get(publication: Publication, folder: Path) -> None:
    """Say whose files these are and under which licence; bring them; say how they are used."""
    from navbench_gs.weights.download import download

    click.echo(f"{publication.title}, by {publication.publisher} ({publication.page})")
    click.echo(f"licence: {publication.licence}")
    if not publication.files:
        raise WeightsError(
            f"there is no direct address: open {publication.page} in a browser, download the file, then "
            "'navbench agent convert FILE --to weights.safetensors'"
        )
    for file in publication.files:
        size = f"{file.size / 1e6:,.1f} MB" if file.size else "of a size not on record"
        known = "its SHA-256 is on record" if file.sha256 else "no hash of it is on record"
        click.echo(f"{file.name}, {size}, {known}, into {folder}")
    for path in download(publication, folder):
        _make_usable(path)


def _make_usable(path: Path) -> None:
    """Convert what torch saved; an ONNX file is used as it is."""
    from navbench_gs.domain.record import file_digest
    from navbench_gs.weights.published import convert

    if ONNX in path.suffixes:
        click.echo(f"{path}, SHA-256 {file_digest(path)}")
        return
    target = path.with_suffix(".safetensors")
    weights = convert(path, target)
    click.echo(f"{target}: {weights.layout.title}; published file SHA-256 {weights.sha256}")
