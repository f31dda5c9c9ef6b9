import numpy as np
import pytest

from navbench_gs.drives.layout import write_clip
from tests.navbench_gs.drives.made import arc


@pytest.fixture(scope="session")
def drives(tmp_path_factory):
    """Six made drives of 30 small frames in three places; the colour tells the bend. Frame 20 was disturbed."""
    folder = tmp_path_factory.mktemp("made")
    rng = np.random.Generator(np.random.PCG64(5))
    for index in range(6):
        bend = (index % 3 - 1) * 0.08
        pictures = rng.integers(0, 60, (30, 24, 32, 3)) + np.array([90 * (index % 3), 60, 120])
        name, disturbed = f"yard_{1000 + index // 2}-empty-{index}", np.arange(30) == 20
        write_clip(folder / name, pictures.astype(np.uint8), arc(bend, 30), disturbed, np.array([9.0, 0.0]))
    return folder
