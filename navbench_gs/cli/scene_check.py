"""``navbench scene check``: what is wrong with a scene, one line each."""

from __future__ import annotations

import click

from navbench_gs.errors import ExitCode


@click.command()
@click.argument("scene", metavar="SCENE_OR_DIR")
@click.pass_context
def check(ctx: click.Context, scene: str) -> None:
    """Check a scene's folder, a folder of scenes, or a scene by its id; exit with 1 if anything is wrong."""
    from navbench_gs.suite.catalog import scenes_at
    from navbench_gs.verification.scene_check import scene_faults

    faulty = 0
    for found in scenes_at(scene):
        faults = scene_faults(found)
        for fault in faults:
            click.echo(f"{found.scene_id}: {fault}")
        if not faults:
            click.echo(f"{found.scene_id}: nothing is wrong")
        faulty += bool(faults)
    ctx.exit(ExitCode.FAULTS if faulty else ExitCode.DONE)
