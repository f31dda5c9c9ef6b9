"""The published GNM folder layout: ``<data set>/<trajectory>/{0..T-1}.jpg`` beside ``traj_data.pkl``.

The pickled dict holds ``position`` (T, 2) metres and ``yaw`` (T,) radians. Ours adds ``disturbed`` (T,), ``goal``
(2,), ``ranges`` (T, R), ``people`` (T, K, R) and ``plans`` (T, H, 2), which other readers of the layout ignore.
A drive whose pictures are still to be drawn has ``undrawn.npz`` in place of them.
"""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from navbench_gs.domain.clip import Clip
from navbench_gs.drives.array_pickle import read_array_pickle
from navbench_gs.drives.undrawn import UNDRAWN_FILE, Undrawn, write_undrawn
from navbench_gs.errors import DamagedFileError

TRAJECTORY_FILE = "traj_data.pkl"
PERIOD_S = 0.25
"""Published drives are sampled at 4 Hz."""
JPEG_QUALITY = 92


def trajectory_names(data_set: Path) -> tuple[str, ...]:
    """Names of the trajectories in a data set's folder, sorted.

    Raises:
        DamagedFileError: the folder holds none.
    """
    names = tuple(sorted(path.parent.name for path in data_set.glob(f"*/{TRAJECTORY_FILE}")))
    if not names:
        raise DamagedFileError(f"{data_set} holds no <trajectory>/{TRAJECTORY_FILE}: not a folder of drives")
    return names


def read_clip(folder: Path, period_s: float = PERIOD_S) -> Clip:
    """One trajectory. Pictures beyond the last pose are left out (published drives may have one more).

    Raises:
        DamagedFileError: the pickle is refused, arrays do not fit together or are not finite, or a picture is absent.
    """
    if (folder / UNDRAWN_FILE).exists():
        raise DamagedFileError(f"{folder} has no pictures yet: run 'navbench drives draw {folder.parent}'")
    arrays = read_array_pickle(folder / TRAJECTORY_FILE)
    if not {"position", "yaw"} <= arrays.keys():
        raise DamagedFileError(f"{folder / TRAJECTORY_FILE} lacks 'position' or 'yaw'")
    positions = np.asarray(arrays["position"], dtype=np.float64)
    yaws = np.asarray(arrays["yaw"], dtype=np.float64).reshape(-1)
    count = len(yaws)
    disturbed = np.asarray(arrays.get("disturbed", np.zeros(count)), dtype=bool)
    goal, ranges, plans, people = (
        np.asarray(arrays[key], dtype=np.float64) if key in arrays else None
        for key in ("goal", "ranges", "plans", "people")
    )
    if positions.ndim != 2 or positions.shape[0] != count or positions.shape[1] < 2 or disturbed.shape != (count,):
        raise DamagedFileError(f"{folder}: position {positions.shape}, yaw {yaws.shape} and disturbed do not fit")
    for key, array in (("ranges", ranges), ("plans", plans), ("people", people)):
        if array is not None and array.shape[:1] != (count,):
            raise DamagedFileError(f"{folder}: {key} {array.shape} does not fit {count} poses")
    if not (np.isfinite(positions).all() and np.isfinite(yaws).all()):
        raise DamagedFileError(f"{folder}: a pose is not finite")
    frames = tuple(str(folder / f"{index}.jpg") for index in range(count))
    missing = next((frame for frame in frames if not Path(frame).exists()), None)
    if missing is not None:
        raise DamagedFileError(f"{missing} is absent, but {TRAJECTORY_FILE} has {count} poses")
    return Clip(folder.name, frames, positions[:, :2], yaws, disturbed, period_s, goal, ranges, plans, people)


def write_clip(
    folder: Path,
    pictures: NDArray[np.uint8] | Undrawn,
    poses: NDArray[np.float64],
    disturbed: NDArray[np.bool_],
    goal: NDArray[np.float64],
    ranges: NDArray[np.float64] | None = None,
    plans: NDArray[np.float64] | None = None,
    people: NDArray[np.float64] | None = None,
) -> None:
    """Write pictures (T, H, W, 3), poses (T, 3), disturbed (T,), goal (2,), and what :class:`Clip` may hold beside.

    In place of pictures, what they are to be drawn from.

    The folder appears whole or not at all.
    """
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    if isinstance(pictures, Undrawn):
        write_undrawn(partial / UNDRAWN_FILE, pictures)
    else:
        write_pictures(partial, pictures)
    arrays = {
        "position": np.ascontiguousarray(poses[:, :2]),
        "yaw": np.ascontiguousarray(poses[:, 2]),
        "disturbed": disturbed,
        "goal": np.asarray(goal, dtype=np.float64),
    }
    told = {"ranges": ranges, "plans": plans, "people": people}
    arrays |= {name: array.astype(np.float32) for name, array in told.items() if array is not None}
    (partial / TRAJECTORY_FILE).write_bytes(pickle.dumps(arrays, protocol=4))
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def write_pictures(folder: Path, pictures: NDArray[np.uint8]) -> None:
    """Write pictures (T, H, W, 3) by their numbers."""
    for index, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{index}.jpg", quality=JPEG_QUALITY)
