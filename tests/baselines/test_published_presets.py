"""Every published preset, as it is but for its batch, takes two steps on made data: ``make published``.

Each runs in a process of its own, which says how long it took and the most memory it held.
"""

import multiprocessing
import resource
import sys
import time
from dataclasses import replace

import pytest
import torch

from baselines.training import MODULES, Data, chosen_preset, recipe_of, train
from navbench_gs.training.run_files import STATE_FILE
from navbench_gs.weights.safetensors_file import read_weights
from tests.baselines.data.test_citywalk import walk, write_poses, write_video
from tests.baselines.data.test_teleop import straight, write_drive

BATCH, SECONDS = 2, 16
"""The least that goals leave: four moments behind one, and 11 ahead."""
RUNS = [*((name, "published") for name in sorted(MODULES)), ("citywalker", "finetune")]


@pytest.fixture(scope="module")
def walks(tmp_path_factory):
    """Folders of clips and of teleoperated drives with pictures of the published size."""
    clips, teleop = tmp_path_factory.mktemp("clips"), tmp_path_factory.mktemp("teleop")
    for name in "ab":
        write_video(clips / "videos" / f"{name}.mp4", 30 * SECONDS, 640, 360)
        write_poses(clips / "poses" / f"{name}.txt", walk(5 * SECONDS))
    for name in ("01", "02"):
        write_drive(teleop, name, straight(SECONDS), size=(640, 480))
    return {"published": clips, "finetune": teleop}


def two_steps(name, preset, data, out):
    """Train and say what it took; runs in the process that is measured."""
    torch.set_num_threads(1)
    started = time.monotonic()
    chosen = chosen_preset(name, preset, steps=2, seed=0)
    reduced = {"batch": BATCH} if name == "citywalker" else {"windows": BATCH}
    chosen = replace(chosen, view=replace(chosen.view, **reduced))
    train(name, chosen, Data((data,), spacings={}, weights={}, prepared=out / "prepared"), out)
    took, used = time.monotonic() - started, time.process_time()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kilobytes on Linux
    sys.stderr.write(f"{name} {preset}: {took:.0f} s ({used:.0f} s of a core), {most:.0f} MiB\n")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "preset"), RUNS)
def test_a_published_preset_takes_two_steps(name, preset, drives, walks, tmp_path):
    data = walks[preset] if name == "citywalker" else drives
    process = multiprocessing.get_context("spawn").Process(target=two_steps, args=(name, preset, data, tmp_path))
    process.start()
    process.join()
    assert process.exitcode == 0
    kind = recipe_of(name).KIND
    tensors, facts = read_weights(tmp_path / f"{kind.name}.safetensors")
    assert facts["metrics"]["step"] == 2.0 and all(value.isfinite().all() for value in tensors.values())
    (tmp_path / STATE_FILE).unlink()  # up to 4 GB
