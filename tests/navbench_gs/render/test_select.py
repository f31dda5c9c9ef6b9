"""Renderers are chosen by name; what cannot run says why."""

from __future__ import annotations

import pytest

from navbench_gs.errors import RendererUnavailableError, UnknownNameError
from navbench_gs.render import select
from navbench_gs.render.select import renderer_named

without_cuda = pytest.mark.skipif(select.cuda_works(), reason="this machine has CUDA")


def test_cpu_is_the_rules_picture_on_the_cpu():
    assert renderer_named("cpu").name == "cpu/antialiased"


@without_cuda
def test_auto_is_the_cpu_without_cuda():
    assert renderer_named().name == "cpu/antialiased"


@without_cuda
def test_gsplat_without_cuda_says_what_to_use():
    with pytest.raises(RendererUnavailableError, match=r"needs a CUDA device.*use 'cpu'"):
        renderer_named("gsplat")


def test_auto_falls_back_with_a_warning_where_gsplats_kernels_do_not_load(monkeypatch):
    import navbench_gs.render.gsplat as module

    class Broken:
        def __init__(self):
            raise RendererUnavailableError("no nvcc")

    monkeypatch.setattr(select, "cuda_works", lambda: True)
    monkeypatch.setattr(module, "GsplatRenderer", Broken)
    with pytest.warns(UserWarning, match="no nvcc; drawing on the CPU"):
        assert renderer_named("auto").name == "cpu/antialiased"
    with pytest.raises(RendererUnavailableError, match="no nvcc"):
        renderer_named("gsplat")


def test_an_unknown_name_offers_the_closest():
    with pytest.raises(UnknownNameError, match="unknown renderer 'gslat': did you mean 'gsplat'"):
        renderer_named("gslat")
