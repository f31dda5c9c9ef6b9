"""The names of variants: one for each set of perturbations, and one line for every mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navbench_gs.domain.perturbation import DIALS, canonical_perturbations, parsed_perturbations
from navbench_gs.domain.run import RunConfig
from navbench_gs.errors import InvalidRecordError


def test_a_variant_is_named_in_the_order_in_which_light_meets_its_perturbations():
    assert canonical_perturbations("exposure:-1, haze:0.050,camera_yaw:+5") == "camera_yaw:5,haze:0.05,exposure:-1"
    assert canonical_perturbations("") == ""
    assert [(part.kind, part.strength) for part in parsed_perturbations("noise:8")] == [("noise", 8.0)]


@given(st.permutations(["haze:1e-3", "blur:2.5", "exposure:-0.5", "noise:64", "camera_height:-.25"]), st.integers(0, 5))
def test_the_order_given_never_changes_the_name(parts, count):
    name = canonical_perturbations(",".join(parts[:count]))
    assert name == canonical_perturbations(",".join(reversed(parts[:count]))) == canonical_perturbations(name)
    assert name.count(":") == count


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("fog:2", "unknown perturbation 'fog:2'"),
        ("haze", "'haze' has no strength"),
        ("haze:thick", "'haze:thick' has no strength"),
        ("haze:0", "'haze:0' is zero or out of range"),
        ("haze:-0.1", "out of range"),
        ("exposure:nan", "out of range"),
        ("exposure:inf", "out of range"),
        ("camera_height:-0.5", "out of range"),
    ],
)
def test_a_mistake_is_told_every_kind_with_unit_and_range(text, fault):
    with pytest.raises(InvalidRecordError, match=fault) as refused:
        canonical_perturbations(text)
    for kind, dial in DIALS.items():
        assert f"{kind} ({dial.unit}, {dial.low:g} to {dial.high:g})" in str(refused.value)


def test_one_kind_twice_is_refused():
    with pytest.raises(InvalidRecordError, match="'haze' is given twice"):
        canonical_perturbations("haze:0.1,haze:0.2")


def test_the_manifest_holds_the_canonical_name():
    config = RunConfig(agent="s2e", tasks=("ped",), perturbation="noise:8,haze:0.1")
    assert config.perturbation == "haze:0.1,noise:8"
    assert config == RunConfig(agent="s2e", tasks=("ped",), perturbation="haze:0.10,noise:8.0")
