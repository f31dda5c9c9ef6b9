"""``navbench scene show``: pictures of a scene."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("scene", metavar="SCENE_OR_DIR")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the pictures.  [default: pictures/<scene>]")
@click.option("--turntable/--no-turntable", default=True, show_default=True, help="Also a walk around it from above.")
def show(scene: str, out: Path | None, turntable: bool) -> None:
    """Draw a scene, given by its id or its folder: the map with its routes, what a robot sees, a turntable."""
    from navbench_gs.store.files import writing
    from navbench_gs.suite.catalog import scenes_at
    from scenes.pictures import draw_pictures, draw_turntable

    for found in scenes_at(scene):
        folder = out or Path("pictures") / found.scene_id
        with writing(folder):
            draw_pictures(found, folder)
            if turntable:
                draw_turntable(found, folder)
        click.echo(f"{found.scene_id}: {len(list(folder.glob('*.png')))} pictures in {folder}")
