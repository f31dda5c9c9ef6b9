"""Replays: each recording as a small script that registers itself, so that the page loads it also from a disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.ranking.entries import Drive, Entry
from leaderboard.ranking.standings import BoardStandings
from leaderboard.site.maps import Places, place_data
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.trajectory import CONTACT_KINDS, Trajectory
from navbench_gs.errors import DamagedFileError
from navbench_gs.store.recordings import read_recording

FOLDER = "replays"
STEP_S = 0.2
"""Time between two shown poses; the page draws the ones between."""


class Replays(NamedTuple):
    """What of a board can be replayed."""

    places: list[str]
    """Scenes with a map."""
    drives: dict[str, list[Drive]]
    """Slug of an entry -> its drives with a recording."""


def write_replays(boards: Sequence[BoardStandings], places: Places, out: Path) -> Replays:
    """Write the maps and the recordings of all entries.

    A recording that is absent or damaged is left out: the scores stand in its row.
    """
    scenes = _write_places(places, {scene for board in boards for scene in board.scenes}, out)
    drives = {
        entry.slug: [drive for drive in entry.recordings if _write_replay(entry, drive, out)]
        for board in boards
        for entry in board.entries
    }
    return Replays(scenes, drives)


def replay_file(slug: str, seed: int, key: tuple[str, str, int]) -> str:
    """Where the replay of a drive lies, relative to the page."""
    return f"{FOLDER}/{slug}/{seed}/{'-'.join(map(str, key))}.js"


def _write_places(places: Places, wanted: Iterable[str], out: Path) -> list[str]:
    of_scene: dict[str, list[Episode]] = {}
    for episode in places.episodes.values():
        of_scene.setdefault(episode.scene, []).append(episode)
    found = sorted(set(wanted) & set(places.scenes) & set(of_scene))
    for name in found:
        _write_script(out / FOLDER / "places" / f"{name}.js", name, place_data(places.scenes[name], of_scene[name]))
    return found


def _write_replay(entry: Entry, drive: Drive, out: Path) -> bool:
    try:
        trajectory = read_recording(entry.recordings[drive])
    except DamagedFileError:
        return False
    name = replay_file(entry.slug, *drive)
    _write_script(out / name, name, replay_data(trajectory))
    return True


def _write_script(path: Path, name: str, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(data, separators=(",", ":"), allow_nan=False)
    path.write_text(f"navbench.take({json.dumps(name)},{content});\n", encoding="ascii")


def replay_data(trajectory: Trajectory) -> dict[str, Any]:
    """A recording every ``STEP_S`` and at its end: centimetres and hundredths of a radian, each as its change.

    ``robot`` is x, y, yaw of the first pose, then the change to the next, and so on; ``pedestrians`` the same of each
    one's x, y. ``contacts`` are (tick, kind) of every tick that touched something when the one before did not.
    """
    stride = max(1, round(STEP_S / trajectory.tick_s))
    last = len(trajectory.poses) - 1
    ticks = np.unique(np.append(np.arange(0, last + 1, stride), last))
    robot = trajectory.poses[ticks].copy()
    robot[:, 2] = np.unwrap(robot[:, 2])
    return {
        "tick_s": trajectory.tick_s,
        "stride": stride,
        "last": last,
        "robot": _changes(robot),
        "pedestrians": [_changes(way[:, :2]) for way in trajectory.pedestrians[ticks].transpose(1, 0, 2)],
        "remaining": [round(float(metres), 1) for metres in trajectory.remaining_m[ticks]],
        "contacts": _onsets(trajectory),
        "kinds": list(CONTACT_KINDS),
        "ended": trajectory.ended,
    }


def _changes(values: NDArray[np.float64]) -> list[int]:
    """Rows in hundredths: the first as it is, the others as differences to the row before, one after another."""
    whole = np.rint(100.0 * values).astype(np.int64)
    return np.diff(whole, axis=0, prepend=np.zeros_like(whole[:1])).ravel().tolist()


def _onsets(trajectory: Trajectory) -> list[tuple[int, int]]:
    """(tick, kind) where a contact with an actor begins after a tick without it."""
    touched = {
        (int(tick), int(kind), int(actor))
        for tick, kind, actor in zip(
            trajectory.contact_tick, trajectory.contact_kind, trajectory.contact_actor, strict=True
        )
    }
    return sorted((tick, kind) for tick, kind, actor in touched if (tick - 1, kind, actor) not in touched)
