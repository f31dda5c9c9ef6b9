"""Several layers of several places as one block of memory, read by many robots at once (torch)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from navbench_gs.terrain.distance import DistanceField


class Frames(NamedTuple):
    """Where in a stack N robots read."""

    starts: Tensor
    """(2, N) first value of each robot's field, and how many values lie between neighbours along x."""
    extents: Tensor
    """(4, N) cells between the world's origin and the middle of the field's first cell, along x and y, negated; and
    between its first and last cells (a little less, so that there is always a next one)."""

    def of(self, rows: Tensor) -> Frames:
        """Those of robots ``rows`` (K,)."""
        return Frames(self.starts.index_select(1, rows), self.extents.index_select(1, rows))


class FieldStack:
    """L fields of any sizes; each robot reads one of them.

    Reading is that of :func:`navbench_gs.terrain.distance.interpolated`: bilinear between cell centres, clamped at the
    border.

    Args:
        fields: at least one, all with cells of one size, 2 x 2 or more of them.
        device: where the values lie.
    """

    def __init__(self, fields: Sequence[DistanceField], device: str = "cpu") -> None:
        self.cell_m = fields[0].cell_m
        self._values = torch.from_numpy(np.concatenate([field.values.ravel() for field in fields])).to(device)
        sizes = np.array([field.values.shape for field in fields], dtype=np.int64)
        starts = [np.cumsum(sizes.prod(axis=1)) - sizes.prod(axis=1), sizes[:, 1]]
        firsts = -np.array([field.origin for field in fields]) / self.cell_m - 0.5
        lasts = np.nextafter((sizes - 1).astype(np.float32), np.float32(0.0))
        extents = np.concatenate([firsts, lasts], axis=1).T.astype(np.float32)
        self._frames = Frames(torch.from_numpy(np.array(starts)).to(device), torch.from_numpy(extents).to(device))

    def frames(self, which: Tensor) -> Frames:
        """For robots that read the fields ``which`` (N,)."""
        return self._frames.of(which)

    def at(self, frames: Frames, points: Tensor) -> Tensor:
        """Values (N, K) of each robot's field at its world points (N, K, 2)."""
        near, near_next, far, far_next, u, v = self._corners(frames, points)
        nearer = torch.lerp(near, near_next, v)
        return torch.lerp(nearer, torch.lerp(far, far_next, v), u)

    def slope(self, frames: Frames, points: Tensor) -> Tensor:
        """Slopes (N, K, 2) along x and y at world points (N, K, 2), per metre."""
        near, near_next, far, far_next, u, v = self._corners(frames, points)
        along = torch.lerp(far - near, far_next - near_next, v)
        across = torch.lerp(near_next - near, far_next - far, u)
        return torch.stack([along, across], dim=-1) / self.cell_m

    def _corners(self, frames: Frames, points: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        """The four values around each point, and how far it is from the first towards the others, (N, K) each."""
        first, width = frames.starts[..., None].unbind()
        (row, u), (column, v) = (self._cell(axis, frames, points[..., axis]) for axis in (0, 1))
        index = row.mul_(width).add_(column).add_(first)
        farther = index + width
        near, far = self._values.take(index), self._values.take(farther)
        return near, self._values.take(index.add_(1)), far, self._values.take(farther.add_(1)), u, v

    def _cell(self, axis: int, frames: Frames, along: Tensor) -> tuple[Tensor, Tensor]:
        """The cell whose centre lies before each coordinate (N, K), and how far that is towards the next centre."""
        first, last = frames.extents[axis, :, None], frames.extents[2 + axis, :, None]
        place = torch.minimum(torch.add(first, along, alpha=1.0 / self.cell_m).clamp_(min=0.0), last)
        low = place.long()
        return low, place.sub_(low)


class LayerStack:
    """L layers of yes and no, of any sizes; each question names the layer it asks."""

    def __init__(
        self,
        layers: Sequence[NDArray[np.bool_]],
        origins: Sequence[tuple[float, float]],
        cell_m: float,
        device: str = "cpu",
    ) -> None:
        sizes = np.array([layer.shape for layer in layers], dtype=np.int64)
        self._cell_m = cell_m
        self._values = torch.from_numpy(np.concatenate([layer.ravel() for layer in layers])).to(device)
        self._firsts = torch.from_numpy(np.cumsum(sizes.prod(axis=1)) - sizes.prod(axis=1)).to(device)
        self._sizes = torch.from_numpy(sizes.T.copy()).to(device)
        self._origins = torch.tensor(np.array(origins).T, dtype=torch.float32, device=device)

    def holds(self, which: Tensor, points: Tensor) -> Tensor:
        """Values (N,) at world points (N, 2), false beyond the layer."""
        cells = torch.zeros_like(which)
        for axis in (0, 1):
            size = self._sizes[axis].index_select(0, which)
            cell = torch.floor(self._place(axis, which, points)).long().clamp_(min=0)
            cells = cells * size + torch.minimum(cell, size - 1)
        values = self._values.index_select(0, self._firsts.index_select(0, which) + cells)
        return values & self.covers(which, points)

    def covers(self, which: Tensor, points: Tensor) -> Tensor:
        """Whether world points (N, 2) lie inside the layer (N,)."""
        inside = torch.ones_like(which, dtype=torch.bool)
        for axis in (0, 1):
            place = self._place(axis, which, points)
            inside &= (place >= 0.0) & (place < self._sizes[axis].index_select(0, which))
        return inside

    def _place(self, axis: int, which: Tensor, points: Tensor) -> Tensor:
        """How many cells (N,) points are from the layer's border."""
        return (points[:, axis] - self._origins[axis].index_select(0, which)).div_(self._cell_m)
