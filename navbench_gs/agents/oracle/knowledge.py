"""What an oracle is told of pedestrians, by words: who they are, and where it takes them to be in the next seconds.

============  ==================================================================
``in_view``   only those in the camera's view within the last second
``steady``    they go on at their present velocity: where they are bound is not told
``standing``  they stay where they are: how they move is not told either
============  ==================================================================
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from navbench_gs.agents.oracle.forecast import PedestrianForecast
from navbench_gs.agents.oracle.in_view import InView
from navbench_gs.domain.episode import PedestrianPlacement
from navbench_gs.domain.state import WorldState
from navbench_gs.errors import AgentCardError, UnknownNameError
from navbench_gs.terrain.terrain import Grid

Floats = NDArray[np.float64]

WORDS = {
    "in_view": "only those in the camera's view within the last second",
    "steady": "that they go on at their present velocity",
    "standing": "that they stay where they are",
}
NOWHERE_M = 1e5
"""Where pedestrians are that are not known of."""


def words_of(variant: str) -> tuple[str, ...]:
    """The words of a comma-separated variant, in the order of :data:`WORDS`.

    Raises:
        UnknownNameError: a word is none of them; the closest one is offered.
        AgentCardError: two words exclude each other.
    """
    given = {word.strip() for word in variant.split(",") if word.strip()}
    for word in sorted(given - set(WORDS)):
        raise UnknownNameError("variant of oracle", word, WORDS)
    if {"steady", "standing"} <= given:
        raise AgentCardError(f"agent 'oracle:{variant}': pedestrians are steady or standing, not both")
    return tuple(word for word in WORDS if word in given)


def described(words: Sequence[str]) -> str:
    """What an oracle with these words is, for its card."""
    if not words:
        return "privileged planner that knows terrain, obstacles and pedestrians; variants " + ", ".join(WORDS)
    return "privileged planner that knows of pedestrians " + ", and ".join(WORDS[word] for word in words)


class Knowledge:
    """Where P pedestrians of an episode are taken to be. Needs every state in turn."""

    def __init__(self, words: Sequence[str], placements: Sequence[PedestrianPlacement], free: Grid) -> None:
        """``free`` is the walkable grid, blocked where obstacles stand."""
        self._words = frozenset(words)
        self._bound = PedestrianForecast(placements, free)
        self._in_view = InView(self.radii)

    @property
    def radii(self) -> Floats:
        """(P,) metres."""
        return self._bound.radii

    def known(self, state: WorldState) -> NDArray[np.bool_]:
        """(P,) whom it is told of at ``state``."""
        if "in_view" in self._words:
            return self._in_view.known(state)
        return np.ones(len(self.radii), dtype=bool)

    def places(self, state: WorldState, steps: int, step_s: float) -> Floats:
        """(T, P, 2) metres, world frame, after 1 to T steps of ``step_s`` from ``state`` on."""
        places = self._ahead(state, steps, step_s)
        places[:, ~self.known(state)] = NOWHERE_M
        return places

    def _ahead(self, state: WorldState, steps: int, step_s: float) -> Floats:
        if not self._words & {"steady", "standing"}:
            return self._bound.places(state, steps, step_s)
        velocities = state.pedestrian_velocities * ("steady" in self._words)
        times = step_s * np.arange(1.0, steps + 1.0)[:, None, None]
        ahead: Floats = state.pedestrians[:, :2] + times * velocities
        return ahead
