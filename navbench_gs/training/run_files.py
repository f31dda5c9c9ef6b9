"""Files of a training run that another run of the same command goes on from: its log and its state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

LOG_FILE = "log.jsonl"
STATE_FILE = "state.pt"


def log_row(folder: Path, row: Mapping[str, float]) -> None:
    """Append one row of numbers to the log of the run in ``folder``, rounded to six digits after the point."""
    with (folder / LOG_FILE).open("a") as file:
        file.write(json.dumps({name: round(value, 6) for name, value in row.items()}) + "\n")


def save_state(folder: Path, state: Mapping[str, Any]) -> None:
    """Write the state of the run in ``folder`` so that it is there whole, or as it was."""
    partial = folder / f".{STATE_FILE}"
    torch.save(dict(state), partial)
    partial.replace(folder / STATE_FILE)
