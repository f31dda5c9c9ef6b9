"""The page in a real browser: by mouse and by keyboard, with and without JavaScript, and what a stranger put in."""

from __future__ import annotations

import pytest

from leaderboard.ranking.entries import gather
from leaderboard.ranking.sources import read_sources
from leaderboard.ranking.standings import standings
from leaderboard.site.build import build
from leaderboard.site.maps import Places
from navbench_gs.domain.agent import AgentCard
from navbench_gs.domain.task import TASKS

from ..made_runs import SEEING, make_run

SERIOUS = ("serious", "critical")
PATIENCE_MS = 120_000
"""A busy machine is slow, not wrong."""


@pytest.fixture(scope="module")
def replayable(yard, tmp_path_factory):
    """A board whose replays have a map: two agents in the yard."""
    runs = tmp_path_factory.mktemp("yard-runs")
    for name, skill in (("one", 0.9), ("two", 0.3)):
        card = AgentCard(name=name, revision="1", needs=SEEING)
        make_run(runs / name, name, skill, card=card, scenes=("yard_00",), recordings=True)
    episodes = {
        (e.scene, e.task, e.index): e for task in TASKS for e in (yard.episode(task), yard.episode(task, index=1))
    }
    places = Places({"yard_00": yard.scene}, episodes)
    return build(read_sources([runs]), tmp_path_factory.mktemp("yard-board"), places=places, suites={})


@pytest.fixture
def visit(chromium):
    """Open a board from the disk; afterwards nothing may have been said, and nothing asked of anyone outside."""
    contexts, said, asked = [], [], []

    def go(board, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(board.page.as_uri())
        go.folder = board.page.parent.as_uri()
        return page

    go.folder = "file:"
    yield go
    assert said == []
    assert [url for url in asked if not url.startswith((go.folder, "data:"))] == []
    for context in contexts:
        context.close()


def shown_names(page):
    return page.locator(".task:not([hidden]) .ranking tbody tr:not([hidden]) th bdi").all_inner_texts()


def test_it_stands_ranked_and_sorts_both_ways(board, visit):
    page = visit(board)
    names = shown_names(page)
    assert names.index("oracle") < names.index("good") < names.index("fair") < names.index("still")
    heading = page.locator(".task:not([hidden]) .ranking th:has(button:text-is('CT'))").first
    for order in ("ascending", "descending"):
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == order
        cells = page.locator(".task:not([hidden]) .ranking tbody tr td:nth-child(7) b").all_inner_texts()
        assert [float(text) for text in cells] == sorted(map(float, cells), reverse=order == "descending")
        assert page.locator(".task:not([hidden]) .ranking th[aria-sort]").count() == 1
        assert page.get_by_role("status").first.inner_text() == f"sorted by CT, {order}"


def test_it_filters_and_changes_the_task(board, visit):
    page = visit(board)
    page.get_by_label("Filter agents").fill("replayed")
    assert sorted(shown_names(page)) == ["fair", "good"]
    page.get_by_label("Filter agents").fill("")
    page.get_by_role("radio", name="obstacle", exact=True).check()
    assert page.locator(".task:not([hidden])").count() == 1
    assert "static obstacles" in page.locator(".task:not([hidden]) .ranking caption").inner_text()


def painted(page, side):
    """How many colours a canvas shows."""
    return page.locator(f".view[data-side={side}] canvas").evaluate(
        "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )


def test_a_cell_opens_its_replay_with_walls_and_two_agents_share_a_clock(replayable, visit):
    page = visit(replayable)
    page.locator(".heat tbody td").first.click()
    page.wait_for_selector("#replay[data-ready$='yard_00-obstacle_ped-0']")
    assert painted(page, "left") > 5
    page.locator(".choose-agent").nth(1).select_option(label="two")
    page.wait_for_selector(".view[data-side=right]:not([hidden])")
    page.locator("#time").fill("4")
    assert page.locator("#clock").inner_text() == "4.0 s"
    assert page.locator(".view .now").first.inner_text().startswith("4.0 s")
    assert painted(page, "right") > 5
    page.reload()
    page.wait_for_selector("#replay[data-ready$='yard_00-obstacle_ped-0']")
    assert page.locator(".choose-agent").nth(1).evaluate("s => s.selectedOptions[0].textContent") == "two"


def test_the_keyboard_reaches_and_works_everything(replayable, visit):
    page = visit(replayable)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("input[name=task]:checked").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".task:not([hidden])").get_attribute("data-task") == "empty"
    page.locator(".task:not([hidden]) .ranking th button").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".task:not([hidden]) .ranking th[aria-sort]").inner_text() == "Rank"
    page.locator("#choose-task").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#replay[data-ready$='-ped-0']")
    page.locator("#time").focus()
    page.keyboard.press("End")
    assert "ended" in page.locator(".view .now").first.inner_text()
    page.locator("#play").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#play:text-is('Pause')")
    page.wait_for_selector("#clock:not(:text-is('0.0 s')):not(:text-is('6.0 s'))")
    page.keyboard.press("Enter")
    assert page.locator("#play").inner_text() == "Play"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(board, visit, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = visit(board, color_scheme=scheme, bypass_csp=True)
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["target"]) for one in found if one["impact"] in SERIOUS] == []


def test_what_a_stranger_wrote_is_text(board, visit):
    page = visit(board)
    assert page.title() == "NavBench-GS leaderboard"
    card = page.locator(".card", has=page.get_by_role("heading", name="<b>bold</b> & 'x'"))
    for words in ("</script><script>document.title", "</bdi><h1>h1</h1>", "<i>"):
        assert words in card.inner_text()
    card.locator("summary").click()
    assert card.locator("details").inner_text().count("\U0001f916") == 2500 + 120
    assert page.locator("h1").count() == 1 and page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_without_javascript_every_table_stands(board, visit):
    page = visit(board, java_script_enabled=False)
    tasks = len(board.boards[0].tasks)
    assert page.locator(".ranking:visible").count() == page.locator(".ranking").count() >= tasks
    assert page.locator("#replay").is_visible() is False


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_sticks_out_of_the_window(board, visit, width):
    page = visit(board, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_twenty_full_rows_stay_below_three_megabytes(tmp_path, visit):
    scenes = tuple(f"plaza_{number:02d}" for number in range(26))
    for number in range(20):
        card = AgentCard(name=f"agent {number}", revision="1", needs=SEEING)
        make_run(tmp_path / "runs" / str(number), card.name, 0.04 * number, card=card, scenes=scenes, episodes=10)
    board = build(read_sources([tmp_path / "runs"]), tmp_path / "out", places=Places(), suites={"made": 26})
    assert board.page.stat().st_size < 3_000_000
    assert {
        line.coverage for line in standings(gather(read_sources([tmp_path / "runs"])), {"made": 26})[0].lines.values()
    } == {"full"}
    page = visit(board)
    assert page.locator(".ranking:visible tbody tr").count() == 20
