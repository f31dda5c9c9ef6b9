"""Rows of ``results.jsonl``: one Result a line, byte-stable outside ``timing``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from navbench_gs.domain.record import parse_record
from navbench_gs.domain.result import Result, Score
from navbench_gs.errors import DamagedFileError
from navbench_gs.store.files import whole_lines

SIGNIFICANT_DIGITS = 9
"""Floats are rounded to this many, so that a last bit that a library's version turns over does not change a row."""
NAME_FIELDS = ("scene", "task", "index", "agent")
ROW_FIELDS = (
    *NAME_FIELDS,
    *Score.model_fields,
    *(name for name in Result.model_fields if name not in (*NAME_FIELDS, *Score.model_fields, "timing")),
    "timing",
)
"""Order of the keys of a row: what it is of, what was measured, what made it, and last what may differ."""


def row_text(result: Result) -> str:
    """A result as one line of JSON with its keys in the order of :data:`ROW_FIELDS`, without the line break."""
    data = rounded(result.model_dump(mode="json"))
    return json.dumps({name: data[name] for name in ROW_FIELDS}, separators=(", ", ": "), allow_nan=False)


def comparable(row: Result) -> str:
    """Canonical JSON of a row without ``timing``: equal texts are equal rows in the sense of the trust contract."""
    data = rounded(row.model_dump(mode="json", exclude={"timing"}))
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)


def rounded(value: Any) -> Any:
    """JSON data with every float rounded to :data:`SIGNIFICANT_DIGITS`."""
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return value


def read_rows(path: Path) -> list[Result]:
    """Rows of a ``results.jsonl`` in the order of the file; a torn last line is no row.

    Raises:
        DamagedFileError: a line is not JSON, or two rows are of one episode.
        InvalidRecordError: a line does not fit the record.
    """
    rows: dict[tuple[str, str, int], Result] = {}
    for number, line in enumerate(whole_lines(path), start=1):
        row = parse_record(line, Result, source=f"{path}, line {number}")
        if row.key in rows:
            raise DamagedFileError(
                f"{path}, line {number}: a second row of {'-'.join(map(str, row.key))}; delete one of the two lines"
            )
        rows[row.key] = row
    return list(rows.values())
