"""Kernels compile where nothing can be kept on disk."""

from __future__ import annotations

from numba import njit

from navbench_gs.render import cpu_compile


def doubled(value: int) -> int:
    return 2 * value


def test_a_kernel_works_where_no_cache_folder_can_be_written(monkeypatch):
    def njit_without_folder(function, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function 'doubled': no locator available")
        return njit(function, **options)

    monkeypatch.setattr(cpu_compile, "njit", njit_without_folder)
    assert cpu_compile.kernel(doubled)(21) == 42
