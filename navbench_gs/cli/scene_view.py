"""``navbench scene view``: a scene, an episode and a recorded drive in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from navbench_gs.domain.scene import Scene
    from navbench_gs.visualization.viewer import Exhibit

EpisodeName = tuple[str, int]


def episode_name(ctx: click.Context, param: click.Parameter, value: str | None) -> EpisodeName | None:
    """``ped/3`` as ("ped", 3)."""
    if value is None:
        return None
    task, slash, index = value.partition("/")
    if not (slash and task and index.isdecimal()):
        raise click.BadParameter(f"'{value}' is no episode: write TASK/INDEX, for example ped/3")
    return task, int(index)


def own_address(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """An address of this machine."""
    import socket

    try:
        socket.create_server((value, 0)).close()
    except OSError as error:
        raise click.BadParameter(f"cannot serve at '{value}': {error.strerror or error}") from error
    return value


@click.command()
@click.argument("scene")
@click.option("--episode", metavar="TASK/INDEX", callback=episode_name, help="Also show this episode.")
@click.option("--run", "run_folder", type=click.Path(path_type=Path), help="Also replay the run's recording of it.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Or the next free one.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    callback=own_address,
    help="Address to serve at; with 0.0.0.0 other machines reach the page.",
)
def view(scene: str, episode: EpisodeName | None, run_folder: Path | None, port: int, host: str) -> None:
    """Show a scene in the browser.

    SCENE is an id, or the folder of a scene. Shown are its splats, meshes and walkable area; with --episode also a
    route, obstacles, pedestrians, and what the robot sees at its start; with --run the recorded drive, the first of the
    scene unless --episode names another.
    """
    from navbench_gs.visualization.viewer import Viewer

    exhibit = exhibit_of(scene, episode, run_folder)
    click.echo(f"preparing {exhibit.scene.scene_id} ...")
    viewer = Viewer(exhibit, host=host, port=port)
    shown = " ".join([exhibit.scene.scene_id, *([exhibit.episode.name] if exhibit.episode else [])])
    click.echo(f"{viewer.url} shows {shown}; ctrl-C ends it")
    try:
        viewer.wait()
    except KeyboardInterrupt:
        click.echo("closed")
    finally:
        viewer.close()


def exhibit_of(scene: str, episode: EpisodeName | None, run_folder: Path | None) -> Exhibit:
    """What the arguments name.

    Raises:
        UnknownNameError: no such scene or task, or the run has no such row.
        InvalidRecordError: the scene has no such episode.
        DamagedFileError: a file cannot be read.
    """
    from navbench_gs.domain.task import task_named
    from navbench_gs.errors import InvalidRecordError
    from navbench_gs.suite.episodes import load_episodes
    from navbench_gs.visualization.viewer import Exhibit

    if run_folder is not None:
        return _exhibit_of_run(scene, episode, run_folder)
    place = _scene_named(scene)
    if episode is None:
        return Exhibit(place)
    episodes = load_episodes(place, task_named(episode[0]).name)
    if episode[1] >= len(episodes):
        raise InvalidRecordError(
            f"{place.scene_id} has {len(episodes)} episodes of {episode[0]}, none of index {episode[1]}"
        )
    return Exhibit(place, episodes[episode[1]])


def _exhibit_of_run(scene: str, episode: EpisodeName | None, run_folder: Path) -> Exhibit:
    from navbench_gs.errors import UnknownNameError
    from navbench_gs.store import RunFolder
    from navbench_gs.verification.rescore import plan_of
    from navbench_gs.visualization.viewer import Exhibit

    run = RunFolder.open(run_folder)
    driven = {f"{row.scene} {row.task}/{row.index}": row.key for row in run.rows()}
    wanted = f"{Path(scene).name} {episode[0]}/{episode[1]}" if episode else Path(scene).name
    key = next((key for name, key in driven.items() if wanted in (name, key[0])), None)
    if key is None:
        raise UnknownNameError(f"row of {run_folder}", wanted, driven)
    plan = plan_of(run.manifest)
    return Exhibit(plan.scene_of(key), plan.episodes[key], run.load_trajectory(key), plan.rules)


def _scene_named(name: str) -> Scene:
    from navbench_gs.suite.catalog import SCENE_FILE, load_scene, load_scenes_from

    folder = Path(name).resolve()
    if not (folder / SCENE_FILE).exists():
        return load_scene(name)
    return next(scene for scene in load_scenes_from(folder.parent) if scene.folder.resolve() == folder)
