"""The walls around many crowds as one block of memory; each ground is copied into it once."""

from __future__ import annotations

import numpy as np

from navbench_gs.batched.crowd_ground import CrowdGround
from navbench_gs.batched.walking import Walls


class WallBlock:
    """On which ground each of N crowds walks, and the walls there."""

    def __init__(self, crowds: int) -> None:
        self.grounds: list[CrowdGround | None] = [None] * crowds
        self._firsts: dict[CrowdGround, int] = {}
        self._used = 0
        self.walls = Walls(
            values=np.zeros(1, np.float32),
            firsts=np.zeros(crowds, np.int64),
            sizes=np.zeros((crowds, 2), np.int64),
            origins=np.zeros((crowds, 2)),
            cells_m=np.ones(crowds),
        )

    def put(self, row: int, ground: CrowdGround | None) -> None:
        """Crowd ``row`` walks on that ground from now on; None: there is nobody in it."""
        self.grounds[row] = ground
        if ground is None:
            return
        if ground not in self._firsts:
            self._add(ground)
        walls, field = self.walls, ground.walls
        walls.firsts[row], walls.sizes[row] = self._firsts[ground], field.values.shape
        walls.origins[row], walls.cells_m[row] = field.origin, field.cell_m

    def _add(self, ground: CrowdGround) -> None:
        if self._used + ground.walls.values.size > self.walls.values.size:
            self._begin_anew()
        else:
            self._append(ground)

    def _begin_anew(self) -> None:
        """A block of twice the size that is needed now, with those grounds alone that crowds walk on."""
        in_use = {id(one): one for one in self.grounds if one is not None}
        room = 2 * sum(one.walls.values.size for one in in_use.values())
        self.walls = self.walls._replace(values=np.zeros(room, np.float32))
        self._firsts, self._used = {}, 0
        for one in in_use.values():
            self._append(one)
        self.walls.firsts[:] = [0 if one is None else self._firsts[one] for one in self.grounds]

    def _append(self, ground: CrowdGround) -> None:
        values = ground.walls.values.ravel()
        self.walls.values[self._used : self._used + values.size] = values
        self._firsts[ground] = self._used
        self._used += values.size
