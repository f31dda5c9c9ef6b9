"""How the judge's robot leans when it gains or loses speed, and what way and turn that costs (torch).

Its two wheels balance it over their axle; 2 mm above the ground hang a caster ahead and one behind. It leans back onto
the one as it speeds up, ahead onto the other as it brakes. Its centre, above the wheels, moves back or ahead meanwhile;
when the caster strikes the ground, the wheels lose grip, and until they have it again the robot is too slow (braking:
too fast) and turns no faster than before. Lengths are those of ``wheeled.urdf``, rates are fitted to recorded drives.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import hardshrink

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
        limits = torch.tensor([[robot.max_acceleration_mps2], [robot.max_yaw_acceleration_rps2]], device=device)
        self._reach = limits[:, None] * self._part_s * torch.arange(1, PARTS + 1, device=device)[:, None]
        """(2, PARTS, 1) speed and yaw rate gained at most by the end of each part."""
        self._lean, self._rate, self._slip, self._held = torch.zeros(4, robots, device=device)

    def begin(self, rows: Tensor) -> None:
        """Robots ``rows`` (K,) stand level."""
        for state in (self._lean, self._rate, self._slip, self._held):
            state[rows] = 0.0

    def lost(self, set_points: Tensor, change: Tensor) -> Tensor:
        """Way (m) and turn (rad) that a tick costs (N, 2).

        Args:
            set_points: (N, 2) forward speed m/s and yaw rate rad/s as the tick begins.
            change: (N, 2) what the commands want them to change by.
        """
        gained = change.T[:, None].clamp(-self._reach, self._reach)
        speeds_gained = gained[0].diff(dim=0, prepend=torch.zeros_like(gained[0, :1]))
        rates = torch.cat([set_points.T[1:], set_points[:, 1] + gained[1]])
        mean_rates = (rates[1:] + rates[:-1]) / 2.0
        before, slid, unturned = self._lean, torch.zeros_like(self._lean), torch.zeros_like(self._lean)
        for speed_gained, mean_rate, rate in zip(speeds_gained, mean_rates, rates[1:], strict=True):
            self._sway(speed_gained)
            share, twice_mean_slip = self._slide()
            slid.addcmul_(share, twice_mean_slip)
            unturned.addcmul_(share, mean_rate - self._held)
            self._held = torch.where(self._slip != 0.0, self._held, rate)
        moved_back = HEIGHT_M * (self._lean - before)
        return torch.stack([moved_back + slid * (self._part_s / 2.0), unturned * self._part_s]).T

    def velocities(self, set_points: Tensor) -> Tensor:
        """(N, 2) how fast robots with these set-points truly are."""
        ahead = set_points[:, 0] - self._slip - HEIGHT_M * self._rate
        return torch.stack([ahead, torch.where(self._slip != 0.0, self._held, set_points[:, 1])]).T

    def _sway(self, gained_mps: Tensor) -> None:
        """Lean on for a part in which speeds grow by so much (N,). Who strikes the ground begins to slip."""
        pulled = torch.add(gained_mps, self._lean, alpha=GRAVITY_MPS2 * self._part_s)
        rate = torch.add(self._rate, pulled, alpha=PER_M)
        beyond = torch.add(self._lean, rate + self._rate, alpha=self._part_s / 2.0)
        self._lean = beyond.clamp(-MOST_RAD, MOST_RAD)
        struck = torch.where((beyond - self._lean) * rate > 0.0, rate, 0.0)
        self._rate = rate - struck
        hard = hardshrink(struck, STRIKE_MPS / HEIGHT_M)
        self._slip = torch.add(self._slip, hard, alpha=SLIP_SHARE * HEIGHT_M)
        turn_lost = torch.where(hard > 0.0, *TURN_LOST).masked_fill_(hard == 0.0, 0.0)
        self._held = torch.addcmul(self._held, self._held, turn_lost, value=-1.0)

    def _slide(self) -> tuple[Tensor, Tensor]:
        """Regain grip; for which share of the part wheels slip (N,), and twice the mean slip meanwhile (N,), m/s."""
        before, speed = self._slip, self._slip.abs()
        regained = torch.where(before > 0.0, *(rate * self._part_s for rate in REGAIN_MPS2))
        self._slip = (speed - regained).clamp_(min=0.0).copysign_(before)
        return speed.div_(regained).clamp_(max=1.0), before + self._slip
