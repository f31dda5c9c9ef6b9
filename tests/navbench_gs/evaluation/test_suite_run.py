"""A run in a scene of the suite: its splats are generated first, and the recording it leaves replays exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.store import RunFolder
from navbench_gs.suite.catalog import load_scene
from navbench_gs.suite.clouds import cloud_path
from navbench_gs.suite.episodes import load_episodes
from navbench_gs.verification.replay import replay

SCENE = "alley_51"


def test_an_agent_that_sees_drives_a_dev_scene_whose_splats_are_made_on_first_use(misbehaving, tmp_path):
    scene = load_scene(SCENE)
    cloud_path(scene).unlink(missing_ok=True)
    what = ["run", "--agent", "looks", "--task", "obstacle_ped", "--suite", "dev", "--scenes", SCENE]
    how = ["--workers", "2", "--renderer", "cpu", "--out", str(tmp_path / "run")]
    result = CliRunner().invoke(main, [*what, *how])
    assert result.exit_code == 0, result.output
    assert "preparing scenes: 1 to do" in result.output and cloud_path(scene).exists()
    run = RunFolder.open(tmp_path / "run")
    (row,) = run.rows()
    assert (row.scene, row.suite, row.provenance, row.renderer) == (SCENE, "dev", "procedural", "cpu/antialiased")
    recorded = run.load_trajectory(row.key)
    beginning = replace(recorded, commands=recorded.commands[:200])
    again = replay(beginning, load_episodes(scene, "obstacle_ped")[0], RULES_V0)
    assert len(again.poses) == 201 and np.array_equal(again.poses, recorded.poses[:201])
    assert np.array_equal(again.pedestrians, recorded.pedestrians[:201])
