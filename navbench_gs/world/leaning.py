"""How the judge's robot leans when it gains or loses speed, and what way and turn that costs (torch).

Its two wheels balance it over their axle; 2 mm above the ground hang a caster ahead and one behind. It leans back onto
the one as it speeds up, ahead onto the other as it brakes. Its centre, above the wheels, moves back or ahead meanwhile;
when the caster strikes the ground, the wheels lose grip, and until they have it again the robot is too slow (braking:
too fast) and turns no faster than before. Lengths are those of ``wheeled.urdf``, rates are fitted to recorded drives.
"""

from __future__ import annotations

import torch
from torch import Tensor

from navbench_gs.domain.rules import Rules

HEIGHT_M = 0.2
"""Height of the robot's centre."""
MOST_RAD = 0.0091
"""Farther it cannot lean either way: 2 mm over the 0.22 m from axle to caster."""
GRAVITY_MPS2 = 9.81
PER_M = 2.27
"""Angular acceleration of leaning over acceleration of the robot, 1/m."""
STRIKE_MPS = 0.02
"""Slower than this (at the centre) a caster comes down gently."""
SLIP_SHARE = 0.8
"""Share of the centre's speed at the strike that is lost."""
REGAIN_MPS2 = (0.97, 2.5)
"""How fast grip comes back: leaning back, leaning ahead."""
TURN_LOST = (0.115, 0.028)
"""Share of the yaw rate that a strike costs: leaning back, leaning ahead."""
PARTS = 4
"""A tick is reckoned in so many."""


class Leaning:
    """Lean of N robots."""

    def __init__(self, robots: int, rules: Rules, device: str) -> None:
        robot, self._part_s = rules.robot, rules.clock.tick_s / PARTS
        limits = (robot.max_acceleration_mps2, robot.max_yaw_acceleration_rps2)
        self._most = torch.tensor(limits, device=device) * self._part_s
        self._lean, self._rate, self._slip, self._held = torch.zeros(4, robots, device=device)

    def begin(self, row: int) -> None:
        """Robot ``row`` stands level."""
        self._lean[row] = self._rate[row] = self._slip[row] = self._held[row] = 0.0

    def lost(self, set_points: Tensor, change: Tensor) -> Tensor:
        """Way (m) and turn (rad) that a tick costs (N, 2).

        Args:
            set_points: (N, 2) forward speed m/s and yaw rate rad/s as the tick begins.
            change: (N, 2) what the commands want them to change by.
        """
        lost, before = torch.zeros_like(set_points), set_points
        for part in range(1, PARTS + 1):
            after = set_points + torch.clamp(change, -part * self._most, part * self._most)
            moved_back = self._sway((after - before)[:, 0])
            share, slid = self._slide()
            unturned = share * ((before + after)[:, 1] / 2.0 - self._held) * self._part_s
            self._held = torch.where(self._slip != 0.0, self._held, after[:, 1])
            lost, before = lost + torch.stack([moved_back + slid, unturned], dim=1), after
        return lost

    def velocities(self, set_points: Tensor) -> Tensor:
        """(N, 2) how fast robots with these set-points truly are."""
        ahead = set_points[:, 0] - self._slip - HEIGHT_M * self._rate
        return torch.stack([ahead, torch.where(self._slip != 0.0, self._held, set_points[:, 1])], dim=1)

    def _sway(self, gained_mps: Tensor) -> Tensor:
        """Lean on; how far the centres (N,) move back. Who strikes the ground begins to slip."""
        gained_rps = PER_M * (gained_mps + GRAVITY_MPS2 * self._part_s * self._lean)
        beyond = self._lean + (self._rate + gained_rps / 2.0) * self._part_s
        rate = self._rate + gained_rps
        lean = beyond.clamp(-MOST_RAD, MOST_RAD)
        struck = (lean != beyond) & (rate * lean > 0.0)
        strike_mps = torch.where(struck, HEIGHT_M * rate, 0.0)
        hard = strike_mps.abs() > STRIKE_MPS
        self._slip = self._slip + torch.where(hard, SLIP_SHARE * strike_mps, 0.0)
        self._held = self._held * (1.0 - torch.where(hard, torch.where(rate > 0.0, *TURN_LOST), 0.0))
        moved_back: Tensor = HEIGHT_M * (lean - self._lean)
        self._lean, self._rate = lean, torch.where(struck, 0.0, rate)
        return moved_back

    def _slide(self) -> tuple[Tensor, Tensor]:
        """Regain grip; for which share of the part wheels slip (N,), and what way that costs (N,), metres."""
        speed = self._slip.abs()
        regained = torch.where(self._slip > 0.0, *REGAIN_MPS2) * self._part_s
        share, rest = (speed / regained).clamp(max=1.0), (speed - regained).clamp(min=0.0)
        sign = self._slip.sign()
        self._slip = sign * rest
        return share, sign * share * (speed + rest) / 2.0 * self._part_s
