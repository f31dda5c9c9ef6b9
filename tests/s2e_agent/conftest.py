import numpy as np
import pytest

from navbench_gs.drives.layout import write_clip
from tests.navbench_gs.drives.made import arc


@pytest.fixture(scope="session")
def drives(tmp_path_factory):
    """A folder of ten synthetic drives of 24 small frames in four scenes; the colour tells the bend."""
    folder = tmp_path_factory.mktemp("drives")
    rng = np.random.Generator(np.random.PCG64(5))
    for index in range(10):
        pictures = rng.integers(0, 60, (24, 24, 32, 3)) + np.array([30 * (index % 5), 60, 120])
        poses = arc((index % 5 - 2) * 0.05, 24)
        disturbed = np.arange(24) == 12
        ranges = rng.uniform(0.5, 8.0, (24, 4))
        people = rng.uniform(0.5, 8.0, (24, 2, 4))
        name = f"yard_{1000 + index % 4}-empty-{index}"
        goal = poses[-1, :2] + 3.0
        write_clip(folder / name, pictures.astype(np.uint8), poses, disturbed, goal, ranges, people=people)
    return folder
