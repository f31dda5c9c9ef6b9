"""Turns a drawing (a few key frames) into an Episode and a Trajectory; the format: tests/data/recordings/README.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.trajectory import CONTACT_KINDS, Trajectory

Drawing = Mapping[str, Any]


def drawn_episode(drawing: Drawing) -> Episode:
    start, goal = drawing["drive"][0][1:] if drawing["drive"] else (0.0, 0.0, 0.0), drawing["goal"]
    pedestrians = [
        {
            "look": "drawn",
            "start": (*walk["walk"][0][1:], 0.0),
            "goals": [walk["walk"][-1][1:]],
            "speed_mps": 1.0,
            "radius_m": walk["radius_m"],
            "behaviour": "blind",
        }
        for walk in drawing.get("pedestrians", ())
    ]
    return Episode.model_validate(
        {
            "scene": "drawn_00",
            "task": "obstacle_ped",
            "index": 0,
            "rules": RULES_V0.version,
            "start": start,
            "goal": goal,
            "route": [start[:2], goal],
            "geodesic_m": drawing["geodesic_m"],
            "pedestrians": pedestrians,
        }
    )


def drawn_contacts(drawing: Drawing) -> list[tuple[int, int, int, float]]:
    """(tick, kind, actor, approach) of every tick of every drawn contact."""
    return [
        (tick, CONTACT_KINDS.index(contact["kind"]), contact.get("actor", 0), contact.get("approach_mps", 0.0))
        for contact in drawing.get("contacts", ())
        for tick in range(contact["ticks"][0], contact["ticks"][1] + 1)
    ]


def drawn_trajectory(drawing: Drawing) -> tuple[Trajectory, Episode]:
    tick_s = drawing["tick_s"]
    ticks = round(drawing["drive"][-1][0] / tick_s) if drawing["drive"] else -1
    times = np.arange(ticks + 1) * tick_s

    def drawn(frames: list[list[float]]) -> np.ndarray:
        """(T + 1, columns) linear between the key frames (time first)."""
        key = np.array(frames, dtype=np.float64)
        return np.stack([np.interp(times, key[:, 0], column) for column in key.T[1:]], axis=1)

    poses = drawn(drawing["drive"]) if drawing["drive"] else np.zeros((0, 3))
    steps = np.hypot(*np.diff(poses[:, :2], axis=0).T)
    speed = np.concatenate([steps / tick_s, steps[-1:] / tick_s])
    if "speed" in drawing:
        speed = drawn(drawing["speed"])[:, 0]
    straight = np.hypot(*(poses[:, :2] - drawing["goal"]).T)
    on_walkable = np.ones(len(poses), dtype=bool)
    for first, last in drawing.get("off_walkable_ticks", ()):
        on_walkable[first : last + 1] = False
    walks = [drawn(walk["walk"]) for walk in drawing.get("pedestrians", ())]
    pedestrians = np.zeros((len(poses), len(walks), 3))
    for number, walk in enumerate(walks):
        pedestrians[:, number, :2] = walk
    contacts = drawn_contacts(drawing)
    episode = drawn_episode(drawing)
    trajectory = Trajectory(
        scene=episode.scene,
        task=episode.task,
        index=episode.index,
        episode=episode.digest(),
        rules=RULES_V0.digest(),
        tick_s=tick_s,
        poses=poses,
        velocities=np.stack([np.resize(speed, len(poses)), np.zeros(len(poses))], axis=1),
        commands=np.zeros((max(ticks, 0), 2)),
        remaining_m=drawn(drawing["remaining"])[:, 0] if "remaining" in drawing else straight,
        on_walkable=on_walkable,
        pedestrians=pedestrians,
        contact_tick=np.array([contact[0] for contact in contacts], dtype=np.int32),
        contact_kind=np.array([contact[1] for contact in contacts], dtype=np.int32),
        contact_actor=np.array([contact[2] for contact in contacts], dtype=np.int32),
        contact_approach_mps=np.array([contact[3] for contact in contacts], dtype=np.float64),
        decision_ticks=np.arange(0, max(ticks, 0), 4, dtype=np.int32),
        ended=drawing["ended"],
    )
    return trajectory, episode


@pytest.fixture(scope="session")
def draw() -> Callable[[Drawing], tuple[Trajectory, Episode]]:
    """The recording and the episode of a drawing."""
    return drawn_trajectory
