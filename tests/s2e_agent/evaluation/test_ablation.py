import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from navbench_gs.errors import InvalidRecordError, NavBenchError
from s2e_agent.cli.main import main
from s2e_agent.config.finetuning import PRESETS as FINETUNE_PRESETS
from s2e_agent.evaluation import ablation as study_module
from s2e_agent.evaluation.ablation import Study, run_study, table
from s2e_agent.models.checkpoint import load_policy, save_policy
from s2e_agent.pretraining.supervised import frames_of, supervise

from ..fake_world import FakeWorld
from ..small import small_policy

SMALL = {"ppo.horizon": 8, "ppo.minibatch": 16, "world.robots": 4, "save_every": 2}


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "bc.safetensors"
    save_policy(path, small_policy(), {"revision": "bc-1", "data": {"typical_step_m": 0.21}})
    return path


@pytest.fixture
def fake(monkeypatch):
    def make_world(config, action, policy, *, seed):
        return FakeWorld(config.robots)

    for place in ("s2e_agent.rl.env_factory", "s2e_agent.evaluation.closed_loop", "s2e_agent.evaluation.ablation"):
        monkeypatch.setattr(f"{place}.make_world", make_world)


def test_the_command_trains_and_says_what_it_wrote(weights, fake, tmp_path):
    arguments = ["finetune", "--preset", "debug", "--weights", str(weights), "--out", str(tmp_path / "run")]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0 and "policy.safetensors" in result.output
    _, facts, _ = load_policy(tmp_path / "run" / "policy.safetensors")
    assert facts["preset"] == "debug" and facts["revision"] == "ram-1" and str(tmp_path) not in json.dumps(facts)
    assert facts["data"] == {"typical_step_m": 0.21}, "what lengths are scaled by must outlive post-training"


def test_supervised_fine_tuning_may_not_see_more_than_reinforcement(weights, drives, tmp_path):
    frames = frames_of([drives], 0.25)
    assert frames == 10 * 24
    with pytest.raises(InvalidRecordError, match=f"{frames} frames, more than the 100 steps"):
        supervise(weights, [drives], tmp_path / "sft", steps=100)
    policy, trained, data = supervise(weights, [drives], tmp_path / "sft", steps=frames)
    assert not policy.config.residual and trained.metrics["score"] and data["training_frames"] < frames


def test_the_study_trains_each_preset_once_and_tables_all(weights, fake, drives, tmp_path):
    chosen = Study(weights, (drives,), ("ram", "sft"), seeds=1, changes={"steps": 240, **SMALL}, rounds=1)
    said = []
    text = run_study(chosen, tmp_path / "study", said.append)
    assert said == ["pre-trained", "ram, seed 0", "sft, seed 0"]
    assert text.count("| ram |") == text.count("| sft |") == text.count("| pre-trained |") == 5
    assert "no order is claimed" in text
    assert run_study(chosen, tmp_path / "study", said.append) == text and len(said) == 3
    with pytest.raises(InvalidRecordError, match="other numbers"):
        run_study(replace(chosen, rounds=2), tmp_path / "study", said.append)
    rows = [json.loads(line) for line in (tmp_path / "study" / "study.jsonl").read_text().splitlines()]
    assert [row["strategy"] for row in rows] == ["pre-trained", "ram", "sft"]
    assert [row["steps"] for row in rows] == [0, 240, 240] and rows[0]["tasks"]["ped"]["episodes"] == 4


def rows_of(preset, values):
    measures = {"success": 1.0, "route_completion": 0.0, "contacts": 0.0}
    return [
        {"strategy": preset, "tasks": {task: {"strict_success": value, **measures} for task in study_module.TASKS}}
        for value in values
    ]


def test_the_table_shows_mean_and_extremes_over_seeds():
    text = table(rows_of("ram", (0.2, 0.4, 0.9)), Study(Path(), (), ("ram",), 3, {}, 1))
    assert "| ram | empty | 1.00 [1.00, 1.00] | 0.50 [0.20, 0.90] |" in text
    assert "| ram | mean of the four | 1.00 [1.00, 1.00] | 0.50 [0.20, 0.90] |" in text


def test_presets_are_ordered_only_where_all_seeds_agree():
    rows = rows_of("ram", (0.5, 0.6, 0.7)) + rows_of("full", (0.1, 0.2, 0.4)) + rows_of("sft", (0.3, 0.5, 0.6))
    text = table(rows, Study(Path(), (), ("ram", "full", "sft"), 3, {}, 1))
    assert text.endswith("every seed of the other: ram > full.\n")
    two = table(rows, Study(Path(), (), ("ram", "full", "sft"), 2, {}, 1))
    assert "no order is claimed" in two and "ram > full" not in two


def test_a_run_that_fails_in_its_process_is_one_line(weights, tmp_path):
    changes = {"steps": 8, **SMALL, "world.task": "abacus"}
    chosen = Study(weights, (), ("ram",), seeds=1, changes=changes, rounds=1)
    with pytest.raises(NavBenchError, match=r"world\.task"):
        run_study(chosen, tmp_path / "study", print, workers=2)


def test_scenes_that_judge_are_none_that_train():
    world = FINETUNE_PRESETS["ram"].world
    assert world.first_seed + world.scenes <= study_module.HELD_OUT_SEED


def test_mistakes_are_one_line_each(weights, fake, tmp_path):
    def failing(*arguments):
        result = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path / "x")])
        assert result.exit_code == 2 and len(result.stderr.splitlines()) == 1
        return result.stderr

    assert "did you mean 'ram'" in failing("finetune", "--preset", "rum")
    assert "s2e sft --data DIR" in failing("finetune", "--preset", "sft")
    assert "No such option '--data'" in failing("finetune", "--data", "drives")
    assert "Missing option '--data'" in failing("sft")
    assert "No such option '--envs'" in failing("sft", "--data", "drives", "--envs", "4")
    assert "'toaster' is no device here" in failing("sft", "--data", "drives", "--device", "toaster")
    assert "did you mean 'full'" in failing("study", "--steps", "10", "--presets", "ram,ful")
    assert "give --data" in failing("study", "--steps", "10", "--presets", "sft")


def test_the_debug_preset_trains_in_the_training_world(weights, tmp_path):
    arguments = ["finetune", "--preset", "debug", "--weights", str(weights), "--out", str(tmp_path / "run")]
    settings = ("world.task=empty", "steps=16", "ppo.horizon=4", "ppo.critic_warmup=0", "ppo.imitation_weight=0.5")
    for setting in settings:
        arguments += ["--set", setting]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    row = json.loads((tmp_path / "run" / "log.jsonl").read_text())
    assert row["step"] == 16 and row["gate_out"] > 0 and row["imitation_error"] != 0
