"""Every recipe overfits a few made frames, and its file drives; resuming, mistakes and the command."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from baselines.citywalker.model import FINE_TUNED, Cut
from baselines.citywalker.training import CityWalkerTraining, WalkView
from baselines.data.citywalk_batch import GoalRange
from baselines.data.goal_pictures import GoalRule
from baselines.image_goal_training import DataView
from baselines.mbra.model import MBRAConfig, Relabeller
from baselines.mbra.relabelling import plan_towards, relabelled
from baselines.training import MODULES, Data, Preset, chosen_preset, recipe_of, train
from navbench_gs.cli.main import main
from navbench_gs.domain.streams import stream
from navbench_gs.errors import DamagedFileError, UnknownNameError, WeightsError
from navbench_gs.training.loop import LoopConfig
from navbench_gs.weights.safetensors_file import read_weights
from tests.baselines.data.test_citywalk import walk, write_poses, write_video
from tests.baselines.data.test_teleop import straight, write_drive
from tests.baselines.tiny_networks import TINY

LOOP = LoopConfig(steps=16, warmup_steps=2, learning_rate=4e-3, weight_decay=0.0, ema_decay=0.0, validate_every=8)
VIEW = DataView((48, 36), GoalRule(farthest=6, taught=(0, 6)), windows=2, window=4)
RELABELLER = MBRAConfig(context=2, width=16, layers=1, heads=2, encoder_width=0.1)
PRESETS = {
    "gnm": Preset(TINY["gnm"].config, VIEW, LOOP),
    "vint": Preset(TINY["vint"].config, VIEW, LOOP),
    "nomad": Preset(TINY["nomad"].config, VIEW, LOOP),
    "logonav": Preset(TINY["mbra"].config, VIEW, LOOP),
    "mbra": Preset(RELABELLER, VIEW, LOOP),
    "citywalker": Preset(TINY["citywalker"].config, WalkView(8, GoalRange(5, 10, arrived=(1, 5))), LOOP),
}


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    """Three clips of 14 s."""
    folder = tmp_path_factory.mktemp("clips")
    for name in "abc":
        write_video(folder / "videos" / f"{name}.mp4", 420)
        write_poses(folder / "poses" / f"{name}.txt", walk(71))
    return folder


@pytest.fixture(scope="session")
def teleop(tmp_path_factory):
    """Four teleoperated drives of 24 s; the last two are measured at the end, and one turns."""
    folder = tmp_path_factory.mktemp("teleop")
    for name in ("01", "02", "03", "04"):
        lines = straight(24, 0.3 * int(name))
        write_drive(
            folder, name, [line.replace("0,0,0,0,0,1", "0,0,1,0,0,0") if name == "04" else line for line in lines]
        )
    return folder


def data_of(folder, out, **more):
    return Data(folders=(folder,), spacings={}, weights={}, prepared=out / "prepared", **more)


def train_tiny(name, folder, out, **changes):
    preset = replace(PRESETS[name], loop=LOOP.model_copy(update=changes))
    return train(name, preset, data_of(folder, out), out)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_recipe_overfits_made_frames(name, drives, clips, tmp_path):
    outcome = train_tiny(name, clips if name == "citywalker" else drives, tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert rows[1]["train_loss"] < rows[0]["train_loss"]
    tensors, facts = read_weights(outcome.weights)
    assert facts["network"] == recipe_of(name).KIND.name and facts["metrics"]["step"] in (8, 16)
    recipe_of(name).KIND.make(PRESETS[name].network).load_state_dict(tensors)


def test_citywalker_overfits_teleoperated_drives_for_epochs(teleop, tmp_path):
    """Three moments train (every fifth of 11): at a batch of two, an epoch is two steps."""
    preset = replace(PRESETS["citywalker"], view=WalkView(2, GoalRange(nearest=8)), epochs=8)
    reports = []
    outcome = train("citywalker", preset, data_of(teleop, tmp_path), tmp_path, report=reports.append)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [2, 4, 6, 8, 10, 12, 14, 16]
    assert rows[-1]["train_loss"] < rows[0]["train_loss"]
    assert rows[0]["constant_velocity_error_steps"] == pytest.approx(0.0, abs=1e-4)  # straight ones
    assert outcome.metrics["test_all_moments"] == 2 * outcome.metrics["test_turn_moments"] > 0
    assert outcome.metrics["test_turn_error_m"] > 0 and "test_crowd_error_m" not in outcome.metrics
    assert reports[-1].keys() == {name for name in outcome.metrics if name.startswith("test_")}
    assert read_weights(outcome.weights)[1]["metrics"] == outcome.metrics


def test_clips_and_teleoperated_drives_are_mixed_by_weight(clips, teleop, tmp_path):
    recipe, preset = recipe_of("citywalker"), PRESETS["citywalker"]
    network = recipe.KIND.make(preset.network)
    data = Data((clips, teleop), spacings={}, weights={teleop.name: 6.0}, prepared=tmp_path)
    mixed = recipe.trainable(network, preset, data)
    kinds = [type(seen.walk).__name__ for seen, _ in mixed.moments]
    assert set(kinds) == {"CityClip", "TeleopDrive"}
    share = 6.0 * kinds.count("TeleopDrive") / (6.0 * kinds.count("TeleopDrive") + kinds.count("CityClip"))
    drawn = np.searchsorted(mixed._upto, np.linspace(0, mixed._upto[-1], 10_000, endpoint=False), side="right")
    assert np.mean([kinds[number] == "TeleopDrive" for number in drawn]) == pytest.approx(share, abs=0.01)
    assert mixed.loss(0, 0)[0].item() > 0 and mixed.validate(network.eval())["score"] > 0
    with pytest.raises(UnknownNameError, match="data set"):
        recipe.trainable(network, preset, replace(data, weights={"other": 2.0}))


def test_features_are_never_those_of_another_cut(teleop, tmp_path):
    recipe, preset = recipe_of("citywalker"), PRESETS["citywalker"]
    network = recipe.KIND.make(preset.network)
    recipe.trainable(network, preset, data_of(teleop, tmp_path))
    files = len(list((tmp_path / "prepared").iterdir()))
    recipe.trainable(network, preset, data_of(teleop, tmp_path))
    assert len(list((tmp_path / "prepared").iterdir())) == files == 4
    other = replace(preset, view=replace(preset.view, cuts={"teleop": Cut((42, 42), (28, 28))}))
    recipe.trainable(network, other, data_of(teleop, tmp_path))
    assert len(list((tmp_path / "prepared").iterdir())) == 8
    with pytest.raises(DamagedFileError, match="smaller than the crop"):
        large = replace(preset, view=replace(preset.view, cuts={"teleop": Cut((400, 400), (28, 28))}))
        recipe.trainable(network, large, data_of(teleop, tmp_path))


def test_without_a_walk_to_measure_by_nothing_is_trained(teleop, tmp_path):
    recipe, preset = recipe_of("citywalker"), PRESETS["citywalker"]
    network = recipe.KIND.make(preset.network)
    walks = recipe.trainable(network, preset, data_of(teleop, tmp_path)).walks
    with pytest.raises(DamagedFileError, match="no clip or drive held out to measure by is 8 s long"):
        CityWalkerTraining(network, preset.view, replace(walks, choosing=[]))


def test_fine_tuning_starts_from_given_weights_of_the_same_sizes(clips, teleop, tmp_path):
    first = train_tiny("citywalker", clips, tmp_path / "first", steps=1).weights
    preset = replace(PRESETS["citywalker"], loop=LOOP.model_copy(update={"steps": 1, "learning_rate": 0.0}))
    outcome = train("citywalker", preset, data_of(teleop, tmp_path), tmp_path / "second", initial=first)
    before, after = read_weights(first)[0], read_weights(outcome.weights)[0]
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    wider = replace(preset, network=replace(preset.network, layers=2))
    with pytest.raises(WeightsError, match="other sizes"):
        train("citywalker", wider, data_of(teleop, tmp_path), tmp_path / "third", initial=first)


def test_the_command_fine_tunes_on_teleoperated_drives(tmp_path):
    for name in ("01", "02", "03"):
        write_drive(tmp_path / "data", name, straight(20), size=(400, 400))
    out = tmp_path / "out"
    arguments = ["train", "citywalker", "--preset", "finetune_small", "--data", str(tmp_path / "data"), "--steps", "1"]
    result = CliRunner().invoke(main, [*arguments, "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "test_all_error_m" in result.output and "test_other_moments" in result.output
    camera = TINY["citywalker"].agent(str(out / "citywalker.safetensors")).card.needs.camera
    assert (camera.width_px, camera.height_px) == (640, 480)
    (tmp_path / "data" / "obs" / "traj_02" / "forward_0003.jpg").write_bytes(b"no picture")
    damaged = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path / "again")])
    assert damaged.exit_code == 2 and "cannot read picture" in damaged.output and "forward_0003.jpg" in damaged.output


def test_epochs_give_way_to_steps_that_are_given():
    assert chosen_preset("citywalker", "finetune", steps=None, seed=0).epochs == 10
    asked = chosen_preset("citywalker", "finetune", steps=7, seed=0)
    assert (asked.epochs, asked.loop.steps) == (None, 7)
    assert asked.network == FINE_TUNED and asked.view.batch == 16 and asked.loop.learning_rate == 5e-5


def test_trained_weights_drive(drives, tmp_path):
    outcome = train_tiny("vint", drives, tmp_path, steps=2)
    card = TINY["vint"].agent(str(outcome.weights)).card
    assert card.weights == outcome.sha256 and card.action.horizon == 5


def test_a_resumed_training_equals_an_uninterrupted_one(drives, tmp_path):
    from navbench_gs.training.loop import Training

    def run(folder, until=None):
        recipe, preset = (
            recipe_of("nomad"),
            replace(PRESETS["nomad"], loop=LOOP.model_copy(update={"validate_every": 2, "steps": 4})),
        )
        torch.manual_seed(0)
        trainable = recipe.trainable(recipe.KIND.make(preset.network), preset, data_of(drives, folder))
        return Training(trainable, preset.loop, folder).run(until)

    whole = run(tmp_path / "whole")
    run(tmp_path / "parts", until=2)
    parts = run(tmp_path / "parts")
    assert whole.metrics == parts.metrics
    assert all(torch.equal(value, parts.weights[name]) for name, value in whole.weights.items())


def test_held_out_errors_of_constant_velocity_are_those_of_the_arcs(drives, tmp_path):
    """On an arc of b rad a step the last step repeated is off by what turning on would have given."""
    recipe, preset = recipe_of("gnm"), PRESETS["gnm"]
    network = recipe.KIND.make(preset.network).eval()
    trainable = recipe.trainable(network, preset, data_of(drives, tmp_path))
    with torch.no_grad():
        found = trainable.validate(network)
    bends = [abs((int(clip) % 3 - 1) * 0.08) for clip in _held_out_numbers(drives)]
    expected = np.mean([_arc_error(bend) for bend in bends])
    assert found["constant_velocity_error_m"] == pytest.approx(expected, rel=0.02)
    assert found["near_constant_velocity_error_m"] == found["constant_velocity_error_m"], "five waypoints in all"


def test_the_first_five_of_more_waypoints_are_measured_by_themselves(drives, tmp_path):
    recipe = recipe_of("gnm")
    errors = []
    for horizon in (5, 8):
        preset = replace(PRESETS["gnm"], network=replace(TINY["gnm"].config, horizon=horizon))
        network = recipe.KIND.make(preset.network).eval()
        with torch.no_grad():
            errors.append(recipe.trainable(network, preset, data_of(drives, tmp_path)).validate(network))
    near, far = (one["near_constant_velocity_error_m"] for one in errors)
    assert far == pytest.approx(near, rel=0.02) and errors[1]["constant_velocity_error_m"] > 1.5 * far


def _held_out_numbers(drives):
    from navbench_gs.drives.splits import read_split

    return [name.rsplit("-", 1)[1] for name in read_split(drives)["test"]]


def _arc_error(bend):
    headings = bend * np.arange(0, 5)
    true = 0.25 * np.cumsum(np.stack([np.cos(headings), np.sin(headings)], axis=1), axis=0)
    last = 0.25 * np.array([np.cos(-bend), np.sin(-bend)])
    return np.linalg.norm(true - last * np.arange(1, 6)[:, None], axis=1).mean()


def test_labels_of_the_relabeller_are_its_plan_in_eighths_of_a_metre():
    torch.manual_seed(0)
    teacher = Relabeller(RELABELLER).eval()
    pictures, history, goal = torch.randn(4, 3, 48, 64), torch.tensor([[0, 1, 2]]), torch.tensor([3])
    labels = relabelled(teacher, pictures, history, goal)
    with torch.no_grad():
        plan = plan_towards(teacher, pictures, history, goal)
    turn, length = float(plan.yaw_rate_rps[0, 0]) * 0.333, float(plan.speed_mps[0, 0]) * 0.333
    ahead = length * (np.sin(turn) / turn) / 0.125
    assert float(labels[0, 0, 0]) == pytest.approx(ahead, rel=1e-4)
    assert labels[0, 0, 2:].tolist() == pytest.approx([np.cos(turn), np.sin(turn)], abs=1e-5)


def test_logonav_learns_from_frodobots_by_a_teacher(drives, tmp_path):
    pytest.importorskip("zarr", minversion="3")
    from tests.baselines.data.test_frodobots import made_bots

    bots = made_bots(tmp_path / "bots")
    preset = replace(
        PRESETS["logonav"], view=replace(VIEW, windows=2, window=1), loop=LOOP.model_copy(update={"steps": 2})
    )
    data = Data(folders=(drives, bots), spacings={}, weights={}, prepared=tmp_path / "prepared")
    with pytest.raises(WeightsError, match="--teacher"):
        train("logonav", preset, data, tmp_path / "none")
    teacher = train_tiny("mbra", drives, tmp_path / "mbra", steps=1).weights
    assert train("logonav", preset, replace(data, teacher=teacher), tmp_path / "logonav").metrics["step"] == 2


def test_a_batch_depends_on_its_key_alone(drives, tmp_path):
    recipe, preset = recipe_of("vint"), replace(PRESETS["vint"], view=replace(VIEW, mirror_share=0.5))
    trainable = recipe.trainable(recipe.KIND.make(preset.network), preset, data_of(drives, tmp_path))
    first, again, other = (trainable.training_batch(stream("batch", 0, step)) for step in (3, 3, 4))
    assert torch.equal(first.frames, again.frames) and torch.equal(first.actions, again.actions)
    assert first.actions.shape == other.actions.shape and not torch.equal(first.actions, other.actions)


def test_an_untrained_small_network_begins_straight_ahead(drives, tmp_path):
    for name in ("gnm", "vint"):
        recipe, preset = recipe_of(name), replace(PRESETS[name], view=replace(VIEW, begins_ahead=True))
        network = recipe.KIND.make(preset.network).eval()
        trainable = recipe.trainable(network, preset, data_of(drives, tmp_path))
        with torch.no_grad():
            batch = trainable.training_batch(stream("ahead"))
            paths, distance = trainable.waypoints(batch, torch.zeros(len(batch.frames), 3, 36, 48))
        assert paths[0, -1].tolist() == pytest.approx([5.0, 0.0], abs=1.5)
        assert float(distance[0]) == pytest.approx(3.0, abs=1.0)


def test_every_network_has_a_small_and_a_published_preset():
    for name in MODULES:
        assert set(recipe_of(name).PRESETS) >= {"small", "published"}
        assert recipe_of(name).PRESETS["published"].network == recipe_of(name).KIND.config()
    with pytest.raises(UnknownNameError, match="did you mean 'small'"):
        chosen_preset("gnm", "smal", steps=None, seed=0)
    with pytest.raises(UnknownNameError, match="did you mean 'gnm'"):
        recipe_of("gmn")


def test_the_command_trains_and_says_where_the_weights_are(drives, tmp_path):
    arguments = ["train", "gnm", "--data", str(drives), "--out", str(tmp_path), "--steps", "1"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "curves.png").exists()
    assert f"{tmp_path / 'gnm.safetensors'}  sha256" in result.output and "waypoint_error_m" in result.output
    refused = CliRunner().invoke(main, [*arguments[:-1], "2"])
    assert refused.exit_code != 0 and "other numbers" in refused.output
