"""gsplat draws the same picture as the CPU renderer; without a CUDA device, what gsplat is asked for is looked at."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from navbench_gs.errors import RendererUnavailableError
from navbench_gs.render import gsplat as gsplat_module
from navbench_gs.render import gsplat_median
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.gsplat import CAMERAS_PER_CALL, GsplatRenderer, rules_of_gsplat
from navbench_gs.render.picture import PictureRules
from navbench_gs.render.select import cuda_works

from . import reference
from .clouds import camera, cloud_around, clouds_of_every_shape, street
from .gsplat_stand_in import StandIn

with_cuda = pytest.mark.skipif(not cuda_works(), reason="needs a CUDA device")


def decibels(one: np.ndarray, other: np.ndarray) -> float:
    return float(-10 * np.log10(max(np.mean((one.astype(np.float64) - other) ** 2), 1e-30)))


def same_depths(one: np.ndarray, other: np.ndarray) -> float:
    """Share of pixels where both are infinite or alike."""
    return float(np.isclose(one, other, rtol=1e-4).mean())


@pytest.mark.gpu
@with_cuda
@pytest.mark.parametrize("antialiased", [True, False], ids=["antialiased", "classic"])
@pytest.mark.parametrize("cloud", ["street", "all together"])
def test_both_renderers_draw_the_same_picture(cloud, antialiased):
    scene = street(20_000) if cloud == "street" else clouds_of_every_shape()[cloud]
    views = [camera(160, 120, x=2.0 * index, yaw=0.5 * index) for index in range(40)]
    actors = cloud_around(np.random.default_rng(0), 200, sigma=(0.1, 0.1, 0.02))
    cuda = GsplatRenderer(antialiased)
    cpu = CpuRenderer(
        antialiased=antialiased, max_alpha=cuda.rules.max_alpha, min_compensation=cuda.rules.min_compensation
    )
    ours, theirs = (drawer.render(drawer.prepare(scene), views, actors, expected_depth=True) for drawer in (cpu, cuda))
    assert decibels(ours.rgb, theirs.rgb) >= 45.0
    assert decibels(ours.alpha, theirs.alpha) >= 45.0
    shown = (ours.alpha > 0.5) & (theirs.alpha > 0.5)
    assert np.quantile(np.abs(ours.expected_depth / theirs.expected_depth - 1.0)[shown], 0.99) < 0.01
    assert same_depths(ours.depth, theirs.depth) > 0.99


@pytest.mark.skipif(cuda_works(), reason="is about machines without CUDA")
def test_without_cuda_it_is_refused_in_one_line():
    with pytest.raises(RendererUnavailableError, match="needs a CUDA device, and torch sees none; use 'cpu'"):
        GsplatRenderer()


@pytest.mark.parametrize(
    ("version", "max_alpha", "floor"), [("1.5.3", 0.999, 0.0), ("1.6.0", 0.99, 0.005), ("1.10.1", 0.99, 0.005)]
)
def test_the_picture_is_that_of_the_installed_version(version, max_alpha, floor):
    assert rules_of_gsplat(version, True) == PictureRules(True, max_alpha, floor)


@pytest.fixture
def stand_in(monkeypatch) -> StandIn:
    stand_in = StandIn()
    monkeypatch.setitem(sys.modules, "gsplat", stand_in)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    return stand_in


@pytest.mark.parametrize("antialiased", [True, False], ids=["antialiased", "classic"])
def test_gsplat_is_asked_for_the_picture_that_the_cpu_draws(stand_in, antialiased):
    cloud, actors = street(1500, degree=2), cloud_around(np.random.default_rng(0), 50, sigma=(0.1, 0.1, 0.02))
    views = [camera(40, 30, yaw=yaw) for yaw in (0.0, 0.4)]
    cuda, cpu = GsplatRenderer(antialiased, device="cpu"), CpuRenderer(antialiased=antialiased)
    assert cuda.name == f"gsplat/{cpu.rules.mode}"
    theirs, ours = (drawer.render(drawer.prepare(cloud), views, actors, expected_depth=True) for drawer in (cuda, cpu))
    assert decibels(theirs.rgb, ours.rgb) > 70.0
    assert decibels(theirs.alpha, ours.alpha) > 70.0
    apart = np.abs(theirs.expected_depth / ours.expected_depth - 1.0)
    assert np.quantile(apart, 0.99) < 0.005
    assert same_depths(theirs.depth, ours.depth) > 0.995


def test_median_depth_is_the_references_however_lists_are_walked(stand_in, monkeypatch):
    cloud, views = street(1500), [camera(24, 16)]
    renderer = GsplatRenderer(device="cpu")
    scene, depths = renderer.prepare(cloud), {}
    for rounds in (1, 1000):
        monkeypatch.setattr(gsplat_median, "ROUNDS_PER_CALL", rounds)
        stand_in.ranges.clear()
        depths[rounds] = renderer.render(scene, views).depth
        assert stand_in.ranges[0] == (0, rounds) and (len(stand_in.ranges) > 1) == (rounds == 1)
    assert same_depths(depths[1], depths[1000]) > 0.999
    exact = np.stack([reference.draw(cloud, view, renderer.rules).depth.numpy() for view in views])
    assert 0.5 < np.isfinite(exact).mean() < 1.0
    assert same_depths(depths[1], exact) > 0.995


def test_transmittance_that_crosses_one_half_finds_the_median():
    alphas = torch.tensor([0.3, 0.3, 0.9, 0.4, 0.6, 0.2])  # left: .7, .49, .049 | .48, .192 | .8
    left, median = torch.tensor([1.0, 0.8, 1.0, 1.0]), torch.full((4,), torch.inf)
    gsplat_median._walk(torch.tensor([0, 0, 0, 1, 1, 3]), alphas, torch.arange(1.0, 7.0), left, median)
    assert median.tolist() == [2.0, 4.0, torch.inf, torch.inf]
    assert left.tolist() == pytest.approx([0.0, 0.0, 1.0, 0.8])


def test_pictures_with_median_depth_share_smaller_calls(stand_in, monkeypatch):
    monkeypatch.setattr(gsplat_module, "PIXELS_PER_MEDIAN_CALL", 300)
    renderer = GsplatRenderer(device="cpu")
    scene = renderer.prepare(street(50))
    stand_in.calls.clear()
    renderer.render(scene, [camera(16, 8)] * 5)
    assert [(len(call["viewmats"]), call["packed"]) for call in stand_in.calls] == [(2, False), (2, False), (1, False)]


def test_cameras_share_calls_with_those_of_the_same_actors(stand_in):
    renderer = GsplatRenderer(device="cpu")
    scene, one, other = renderer.prepare(street(50)), street(10, seed=1), street(20, seed=2)
    stand_in.calls.clear()
    actors = [one] * (CAMERAS_PER_CALL + 2) + [other, None, None]
    frames = renderer.render(scene, [camera(16, 8)] * len(actors), actors, depth=False)
    assert [len(call["viewmats"]) for call in stand_in.calls] == [CAMERAS_PER_CALL, 2, 1, 2]
    assert [len(call["means"]) for call in stand_in.calls] == [60, 60, 70, 50]
    assert {(call["render_mode"], call["packed"]) for call in stand_in.calls} == {("RGB", True)}
    assert frames.rgb.shape == (CAMERAS_PER_CALL + 5, 8, 16, 3)


def test_kernels_that_do_not_load_are_told_in_one_line(monkeypatch):
    def broken(**asked):
        raise ImportError("nvcc not found\nand a long story")

    monkeypatch.setitem(sys.modules, "gsplat", SimpleNamespace(rasterization=broken))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(RendererUnavailableError, match=r"^renderer 'gsplat' cannot load .*nvcc not found\); install"):
        GsplatRenderer(device="cpu")
