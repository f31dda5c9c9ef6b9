"""What robots in training have achieved since their episodes began (torch)."""

from __future__ import annotations

import torch
from torch import Tensor


class Tally:
    """Returns, contacts, lengths and route completion of the episodes under way of N robots."""

    def __init__(self, robots: int, device: str) -> None:
        self._returns, self._contacts, self._steps = torch.zeros(3, robots, device=device)
        self._first_m, self._least_m = torch.full((2, robots), torch.inf, device=device)

    def begin(self, rows: Tensor, costs_m: Tensor) -> None:
        """Robots ``rows`` (R,) begin; all N robots are ``costs_m`` (N,) from their goals."""
        self._returns[rows] = self._contacts[rows] = self._steps[rows] = 0.0
        self._first_m[rows] = self._least_m[rows] = costs_m[rows]

    def add(self, rewards: Tensor, contacts: Tensor, costs_m: Tensor, driven: Tensor) -> None:
        """One step: rewards, contacts begun, geodesic distances left and whether the robot drove, (N,) each."""
        self._returns += rewards
        self._contacts += contacts
        self._steps += driven
        self._least_m = torch.minimum(self._least_m, costs_m)

    def told(self, ended: Tensor, success: Tensor) -> dict[str, Tensor]:
        """Statistics of the episodes that have ``ended`` (N,), zero elsewhere."""
        completion = (1.0 - self._least_m / self._first_m.clamp(min=1e-6)).clamp(0.0, 1.0)
        values = {
            "return": self._returns,
            "success": success,
            "contacts": self._contacts,
            "strict_success": success & (self._contacts == 0),
            "route_completion": torch.where(success, 1.0, completion),
            "length": self._steps,
        }
        return {f"episode_{name}": torch.where(ended, value, torch.zeros_like(value)) for name, value in values.items()}
