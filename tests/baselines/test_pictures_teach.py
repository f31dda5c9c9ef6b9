"""What a training has learnt comes from the pictures, and the averaged weights answer as the trained ones do.

In the made drives the colour tells the bend, also in the places held out.
"""

from dataclasses import replace

import pytest
import torch

from baselines.data.goal_pictures import GoalRule
from baselines.image_goal_training import DataView
from baselines.preprocess import normalised
from baselines.training import Data, Preset, recipe_of
from navbench_gs.domain.streams import stream
from navbench_gs.training.loop import LoopConfig, Training
from tests.baselines.tiny_networks import TINY

VIEW = DataView((48, 36), GoalRule(farthest=6, taught=(0, 6)), windows=6, window=2, begins_ahead=True)
LOOP = LoopConfig(steps=100, warmup_steps=10, learning_rate=3e-3, ema_decay=0.9, validate_every=100)


@pytest.fixture(scope="module", params=["gnm", "vint"])
def trained(request, drives, tmp_path_factory):
    """The training of a tiny network with its averaged weights, after 100 steps."""
    name = request.param
    tmp_path = tmp_path_factory.mktemp(name)
    torch.manual_seed(0)
    recipe, preset = recipe_of(name), Preset(TINY[name].config, VIEW, LOOP)
    data = Data(folders=(drives,), spacings={}, weights={}, prepared=tmp_path / "prepared")
    trainable = recipe.trainable(recipe.KIND.make(preset.network), preset, data)
    trainable.model.load_state_dict(Training(trainable, LOOP, tmp_path).run().weights)
    return trainable


def test_frames_of_another_drive_raise_the_held_out_error(trained, monkeypatch):
    seen = _held_out_error(trained)
    monkeypatch.setattr(trained, "held_out", [_exchanged(drives) for drives in trained.held_out])
    assert seen < 0.6 * _held_out_error(trained)


def test_averaged_weights_answer_alike_with_their_running_statistics_and_the_batchs_own(trained):
    batch = trained.training_batch(stream("agreement"))
    with torch.no_grad():
        own, running = (
            trained.batch_loss(batch, normalised(batch.pictures))[0].item()
            for _ in map(trained.model.train, (True, False))
        )
        untrained = (0.5 * batch.actions[..., :2].var(dim=0)).mean().item()
    assert abs(own - running) < 0.5 * untrained


def _held_out_error(trained):
    with torch.no_grad():
        return trained.validate(trained.model.eval())["waypoint_error_m"]


def _exchanged(drives):
    """The two held-out drives, each with the other's frames, last frame first."""
    return replace(drives, frames=drives.frames[::-1])
