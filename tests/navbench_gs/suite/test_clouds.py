"""Splats and light: made once, checked, kept; whatever is wrong is one line with its remedy."""

from dataclasses import replace

import numpy as np
import pytest

from navbench_gs.errors import (
    DamagedFileError,
    DigestMismatchError,
    SceneUnavailableError,
    StoreError,
)
from navbench_gs.splats.cloud import save_cloud
from navbench_gs.suite import clouds
from navbench_gs.suite.clouds import cloud_path, load_cloud, load_light


class FakeSource:
    """Yields one cloud and counts how often it is asked."""

    def __init__(self, cloud):
        self._cloud, self.asked = cloud, 0

    def cloud(self, scene, progress=None):
        self.asked += 1
        if progress:
            progress(1.0)
        return self._cloud


def test_splats_are_made_once_and_then_come_from_the_cache(own_yard, monkeypatch):
    source, told = FakeSource(own_yard.cloud), []
    monkeypatch.setattr(clouds, "scene_source", lambda name: source)
    made = load_cloud(own_yard.scene, told.append)
    again = load_cloud(own_yard.scene)
    assert source.asked == 1 and told == [1.0]
    assert np.array_equal(made.means, again.means) and np.array_equal(made.sh, again.sh)
    assert [path.name for path in cloud_path(own_yard.scene).parent.iterdir()] == [cloud_path(own_yard.scene).name]


def test_other_splats_than_the_manifest_names_are_refused_and_not_kept(own_yard, monkeypatch):
    other = replace(own_yard.cloud, means=own_yard.cloud.means + np.float32(0.001))
    monkeypatch.setattr(clouds, "scene_source", lambda name: FakeSource(other))
    with pytest.raises(DigestMismatchError, match=r"yard_00 .* reinstall navbench-gs"):
        load_cloud(own_yard.scene)
    assert not cloud_path(own_yard.scene).exists()


def test_a_changed_file_in_the_cache_is_refused_with_the_mend(own_yard):
    other = replace(own_yard.cloud, opacities=own_yard.cloud.opacities * np.float32(0.5))
    path = cloud_path(own_yard.scene)
    path.parent.mkdir(parents=True)
    save_cloud(path, other)
    with pytest.raises(DigestMismatchError, match=r"delete .*npz and it is made again"):
        load_cloud(own_yard.scene)


def test_a_truncated_file_in_the_cache_is_named_with_the_mend(own_yard):
    path = cloud_path(own_yard.scene)
    path.parent.mkdir(parents=True)
    save_cloud(path, own_yard.cloud)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DamagedFileError, match=r"yard_00-.*delete that file"):
        load_cloud(own_yard.scene)


def test_a_scene_of_a_source_that_is_not_installed_is_unavailable(own_yard):
    with pytest.raises(SceneUnavailableError, match="no scene source 'yard' is installed"):
        load_cloud(own_yard.scene)


def test_a_scene_without_a_light_file_is_in_full_sun(own_yard):
    assert load_light(own_yard.scene) is None


def test_the_light_comes_from_the_source_of_a_scene_that_names_it(own_yard, monkeypatch):
    class Lit:
        def light(self, scene):
            return f"light of {scene.scene_id}"

    lit_scene = own_yard.scene.model_copy(update={"files": {**own_yard.scene.files, "light.npz": "0" * 64}})
    monkeypatch.setattr(clouds, "scene_source", lambda name: Lit())
    assert load_light(lit_scene) == "light of yard_00"
    monkeypatch.setattr(clouds, "scene_source", lambda name: FakeSource(own_yard.cloud))
    with pytest.raises(SceneUnavailableError, match=r"cannot read .*light\.npz"):
        load_light(lit_scene)


def test_a_cache_that_cannot_be_written_is_one_clear_line(own_yard, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(clouds, "scene_source", lambda name: FakeSource(own_yard.cloud))
    with pytest.raises(StoreError, match=r"cannot write the cache .* set NAVBENCH_CACHE"):
        load_cloud(own_yard.scene)
