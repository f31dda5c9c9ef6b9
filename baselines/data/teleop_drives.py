"""CityWalker's teleoperated drives: ``pose_label/pose_traj_NN.txt`` and ``obs/traj_NN/forward_NNNN.jpg``.

A sample is three lines of numbers between commas, and samples are taken to be 1 s apart, as the published code does:

    GPS:    stamp, latitude, longitude, accuracy, altitude        (degrees, metres)
    pose:   stamp, x, y, z, rx, ry, rz, number of the picture     (metres, rotation vector in radians)
    flags:  crowd, person close by, turn, action against target, crossing, other     (0 or 1)

Poses are those of a lidar that looks backwards: x behind the robot, y to its right. Past positions are the GPS's,
everything else the poses'. Source: ai4ce/CityWalker, ``data/teleop_dataset.py`` and ``utils/process_label.py``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from navbench_gs.errors import DamagedFileError, printable

POSES_FOLDER, PICTURES_FOLDER = "pose_label", "obs"
POSES_PREFIX = "pose_traj_"
CATEGORIES = ("crowd", "person_close_by", "turn", "action_target_mismatch", "crossing", "other")
LINES_A_SAMPLE, GPS_COLUMNS, POSE_COLUMNS = 3, 5, 8
EARTH_RADIUS_M = 6_378_137.0
LEAST_STEP_M = 0.01
"""Drives are divided by their mean step, but never by less than this."""
PUBLISHED_DRIVES = 18
LARGEST_PICTURE = 999_999
"""A larger number of a picture is taken for damage."""
MOST_BYTES = 64 << 20

Floats = NDArray[np.float64]
TeleopPart = Literal["train", "val", "test"]


@dataclass(frozen=True, eq=False)
class TeleopDrive:
    """One drive at 1 Hz, T moments."""

    blurred: ClassVar[bool] = False
    """Whether noise is added to past positions in training: the GPS has its own."""
    foretold: ClassVar[bool] = False
    """Whether what the camera will see is taught."""
    stride: ClassVar[int] = 5
    """Training takes every fifth moment."""

    name: str
    pictures: tuple[Path, ...]
    """T files."""
    positions: Floats
    """(T, 3) metres, in the odometry's frame."""
    rotations: Floats
    """(T, 3, 3) from the lidar's axes to the odometry's."""
    gps: Floats
    """(T, 2) metres east and north of the first sample."""
    flags: NDArray[np.bool_]
    """(T, 6) which of ``CATEGORIES`` a moment is of."""
    step: float
    """Mean distance between moments in the odometry's x and y, metres."""

    def local(self, moment: int, others: NDArray[np.int64]) -> Floats:
        """Places (P, 2) of other moments in the robot's frame at ``moment``: x right, y ahead, in mean steps."""
        seen = (self.positions[others] - self.positions[moment]) @ self.rotations[moment]
        places: Floats = np.stack([seen[:, 1], -seen[:, 0]], axis=1) / self.step
        return places

    def past(self, moment: int, frames: int) -> Floats:
        """Places (N, 2) of the last N moments by GPS, in mean steps; the last but one lies straight behind."""
        places = self.gps[moment - frames + 1 : moment + 1] - self.gps[moment]
        before = places[-2] if frames > 1 else places[-1]
        turn = -math.pi / 2 - math.atan2(before[1], before[0])
        cos, sin = math.cos(turn), math.sin(turn)
        turned: Floats = places @ np.array([[cos, sin], [-sin, cos]]) / self.step
        return turned


def poses_files(folder: Path) -> list[Path]:
    """The files of poses in ``folder/pose_label``, or in ``folder`` itself, in the order of their names."""
    within = folder / POSES_FOLDER
    return sorted((within if within.is_dir() else folder).glob(f"{POSES_PREFIX}*.txt"))


def teleop_split(files: Sequence[Path]) -> dict[TeleopPart, list[Path]]:
    """Which drives train, choose the weights, and are measured at the end: 8, 1 and 9 of the 18 published ones.

    In order of name, of any other number n: the last n // 2 are measured (none of two), before them one in 18, at
    least one, chooses, and the rest trains.

    Raises:
        DamagedFileError: there are fewer than two.
    """
    if len(files) < 2:
        raise DamagedFileError(f"{len(files)} teleoperated drive(s) found: training needs two or more")
    tests = min(len(files) // 2, len(files) - 2)
    measured = len(files) - tests
    chosen = measured - max(1, len(files) // PUBLISHED_DRIVES)
    return {"train": [*files[:chosen]], "val": [*files[chosen:measured]], "test": [*files[measured:]]}


def read_teleop_drives(folder: Path, part: TeleopPart) -> list[TeleopDrive]:
    """The drives of one part of :func:`teleop_split`.

    Raises:
        DamagedFileError: there are too few, or one cannot be read.
    """
    try:
        files = teleop_split(poses_files(folder))[part]
    except DamagedFileError as error:
        raise DamagedFileError(f"{folder}: {error}") from error
    within = folder / PICTURES_FOLDER
    pictures = within if within.is_dir() else folder
    return [read_teleop_drive(file, pictures / file.stem.removeprefix("pose_")) for file in files]


def read_teleop_drive(poses: Path, pictures: Path) -> TeleopDrive:
    """One drive.

    Raises:
        DamagedFileError: a file is absent, a line is missing, or one does not hold what it should.
    """
    lines = _lines(poses)
    gps = np.array([_numbers(poses, number, lines, GPS_COLUMNS)[1:3] for number in range(0, len(lines), 3)])
    rows = np.array([_numbers(poses, number, lines, POSE_COLUMNS)[1:] for number in range(1, len(lines), 3)])
    flags = [_flags(poses, number, lines) for number in range(2, len(lines), 3)]
    steps = np.linalg.norm(np.diff(rows[:, :2], axis=0), axis=1)
    return TeleopDrive(
        name=pictures.name,
        pictures=_pictures(poses, rows[:, 6], pictures),
        positions=rows[:, :3],
        rotations=Rotation.from_rotvec(rows[:, 3:6]).as_matrix(),
        gps=metres_of(gps),
        flags=np.array(flags, dtype=bool),
        step=max(float(steps.mean()), LEAST_STEP_M),
    )


def metres_of(degrees: Floats) -> Floats:
    """Latitudes and longitudes (T, 2) in degrees -> metres east and north of the first (T, 2), on a sphere."""
    latitude, longitude = np.radians(degrees).T
    east = (longitude - longitude[0]) * np.cos((latitude + latitude[0]) / 2)
    return np.stack([east, latitude - latitude[0]], axis=1) * EARTH_RADIUS_M


def _lines(poses: Path) -> list[str]:
    try:
        if poses.stat().st_size > MOST_BYTES:
            raise DamagedFileError(f"{poses} is larger than {MOST_BYTES >> 20} MiB")
        lines = poses.read_text(encoding="utf-8").rstrip().splitlines()
    except (OSError, ValueError) as error:
        raise DamagedFileError(f"cannot read poses {poses}: {error}") from error
    if len(lines) % LINES_A_SAMPLE:
        raise DamagedFileError(f"{poses} has {len(lines)} lines, not three (GPS, pose, flags) for every sample")
    if len(lines) < 2 * LINES_A_SAMPLE:
        raise DamagedFileError(f"{poses} holds {len(lines) // LINES_A_SAMPLE} samples, fewer than two")
    return lines


def _numbers(poses: Path, number: int, lines: Sequence[str], columns: int) -> list[float]:
    """The first so many numbers of a line; the stamp, whose form is not known, counts as 0."""
    texts = lines[number].split(",")
    what = "GPS" if columns == GPS_COLUMNS else "a pose"
    if len(texts) < columns:
        raise DamagedFileError(f"{poses}, line {number + 1}: {len(texts)} columns, but {what} has {columns}")
    try:
        values = [0.0, *(float(text) for text in texts[1:columns])]
    except ValueError as error:
        raise DamagedFileError(f"{poses}, line {number + 1}: {printable(str(error))}") from error
    if not all(math.isfinite(value) for value in values):
        raise DamagedFileError(f"{poses}, line {number + 1}: {what} holds a number that is not finite")
    return values


def _flags(poses: Path, number: int, lines: Sequence[str]) -> list[bool]:
    texts = [text.strip() for text in lines[number].split(",")]
    if len(texts) != len(CATEGORIES) or not set(texts) <= {"0", "1"}:
        raise DamagedFileError(
            f"{poses}, line {number + 1}: '{printable(lines[number], 40)}' is not {len(CATEGORIES)} flags of 0 or 1"
        )
    return [text == "1" for text in texts]


def _pictures(poses: Path, numbers: Floats, folder: Path) -> tuple[Path, ...]:
    paths = []
    for sample, number in enumerate(numbers):
        line = f"{poses}, line {LINES_A_SAMPLE * sample + 2}"
        if not 0 <= number <= LARGEST_PICTURE or number != int(number):
            raise DamagedFileError(f"{line}: {number:g} is no number of a picture")
        paths.append(folder / f"forward_{int(number):04d}.jpg")
        if not paths[-1].is_file():
            raise DamagedFileError(f"{line} names a picture that is not there: {paths[-1]}")
    return tuple(paths)
