"""``navbench scene convert``."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.splats.formats import read_splats, write_splats

from ..splats.clouds import random_cloud


@pytest.fixture
def ply(tmp_path):
    write_splats(random_cloud(30, 4), tmp_path / "a.ply")
    return tmp_path / "a.ply"


def convert(*arguments):
    return CliRunner().invoke(main, ["scene", "convert", *map(str, arguments)])


def test_a_file_becomes_one_of_another_kind(ply):
    target = ply.with_name("a.compressed.ply")
    shown = convert(ply, target)
    assert shown.exit_code == 0, shown.output
    assert "30 Gaussians of degree 1" in shown.output
    assert len(read_splats(target)) == 30


def test_nothing_is_written_over_unless_asked(ply):
    assert "--force writes over it" in convert(ply, ply).output
    assert convert(ply, ply, "--force").exit_code == 0


def test_mistakes_end_in_one_line(ply, tmp_path):
    assert "unknown splat format '.obj'" in convert(ply, tmp_path / "a.obj").output
    absent = convert(tmp_path / "b.ply", tmp_path / "c.ply")
    assert absent.exit_code == 2 and "error: cannot read" in absent.output
    assert not (tmp_path / "c.ply").exists()
