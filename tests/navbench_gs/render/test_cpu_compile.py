"""Kernels compile where nothing can be kept on disk."""

from __future__ import annotations

from numba.core import caching

from navbench_gs.render.cpu_compile import kernel


def doubled(value: int) -> int:
    return 2 * value


def test_a_kernel_works_where_no_cache_folder_can_be_written(monkeypatch):
    monkeypatch.setattr(caching._CacheImpl, "_locator_classes", [])
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [], raising=False)
    assert kernel(doubled)(21) == 42
