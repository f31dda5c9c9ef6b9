"""``navbench scene fetch``: published scenes, downloaded and made drivable on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from navbench_gs.cli.run import names
from navbench_gs.errors import NavBenchError, SceneUnavailableError, UnknownNameError

if TYPE_CHECKING:
    from navbench_gs.domain.source import Offer, PublishedSource


@click.command()
@click.argument("source")
@click.option("--scenes", default="", metavar="A[,B]", callback=names, help="Only these scenes.  [default: all]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of scenes.  [default: where --suite SOURCE looks]")
@click.option(
    "--overrides",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of <scene>.yaml files that win over what is published.",
)
def fetch(source: str, scenes: tuple[str, ...], out: Path | None, overrides: Path | None) -> None:
    """Get the published scenes of SOURCE (vid2sim, sidewalkbench) and make them drivable.

    The same command goes on with what was interrupted. What the publisher left open is assumed and told, a line each.
    """
    from navbench_gs.suite.catalog import SCENE_FILE, fetched_suites_folder

    published = _published(source)
    offer = published.offer()
    chosen = _chosen(source, offer, scenes)
    folder = out or fetched_suites_folder() / source
    _show(offer, chosen, folder)
    failed = []
    for number, scene_id in enumerate(chosen, start=1):
        click.echo(f"{scene_id} ({number} of {len(chosen)})")
        if (folder / scene_id / SCENE_FILE).exists():
            click.echo("  is there already")
            continue
        try:
            published.fetch(scene_id, folder / scene_id, overrides, lambda line: click.echo(f"  {line}"))
        except SceneUnavailableError:
            raise
        except NavBenchError as error:  # one scene that cannot be made does not keep the others away
            click.echo(f"  cannot be made: {error}")
            failed.append(scene_id)
    suite = source if out is None else str(folder)
    click.echo(f"scenes are in {folder}; drive them with 'navbench run --suite {suite} ...'")
    if failed:
        raise SceneUnavailableError(f"{len(failed)} of {len(chosen)} scenes could not be made: {', '.join(failed[:8])}")


def _published(name: str) -> PublishedSource:
    """The source of that name, if its scenes are fetched."""
    from importlib.metadata import entry_points

    from navbench_gs.domain.source import PublishedSource
    from navbench_gs.suite.sources import scene_source

    known = sorted(point.name for point in entry_points(group="navbench_gs.scene_sources"))
    if name not in known:
        raise UnknownNameError("scene source", name, known)
    source = scene_source(name)
    if not isinstance(source, PublishedSource):
        raise SceneUnavailableError(
            f"the scenes of '{name}' are not fetched: 'navbench list scenes' shows what is here"
        )
    return source


def _chosen(source: str, offer: Offer, scenes: tuple[str, ...]) -> tuple[str, ...]:
    for name in scenes:
        if name not in offer.scenes:
            raise UnknownNameError(f"scene of {source}", name, offer.scenes)
    if not offer.scenes:
        raise SceneUnavailableError(f"{offer.repository} holds no scene in the layout known here: see {offer.url}")
    return scenes or tuple(offer.scenes)


def _show(offer: Offer, chosen: tuple[str, ...], folder: Path) -> None:
    """Say whose scenes these are, under which licence, and how much is to come, before anything comes."""
    size = sum(offer.scenes[name] for name in chosen)
    click.echo(f"{offer.repository} ({offer.url}) at {offer.revision[:12]}")
    click.echo(f"licence: {offer.licence}")
    click.echo(f"{len(chosen)} of {len(offer.scenes)} scenes, at most {size / 1e6:,.0f} MB to download, into {folder}")
