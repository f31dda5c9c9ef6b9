"""gsplat draws the same picture as the CPU renderer (needs a CUDA device)."""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.gsplat import GsplatRenderer
from navbench_gs.render.select import cuda_works

from .clouds import camera, cloud_around, street

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not cuda_works(), reason="needs a CUDA device")]


@pytest.mark.parametrize("antialiased", [True, False], ids=["antialiased", "classic"])
def test_both_renderers_draw_the_same_picture(antialiased):
    scene, views = street(20_000), [camera(160, 120, x=2.0 * index, yaw=0.5 * index) for index in range(40)]
    actors = cloud_around(np.random.default_rng(0), 200, sigma=(0.1, 0.1, 0.02))
    pictures = []
    for renderer in (CpuRenderer(antialiased=antialiased), GsplatRenderer(antialiased)):
        pictures.append(renderer.render(renderer.prepare(scene), views, actors))
    cpu, cuda = pictures
    for name in ("rgb", "alpha"):
        assert -10 * np.log10(np.mean((getattr(cpu, name) - getattr(cuda, name)) ** 2)) >= 45.0
