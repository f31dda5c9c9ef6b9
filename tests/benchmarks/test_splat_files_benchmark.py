"""How long a capture of three million Gaussians of degree 3 takes to load, and to move (goal: seconds on one core)."""

from __future__ import annotations

import pytest

from navbench_gs.splats.formats import WRITERS, read_splats, write_splats
from navbench_gs.splats.transform import Similarity, transformed

from ..navbench_gs.splats.clouds import random_cloud
from ..navbench_gs.splats.test_transform import random_rotation

GAUSSIANS = 3_000_000


@pytest.fixture(scope="module")
def cloud(sized):
    return random_cloud(sized(GAUSSIANS), 16)


@pytest.mark.parametrize("ending", WRITERS)
def test_loading_three_million_gaussians(benchmark, cloud, tmp_path, ending):
    path = tmp_path / f"cloud{ending}"
    write_splats(cloud, path)
    read = benchmark.pedantic(read_splats, args=(path,), rounds=2)
    assert len(read) == len(cloud)
    path.unlink()


def test_moving_three_million_gaussians(benchmark, cloud):
    move = Similarity(0.7, random_rotation(0))
    assert len(benchmark.pedantic(transformed, args=(cloud, move), rounds=2)) == len(cloud)
