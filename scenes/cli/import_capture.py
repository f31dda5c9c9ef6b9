"""``navbench scene import``: a captured splat file in, a scene that can be driven in out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from scenes.importers.alignment import ScaleHints

AXES = {
    "x": (1.0, 0.0, 0.0), "-x": (-1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "-y": (0.0, -1.0, 0.0),
    "z": (0.0, 0.0, 1.0), "-z": (0.0, 0.0, -1.0),
}  # fmt: skip
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def numbers(text: str, counts: tuple[int, ...]) -> tuple[float, ...]:
    """``1,2.5,3`` as that many finite numbers."""
    try:
        found = tuple(float(word) for word in text.split(","))
    except ValueError:
        found = ()
    if len(found) not in counts or not all(abs(number) < 1e9 for number in found):
        raise click.BadParameter(f"'{text}' is not {' or '.join(map(str, counts))} numbers separated by commas")
    return found


def direction(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[float, ...] | None:
    """The name of an axis or three numbers; None for ``auto``."""
    if value is None or value == "auto":
        return None
    found = AXES.get(value) or numbers(value, (3,))
    if not any(found):
        raise click.BadParameter("the direction has no length")
    return found


def measured(ctx: click.Context, param: click.Parameter, value: tuple[str, str, float] | None) -> Any:
    """Two points, 2-D or 3-D alike, and the metres between them."""
    if value is None:
        return None
    a, b = (numbers(text, (2, 3)) for text in value[:2])
    if len(a) != len(b) or a == b:
        raise click.BadParameter("give two points that differ, both with two or both with three numbers")
    if not 0 < value[2] < 1e6:
        raise click.BadParameter(f"{value[2]} m is no distance")
    return a, b, value[2]


@click.command("import")
@click.argument("source", type=FILE, metavar="SRC")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to make, named for the scene: <place>_<number>.")
@click.option("--preview", type=click.Path(path_type=Path), help="Only draw a plan to measure on, in capture units.")
@click.option("--scale", type=click.FloatRange(1e-6, 1e6), help="Metres per unit of the capture.")
@click.option(
    "--measure",
    type=(str, str, float),
    callback=measured,
    metavar="A B METRES",
    help="Scale from two points, on the preview's plan (x,y) or in the capture (x,y,z), and their distance.",
)
@click.option("--camera-height", type=click.FloatRange(0.05, 100), help="Scale from the height the camera was held at.")
@click.option("--cameras", type=FILE, help="transforms.json, cameras.json, images.txt or images.bin of the capture.")
@click.option("--up", callback=direction, metavar="AXIS|X,Y,Z|auto", help="Which way is up.  [default: auto]")
@click.option("--mesh", type=FILE, help="Collision mesh (PLY) in the frame of the capture.")
@click.option(
    "--collision",
    type=click.Choice(["density", "depth"]),
    default="density",
    show_default=True,
    help="What collision is made from without a mesh.",
)
@click.option("--voxel", default=0.1, show_default=True, type=click.FloatRange(0.02, 1.0), help="Metres.")
@click.option("--title", default="", help="A line about the place.")
@click.option("--licence", help="Licence of the capture.  [default: unknown]")
@click.option("--source-url", help="Where the capture comes from.")
def import_(
    source: Path, out: Path | None, preview: Path | None, mesh: Path | None, cameras: Path | None, **what: Any
) -> None:
    """Make a scene of a captured splat file SRC.

    Brings it upright and to scale, drops floaters, builds collision and walkable ground, freezes episodes and draws
    pictures. Asks for what is missing where it runs on a terminal.
    """
    from scenes.importers.preview import draw_preview

    if preview is not None:
        span = draw_preview(source, preview, cameras=cameras, up=what["up"])
        click.echo(f"{preview}: a plan {span[0]:.3g} x {span[1]:.3g} units wide; measure on it, then give --measure")
        return
    if out is None:
        raise click.UsageError("Missing option '--out' (or '--preview' to measure first).")
    _import(source, out, mesh, cameras, what)


def _import(source: Path, out: Path, mesh: Path | None, cameras: Path | None, what: dict[str, Any]) -> None:
    from navbench_gs.verification.scene_check import scene_faults
    from scenes.importers.alignment import ScaleHints
    from scenes.importers.capture import import_capture
    from scenes.importers.options import CaptureOptions, scene_folder

    scene_folder(out)
    hints = ScaleHints(what["scale"], what["measure"], what["camera_height"])
    if sys.stdin.isatty() and sys.stdout.isatty():
        hints = _asked_scale(hints, cameras)
        for name, question in (("licence", "Licence of the capture"), ("source_url", "Where it comes from (URL)")):
            if what[name] is None:
                what[name] = click.prompt(question, default="unknown" if name == "licence" else "", show_default=True)
    options = CaptureOptions(
        title=what["title"],
        licence=what["licence"] or "unknown",
        source_url=what["source_url"] or "",
        scale=hints,
        up=what["up"],
        collision=what["collision"],
        voxel_m=what["voxel"],
    )
    scene = import_capture(source, out, options, mesh=mesh, cameras=cameras, tell=click.echo)
    for fault in scene_faults(scene):
        click.echo(f"wrong: {fault}")
    click.echo(f"{scene.scene_id} is in {out}; look at {out}/pictures, then 'navbench run --suite {out.parent} ...'")


def _asked_scale(hints: ScaleHints, cameras: Path | None) -> ScaleHints:
    """The hints, or an answer where there are none."""
    from scenes.importers.alignment import ScaleHints

    if hints != ScaleHints():
        return hints
    way = click.prompt(
        "How large is it? Metres per 'unit', a 'measured' distance, " + "the 'camera' height, " * (cameras is not None)
        + "or 'unknown'",
        type=click.Choice(["unit", "measured", *["camera"] * (cameras is not None), "unknown"]),
        default="measured",
    )  # fmt: skip
    if way == "unit":
        return ScaleHints(metres_per_unit=click.prompt("Metres per unit", type=click.FloatRange(1e-6, 1e6)))
    if way == "camera":
        return ScaleHints(camera_height_m=click.prompt("Metres above the ground", default=1.6, type=float))
    if way == "measured":
        click.echo("Points as x,y on the plan that 'navbench scene import SRC --preview PLAN.png' draws.")
        ends = [numbers(click.prompt(f"{name} point"), (2, 3)) for name in ("First", "Second")]
        return ScaleHints(measured=(ends[0], ends[1], click.prompt("Metres between them", type=float)))
    return hints
