"""Running count of what episodes came to, of what each reward term brought, and of the places driven in."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

CONTACT_KINDS = {1: "scene", 2: "obstacle", 3: "pedestrian"}
OUTCOMES = ("success", "strict_success", "contacts", "route_completion", "length")
"""What the world says of an episode at its end, as ``episode_<name>``."""


class Tally:
    """Sums since :meth:`means` was last asked; scenes since the beginning."""

    def __init__(self) -> None:
        self._scenes: set[int] = set()
        self._clear()

    def _clear(self) -> None:
        self.episodes = 0
        self._sums: dict[str, float] = {}

    def add(self, infos: Mapping[str, Tensor], lived: Tensor, terms: Mapping[str, Tensor]) -> None:
        """Count one step of N robots: reward ``terms`` and contacts of ``lived`` steps (N,), episodes that ended."""
        ended = infos["ended"]
        self._scenes.update(infos["episode_scene"].tolist())
        self.episodes += int(ended.sum())
        sums = {name: infos[f"episode_{name}"][ended] for name in OUTCOMES}
        for number, kind in CONTACT_KINDS.items():
            sums[f"contacts_{kind}"] = infos["contact"] & (infos["contact_kind"] == number) & lived
        sums |= {f"reward_{name}": values[lived] for name, values in terms.items()}
        for name, values in sums.items():
            self._sums[name] = self._sums.get(name, 0.0) + float(values.double().sum())

    def means(self) -> dict[str, float]:
        """How many different scenes, ended episodes, and means per such episode; starts counting episodes anew."""
        count = max(1, self.episodes)
        row = {"scenes": float(len(self._scenes)), "episodes": float(self.episodes)}
        row |= {name: value / count for name, value in self._sums.items()}
        self._clear()
        return row
