"""Lines, ranks and tracks: means by hand, fixed denominators, and nothing mixed that must not be."""

import math

import pytest

from leaderboard.ranking.aggregate import OUTCOMES
from leaderboard.ranking.entries import gather
from leaderboard.ranking.sources import read_sources
from leaderboard.ranking.standings import standings
from leaderboard.ranking.tracks import learned_here
from leaderboard.site.tables import pairwise_table
from navbench_gs.domain.agent import AgentCard, Needs
from navbench_gs.errors import RunMismatchError
from navbench_gs.statistics.table import task_table
from navbench_gs.store.folder import RunFolder

from ..made_runs import SCENES, SEEING, make_run


def boards_of(folder, suites=None):
    return standings(gather(read_sources([folder])), suites or {})


def line_of(board, name, task):
    return next(line for (_, of_task), line in board.lines.items() if (line.entry.card.name, of_task) == (name, task))


def ranking_of(board, task):
    return next(ranking for ranking in board.rankings if ranking.task == task)


def test_scores_are_those_of_the_runs_own_table(made, standing):
    run = RunFolder.open(made / "good")
    table = task_table(run.rows(), run.manifest.planned).set_index("task")
    for task in ("empty", "obstacle_ped", "overall"):
        line = line_of(standing, "good", task)
        for name in ("sr", "strict_sr", "rc", "ct"):
            assert tuple(line.scores[name]) == tuple(table.loc[task, [name, f"{name}_low", f"{name}_high"]])


def test_what_pedestrians_are_needed_for_is_absent_without_them(standing):
    assert "psc" not in line_of(standing, "good", "empty").scores
    assert "psc" in line_of(standing, "good", "ped").scores


def test_every_drive_ends_in_one_outcome(standing):
    for line in standing.lines.values():
        assert sum(line.outcomes.values()) == line.counts.run
        clean, touched = (line.outcomes[name] for name in OUTCOMES[:2])
        assert clean + touched == line.counts.run - line.counts.failed


def test_the_good_agent_leads_and_sanity_rows_hold_no_rank(standing):
    place = {one.line.entry.card.name: one for one in ranking_of(standing, "overall").standings}
    assert place["good"].rank == 1 and place["good"].ranks == (1, 1) and place["good"].group == 1
    assert place["fair"].ranks == (2, 2)
    assert place["oracle"].rank is place["random"].rank is None
    assert standing.absent_sanity == []


def test_a_row_that_lacks_drives_has_no_mean_and_no_rank(tmp_path):
    make_run(tmp_path / "whole", "whole", 0.5)
    make_run(tmp_path / "torn", "torn", 0.9, without=[("plaza_00", "ped", 1)])
    [board] = boards_of(tmp_path)
    torn = line_of(board, "torn", "ped")
    assert (torn.coverage, torn.counts.planned, torn.counts.missing, torn.scores) == ("incomplete", 24, 1, {})
    assert line_of(board, "torn", "empty").coverage == "quick"
    assert [one.rank for one in ranking_of(board, "ped").standings] == [1, None]


def test_an_agent_that_picked_its_scenes_holds_no_rank(tmp_path):
    make_run(tmp_path / "whole", "whole", 0.5)
    make_run(tmp_path / "picky", "picky", 1.1, scenes=SCENES[:3])
    [board] = boards_of(tmp_path)
    assert line_of(board, "picky", "ped").coverage == "partial"
    assert {one.line.entry.card.name: one.rank for one in ranking_of(board, "ped").standings} == {
        "whole": 1,
        "picky": None,
    }


def test_overall_is_of_all_four_tasks(tmp_path):
    make_run(tmp_path / "a", "walker", 0.5, tasks=("ped", "empty"))
    [board] = boards_of(tmp_path)
    assert board.tasks == ["empty", "ped"]


@pytest.mark.parametrize(
    ("episodes", "seeds", "suite", "coverage"),
    [(10, 3, 2, "full"), (10, 1, 2, "preliminary"), (3, 3, 2, "preliminary"), (2, 3, 2, "quick"), (10, 3, 3, "quick")],
)
def test_a_full_row_holds_all_episodes_of_the_suite_and_three_seeds(tmp_path, episodes, seeds, suite, coverage):
    dice = AgentCard(name="dice", revision="1", stochastic=True)
    for seed in range(seeds):
        what = {"scenes": SCENES[:2], "tasks": ("ped",), "episodes": episodes}
        make_run(tmp_path / str(seed), "dice", 0.5, seed=seed, card=dice, **what)
    [board] = boards_of(tmp_path, {"made": suite})
    line = line_of(board, "dice", "ped")
    assert line.coverage == coverage
    assert (line.sr_seed_sd is None) == (seeds == 1)


def test_boards_and_tracks_are_never_mixed(tmp_path):
    make_run(tmp_path / "plain", "plain", 0.5)
    make_run(tmp_path / "hazy", "plain", 0.5, perturbation="haze:0.1")
    make_run(tmp_path / "legged", "legged", 0.5, embodiment="quadruped")
    make_run(tmp_path / "captured", "plain", 0.5, provenance="captured")
    image = AgentCard(name="image", revision="1", needs=Needs(camera=SEEING.camera, goal_image=True))
    make_run(tmp_path / "image", "image", 0.5, card=image, submission={"training": "generator"})
    make_run(tmp_path / "knows", "knows", 0.5, card=AgentCard(name="knows", needs=Needs(privileged=True)))
    boards = boards_of(tmp_path)
    assert [(one.board.provenance, one.board.embodiment, one.board.perturbation) for one in boards] == [
        ("captured", "wheeled", ""),
        ("procedural", "quadruped", ""),
        ("procedural", "wheeled", ""),
        ("procedural", "wheeled", "haze:0.1"),
    ]
    main = boards[2]
    tracks = {ranking.track: {one.line.entry.card.name for one in ranking.standings} for ranking in main.rankings}
    assert {tuple(track): names for track, names in tracks.items()} == {
        ("goal point", "unstated"): {"plain"},
        ("goal image", "generator"): {"image"},
        ("privileged", "unstated"): {"knows"},
    }


def test_a_run_with_two_pictures_rules_is_refused(tmp_path):
    run = make_run(tmp_path / "a", "walker", 0.5, scenes=SCENES[:2], tasks=("ped",))
    rows = (run / "results.jsonl").read_text()
    (run / "results.jsonl").write_text(rows.replace('"renderer": "none"', '"renderer": "cpu"', 1))
    with pytest.raises(RunMismatchError, match="never share a table"):
        boards_of(tmp_path)


def test_pairs_are_matched_by_episode_and_corrected_together(tmp_path):
    for name, skill in (("one", 0.9), ("two", 0.5), ("three", 0.45)):
        make_run(tmp_path / name, name, skill)
    [board] = boards_of(tmp_path)
    pairs = [pair for pair in ranking_of(board, "overall").pairs if pair.score == "sr"]
    assert len(pairs) == 3
    for pair in pairs:
        gap = pair.first.scores["sr"].mean - pair.second.scores["sr"].mean
        assert pair.difference.mean == pytest.approx(gap)
        assert pair.p_value <= pair.p_holm <= min(1.0, 3 * pair.p_value + 1e-12)
        assert (pair.winner is not None) == (pair.p_holm < 0.05)
        assert (pair.episodes, pair.scenes) == (96, 12)
    assert math.isfinite(ranking_of(board, "overall").detectable)


def test_fewer_collisions_are_better(tmp_path):
    for name, count in (("gentle", 0), ("rough", 3)):
        make_run(tmp_path / name, name, 0.5, tasks=("ped",), collision_times=count)
    [board] = boards_of(tmp_path)
    [pair] = [pair for pair in ranking_of(board, "ped").pairs if pair.score == "ct"]
    assert pair.winner.entry.card.name == "gentle"


def test_a_table_says_when_its_scenes_are_too_few_for_any_test(tmp_path):
    for name in ("one", "two"):
        make_run(tmp_path / "few" / name, name, 0.5, scenes=SCENES[:4], tasks=("ped",))
        make_run(tmp_path / "enough" / name, name, 0.5, scenes=SCENES[:6], tasks=("ped",))
    # the least p-value of one pair: 2 / 2^4 = 0.125, 2 / 2^6 = 0.031
    assert ranking_of(boards_of(tmp_path / "few")[0], "ped").is_blind
    assert not ranking_of(boards_of(tmp_path / "enough")[0], "ped").is_blind


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("s2e", True),
        ("s2e:bc", True),
        ("s2e:bc_single,blind", True),
        ("s2e:policy", False),
        ("s2e:policy,blind", False),
        ("gnm", False),
    ],
)
def test_weights_that_ship_learned_in_this_generator_and_others_may_not_have(name, here):
    assert learned_here(name) is here


def test_pairs_of_no_track_are_columns_alone():
    table = pairwise_table([])
    assert table.empty and list(table)[-3:] == ["mdd", "episodes", "scenes"]
