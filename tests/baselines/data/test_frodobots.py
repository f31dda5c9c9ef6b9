import numpy as np
import pytest

from baselines.data.frodobots import CACHE, is_frodobots, read_frodobots
from baselines.data.frodobots_batch import StepsAhead, frodobots_batch
from navbench_gs.errors import DamagedFileError
from tests.baselines.data.test_citywalk import write_video

zarr = pytest.importorskip("zarr", minversion="3")


@pytest.fixture(scope="session")
def bots_folder(tmp_path_factory):
    return made_bots(tmp_path_factory.mktemp("bots"))


def made_bots(folder):
    """Twelve episodes of 60 frames at 10 Hz, each driving ahead at 1 m/s; the video tells the second by its level."""
    write_video(folder / "frodobots_dataset" / "videos" / "front.mp4", 200)
    count, episodes = 60, 12
    cache = zarr.open_group(str(folder / CACHE), mode="w", zarr_format=2)
    along = np.tile(0.1 * np.arange(count), episodes).astype(np.float32)
    arrays = {
        "episode_index": np.repeat(np.arange(episodes), count),
        "observation.filtered_position": np.stack([np.zeros_like(along), along], axis=1),
        "observation.filtered_heading": np.full(len(along), np.pi / 2, dtype=np.float32),
        "observation.images.front.path": np.full(len(along), "videos/front.mp4"),
        "observation.images.front.timestamp": along,
    }
    for name, values in arrays.items():
        stored = cache.create_array(name, shape=values.shape, dtype=values.dtype)
        stored[...] = values
    return folder


def test_episodes_are_found_and_a_part_of_them_held_out(bots_folder):
    assert is_frodobots(bots_folder) and not is_frodobots(bots_folder.parent)
    train, test = (read_frodobots(bots_folder, part, context=2) for part in ("train", "test"))
    a_drive = 60 - 2 * 3 - 3
    assert len(train.moments) + len(test.moments) == 12 * a_drive and len(test.moments) % a_drive == 0
    assert (train.last[train.moments] - train.moments >= 3).all()


def test_a_batch_sees_every_third_frame_and_a_pose_ahead(bots_folder):
    bots = read_frodobots(bots_folder, "train", context=2)
    rng = np.random.Generator(np.random.PCG64(0))
    moments = bots.moments[25:26]  # frame 31 of the first episode
    batch = frodobots_batch(bots, moments, StepsAhead(5, 2), rng, picture_px=(32, 24), context=2, horizon=8)
    levels = batch.frames[batch.history[0]].float().mean(dim=(1, 2, 3)).tolist()
    assert levels == pytest.approx([40, 40, 60], abs=5)  # seconds 2.5, 2.8 and 3.1
    ahead = float(batch.goal_pose[0, 0]) * 0.25
    assert 0.3 - 1e-3 <= ahead <= 1.5 + 1e-3 and batch.goal_pose[0, 1:].tolist() == pytest.approx([0, 1, 0], abs=1e-5)
    assert float(batch.distance[0]) in (3.0, 6.0) and batch.steady[0].tolist() == pytest.approx([1.2, 0.0], abs=1e-4)


def test_a_cache_that_lacks_an_array_is_one_line(tmp_path):
    zarr.open_group(str(tmp_path / CACHE), mode="w", zarr_format=2)
    with pytest.raises(DamagedFileError, match="lacks 'episode_index'"):
        read_frodobots(tmp_path, "train", context=2)
