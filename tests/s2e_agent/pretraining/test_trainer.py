import json

import pytest
import torch

from navbench_gs.errors import WeightsError
from navbench_gs.training.loop import Training
from s2e_agent.cli.pretrain import _chosen_preset
from s2e_agent.config.pretraining import PRESETS
from s2e_agent.data.dataset_mix import read_mix
from s2e_agent.data.drive_samples import read_samples
from s2e_agent.models.checkpoint import load_policy, save_policy
from s2e_agent.models.policy import Policy
from s2e_agent.pretraining.trainer import Pretraining, pretrain, start_from


def test_training_starts_from_given_weights_and_refuses_another_network(drives, tmp_path):
    policy = Policy(PRESETS["debug"].policy)
    save_policy(tmp_path / "p.safetensors", policy, {})
    fresh = Policy(PRESETS["debug"].policy)
    start_from(fresh, tmp_path / "p.safetensors")
    assert torch.allclose(fresh.head.score[0].weight, policy.head.score[0].weight, atol=1e-3)
    with pytest.raises(WeightsError, match="another network"):
        start_from(Policy(PRESETS["tiny"].policy), tmp_path / "p.safetensors")


def test_debug_pretraining_learns_and_its_file_loads_strictly(drives, tmp_path):
    policy, trained, data = pretrain(PRESETS["debug"], [drives], tmp_path / "run")
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [10, 20] and rows[1]["train_loss"] < rows[0]["train_loss"]
    assert data["training_frames"] + data["held_out_frames"] == 240
    sha256 = save_policy(tmp_path / "p.safetensors", policy, {"metrics": trained.metrics})
    loaded, facts, found = load_policy(tmp_path / "p.safetensors")
    assert found == sha256 and facts["metrics"] == trained.metrics
    for name, value in policy.state_dict().items():
        assert torch.allclose(value, loaded.state_dict()[name], atol=2e-3, rtol=2e-3)


def test_a_resumed_run_equals_an_uninterrupted_one(drives, tmp_path):
    preset = PRESETS["debug"]
    mix = read_mix([drives], normalised=True, period_s=0.25)
    training, held_out = (
        read_samples(mix, part, preset.policy, preset.pretrain.min_labels) for part in ("train", "test")
    )

    def run(folder, until=None):
        return Training(Pretraining(preset, training, held_out), preset.pretrain.loop, folder).run(until)

    whole = run(tmp_path / "whole")
    run(tmp_path / "parts", until=10)
    resumed = run(tmp_path / "parts")
    assert resumed.metrics == whole.metrics
    assert all(torch.equal(value, resumed.weights[name]) for name, value in whole.weights.items())


def test_a_run_leaves_pictures_and_the_same_command_with_other_numbers_is_refused(drives, tmp_path):
    pretrain(PRESETS["debug"], [drives], tmp_path)
    for name in ("first_batch.png", "modes.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    with pytest.raises(WeightsError, match="other numbers"):
        pretrain(PRESETS["debug_single"], [drives], tmp_path)


def test_the_unimodal_ablation_has_one_mode_at_the_robot(drives, tmp_path):
    policy, trained, _ = pretrain(PRESETS["debug_single"], [drives], tmp_path)
    assert policy.anchors.tolist() == [[0.0, 0.0]]
    assert trained.metrics["mode_entropy"] == 0.0 and trained.metrics["minADE"] == trained.metrics["ADE"]


def test_half_precision_and_curves_and_two_weighted_data_sets(drives, tmp_path):
    pytest.importorskip("tensorboard")
    debug = PRESETS["debug"]
    loop = debug.pretrain.loop.model_copy(update={"half": True})
    preset = debug.model_copy(update={"pretrain": debug.pretrain.model_copy(update={"loop": loop})})
    _, trained, data = pretrain(preset, [f"{drives}:3", f"{drives}:1"], tmp_path, tensorboard=True)
    first, second = data["data_sets"].values()
    assert (first["share"], second["share"]) == (0.75, 0.25) and first["scale"] == second["scale"] == 1.0
    assert {f"minADE/{name}" for name in data["data_sets"]} <= trained.metrics.keys()
    assert list((tmp_path / "tensorboard").iterdir())


def test_start_from_moves_a_policy_of_routes_too(tmp_path):
    config = PRESETS["debug"].policy.model_copy(update={"route_points": 3, "causal": True})
    policy = Policy(config)
    save_policy(tmp_path / "p.safetensors", policy, {})
    loaded, _, _ = load_policy(tmp_path / "p.safetensors")
    assert loaded.config == config
    assert torch.allclose(loaded.context.no_route, policy.context.no_route, atol=1e-3)


def test_start_from_takes_all_but_anchors_of_another_number(tmp_path):
    many = Policy(PRESETS["debug"].policy)
    many.anchors.fill_(2.0)
    save_policy(tmp_path / "many.safetensors", many, {})
    one = Policy(PRESETS["debug_single"].policy)
    start_from(one, tmp_path / "many.safetensors")
    assert one.anchors.tolist() == [[0.0, 0.0]]
    assert torch.allclose(one.head.score[0].weight, many.head.score[0].weight, atol=1e-3)


def test_the_commands_numbers_replace_the_presets_where_given():
    loop = _chosen_preset("debug", None, steps=None, learning_rate=1e-5, seed=3).pretrain.loop
    assert (loop.steps, loop.learning_rate, loop.seed) == (PRESETS["debug"].pretrain.loop.steps, 1e-5, 3)


def test_who_looks_at_two_frames_may_start_as_one_who_looked_at_one(tmp_path):
    torch.manual_seed(0)
    sizes = PRESETS["debug"].policy
    alone = Policy(sizes.model_copy(update={"encoder": sizes.encoder.model_copy(update={"looks": 1})})).eval()
    save_policy(tmp_path / "one.safetensors", alone, {})
    both = Policy(sizes).eval()
    start_from(both, tmp_path / "one.safetensors")
    frames = torch.randint(0, 255, (2, sizes.encoder.height_px, sizes.encoder.width_px, 6), dtype=torch.uint8)
    assert torch.allclose(both.encoder(frames), alone.encoder(frames[..., :3]), atol=2e-2)
    assert not torch.equal(frames[..., :3], frames[..., 3:])
