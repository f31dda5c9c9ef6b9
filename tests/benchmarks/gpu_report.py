"""Parity, speed and memory of gsplat on this machine's GPU, as a page: ``python -m tests.benchmarks.gpu_report``.

Speed is measured with the pictures left on the device (`render_on_device`), after a warm-up, the device synchronised at
both ends; the Gaussians in the call are stated, because gsplat projects all of them for every camera.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import RendererUnavailableError
from navbench_gs.render.camera import Camera, look
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.gsplat import CAMERAS_PER_CALL, GsplatRenderer
from navbench_gs.suite.catalog import load_scene, scene_ids
from navbench_gs.suite.clouds import load_cloud
from navbench_gs.suite.episodes import load_episodes
from tests.navbench_gs.render.clouds import clouds_of_every_shape, street

SIZES = ((84, 63), (160, 120), (320, 240), (640, 480))
CAMERAS = (1, 16, 64, 256, 1024)
PARITY_VIEWS = 8
SECONDS_PER_FIGURE = 0.3
NEAR_M = 25.0
"""The pruned cloud keeps what lies this near to the cameras, and whatever is larger than a metre."""
SAME_DEPTH = 1e-3
"""Relative difference up to which two median depths are alike."""
MOST_PIXELS = 1024 * 160 * 120
"""Rows of more pixels a round are left out: they say what those before them say, and take seconds each."""


def cameras_in(scene_id: str, count: int, size: tuple[int, int]) -> list[Camera]:
    """Views along the routes of one scene, in turn."""
    width, height = size
    poses = []
    for episode in load_episodes(load_scene(scene_id), "empty"):
        route = np.array(episode.route)
        for here, ahead in zip(route[:-1:4], route[1::4], strict=False):
            poses.append(look((here[0], here[1], 0.5), float(np.arctan2(*(ahead - here)[::-1]))))
    return [Camera(poses[index % len(poses)], width / 2.0, width, height) for index in range(count)]


def pruned(cloud: GaussianCloud, cameras: list[Camera]) -> GaussianCloud:
    """What lies near any of the cameras, and everything large."""
    places = np.array([camera.position for camera in cameras])
    low, high = places.min(axis=0) - NEAR_M, places.max(axis=0) + NEAR_M
    near = ((cloud.means >= low) & (cloud.means <= high)).all(axis=1) | (cloud.scales.max(axis=1) > 1.0)
    return replace(cloud, **{name: getattr(cloud, name)[near] for name in cloud.__dataclass_fields__})


def decibels(one: np.ndarray, other: np.ndarray) -> float:
    """PSNR of two pictures in [0, 1]."""
    return float(-10.0 * np.log10(max(np.mean((one.astype(np.float64) - other) ** 2), 1e-12)))


def parity_rows(scene_id: str) -> Iterator[str]:
    """A row of the parity table for each cloud, mode and size."""
    clouds = {scene_id: load_cloud(load_scene(scene_id)), "every shape": clouds_of_every_shape()["all together"]}
    for antialiased in (True, False):
        cuda = GsplatRenderer(antialiased)
        cpu = CpuRenderer(2, antialiased, cuda.rules.max_alpha, cuda.rules.min_compensation)
        for name, cloud in clouds.items():
            for size in SIZES[1:]:
                views = cameras_in(scene_id, PARITY_VIEWS, size)
                ours, theirs = (drawer.render(drawer.prepare(cloud), views) for drawer in (cpu, cuda))
                worst = min(decibels(*pair) for pair in zip(ours.rgb, theirs.rgb, strict=True))
                alpha = min(decibels(*pair) for pair in zip(ours.alpha, theirs.alpha, strict=True))
                alike = 100.0 * np.isclose(ours.depth, theirs.depth, rtol=SAME_DEPTH).mean()
                row = [
                    name,
                    cuda.rules.mode,
                    f"{size[0]} x {size[1]}",
                    f"{worst:.1f}",
                    f"{alpha:.1f}",
                    f"{alike:.2f} %",
                ]
                yield f"| {' | '.join(row)} |"


def frames_per_second(
    renderer: GsplatRenderer, cloud: GaussianCloud, cameras: list[Camera], *, depth: bool = False
) -> float:
    """Pictures a second, left on the device as bytes; with their median depth if wanted."""
    import torch

    scene, drawn = renderer.prepare(cloud), 0

    def draw() -> None:
        (renderer.render_on_device(scene, cameras, depth=depth).rgb * 255.0).round().to(torch.uint8)

    draw()
    torch.cuda.synchronize()
    start = time.perf_counter()
    while time.perf_counter() - start < SECONDS_PER_FIGURE:
        draw()
        torch.cuda.synchronize()
        drawn += len(cameras)
    return drawn / (time.perf_counter() - start)


def speed_rows(scene_id: str) -> Iterator[str]:
    """A row of the speed table for each cloud, size and number of cameras."""
    import torch

    renderer, whole = GsplatRenderer(), load_cloud(load_scene(scene_id))
    clouds = {
        scene_id: whole,
        f"{scene_id}, pruned": pruned(whole, cameras_in(scene_id, CAMERAS_PER_CALL, SIZES[0])),
        "street": street(1_000_000),
    }
    for name, cloud in clouds.items():
        for size in SIZES:
            for count in CAMERAS:
                if count * size[0] * size[1] > MOST_PIXELS:
                    continue
                figures = []
                for depth in (False, True):
                    torch.cuda.reset_peak_memory_stats()
                    speed = frames_per_second(renderer, cloud, cameras_in(scene_id, count, size), depth=depth)
                    figures.append(f"{speed:,.0f} | {torch.cuda.max_memory_allocated() / 1e9:.1f}")
                row = [name, f"{len(cloud):,}", f"{size[0]} x {size[1]}", str(count), *figures]
                yield f"| {' | '.join(row)} |"


def told(rows: Iterator[str]) -> Iterator[str]:
    """The rows, each shown as it is measured."""
    for row in rows:
        click.echo(row)
        yield row


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("docs/gpu.md"), show_default=True)
@click.option("--scene", default=scene_ids()[0], show_default=True, help="an embedded scene")
def main(out: Path, scene: str) -> None:
    """Measure, and write the page."""
    from importlib.metadata import version

    import torch

    try:
        GsplatRenderer()
    except RendererUnavailableError as error:
        raise click.ClickException(str(error)) from error
    page = [
        "# gsplat on a GPU",
        "",
        f"Measured by `make gpu-report` on one {torch.cuda.get_device_name()}, gsplat {version('gsplat')}, torch "
        f"{torch.__version__}; {CAMERAS_PER_CALL} cameras a call.",
        "",
        "## The same picture as the CPU renderer's",
        "",
        f"PSNR of the worst of {PARITY_VIEWS} views, dB; share of pixels whose median depths differ by less than "
        f"{SAME_DEPTH:.1%}.",
        "",
        "| cloud | mode | size | rgb | alpha | median depth |",
        "|---|---|---|---|---|---|",
        *told(parity_rows(scene)),
        "",
        "## Pictures a second",
        "",
        f"Left on the device as bytes. Pruned: what lies within {NEAR_M:g} m of the cameras of a call.",
        "",
        "| cloud | Gaussians | size | cameras | pictures / s | peak GB | with median depth | peak GB |",
        "|---|---|---|---|---|---|---|---|",
        *told(speed_rows(scene)),
        "",
    ]
    out.write_text("\n".join(page))


if __name__ == "__main__":
    main()
