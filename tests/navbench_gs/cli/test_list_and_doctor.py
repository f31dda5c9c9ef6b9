"""``navbench list`` and ``navbench doctor``: what there is."""

from __future__ import annotations

from click.testing import CliRunner

from navbench_gs.cli.main import main


def navbench(*arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_agents_are_listed_with_their_needs_and_a_broken_one_hides_no_other(misbehaving):
    lines = {line.split()[0]: line for line in navbench("list", "agents").splitlines()}
    assert "goal point" in lines["straight"] and "privileged" in lines["oracle"]
    assert "rgb 32x24" in lines["looks"]
    assert "cannot be loaded: OSError: no weights here" in lines["unloadable"]


def test_scenes_of_a_folder_are_listed_with_what_is_cached(yard):
    (line,) = navbench("list", "scenes", "--suite", str(yard.scene.folder.parent)).splitlines()[1:]
    assert line.split() == ["yard_00", "Test", "yard", "procedural", f"{len(yard.cloud)}", "yes", "Apache-2.0"]


def test_tasks_are_listed():
    assert [line.split()[0] for line in navbench("list", "tasks").splitlines()[1:]] == [
        "empty",
        "obstacle",
        "ped",
        "obstacle_ped",
    ]


def test_doctor_names_versions_renderer_device_and_cache(cache):
    found = dict(line.split(maxsplit=1) for line in navbench("doctor").splitlines())
    assert found["pydantic"][0].isdigit()
    assert found["renderer"].startswith(("cpu/", "gsplat/"))
    assert str(cache) in found["cache"]
    assert {"device", "cores", "torch", "suites"} <= set(found)


def test_doctor_tells_of_a_check_that_fails_and_goes_on(monkeypatch, tmp_path):
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path / "new"))
    monkeypatch.setattr("navbench_gs.suite.catalog.suite_names", lambda: 1 / 0)
    output = navbench("doctor")
    assert "suites         failed: ZeroDivisionError: division by zero" in output
    assert f"{tmp_path / 'new'}: 0 clouds" in output
