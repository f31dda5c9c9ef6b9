"""``navbench robustness`` takes one clean run and its variants, and refuses everything else in one line."""

import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.store import RunFolder


@pytest.fixture
def driven(manifest, row, tmp_path):
    """A finished made-up run: ``driven(name, variant, **changes of the manifest)``."""

    def factory(name, variant="", rows=12, **changes):
        plan = manifest(**changes)
        plan = plan.model_copy(update={"config": plan.config.model_copy(update={"perturbation": variant})})
        folder = RunFolder.create_or_resume(tmp_path / name, plan)
        for entry in plan.planned[:rows]:
            folder.append(row(entry[:3], perturbation=variant, success=not variant))
        folder.close_run()
        return str(folder.path)

    return factory


def navbench(*folders):
    return CliRunner().invoke(main, ["robustness", *folders])


def test_the_clean_run_comes_first_wherever_it_is_named(driven):
    result = navbench(driven("hazy", "haze:0.1"), driven("clean"), driven("noisy", "noise:8"))
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()]
    first = [line[0] for line in lines if line and line[0][0].isalpha()]
    cameras = ["clean", "haze:0.1", "noise:8"]
    assert first == ["walker", "task", "camera", "empty", *cameras, "ped", *cameras, "overall", *cameras, "below"]
    hazy = lines.index(next(line for line in lines if line and line[0] == "haze:0.1"))
    assert lines[hazy + 1][0] == "-100.0" and lines[hazy + 2][:2] == ["[-100.0,", "12.3]"]


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ([], "name one run without --perturb"),
        ([("hazy", "haze:0.1"), ("mist", "haze:0.1")], "are both of 'haze:0.1'"),
        ([("hazy", "haze:0.1", 5)], "hazy lacks 7 planned episodes"),
    ],
)
def test_runs_that_make_no_table_are_refused(driven, more, part):
    result = navbench(driven("clean"), *(driven(*run) for run in more))
    assert result.exit_code == 2 and len(result.stderr.splitlines()) == 1
    assert part in result.stderr


def test_runs_of_other_episodes_or_versions_are_told_apart(driven):
    clean = driven("clean")
    for name, changes in (("tasks", {"tasks": ("ped",)}), ("rules", {"rules": "another"})):
        result = CliRunner().invoke(main, ["robustness", clean, _unfinished(driven, name, changes)])
        assert result.exit_code == 2
        assert f"{name} is no variant of the run" in result.stderr


def _unfinished(driven, name, changes):
    return driven(name, "haze:0.1", rows=0, **changes)
