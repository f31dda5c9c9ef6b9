"""What every noun of the domain is: a frozen, validated record with a digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from navbench_gs.errors import DamagedFileError, InvalidRecordError, NavBenchError

RecordType = TypeVar("RecordType", bound="Record")
LONGEST_NAME = 80
"""Letters of a field's name that messages repeat: a stranger chose it."""


class Record(BaseModel):
    """A frozen record; unknown fields, NaN and infinities are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=False)

    def canonical_json(self) -> str:
        """The record as JSON with sorted keys and no spaces: the text that digests are taken of."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), allow_nan=False)

    def digest(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of :meth:`canonical_json`."""
        return text_digest(self.canonical_json())


def text_digest(text: str) -> str:
    """First 16 hexadecimal digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def file_digest(path: Path) -> str:
    """Full SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def read_record(path: Path, kind: type[RecordType]) -> RecordType:
    """Read one record from a JSON file.

    Raises:
        DamagedFileError: the file is absent or is not JSON.
        InvalidRecordError: the JSON does not fit the record; the message names the first wrong field.
    """
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedFileError(f"cannot read {path}: {error}") from error
    return parse_record(text, kind, source=str(path))


def parse_record(text: str, kind: type[RecordType], *, source: str) -> RecordType:
    """Parse one record from JSON text; ``source`` names the text in messages. Raises as :func:`read_record`."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise DamagedFileError(f"{source} is not JSON ({error})") from error
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise InvalidRecordError(f"{source}: {first_fault(error, 'the record')}") from error


def record_of(kind: type[RecordType], fields: Mapping[str, Any], error: type[NavBenchError]) -> RecordType:
    """The record of what a caller gave as arguments.

    Raises:
        NavBenchError: of the type ``error``: the fields do not fit; the message names the first wrong one.
    """
    try:
        return kind(**fields)
    except ValidationError as invalid:
        raise error(first_fault(invalid, "the arguments")) from invalid


def first_fault(error: ValidationError, whole: str) -> str:
    """The first wrong field, dotted, and what is wrong with it; ``whole`` stands for it where no one field is."""
    first = error.errors()[0]
    field = ".".join(str(part)[:LONGEST_NAME] for part in first["loc"]) or whole
    return f"{field}: {first['msg']}"
