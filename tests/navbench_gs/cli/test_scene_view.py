"""``navbench scene view``: what its arguments name, and what it says to a mistake."""

import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.cli.scene_view import exhibit_of


@pytest.fixture(scope="module")
def driven(yard, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    what = [
        "run",
        "--agent",
        "straight",
        "--task",
        "ped",
        "--suite",
        str(yard.scene.folder.parent),
        "--episodes",
        "all",
    ]
    assert CliRunner().invoke(main, [*what, "--workers", "1", "--out", str(out)]).exit_code == 0
    return out


def test_a_folder_an_id_an_episode_and_a_run_are_found(yard, driven):
    folder = str(yard.scene.folder)
    assert exhibit_of(folder, None, None).scene == yard.scene
    assert exhibit_of("plaza_00", None, None).scene.scene_id == "plaza_00"
    assert exhibit_of(folder, ("ped", 1), None).episode.key == ("yard_00", "ped", 1)
    for wanted, index in ((None, 0), (("ped", 1), 1)):
        exhibit = exhibit_of("yard_00", wanted, driven)
        assert exhibit.episode.index == exhibit.trajectory.index == index
        assert exhibit.scene == yard.scene


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["yard_99"], "unknown scene 'yard_99'"),
        (["plaza_00", "--episode", "ped"], "'ped' is no episode: write TASK/INDEX"),
        (["plaza_00", "--episode", "pet/0"], "unknown task 'pet'"),
        (["plaza_00", "--episode", "ped/10"], "plaza_00 has 10 episodes of ped, none of index 10"),
        (["plaza_00", "--run", "{run}"], "unknown row of"),
        (["yard_00", "--run", "{run}", "--episode", "ped/2"], "'yard_00 ped/2': did you mean 'yard_00 ped/"),
        (["plaza_00", "--host", "192.0.2.1"], "cannot serve at '192.0.2.1'"),
        (["yard_00", "--run", "nowhere"], "nowhere is not the folder of a run"),
    ],
)
def test_a_mistake_is_one_clear_line(driven, arguments, part):
    result = CliRunner().invoke(main, ["scene", "view", *(word.format(run=driven) for word in arguments)])
    assert result.exit_code == 2, result.output
    assert len(result.stderr.splitlines()) == 1 and part in result.stderr
