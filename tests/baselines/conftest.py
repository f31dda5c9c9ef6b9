import numpy as np
import pytest

from navbench_gs.drives.layout import write_clip


def arc(bend, count):
    """Poses (count, 3) along an arc at 1 m/s and 4 Hz."""
    yaw = bend * np.arange(count)
    step = 0.25 * np.stack([np.cos(yaw), np.sin(yaw)], axis=1)
    places = np.concatenate([[[0.0, 0.0]], np.cumsum(step, axis=0)[:-1]])
    return np.concatenate([places, yaw[:, None]], axis=1)


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
