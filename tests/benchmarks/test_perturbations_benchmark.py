"""Time that all picture perturbations together, and the support of a view, add to one frame of 160 x 120.

Goal on an idle core: 4 ms, a third of what drawing the frame may take.
"""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.domain.perturbation import parsed_perturbations
from navbench_gs.render.camera import Camera, look
from navbench_gs.render.perturbations import perturbed
from navbench_gs.render.renderer import Frames
from navbench_gs.render.support import support

CAMERA = Camera(look((0.0, 0.0, 0.5), 0.3), 80.0, 160, 120)


@pytest.fixture
def frames():
    rng = np.random.default_rng(1)
    depth = rng.uniform(1.0, 150.0, (1, 120, 160)).astype(np.float32)
    return Frames(rng.random((1, 120, 160, 3), dtype=np.float32), np.ones_like(depth), depth)


def test_all_picture_perturbations(benchmark, frames, yard):
    all_four = parsed_perturbations("haze:0.1,blur:1,exposure:-1,noise:10")
    shown = benchmark(perturbed, frames, CAMERA, all_four, sun=yard.scene.sun, key=("benchmark", 0))
    assert np.abs(shown.rgb - frames.rgb).mean() > 0.01


def test_support_with_a_thousand_training_cameras(benchmark, frames):
    positions = np.random.default_rng(2).normal(size=(1000, 3))
    assert benchmark(support, frames.alpha[0], CAMERA, positions).coverage == 1.0
