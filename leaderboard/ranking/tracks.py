"""What is never mixed: boards differ in what was driven, tracks of one board in what an agent knows and learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from navbench_gs.domain.agent import AgentCard, Needs
from navbench_gs.domain.result import Result

SANITY = ("still", "random", "straight", "reactive", "oracle")
"""Agents that stand on every board as floors and ceiling; they are compared with all others and hold no rank."""
TRAINED_HERE = {"s2e": frozenset({"bc", "bc_single", "sample", "goal_free", "blind"})}
"""Agents of this repository whose shipped weights learned in scenes of its generator, and the words after the colon
that leave it at those; any other names weights that may have learned anywhere."""
TRAINING = {
    "generator": "trained in this generator",
    "zero-shot": "zero-shot",
    "unstated": "training not stated",
}
"""What the field ``training`` of a card may say -> how it is shown."""


class Board(NamedTuple):
    """What was driven: numbers of two boards have nothing to do with one another."""

    suite: str
    provenance: str
    embodiment: str
    rules: str
    """Digest."""
    perturbation: str
    """Variant of the camera; empty: the Rules' camera, the main board."""

    @property
    def title(self) -> str:
        """``embedded · procedural scenes · wheeled``, and the variant of the camera if there is one."""
        parts = [self.suite, f"{self.provenance} scenes", self.embodiment, *filter(None, [self.perturbation])]
        return " · ".join(parts)


class Track(NamedTuple):
    """What an agent knows and learned."""

    goal: str
    training: str

    @property
    def title(self) -> str:
        """``Goal point, zero-shot``."""
        return f"{self.goal}, {TRAINING[self.training]}".capitalize()


GOALS = ("goal point", "goal image", "privileged")
"""How the goal is known, least help first."""


def track_order(track: Track) -> tuple[int, int]:
    """Least help first, then in the order of ``TRAINING``."""
    return GOALS.index(track.goal), list(TRAINING).index(track.training)


def board_of(row: Result) -> Board:
    """The board a row belongs to."""
    return Board(row.suite, row.provenance, row.embodiment, row.rules, row.perturbation)


def board_order(board: Board) -> tuple[object, ...]:
    """Main boards first, the embedded suite before others."""
    return bool(board.perturbation), board.suite != "embedded", board


def track_of(card: AgentCard, submission: Mapping[str, str]) -> Track:
    """The track of an agent: its needs say what it knows, its submission (if any) what it learned from."""
    training = submission.get("training", "").strip().lower()
    if training not in TRAINING:
        training = "generator" if not submission and learned_here(card.name) else "unstated"
    return Track(goal_of(card.needs), training)


def learned_here(name: str) -> bool:
    """Whether an agent's name, such as ``s2e:bc,blind``, stands for weights that ship with this repository."""
    agent, _, words = name.partition(":")
    return agent in TRAINED_HERE and set(filter(None, words.split(","))) <= TRAINED_HERE[agent]


def goal_of(needs: Needs) -> str:
    """How the goal is known; the greatest help counts."""
    point, image, privileged = GOALS
    if needs.privileged:
        return privileged
    return image if needs.goal_image or needs.route_images else point
