"""Which data sets are given, and how each counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from baselines.data.drive_set import DataFolder
from baselines.data.spacing import spacing_of
from navbench_gs.errors import UnknownNameError


def data_folders(
    paths: Sequence[Path], spacings: Mapping[str, float], weights: Mapping[str, float]
) -> list[DataFolder]:
    """Data sets with the spacing known or given for each, by the folder's name, and the weight given.

    Raises:
        UnknownNameError: a spacing or weight is given for a folder that is not among them.
    """
    names = [path.resolve().name for path in paths]
    for name in (*spacings, *weights):
        if name not in names:
            raise UnknownNameError("data set", name, names)
    return [
        DataFolder(path, spacings.get(name, spacing_of(name)), weights.get(name, 1.0))
        for path, name in zip(paths, names, strict=True)
    ]
