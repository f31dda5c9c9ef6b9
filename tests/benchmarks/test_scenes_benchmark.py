"""How long the splats of a scene take to generate on first use (budget: 5 s on one core)."""

import pytest

from navbench_gs.domain.record import read_record
from navbench_gs.domain.scene import Scene
from scenes.procedural.author import SUITE_FOLDER
from scenes.procedural.source import ProceduralSource


@pytest.mark.parametrize("scene_id", ["alley_00", "sidewalk_03"])
def test_cloud_of_a_scene(benchmark, scene_id: str):
    folder = SUITE_FOLDER / "embedded" / scene_id
    scene = read_record(folder / "scene.json", Scene).model_copy(update={"folder": folder})
    cloud = benchmark.pedantic(ProceduralSource().cloud, args=(scene,), rounds=3)
    assert len(cloud) == scene.gaussians
