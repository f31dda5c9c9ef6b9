"""Several layers of several places as one block of memory, read by many robots at once (torch)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from navbench_gs.terrain.distance import DistanceField


class FieldStack:
    """L fields of any sizes; each question names the field it asks.

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
        self._firsts = torch.from_numpy(np.cumsum(sizes.prod(axis=1)) - sizes.prod(axis=1)).to(device)
        self._sizes = torch.from_numpy(sizes).to(device)
        self._origins = torch.tensor([field.origin for field in fields], dtype=torch.float32, device=device)

    def at(self, which: Tensor, points: Tensor) -> Tensor:
        """Values (N, K) of the fields ``which`` (N,) at world points (N, K, 2)."""
        return self.with_slope(which, points)[0]

    def with_slope(self, which: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """Values (N, K) and their slopes along x and y (N, K, 2), per metre."""
        sizes = self._sizes[which][:, None]
        place = (points - self._origins[which][:, None]) / self.cell_m - 0.5
        place = torch.minimum(place.clamp(min=0.0), (sizes - 1).to(place.dtype))
        low = torch.minimum(place.long(), sizes - 2)
        u, v = (place - low).unbind(-1)
        width = sizes[..., 1]
        first = self._firsts[which][:, None] + low[..., 0] * width + low[..., 1]
        near, near_next = self._values[first], self._values[first + 1]
        far, far_next = self._values[first + width], self._values[first + width + 1]
        nearer = near + v * (near_next - near)
        farther = far + v * (far_next - far)
        across = (near_next - near) * (1.0 - u) + (far_next - far) * u
        return nearer + u * (farther - nearer), torch.stack([farther - nearer, across], dim=-1) / self.cell_m


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
        self._sizes = torch.from_numpy(sizes).to(device)
        self._origins = torch.tensor(np.array(origins), dtype=torch.float32, device=device)

    def holds(self, which: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """Values (N,) at world points (N, 2), false beyond the layer; and whether the points are inside it (N,)."""
        sizes = self._sizes[which]
        cells = torch.floor((points - self._origins[which]) / self._cell_m).long()
        inside = ((cells >= 0) & (cells < sizes)).all(dim=-1)
        cells = torch.minimum(cells.clamp(min=0), sizes - 1)
        return self._values[self._firsts[which] + cells[:, 0] * sizes[:, 1] + cells[:, 1]] & inside, inside
