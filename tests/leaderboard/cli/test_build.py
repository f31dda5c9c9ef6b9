"""``navbench leaderboard build``: agents at hand drive on the dev suite, and a board is made of their runs."""

import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main

DRIVERS = ("still", "straight", "oracle")


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    """Three sanity agents, each through one episode of two dev scenes."""
    runs = tmp_path_factory.mktemp("runs")
    for agent in DRIVERS:
        what = ["--agent", agent, "--task", "ped", "--suite", "dev", "--scenes", "plaza_50,alley_50"]
        result = CliRunner().invoke(main, ["run", *what, "--workers", "1", "--out", str(runs / agent)])
        assert result.exit_code == 0, result.output
    return runs


def test_a_board_of_the_agents_at_hand(driven, tmp_path):
    result = CliRunner().invoke(main, ["leaderboard", "build", str(driven), "--out", str(tmp_path / "board")])
    assert result.exit_code == 0, result.output
    note, summary, where = result.output.splitlines()
    assert note.startswith(
        "note: dev · procedural scenes · wheeled: sanity rows missing: random, reactive; drive them: "
    )
    assert "navbench run --agent random --task ped --suite dev --episodes 1" in note
    assert summary == "dev · procedural scenes · wheeled: 3 entries, 2 scenes"
    assert where.endswith("leaderboard.html")
    page = (tmp_path / "board" / "leaderboard.html").read_text()
    assert all(f"<bdi>{agent}</bdi>" in page for agent in DRIVERS)
    replays = [path.name for path in (tmp_path / "board" / "replays").rglob("*.js")]
    assert sorted(replays) == ["alley_50-ped-0.js"] * 3 + ["alley_50.js"] + ["plaza_50-ped-0.js"] * 3 + ["plaza_50.js"]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [(["nowhere"], "nowhere is not the folder of a run"), ([], "Missing argument 'RUNS...'")],
)
def test_a_mistake_is_one_clear_line(tmp_path, arguments, part):
    result = CliRunner().invoke(main, ["leaderboard", "build", *arguments, "--out", str(tmp_path / "board")])
    assert result.exit_code == 2, result.output
    assert part in result.stderr and not (tmp_path / "board").exists()
