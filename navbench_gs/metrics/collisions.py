"""Collisions (CT): contact onsets of the robot's body, debounced per actor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np

from navbench_gs.domain.result import ContactKind
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.trajectory import CONTACT_KINDS, Trajectory


@dataclass(frozen=True)
class Collision:
    """One contact onset."""

    tick: int
    """Tick (1..T) during which the contact began."""
    kind: ContactKind
    actor: int
    """Number of the obstacle or pedestrian in the Episode; 0 for the scene, which is one actor."""
    at_fault: bool
    """The robot moved towards the actor faster than ``rules.contact.at_fault_speed_mps``."""


def collisions(trajectory: Trajectory, rules: Rules) -> tuple[Collision, ...]:
    """All contact onsets in order of time; of one tick in order of kind, then actor.

    An actor counts again only after ``rules.contact.debounce_s`` without any contact with it, so neither a long
    contact nor a rattling one counts twice.
    """
    free_ticks = math.ceil(rules.contact.debounce_s / trajectory.tick_s - 1e-9)
    last_touch: dict[tuple[int, int], int] = {}
    onsets = []
    for touch in np.lexsort((trajectory.contact_actor, trajectory.contact_kind, trajectory.contact_tick)):
        tick, kind, actor = (
            int(numbers[touch])
            for numbers in (trajectory.contact_tick, trajectory.contact_kind, trajectory.contact_actor)
        )
        since = tick - last_touch.get((kind, actor), -math.inf) - 1
        last_touch[kind, actor] = tick
        if since >= free_ticks:
            at_fault = trajectory.contact_approach_mps[touch] > rules.contact.at_fault_speed_mps
            onsets.append(Collision(tick, cast(ContactKind, CONTACT_KINDS[kind]), actor, bool(at_fault)))
    return tuple(onsets)


def contact_steps(trajectory: Trajectory) -> int:
    """Ticks with any contact, whatever the actor; the count that per-step semantics would call collisions."""
    return len(np.unique(trajectory.contact_tick))


def distinct_actors(trajectory: Trajectory) -> int:
    """How many different actors were touched, the scene being one."""
    return len(set(zip(trajectory.contact_kind.tolist(), trajectory.contact_actor.tolist(), strict=True)))
