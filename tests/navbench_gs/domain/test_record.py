import pytest
from pydantic import ValidationError, model_validator

from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed
from navbench_gs.domain.record import LONGEST_NAME, Record, first_fault, record_of
from navbench_gs.errors import AgentCardError, InvalidRecordError


class Pair(Record):
    low: int
    high: int

    @model_validator(mode="after")
    def _in_order(self) -> "Pair":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


def fault_of(kind: type[Record], content: object, whole: str = "the file") -> str:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(content)
    return first_fault(caught.value, whole)


def test_a_fault_names_its_field_with_those_around_it():
    card = {"name": "a", "revision": "1", "needs": {"camera": {"width_px": 0}}}
    assert fault_of(AgentCard, card).startswith("needs.camera.width_px: Input should be greater than")


def test_a_fault_of_no_one_field_is_of_the_whole():
    assert fault_of(Pair, {"low": 2, "high": 1}) == "the file: Value error, low is above high"
    assert fault_of(Pair, [1], "the card").startswith("the card: Input should be")


def test_a_strangers_field_name_is_cut_short():
    assert fault_of(Pair, {"low": 1, "high": 2, "x" * 1000: 3}).startswith("x" * LONGEST_NAME + ": Extra inputs")


def test_arguments_become_a_record_or_the_error_asked_for():
    assert record_of(CameraNeed, {"width_px": 32, "height_px": 24}, AgentCardError) == CameraNeed(
        width_px=32, height_px=24
    )
    with pytest.raises(AgentCardError, match=r"^horizon: Input should be greater"):
        record_of(ActionSpec, {"horizon": 0}, AgentCardError)
    with pytest.raises(InvalidRecordError, match=r"^the arguments: Value error, low is above high"):
        record_of(Pair, {"low": 2, "high": 1}, InvalidRecordError)
