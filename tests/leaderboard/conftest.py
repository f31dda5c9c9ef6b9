"""Boards for the tests: three made-up agents and the sanity rows, built once a session."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leaderboard.ranking.sources import read_sources
from leaderboard.ranking.standings import BoardStandings
from leaderboard.site.build import Built, build
from leaderboard.site.maps import Places
from navbench_gs.domain.agent import AgentCard

from .made_runs import SEEING, make_run

SANITY_SKILLS = {"still": -1.0, "straight": 0.25, "reactive": 0.45, "oracle": 1.1}
HOSTILE = {
    "notes": "</script><script>document.title='taken'</script><style>*{display:none}</style>"
    "<img src=x onerror=alert(1)>",
    "team": "\U0001f916" * 2500,
    "training": "zero-shot",
}


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """Folder of runs: the sanity agents (random with three seeds), a good, a fair and a hostile submission."""
    out = tmp_path_factory.mktemp("made")
    for name, skill in SANITY_SKILLS.items():
        make_run(out / name, name, skill, recordings=name == "straight")
    for seed in range(3):
        card = AgentCard(name="random", revision="1", stochastic=True)
        make_run(out / f"random-{seed}", "random", 0.05, seed=seed, card=card)
    for name, skill in (("good", 0.9), ("fair", 0.6)):
        card = AgentCard(name=name, revision="2", needs=SEEING)
        make_run(out / name, name, skill, card=card, submission={"training": "zero-shot"}, badge="replayed",
                 recordings=True)  # fmt: skip
    hostile = AgentCard(name="<b>bold</b> & 'x'", revision="<i>", needs=SEEING, description="</bdi><h1>h1</h1>")
    make_run(out / "hostile", "hostile", 0.3, card=hostile, submission=HOSTILE)
    return out


@pytest.fixture(scope="session")
def board(made, tmp_path_factory) -> Built:
    """The board of ``made``, with no scene known."""
    return build(read_sources([made]), tmp_path_factory.mktemp("board"), places=Places(), suites={})


@pytest.fixture(scope="session")
def standing(board) -> BoardStandings:
    """The one board of ``made``."""
    return board.boards[0]


@pytest.fixture(scope="session")
def chromium():
    """A running Debian chromium, driven by Playwright; the test is skipped where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
