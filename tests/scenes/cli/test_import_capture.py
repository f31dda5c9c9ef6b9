"""``navbench scene``: the way from a capture to a scene by commands, and what they refuse."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.splats.formats import write_splats

from ..importers.courtyard import captured_courtyard


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    path = tmp_path_factory.mktemp("captures") / "yard.splat"
    write_splats(captured_courtyard(), path)
    return path


def navbench(*arguments):
    result = CliRunner().invoke(main, ["scene", *map(str, arguments)])
    assert "Traceback" not in result.output
    return result


def test_a_preview_can_be_measured_on(capture, tmp_path):
    result = navbench("import", capture, "--preview", tmp_path / "plan.png")
    assert result.exit_code == 0, result.output
    assert "units wide" in result.output and (tmp_path / "plan.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Missing option '--out'"),
        (("--out", "Bad Name"), "no scene id"),
        (("--out", "ok_00", "--measure", "0,0", "0,0", "3"), "two points that differ"),
        (("--out", "ok_00", "--measure", "0,0", "1,nan", "3"), "numbers separated by commas"),
        (("--out", "ok_00", "--up", "sideways"), "3 numbers"),
        (("--out", "ok_00", "--scale", "0"), "range"),
        (("--out", "ok_00", "--camera-height", "1.6"), "without the cameras"),
        (("--out", "ok_00", "--scale", "5", "--up", "y"), "no ground was found"),
    ],
)
def test_what_cannot_be_done_is_one_line(capture, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    result = navbench("import", capture, *arguments)
    assert result.exit_code == 2
    assert says in result.stderr and len(result.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_capture_is_one_line(capture, tmp_path):
    (tmp_path / "cut.splat").write_bytes(capture.read_bytes()[:-7])
    result = navbench("import", tmp_path / "cut.splat", "--out", tmp_path / "cut_00")
    assert result.exit_code == 2 and "truncated" in result.stderr
    assert not (tmp_path / "cut_00").exists()


def test_pictures_of_a_scene_are_drawn(yard, tmp_path):
    result = navbench("show", yard.scene.folder, "--out", tmp_path / "pictures")
    assert result.exit_code == 0, result.output
    names = {path.name for path in (tmp_path / "pictures").iterdir()}
    assert {"map.png", "views.png", "turntable_00.png"} <= names
