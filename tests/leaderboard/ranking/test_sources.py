"""What is read as an entry, and what is refused in one line."""

import json

import pytest

from leaderboard.ranking.entries import gather
from leaderboard.ranking.sources import LARGEST_CARD, read_sources
from navbench_gs.domain.agent import AgentCard
from navbench_gs.errors import DamagedFileError, InvalidRecordError, RunMismatchError
from navbench_gs.store.files import append_line

from ..made_runs import make_run

LITTLE = {"scenes": ("plaza_00", "alley_00"), "tasks": ("ped",), "episodes": 1}


def test_runs_are_found_at_any_depth_with_the_nearest_card_and_badge(tmp_path):
    submissions = tmp_path / "submissions"
    run = make_run(submissions / "walker" / "3" / "run", "walker", 0.5, **LITTLE)
    (run.parent / "card.yaml").write_text("team: a lab\ntags: [one, 2]\ndeep: {left: out}\n")
    (run.parent / "badge.json").write_text('{"badge": "re-run"}')
    (tmp_path / "card.yaml").write_text("team: not this one\n")
    [source] = read_sources([submissions])
    assert (source.badge, source.submitted) == ("re-run", True)
    assert source.card == {"team": "a lab", "tags": "one, 2"}
    assert len(read_sources([submissions, run])) == 1


def test_a_folder_without_runs_is_told(tmp_path):
    with pytest.raises(DamagedFileError, match=r"holds none: no run\.json"):
        read_sources([tmp_path])


@pytest.mark.parametrize(
    ("file", "content", "part"),
    [
        ("badge.json", '{"badge": "gold"}', "badge 'gold' is none of self-reported, replayed, re-run"),
        ("badge.json", "[]", "holds no names with values"),
        ("card.json", "{", "cannot be read"),
        ("card.yaml", "a: [", "cannot be read"),
        ("card.yaml", "!!python/object/apply:os.system ['true']", "cannot be read"),
        ("card.json", json.dumps({"notes": "x" * LARGEST_CARD}), "is larger than 256 kB"),
    ],
)
def test_a_bad_badge_or_card_is_one_clear_line(tmp_path, file, content, part):
    run = make_run(tmp_path / "run", "walker", 0.5, **LITTLE)
    (run / file).write_text(content)
    with pytest.raises((DamagedFileError, InvalidRecordError), match=part) as caught:
        read_sources([run])
    assert "\n" not in str(caught.value)


def test_a_card_of_aliases_within_aliases_costs_nothing(tmp_path):
    run = make_run(tmp_path / "run", "walker", 0.5, **LITTLE)
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12)]
    (run / "card.yaml").write_text("\n".join(["l0: &l0 [lol]", *levels]))
    assert read_sources([run])[0].card == {"l0": "lol"}


def test_seeds_of_a_stochastic_agent_and_tasks_of_any_make_one_entry(tmp_path):
    dice = AgentCard(name="dice", revision="1", stochastic=True)
    for seed in range(3):
        make_run(tmp_path / f"dice-{seed}", "dice", 0.5, seed=seed, card=dice, **LITTLE)
    make_run(tmp_path / "walker-ped", "walker", 0.5, **LITTLE)
    make_run(tmp_path / "walker-empty", "walker", 0.5, **LITTLE | {"tasks": ("empty",)})
    dice_entry, walker = gather(read_sources([tmp_path]))
    assert (dice_entry.seeds, len(dice_entry.planned), len(dice_entry.rows)) == ({0, 1, 2}, 2, 6)
    assert {key[1] for key in walker.planned} == {"ped", "empty"}


def test_the_same_row_twice_counts_once_and_another_is_refused(tmp_path):
    make_run(tmp_path / "a", "walker", 0.5, **LITTLE)
    make_run(tmp_path / "b", "walker", 0.5, **LITTLE)
    [entry] = gather(read_sources([tmp_path]))
    assert len(entry.rows) == 2
    make_run(tmp_path / "c", "walker", 0.5, path_length_m=99.0, **LITTLE)
    with pytest.raises(RunMismatchError, match="hold different rows of plaza_00-ped-0"):
        gather(read_sources([tmp_path]))


def test_an_unfinished_run_owes_what_it_planned_and_its_incidents_are_counted(tmp_path):
    run = make_run(tmp_path / "a", "walker", 0.5, without=[("plaza_00", "ped", 0)], **LITTLE)
    append_line(run / "errors.jsonl", "{}")
    [entry] = gather(read_sources([run]))
    assert (len(entry.drives_owed), len(entry.rows), entry.incidents) == (2, 1, 1)


def test_one_name_for_two_episodes_is_refused(tmp_path):
    make_run(tmp_path / "a", "walker", 0.5, **LITTLE)
    other = make_run(tmp_path / "b", "runner", 0.5, **LITTLE)
    for file in (other / "run.json", other / "results.jsonl"):
        file.write_text(file.read_text().replace("digest of plaza_00-ped-0", "another"))
    with pytest.raises(RunMismatchError, match="plaza_00-ped-0 of suite 'made' is not the same episode"):
        gather(read_sources([tmp_path]))


def test_a_stranger_who_is_called_oracle_is_no_sanity_row(tmp_path):
    make_run(tmp_path / "a", "oracle", 0.5, badge="self-reported", **LITTLE)
    make_run(tmp_path / "b", "oracle", 0.9, card=AgentCard(name="oracle", revision="9"), **LITTLE)
    entries = gather(read_sources([tmp_path]))
    assert sorted((entry.submitted, entry.is_reference) for entry in entries) == [(False, True), (True, False)]
