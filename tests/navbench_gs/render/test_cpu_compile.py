"""Compiled kernels are kept, found again after a move, forgotten when any source changes, and work without a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import navbench_gs.render
from navbench_gs.render import cpu_compile
from navbench_gs.render.cpu_order import exclusive_sum

RENDER = Path(navbench_gs.render.__file__).parent
SUM = """
import sys
sys.path.insert(0, {root!r})
import numpy as np
from navbench_gs.render.cpu_order import exclusive_sum
assert exclusive_sum(np.array([2, 3, 4], dtype=np.int32)) == 9
print(len(exclusive_sum.stats.cache_hits), exclusive_sum.stats.cache_path)
"""


def doubled(value: int) -> int:
    return 2 * value


def hits_in_a_new_process(root: Path, cache: Path) -> int:
    """How often ``exclusive_sum`` came from the cache in a process that uses the package copied to ``root``."""
    environment = {**os.environ, "NAVBENCH_CACHE": str(cache), "PYTHONPATH": str(root)}
    environment.pop(cpu_compile.FOLDER_VARIABLE, None)
    done = subprocess.run(
        [sys.executable, "-c", SUM.format(root=str(root))], env=environment, check=True, capture_output=True, text=True
    )
    hits, path = done.stdout.split()
    assert Path(path).is_relative_to(cache)
    return int(hits)


@pytest.fixture
def copied(tmp_path):
    """A function that copies the package into a new folder of that name."""

    def copy(name: str) -> Path:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(RENDER.parent, tmp_path / name / "navbench_gs", ignore=ignore)
        return tmp_path / name

    return copy


def test_kernels_survive_a_reinstallation_and_notice_a_change_in_another_file(copied, tmp_path):
    first, second, cache = copied("first"), copied("second"), tmp_path / "cache"
    assert hits_in_a_new_process(first, cache) == 0
    assert hits_in_a_new_process(first, cache) == 1
    assert hits_in_a_new_process(second, cache) == 1
    with (second / "navbench_gs" / "render" / "cpu_view.py").open("a") as source:
        source.write("\n# another file of the folder\n")
    assert hits_in_a_new_process(second, cache) == 0


def test_a_kernel_works_where_no_cache_folder_can_be_written(monkeypatch, tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way of a folder")
    monkeypatch.setenv(cpu_compile.FOLDER_VARIABLE, str(file / "kernels"))
    kernel = cpu_compile.kernel(doubled)
    assert kernel(21) == 42
    assert not kernel.stats.cache_path


def test_a_kernel_works_with_a_numba_that_keeps_code_otherwise(monkeypatch):
    def refuse(function):
        raise AttributeError("no such attribute")

    monkeypatch.setattr(cpu_compile, "_KernelCache", refuse)
    assert cpu_compile.kernel(doubled)(21) == 42


def test_another_scene_and_size_compile_nothing():
    from navbench_gs.render.cpu import CpuRenderer
    from navbench_gs.render.cpu_frame import draw_window

    from .clouds import camera, cloud_around, street

    renderer = CpuRenderer(threads=2)
    renderer.render(renderer.prepare(street(500)), [camera()])
    compiled = len(draw_window.signatures)
    rng = np.random.default_rng(0)
    for degree, size in ((0, (8, 8)), (1, (160, 120)), (3, (83, 61))):
        cloud = cloud_around(rng, 50, sigma=(0.1, 0.1, 0.1), degree=degree)
        for actors in (None, cloud):
            renderer.render(renderer.prepare(cloud), [camera(*size)], actors, depth=degree == 1)
    assert len(draw_window.signatures) == compiled == 1


def test_the_sum_before_each_number():
    counts = np.array([2, 0, 5], dtype=np.int32)
    assert exclusive_sum(counts) == 7
    assert counts.tolist() == [0, 2, 2]
