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
        self._widths = torch.from_numpy(sizes[:, 1].copy()).to(device)
        self._lasts = torch.from_numpy((sizes - 1).astype(np.float32)).to(device)
        self._seconds_last = torch.from_numpy((sizes - 2).astype(np.int32)).to(device)
        self._origins = torch.tensor([field.origin for field in fields], dtype=torch.float32, device=device)

    def at(self, which: Tensor, points: Tensor) -> Tensor:
        """Values (N, K) of the fields ``which`` (N,) at world points (N, K, 2)."""
        near, near_next, far, far_next, u, v = self._corners(which, points)
        nearer = torch.lerp(near, near_next, v)
        return torch.lerp(nearer, torch.lerp(far, far_next, v), u)

    def slope(self, which: Tensor, points: Tensor) -> Tensor:
        """Slopes (N, K, 2) along x and y at world points (N, K, 2), per metre."""
        near, near_next, far, far_next, u, v = self._corners(which, points)
        along = torch.lerp(far - near, far_next - near_next, v)
        across = torch.lerp(near_next - near, far_next - far, u)
        return torch.stack([along, across], dim=-1) / self.cell_m

    def _corners(self, which: Tensor, points: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        """The four values around each point, and how far it is from the first towards the others, (N, K) each."""
        first, widths = self._firsts[which, None], self._widths[which, None]
        place = (points - self._origins[which, None]) / self.cell_m - 0.5
        place = torch.minimum(place.clamp_(min=0.0), self._lasts[which, None])
        lows = torch.minimum(place.int(), self._seconds_last[which, None])
        share = place - lows
        index = first + lows[..., 0] * widths + lows[..., 1]
        values, farther = self._values, index + widths
        u, v = share.unbind(-1)
        return values[index], values[index + 1], values[farther], values[farther + 1], u, v


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
