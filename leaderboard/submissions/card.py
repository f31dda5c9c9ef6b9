"""SubmissionCard: what the people behind an agent say about it, as the file ``card.yaml``."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, Field, StringConstraints, ValidationError, field_validator

from navbench_gs.domain.record import Record, first_fault
from navbench_gs.errors import DamagedFileError, InvalidRecordError

CARD_FILE = "card.yaml"
MOST_CARD_BYTES = 64 << 10
DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make a text read otherwise than it is written."""


def _readable(text: str) -> str:
    hidden = [c for c in text if (unicodedata.category(c) == "Cc" and c not in "\n\t") or c in DIRECTION_MARKS]
    if hidden:
        raise ValueError(f"holds the control character U+{ord(hidden[0]):04X}")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line")
    return _readable(text)


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$")]
"""Also the name of a folder."""
Link = Annotated[str, StringConstraints(pattern=r"^(https?://[^\s<>\"'`\\]+)?$", max_length=500)]


class SubmissionCard(Record):
    """Who stands behind an agent, where it is from and what it learned from."""

    name: Name
    """As on the agent's own card."""
    revision: Name
    authors: tuple[Line, ...] = Field(min_length=1, max_length=64)
    licence: Line
    """Of code and weights."""
    training: Literal["zero-shot", "generator", "unstated"]
    """``generator``: any part of it was trained in scenes of this generator; ``zero-shot``: none was."""
    training_data: Annotated[str, StringConstraints(max_length=2000), AfterValidator(_readable)] = ""
    """What it learned from, in words."""
    url: Link = ""
    """Where code or weights are."""
    paper: Link = ""
    notes: Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_readable)] = ""
    seeds: tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] = Field((0,), min_length=1, max_length=64)
    """Agent seeds of all runs of this entry, each run in a file of its own; a stochastic agent's full row has three."""

    @field_validator("authors", "seeds", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        return [value] if isinstance(value, (str, int)) else value


class _Texts(yaml.BaseLoader):
    """YAML of texts, lists and maps alone: no tags, no numbers that turn into dates, no aliases that multiply."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not taken")
        return super().compose_node(parent, index)


def read_card(path: Path) -> SubmissionCard:
    """Read a card.

    Raises:
        DamagedFileError: the file is absent, too long or no YAML.
        InvalidRecordError: a field is absent, unknown or impossible; the message names it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_CARD_BYTES + 1)
        if len(data) > MOST_CARD_BYTES:
            raise DamagedFileError(f"{path} is longer than {MOST_CARD_BYTES // 1024} kB; shorten it")
        content = yaml.load(data.decode(), _Texts)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise DamagedFileError(f"cannot read {path}: {' '.join(str(error).split())[:200]}") from error
    try:
        return SubmissionCard.model_validate(content)
    except ValidationError as error:
        raise InvalidRecordError(f"{path}: {first_fault(error, 'the card')}") from error
