"""Running count of episodes: how many arrived, touched nothing, and what each reward term brought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

CONTACT_KINDS = {1: "scene", 2: "obstacle", 3: "pedestrian"}


class Tally:
    """Counts of N robots' episodes since :meth:`means` was last asked."""

    def __init__(self, robots: int) -> None:
        self._contacts = torch.zeros(robots)
        self._steps = torch.zeros(robots)
        self._ended: list[dict[str, float]] = []
        self._terms: dict[str, list[float]] = {}
        self._kinds: dict[str, float] = dict.fromkeys(CONTACT_KINDS.values(), 0.0)

    def add(self, infos: Mapping[str, Tensor], ended: Tensor, lived: Tensor, terms: Mapping[str, Tensor]) -> None:
        """Count one step of all robots; those that ``ended`` (N,) finish an episode, only ``lived`` (N,) steps count."""
        contact = infos["contact"].bool() & lived
        self._contacts += contact
        self._steps += lived
        for number, kind in CONTACT_KINDS.items():
            self._kinds[kind] += float((contact & (infos["contact_kind"] == number)).sum())
        for name, values in terms.items():
            self._terms.setdefault(name, []).append(float(values[lived].sum()))
        for robot in (ended & lived).nonzero()[:, 0].tolist():
            self._end(robot, success=bool(infos["success"][robot]), infos=infos)

    def _end(self, robot: int, *, success: bool, infos: Mapping[str, Any]) -> None:
        row = {
            "success": float(success),
            "strict_success": float(success and self._contacts[robot] == 0),
            "contacts": float(self._contacts[robot]),
            "episode_steps": float(self._steps[robot]),
        }
        if "route_completion" in infos:
            row["route_completion"] = float(infos["route_completion"][robot])
        self._ended.append(row)
        self._contacts[robot] = self._steps[robot] = 0.0

    @property
    def episodes(self) -> int:
        """Episodes ended since :meth:`means`."""
        return len(self._ended)

    def means(self) -> dict[str, float]:
        """Means over ended episodes, contacts by kind and reward terms per episode; starts counting anew."""
        count = max(1, len(self._ended))
        row: dict[str, float] = {"episodes": float(len(self._ended))}
        for name in self._ended[0] if self._ended else ():
            row[name] = sum(ended[name] for ended in self._ended) / count
        row |= {f"contacts_{kind}": number / count for kind, number in self._kinds.items()}
        row |= {f"reward_{name}": sum(values) / count for name, values in self._terms.items()}
        self._ended, self._terms, self._kinds = [], {}, dict.fromkeys(CONTACT_KINDS.values(), 0.0)
        return row
