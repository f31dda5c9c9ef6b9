"""Submissions: what is packed verifies; whatever is forged is told, row by row; badges are earned."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from leaderboard.submissions.submission import opened_submission, pack_run
from navbench_gs.cli.main import main
from navbench_gs.errors import NavBenchError
from navbench_gs.suite.episodes import load_episodes
from navbench_gs.verification.audit import AuditingDuty, row_claim
from navbench_gs.verification.audit_plan import trusted_plan
from tests.leaderboard.submissions.driven_run import drive
from tests.leaderboard.submissions.forging import Forgery


def navbench(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def verify(suite):
    def run(file, *more):
        return navbench("submit", "verify", file, "--suite", suite, "--workers", 1, *more)

    return run


@pytest.fixture
def forgery(packed, tmp_path):
    return Forgery(packed, tmp_path / "forged")


@pytest.fixture
def found(suite, forgery):
    """What an audit tells of one row of the forgery."""

    def audit(key, *, replayed=True) -> str:
        with opened_submission(forgery.packed()) as submission:
            run, plan = submission.run, trusted_plan(submission.run.manifest, suite=suite)
            (row,) = (row for row in run.rows() if row.key == key)
            claim = row_claim(run, plan, row, replayed=replayed)
            return "; ".join(AuditingDuty(plan.manifest, plan.rules).audit(claim).faults)

    return audit


def test_an_honest_run_verifies_and_its_table_is_shown(packed, verify, tmp_path):
    result = verify(packed, "--markdown", tmp_path / "found.md")
    assert result.exit_code == 0, result.output
    assert "straight 1: 4 rows: 0 differ, 4 driven again" in result.output and "strict SR %" in result.output
    assert "| overall | 4 |" in (tmp_path / "found.md").read_text()


def test_the_same_run_packs_into_the_same_bytes(driven, card, packed, tmp_path):
    assert pack_run(driven, card, tmp_path / "again.navbench.zip").read_bytes() == packed.read_bytes()


def test_a_sample_is_drawn_again_by_its_seed(packed, verify):
    result = verify(packed, "--sample", 1, "--sample-seed", 5)
    assert result.exit_code == 0 and "4 rows: 0 differ, 1 driven again" in result.output
    assert "--sample-seed 5" in result.output


def middle(recording):
    return len(recording.poses) // 2


def teleported(recording):
    poses = recording.poses.copy()
    poses[middle(recording) :, 0] += 2.0
    return poses


def nudged(recording):
    poses = recording.poses.copy()
    poses[middle(recording) :, 0] += 0.01
    return poses


def hasty(recording):
    commands = recording.commands.copy()
    commands[:, 0] = 9.0
    return commands


def fickle(recording):
    commands = recording.commands.copy()
    commands[1, 1] += 0.1
    return commands


ALTERED = [
    ({"success": False}, "success False, but is True"),
    ({"collision_times": 3}, "collision_times 3, but is 0"),
    ({"spl": 0.123456789}, "spl 0.123456789, but is"),
    ({"privileged": True}, "privileged True, but is False"),
    ({"agent_seed": 1}, "agent_seed 1, but is"),
    ({"provenance": "captured"}, "provenance 'captured', but is 'procedural'"),
    ({"renderer": "cpu"}, "renderer 'cpu' does not fit"),
    ({"error": "\x1b[31mred"}, "error '\\x1b[31mred', but is None"),
]


@pytest.mark.parametrize(("changes", "told"), ALTERED, ids=[next(iter(changes)) for changes, _ in ALTERED])
def test_an_altered_row_is_told_field_by_field(forgery, found, changes, told):
    forgery.edit_row(0, **changes)
    assert told in found(("yard_00", "empty", 0), replayed=False)


def test_what_differs_is_told_row_by_row_without_control_characters(forgery, verify):
    forgery.edit_row(0, success=False, error="\x1b[31mred")
    forgery.edit_row(2, psc=0.5)
    result = verify(forgery.packed(), "--sample", 1)
    assert result.exit_code == 1 and "4 rows: 2 differ" in result.output and "\x1b" not in result.output
    first, second, *_ = result.output.splitlines()
    assert first.startswith("yard_00 empty 0: success False, but is True; ") and "red" in first
    assert second.startswith("yard_00 ped 0: psc 0.5, but is ")


ARRAYS = [
    ("poses", teleported, "the robot jumps"),
    ("poses", nudged, "poses differ from the physics by up to 0.01"),
    ("velocities", lambda r: r.velocities * 10, "the robot is said to drive"),
    ("commands", hasty, "a command is outside the robot's limits (0 to 1.2 m/s, 1.2 rad/s): 9.00 m/s"),
    ("commands", fickle, "a velocity changes between two decisions"),
    ("commands", lambda r: r.commands * 0.5, "poses differ from the physics"),
    ("decision_ticks", lambda r: r.decision_ticks[:-1], "its decisions do not come every 0.2 s"),
    ("pedestrians", lambda r: r.pedestrians + 5.0, "pedestrians differ from the physics by up to 5"),
    ("contact_approach_mps", lambda r: np.append(r.contact_approach_mps, 0.0), "does not fit the other arrays"),
    ("remaining_m", lambda r: r.remaining_m * 0.0, "a route of zero length"),
    ("remaining_m", lambda r: r.remaining_m * 0.5, "remaining_m differ from the physics"),
    ("ended", lambda r: "fallen", "ended 'success', but is 'fallen'"),
    ("perturbation", lambda r: "haze:0.1", "perturbation '', but is 'haze:0.1'"),
    ("rules", lambda r: "0" * 16, "the recording is of other rules"),
]


@pytest.mark.parametrize(("name", "change", "told"), ARRAYS, ids=[f"{name}-{told[:9]}" for name, _, told in ARRAYS])
def test_an_edited_recording_is_told(forgery, found, name, change, told):
    forgery.edit_recording("yard_00-ped-1", **{name: change})
    assert told in found(("yard_00", "ped", 1))


def test_a_forger_who_scores_the_forged_recording_is_found_by_the_physics_alone(forgery, found, yard):
    episode = load_episodes(yard.scene, "ped")[1]
    forgery.edit_recording("yard_00-ped-1", pedestrians=lambda r: r.pedestrians + 5.0)
    forgery.rescore(3, episode)
    (fault,) = found(("yard_00", "ped", 1)).split("; ")
    assert fault.startswith("pedestrians differ from the physics by up to 5")


def test_a_recording_cut_off_before_it_failed_is_told(forgery, found):
    names = ("poses", "velocities", "remaining_m", "on_walkable", "pedestrians")
    cut = {name: (lambda r, name=name: getattr(r, name)[:101]) for name in names}
    none = {
        name: (lambda r, name=name: getattr(r, name)[:0])
        for name in ("contact_tick", "contact_kind", "contact_actor", "contact_approach_mps")
    }
    forgery.edit_recording(
        "yard_00-ped-0",
        **cut,
        **none,
        commands=lambda r: r.commands[:100],
        decision_ticks=lambda r: r.decision_ticks[:25],
        ended=lambda r: "time-limit",
    )
    assert found(("yard_00", "ped", 0)) == "it claims the time limit, but lasts 5 s"


def test_swapped_episodes_are_told(forgery, verify):
    first, second = (forgery.recording(f"yard_00-empty-{index}") for index in (0, 1))
    shutil.copyfile(first, second)
    result = verify(forgery.packed(), "--sample", 1)
    assert result.exit_code == 1
    assert "yard_00 empty 1: the recording is of another episode (yard_00-empty-0" in result.output


def drop_first(forgery):
    forgery.write_rows(forgery.rows()[1:])


def double(forgery):
    forgery.write_rows([*forgery.rows(), forgery.rows()[0]])


def unplanned(forgery):
    forgery.write_rows([*forgery.rows(), {**forgery.rows()[0], "index": 7}])


def fewer_planned(forgery):
    manifest = json.loads((forgery.folder / "run.json").read_text())
    forgery.edit_manifest(planned=manifest["planned"][1:])
    forgery.write_rows(forgery.rows()[1:])
    forgery.recording("yard_00-empty-0").unlink()


def planned_twice(forgery):
    manifest = json.loads((forgery.folder / "run.json").read_text())
    forgery.edit_manifest(planned=[*manifest["planned"], manifest["planned"][0]])


def other_rules(forgery):
    forgery.edit_manifest(rules="0" * 16)
    forgery.write_rows([{**row, "rules": "0" * 16} for row in forgery.rows()])


def other_episode(forgery):
    manifest = json.loads((forgery.folder / "run.json").read_text())
    manifest["planned"][0][3] = "0" * 16
    forgery.edit_manifest(planned=manifest["planned"])
    forgery.edit_row(0, episode="0" * 16)


def other_agent(forgery):
    card = (forgery.folder / "card.yaml").read_text()
    (forgery.folder / "card.yaml").write_text(card.replace("name: straight", "name: oracle"))


def other_seed(forgery):
    card = (forgery.folder / "card.yaml").read_text()
    (forgery.folder / "card.yaml").write_text(card.replace("[0, 1, 2]", "[1, 2]"))


def impossible_period(forgery):
    manifest = json.loads((forgery.folder / "run.json").read_text())
    forgery.edit_manifest(card=manifest["card"] | {"decision_period_s": 0.01})


def without_recording(forgery):
    forgery.recording("yard_00-empty-0").unlink()


def more_recordings(forgery):
    shutil.copyfile(forgery.recording("yard_00-empty-0"), forgery.recording("yard_00-empty-9"))


def not_finite(forgery):
    text = (forgery.folder / "results.jsonl").read_text()
    (forgery.folder / "results.jsonl").write_text(text.replace('"route_completion": 1.0', '"route_completion": NaN', 1))


def too_deep(forgery):
    (forgery.folder / "results.jsonl").write_text("[" * 100_000 + "\n")


def shard(forgery):
    forgery.edit_manifest(shard=[0, 1])


WHOLE = [
    (drop_first, "1 of 4 planned episodes have no row (first: yard_00-empty-0)"),
    (double, "line 5: a second row of yard_00-empty-0"),
    (unplanned, "a row of yard_00-empty-7, which run.json does not plan"),
    (fewer_planned, "leaves out 1 of the 4 episodes that its tasks have"),
    (planned_twice, "plans an episode twice"),
    (other_rules, "driven under rules 0000000000000000, not"),
    (other_episode, "yard_00-empty-0 is not the episode"),
    (other_agent, "the card is of oracle 1, the run of 'straight' '1'"),
    (other_seed, "the run's agent seed is 0, which is none of the card's (1, 2)"),
    (impossible_period, "has an impossible clock: decision period 0.01 s is not a multiple of 0.05 s; nearest: 0.05 s"),
    (without_recording, "the row of yard_00-empty-0 has no recording"),
    (more_recordings, "1 recordings belong to no row (first: 'yard_00-empty-9.npz')"),
    (not_finite, "route_completion: Input should be a finite number"),
    (too_deep, "nested too deep"),
    (shard, "is shard 1/1 of a run"),
]


@pytest.mark.parametrize(("forge", "told"), WHOLE, ids=[forge.__name__ for forge, _ in WHOLE])
def test_a_submission_that_is_no_whole_run_is_told(forgery, verify, forge, told):
    forge(forgery)
    result = verify(forgery.packed(), "--sample", 1)
    assert result.exit_code in (1, 2) and told in result.output, result.output


def test_a_suite_of_the_submitter_is_not_looked_for_on_this_machine(packed):
    result = navbench("submit", "verify", packed, "--workers", 1)
    assert result.exit_code == 2 and "unknown suite" in result.stderr


def test_a_run_that_is_not_whole_or_another_agents_is_not_packed(driven, card, packed, tmp_path):
    shutil.copytree(driven, tmp_path / "run")
    rows = (driven / "results.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "run" / "results.jsonl").write_text("".join(rows[:-1]))
    result = navbench("submit", "pack", tmp_path / "run", "--card", card)
    assert result.exit_code == 2 and "have no row" in result.stderr
    (tmp_path / "card.yaml").write_text(card.read_text().replace("revision: 1", "revision: 2"))
    result = navbench("submit", "pack", driven, "--card", tmp_path / "card.yaml")
    assert result.exit_code == 2 and "the card is of straight 2" in result.stderr
    with pytest.raises(NavBenchError, match="exists"):
        pack_run(driven, card, packed)


@pytest.fixture
def add(suite, tmp_path):
    def run(file, *more):
        return navbench("leaderboard", "add", file, "--suite", suite, "--workers", 1, "--submissions", tmp_path, *more)

    return run


def badge(folder) -> dict:
    return json.loads((folder / "badge.json").read_text())


def test_a_submission_is_kept_with_the_badge_it_earned(packed, add, tmp_path, suite):
    result = add(packed)
    (folder,) = (tmp_path / "straight").iterdir()
    assert result.exit_code == 0 and folder.name.startswith("1") and "replayed" in result.output
    assert {path.name for path in folder.iterdir()} == {
        "results.jsonl", "run.json", "card.yaml", "badge.json", "trajectories"
    }  # fmt: skip
    assert badge(folder)["badge"] == "replayed" and badge(folder)["replayed"] == badge(folder)["rows"] == 4
    again = add(packed)
    assert again.exit_code == 2 and "is taken" in again.stderr


def test_without_a_replay_it_stays_self_reported(packed, add, tmp_path):
    assert add(packed, "--no-replay").exit_code == 0
    (folder,) = (tmp_path / "straight").iterdir()
    assert badge(folder)["badge"] == "self-reported" and badge(folder)["replayed"] == 0


def test_the_rows_of_the_maintainers_own_run_are_kept(packed, driven, add, tmp_path, suite):
    own = tmp_path / "own"
    shutil.copytree(driven, own)
    text = (own / "results.jsonl").read_text()
    (own / "results.jsonl").write_text(text.replace('"support_mean": null', '"support_mean": 0.5', 1))
    result = add(packed, "--rerun", own)
    assert result.exit_code == 0, result.output
    (folder,) = (tmp_path / "straight").iterdir()
    assert (badge(folder)["badge"], badge(folder)["equal"]) == ("re-run", 3)
    assert (folder / "results.jsonl").read_bytes() == (own / "results.jsonl").read_bytes()
    other = drive(tmp_path / "other", suite, seed=1)
    text = (other / "run.json").read_text()
    (other / "run.json").write_text(text.replace('"description": "', '"description": "an', 1))
    refused = add(packed, "--rerun", other)
    assert refused.exit_code == 2 and "is not a run of the same agent" in refused.stderr


def test_a_forged_submission_is_not_kept(forgery, add, tmp_path):
    forgery.edit_row(0, success=False)
    result = add(forgery.packed())
    assert result.exit_code == 2 and "success False, but is True" in result.output
    assert not (tmp_path / "straight").exists()
