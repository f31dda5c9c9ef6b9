"""Starts and goals are found in many spellings, and nothing is made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navbench_gs.errors import DamagedFileError
from scenes.importers.plain_files import read_json, read_yaml
from scenes.importers.scene_config import read_scene_config
from scenes.importers.waypoints import as_pairs, as_point, pairs_of_scene

A, B, C, D = (1.0, 2.0, 3.0), (4.0, 5.0, 6.0), (7.0, 8.0, 9.0), (0.0, 0.0, 1.0)
a, b, c, d = ([*point] for point in (A, B, C, D))

FILES = {
    "by key": {"0003": {"start": a, "goal": b}},
    "by number": {"3": {"starting_position": a, "ending_position": b}},
    "by name": {"scene_0003": {"Start Pos": a, "targetPosition": b}},
    "two points": {"0003": [a, b], "0004": [c, d]},
    "poses": {"0003": {"start": [*a, 1, 0, 0, 0], "end": [*b, 1, 0, 0, 0]}},
    "axes": {"0003": {"start": dict(zip("xyz", a, strict=True)), "goal": {"position": b}}},
    "entries": [{"scene": "0001", "start": c, "goal": d}, {"scene": "0003", "start": a, "goal": b}],
    "inside": {"version": 1, "scenes": {"0003": {"start": a, "goal": b}}},
    "halves": {"starting_position": {"0003": a, "0004": c}, "ending_position": {"0003": b, "0004": d}},
    "path": {"0003": {"waypoints": [a, c, b]}},
}


@pytest.mark.parametrize("name", FILES)
def test_a_pair_is_found_however_it_is_written(name):
    assert pairs_of_scene(FILES[name], ("vid2sim_0003", "0003")) == ((A, B),)


def test_several_pairs_of_one_scene():
    assert as_pairs({"starts": [a, b], "goals": [c, d]}) == ((A, C), (B, D))
    assert as_pairs({"start": a, "goals": [c, d]}) == ((A, C), (A, D))
    assert as_pairs([{"start": a, "goal": c}, {"start": b, "goal": d}]) == ((A, C), (B, D))
    assert as_pairs({"short": [[a, c]], "long": [[b, d]]}) == ((A, C), (B, D))


@pytest.mark.parametrize(
    "value",
    [
        {"start": a},
        {"starts": [a, b], "goals": [c]},
        {"start": "here", "goal": "there"},
        {"start": [1.0, float("nan"), 0.0], "goal": b},
        {"start": [True, False, True], "goal": b},
        {"start": [1e300, 0, 0], "goal": b},
        [a],
        [a, b, c],
        None,
        7,
    ],
)
def test_what_is_no_pair_gives_none(value):
    assert as_pairs(value) == ()


def test_other_scenes_entries_are_not_taken():
    assert pairs_of_scene({"0001": {"3": [a, b]}}, ("0003",)) is None
    assert pairs_of_scene([], ("0003",)) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["start", "goal", "0003", "x", "y", "path", "position", "scene"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(ANYTHING)
def test_any_content_is_read_without_an_exception(content):
    for start, goal in pairs_of_scene(content, ("0003",)) or ():
        assert 2 <= len(start) <= 3 and 2 <= len(goal) <= 3
    as_point(content)


CONFIGS = {
    "scale: 2.0\n": ("metres_per_unit", 2.0),
    "world:\n  metersPerUnit: 0.5\n": ("metres_per_unit", 0.5),
    "up_axis: -Y\n": ("up", (-0.0, -1.0, -0.0)),
    "upAxis: Z_UP\n": ("up", (0.0, 0.0, 1.0)),
    "up: [0, 0, 2]\n": ("up", (0.0, 0.0, 1.0)),
}


@pytest.mark.parametrize("text", CONFIGS)
def test_a_configuration_is_understood_by_its_names(tmp_path, text):
    (tmp_path / "config.yaml").write_text(text)
    config = read_scene_config(tmp_path / "config.yaml")
    name, value = CONFIGS[text]
    assert getattr(config, name) == value
    assert len(config.notes) == 1


def test_a_matrix_is_taken_apart_and_a_mirror_is_not_understood(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("transform: [[0, -2, 0, 1], [2, 0, 0, 2], [0, 0, 2, 3], [0, 0, 0, 1]]\n")
    transform = read_scene_config(path).transform
    assert transform is not None and transform.scale == pytest.approx(2.0)
    assert transform.applied_to([1.0, 0.0, 0.0]) == pytest.approx([1.0, 4.0, 3.0])
    path.write_text("transform: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, 0], [0, 0, 0, 1]]\nscale: -2\nup: sideways\n")
    config = read_scene_config(path)
    assert config.transform is None and config.metres_per_unit is None and config.up is None
    assert config.notes[1] == "config.yaml: not understood: scale, transform, up"


@pytest.mark.parametrize("text", ["", "7\n", "- 1\n- 2\n", "a: {b: {c: 1}}\n"])
def test_a_configuration_that_says_nothing_is_reported(tmp_path, text):
    (tmp_path / "config.yaml").write_text(text)
    config = read_scene_config(tmp_path / "config.yaml")
    assert config.notes[0] == "config.yaml: understood nothing"


@pytest.mark.parametrize("content", ["[" * 100000, "[" * 200 + "]" * 200, "{", "\udcff"])
def test_hostile_json_gives_one_line(tmp_path, content):
    (tmp_path / "e.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(DamagedFileError, match=r"e\.json") as error:
        read_json(tmp_path / "e.json")
    assert "\n" not in str(error.value)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(DamagedFileError, match=r"absent\.yaml"):
        read_yaml(tmp_path / "absent.yaml")
