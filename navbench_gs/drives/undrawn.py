"""Drives whose pictures are still to be drawn: where, by whom and past what they led, in a small file.

Pictures are most of what recording costs. Without them a drive takes some hundreds of bytes a frame, and can be drawn
where there are more cores or a GPU, in any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.record import parse_record
from navbench_gs.domain.state import WorldState
from navbench_gs.errors import DamagedFileError

UNDRAWN_FILE = "undrawn.npz"
FIELDS = ("time_s", "robot", "robot_velocity", "pedestrians", "pedestrian_velocities")


@dataclass(frozen=True, eq=False)
class Undrawn:
    """What a drive's pictures are drawn from."""

    episode: Episode
    states: Sequence[WorldState]
    """T of them, one a picture."""


def write_undrawn(path: Path, undrawn: Undrawn) -> None:
    """Write the file."""
    arrays: dict[str, Any] = {name: np.array([getattr(state, name) for state in undrawn.states]) for name in FIELDS}
    np.savez_compressed(path, episode=np.array(undrawn.episode.model_dump_json()), **arrays)


def read_undrawn(path: Path) -> Undrawn:
    """Read the file.

    Raises:
        DamagedFileError: it is absent, or not what :func:`write_undrawn` writes.
        InvalidRecordError: its episode is none.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            episode, columns = str(file["episode"]), [np.asarray(file[name], dtype=np.float64) for name in FIELDS]
    except (OSError, ValueError, KeyError) as error:
        raise DamagedFileError(f"{path} does not say what its pictures are to be drawn from: {error}") from error
    states = [WorldState(float(time_s), *moved) for time_s, *moved in zip(*columns, strict=True)]
    return Undrawn(parse_record(episode, Episode, source=str(path)), states)
