"""Curves of a training run for TensorBoard, beside its log."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from navbench_gs.errors import MissingPackageError

FOLDER = "tensorboard"


class Curves:
    """One curve for every name that is logged, in ``<run>/tensorboard``."""

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise MissingPackageError("curves need TensorBoard: pip install 'navbench-gs[train]'") from error
        self._writer = SummaryWriter(str(folder / FOLDER))

    def add(self, row: Mapping[str, float], step: int) -> None:
        """Add the values of a log row, each to its curve; they are on disk when this returns."""
        for name, value in row.items():
            if name != "step":
                self._writer.add_scalar(name, value, step)
        self._writer.flush()
