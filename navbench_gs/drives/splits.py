"""Which trajectories train and which are held out: ``<splits>/{train,test}/traj_names.txt``, a name a line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from navbench_gs.domain.streams import stream_seed
from navbench_gs.drives.layout import trajectory_names

SPLITS_FOLDER = "splits"
"""Where recorded drives keep their splits, inside the data set's folder."""
Part = Literal["train", "test"]


def place_of(name: str) -> str:
    """What must not lie on both sides of a split: the scene of a recorded drive, else the trajectory itself."""
    return name.split("-")[0]


def split_by_place(names: Iterable[str], held_out: float = 0.15) -> dict[Part, tuple[str, ...]]:
    """Split names so that no place lies on both sides; at least one place each, when there are two.

    Places are ordered by a hash of their names, so that adding drives of known places moves nothing.
    """
    names = sorted(names)
    places = sorted({place_of(name) for name in names}, key=lambda place: stream_seed("split", place))
    count = min(max(1, round(held_out * len(places))), len(places) - 1)
    test = set(places[:count])
    return {
        "train": tuple(name for name in names if place_of(name) not in test),
        "test": tuple(name for name in names if place_of(name) in test),
    }


def write_split(folder: Path, split: dict[Part, tuple[str, ...]]) -> None:
    """Write the published files of a split below ``folder``."""
    for part, names in split.items():
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part / "traj_names.txt").write_text("".join(f"{name}\n" for name in names))


def read_split(data_set: Path) -> dict[Part, tuple[str, ...]]:
    """The split that lies in a data set's folder, else :func:`split_by_place` of all its trajectories."""
    files: dict[Part, Path] = {
        "train": data_set / SPLITS_FOLDER / "train" / "traj_names.txt",
        "test": data_set / SPLITS_FOLDER / "test" / "traj_names.txt",
    }
    if not all(file.exists() for file in files.values()):
        return split_by_place(trajectory_names(data_set))
    return {part: tuple(file.read_text().split()) for part, file in files.items()}
