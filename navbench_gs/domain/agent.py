"""Agent: something with a card, ``reset`` and ``act``."""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import Field

from navbench_gs.domain.action import Action
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.record import Record
from navbench_gs.domain.state import Privileged


class CameraNeed(Record):
    """Picture size an agent asks for, up to 640 x 480."""

    width_px: int = Field(160, ge=8, le=640)
    height_px: int = Field(120, ge=8, le=480)


class Needs(Record):
    """What an agent must be given; printed in every table."""

    camera: CameraNeed | None = None
    """No camera: no frame is rendered."""
    depth: bool = False
    goal_image: bool = False
    route_images: bool = False
    goal_heading: bool = False
    privileged: bool = False


class ActionSpec(Record):
    """What ``act`` returns: ``Velocity``, or ``Waypoints`` of a fixed horizon and period."""

    kind: Literal["velocity", "waypoints"] = "velocity"
    horizon: int = Field(1, ge=1, le=64)
    period_s: float = Field(0.2, gt=0, le=5.0)


class AgentCard(Record):
    """Who an agent is and what it needs."""

    name: str
    revision: str = "0"
    description: str = ""
    licence: str = "Apache-2.0"
    weights: str | None = None
    """Hash of the weights it runs on, None if it has none."""
    stochastic: bool = False
    needs: Needs = Field(default_factory=Needs)
    action: ActionSpec = Field(default_factory=ActionSpec)
    decision_period_s: float = Field(0.2, gt=0, le=5.0)
    """Time between two decisions; must be a multiple of the control tick."""


class Agent(Protocol):
    """The protocol every agent keeps. A class or factory without required arguments is its entry point.

    An instance may be used for many episodes; nothing may leak from one to the next through it.
    """

    @property
    def card(self) -> AgentCard:
        """Who this is and what it needs; constant over the instance's life."""
        ...

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Begin an episode. ``seed`` is the only source of randomness an agent may use."""
        ...

    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Action:
        """Decide. Called once every ``card.decision_period_s``, first at time zero."""
        ...
