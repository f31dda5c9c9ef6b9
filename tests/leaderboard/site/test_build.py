"""Building a board: its tables, its replays, the notes, and that the same runs give the same files."""

import json
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas
import pytest

from leaderboard.ranking.published import published_numbers, published_table
from leaderboard.ranking.sources import read_sources
from leaderboard.site.build import build
from leaderboard.site.maps import Places, place_data
from leaderboard.site.replays import replay_data
from leaderboard.site.tables import COLUMNS, leaderboard_table
from navbench_gs.agents.straight import StraightAgent
from navbench_gs.domain.agent import AgentCard
from navbench_gs.env import env_for_card
from navbench_gs.evaluation.rollout import run_episode

from ..made_runs import SCENES, make_run, straight_way

ROOT = Path(__file__).parents[3]
FEW = {"scenes": SCENES[:3], "tasks": ("ped",), "episodes": 1}


def test_the_table_has_a_documented_column_for_every_number(board):
    table = pandas.read_csv(board.page.parent / "leaderboard.csv")
    assert [name for name in table.columns if not name.endswith(("_low", "_high")) or "rank" in name] == list(COLUMNS)
    page = (ROOT / "docs" / "leaderboard.md").read_text().split("<!-- columns -->")[1].strip()
    rows = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in COLUMNS.items())
    assert page == f"| column | what |\n|---|---|\n{rows}"


def test_one_row_per_track_agent_and_task(board):
    table = leaderboard_table(board.boards)
    assert not table.duplicated(["suite", "provenance", "embodiment", "perturbation", "track", "entry", "task"]).any()
    assert set(table.agent) >= {"good", "fair", "still", "random", "straight", "reactive", "oracle"}
    assert (table.planned == table.run + table.missing).all()


def test_every_drive_is_in_the_parquet_file(board):
    drives = pandas.read_parquet(board.page.parent / "episodes.parquet")
    assert len(drives) == sum(len(entry.rows) for one in board.boards for entry in one.entries)
    assert drives.success.dtype == bool and str(drives.psc.dtype) == "float64"
    assert drives.groupby("entry").seed.nunique().max() == 3


def test_the_order_of_the_runs_changes_no_byte(tmp_path):
    for name, skill in (("one", 0.7), ("two", 0.4), ("three", 0.5)):
        make_run(tmp_path / "runs" / name, name, skill, recordings=True, **FEW)
    sources = read_sources([tmp_path / "runs"])
    for out, chosen in (("a", sources), ("b", sources[::-1])):
        build(chosen, tmp_path / out, places=Places(), suites={}, figures=True)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) > 10
    assert [
        name for name in files if (tmp_path / "a" / name).read_bytes() != (tmp_path / "b" / name).read_bytes()
    ] == []


def test_missing_sanity_rows_are_told_with_the_command(tmp_path):
    make_run(tmp_path / "straight", "straight", 0.4, **FEW)
    built = build(read_sources([tmp_path]), tmp_path / "out", places=Places(), suites={})
    [note] = built.notes
    assert "sanity rows missing: still, random, reactive, oracle" in note
    assert "navbench run --agent still --task ped --suite made --episodes 1" in note
    assert "Sanity rows missing" in built.page.read_text()


def test_missing_drives_are_told(tmp_path):
    make_run(tmp_path / "walker", "walker", 0.4, without=[(SCENES[0], "ped", 0)], **FEW)
    built = build(read_sources([tmp_path]), tmp_path / "out", places=Places(), suites={})
    assert any("walker lacks 1 of 3 drives" in note for note in built.notes)
    assert "1 missing" in built.page.read_text()


def unpacked(changes, width):
    return np.cumsum(np.array(changes).reshape(-1, width), axis=0) / 100.0


def test_a_replay_is_the_recording_to_a_centimetre(yard):
    episode = yard.episode("obstacle_ped")
    with closing(env_for_card(yard.scene, episode.task, StraightAgent.card)) as env:
        trajectory = run_episode(env, StraightAgent(), episode, seed=0).trajectory
    data = replay_data(trajectory)
    ticks = [*range(0, data["last"], data["stride"]), data["last"]]
    shown = unpacked(data["robot"], 3)
    assert np.abs(shown[:, :2] - trajectory.poses[ticks, :2]).max() <= 0.0051
    for number, changes in enumerate(data["pedestrians"]):
        assert np.abs(unpacked(changes, 2) - trajectory.pedestrians[ticks, number, :2]).max() <= 0.0051
    assert data["ended"] == trajectory.ended


def test_contacts_are_shown_where_they_begin(made):
    row = next(row for source in read_sources([made / "good"]) for row in source.run.rows() if row.collision_times)
    assert replay_data(straight_way(row))["contacts"] == [(50, 0)]


def test_a_place_has_its_walls_route_and_outlines(yard):
    data = place_data(yard.scene, [yard.episode("obstacle_ped")])
    problem = data["episodes"]["obstacle_ped-0"]
    assert (problem["start"], problem["goal"], problem["radii"]) == ([-600, -600], [600, -600], [28, 28])
    # the crate is a box of 0.596 m, the bin a disc of 0.255 m
    assert sorted(map(len, problem["obstacles"])) == [3, 8]
    assert [250, -480, 26] in problem["obstacles"]
    assert data["map"]["image"].startswith("data:image/png;base64,")


def test_published_numbers_name_their_source_and_stand_apart(board):
    numbers = published_numbers()
    assert all(number.source and 0.0 <= float(number.value) <= 3.0 for number in numbers)
    tasks, rows = published_table("simulation", "SR")
    assert tasks == ["empty", "obstacle", "ped", "obstacle_ped"]
    assert ("S2E", "100 h", ["0.82", "0.57", "0.74", "0.51"]) in rows
    assert not {number.agent for number in numbers} & set(leaderboard_table(board.boards).agent)


def test_figures_and_a_latex_table(tmp_path):
    make_run(tmp_path / "runs" / "good", "good", 0.9, **FEW)
    make_run(tmp_path / "runs" / "odd", "odd", 0.3, card=AgentCard(name="<b>$x_1$</b> & '\u2603'"), **FEW)
    build(read_sources([tmp_path / "runs"]), tmp_path, places=Places(), suites={}, figures=True)
    [folder] = (tmp_path / "figures").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "intervals.pdf", "intervals.png", "profiles.pdf", "profiles.png", "table.tex",
    ]  # fmt: skip
    table = (folder / "table.tex").read_text()
    assert re.search(r"good & \d+\.\d \{\\scriptsize \[", table)
    assert r"<b>\$x\_1\$</b> \& '?'" in table


def test_the_package_runs_without_torch_and_without_physics():
    code = (
        "import sys, leaderboard.site.build, leaderboard.site.figures; "
        "print(sorted({'torch', 'pybullet'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize("name", ["leaderboard.html", "leaderboard.csv", "pairwise.csv", "episodes.parquet"])
def test_the_files_are_small(board, name):
    assert 0 < (board.page.parent / name).stat().st_size < 3_000_000


def test_what_is_embedded_cannot_end_its_element(board):
    page = board.page.read_text()
    embedded = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, flags=re.DOTALL)[1]
    names = {entry["name"] for entry in json.loads(embedded)["boards"][0]["entries"]}
    assert "<b>bold</b> & 'x'" in names
    assert "<" not in embedded
    for foreign in ("<b>bold", "<style>*{", "<img", "<h1>h1", "alert(1)<"):
        assert foreign not in page
