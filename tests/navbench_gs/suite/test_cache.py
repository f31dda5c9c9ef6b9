"""The cache lies where the environment says."""

from navbench_gs.suite.cache import cache_folder


def test_the_cache_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("NAVBENCH_CACHE")
    assert cache_folder().name == "navbench-gs"
