"""``navbench doctor``: what this machine offers, and what is wrong with it."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from navbench_gs.errors import one_line

PACKAGES = (
    "navbench-gs",
    "numpy",
    "numba",
    "torch",
    "gsplat",
    "pybullet",
    "gymnasium",
    "pydantic",
    "scikit-image",
    "av",
)


@click.command()
def doctor() -> None:
    """Show versions, renderer, device, threads, cache and plug-ins that cannot be loaded."""
    for name, value in findings():
        click.echo(f"{name:14} {value}")


def findings() -> Iterator[tuple[str, str]]:
    """Pairs of a name and what was found, in the order shown; a check that fails says so and hides nothing."""
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("python", lambda: f"{platform.python_version()} on {platform.platform()}"),
        *((package, partial(_installed, package)) for package in PACKAGES),
        ("cores", _cores),
        ("torch threads", _torch_threads),
        ("device", _device),
        ("renderer", _renderer),
        ("cache", _cache),
        ("kernels", _kernels),
        ("suites", _suites),
        ("rules", _rules),
        ("plug-ins", _plugins),
    )
    for name, check in checks:
        yield name, _outcome(check)


def _outcome(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:
        return f"failed: {one_line(error)}"


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _cores() -> str:
    from navbench_gs.evaluation.executors import cores

    return f"{cores()} (the default of --workers)"


def _torch_threads() -> str:
    import torch

    return f"{torch.get_num_threads()} (a worker of 'navbench run' uses 1)"


def _device() -> str:
    import torch

    if not torch.cuda.is_available():
        return "cpu (torch sees no CUDA device)"
    return f"{torch.cuda.get_device_name(0)}, CUDA {torch.version.cuda}"


def _renderer() -> str:
    from navbench_gs.render.select import renderer_named

    return f"{renderer_named('auto').name} (what --renderer auto chooses here)"


def _cache() -> str:
    from navbench_gs.suite.cache import cache_folder

    folder = cache_folder()
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []
    size = sum(path.stat().st_size for path in files)
    clouds = sum(path.parent.name == "clouds" for path in files)
    return f"{folder}: {clouds} clouds, {len(files)} files, {size / 1e6:.0f} MB{_not_writable(folder)}"


def _not_writable(folder: Path) -> str:
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    return "" if os.access(nearest, os.W_OK) else "; NOT WRITABLE, set NAVBENCH_CACHE to a folder that is"


def _kernels() -> str:
    from navbench_gs.render.cpu_compile import cache_folder as kernel_folder

    folder = kernel_folder()
    compiled = sum(1 for _ in folder.rglob("*.nbi")) if folder.is_dir() else 0
    return f"{folder}: {compiled} compiled functions{_not_writable(folder)}"


def _suites() -> str:
    from navbench_gs.suite.catalog import scene_ids, suite_names

    return ", ".join(f"{name} ({len(scene_ids(name))} scenes)" for name in suite_names()) or "none"


def _rules() -> str:
    from navbench_gs.suite.frozen import inventory, recorded, state

    return state(recorded(), inventory())


def _plugins() -> str:
    from navbench_gs.cli.plugins import plugin_faults

    return "; ".join(plugin_faults()) or "all can be loaded"
