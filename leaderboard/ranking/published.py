"""Numbers that others published, with their source; shown apart, never ranked with ours."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

PUBLISHED_CSV = Path(__file__).with_name("published.csv")


class Published(NamedTuple):
    """One published number."""

    setting: str
    """``simulation``: NavBench-GS of the paper, whose protocol is not published; else a robot."""
    agent: str
    data: str
    """What it was trained on."""
    task: str
    metric: str
    value: str
    """As printed."""
    source: str


def published_numbers() -> list[Published]:
    """All of ``published.csv``, in its order."""
    with PUBLISHED_CSV.open(newline="", encoding="utf-8") as file:
        return [Published(**line) for line in csv.DictReader(file)]


def published_table(setting: str, metric: str) -> tuple[list[str], list[tuple[str, str, list[str]]]]:
    """Tasks, and of each agent its name, its data and its numbers in these tasks (empty: not found)."""
    chosen = [number for number in published_numbers() if (number.setting, number.metric) == (setting, metric)]
    tasks = list(dict.fromkeys(number.task for number in chosen))
    of_agent: dict[tuple[str, str], dict[str, str]] = {}
    for number in chosen:
        of_agent.setdefault((number.agent, number.data), {})[number.task] = number.value
    return tasks, [(*who, [values.get(task, "") for task in tasks]) for who, values in of_agent.items()]
