"""Finding agents by name: entry points of the group ``navbench_gs.agents``, or ``package.module:Class``.

An installed agent whose factory takes a ``variant`` is given what follows its name: ``s2e:bc,blind``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from navbench_gs.domain.agent import Agent, AgentCard
from navbench_gs.errors import AgentCardError, MissingPackageError, UnknownNameError

GROUP = "navbench_gs.agents"


def agent_names() -> tuple[str, ...]:
    """Names of the agents that are installed, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def load_agent(name: str, *, checkpoint: str | None = None) -> Agent:
    """Make the agent of that name.

    Args:
        name: an entry point's name, with ``:VARIANT`` behind it if the agent has any, or ``package.module:Class`` for
            an agent that is not installed.
        checkpoint: path of weights to use instead of the agent's own.

    Raises:
        UnknownNameError: there is no such agent; the closest name is offered.
        MissingPackageError: the agent's module needs a package that is absent.
        AgentCardError: the agent takes no checkpoint or has no variants, or does not keep the protocol.
    """
    make = _variant_factory(name)
    if checkpoint is None:
        agent = make()
    elif "checkpoint" in inspect.signature(make).parameters:
        agent = make(checkpoint=checkpoint)
    else:
        raise AgentCardError(f"agent '{name}' has no weights: leave --checkpoint out")
    missing = [part for part in ("reset", "act") if not callable(getattr(agent, part, None))]
    if missing or not isinstance(getattr(agent, "card", None), AgentCard):
        raise AgentCardError(f"agent '{name}' lacks {', '.join(missing) or 'an AgentCard under card'}")
    found: Agent = agent
    return found


def _variant_factory(name: str) -> Callable[..., Any]:
    base, colon, variant = name.partition(":")
    if not colon or base not in agent_names():
        return _factory(name)
    make = _factory(base)
    if "variant" not in inspect.signature(make).parameters:
        raise AgentCardError(f"agent '{base}' has no variants: leave ':{variant}' out")
    return partial(make, variant=variant)


def _factory(name: str) -> Callable[..., Any]:
    points = {point.name: point for point in entry_points(group=GROUP)}
    point = points.get(name) or (EntryPoint(name, name, GROUP) if ":" in name else None)
    if point is None:
        raise UnknownNameError("agent", name, points, "navbench list agents")
    try:
        factory: Callable[..., Any] = point.load()
    except ModuleNotFoundError as error:
        if ":" in name and name.split(":")[0].startswith(str(error.name)):
            raise UnknownNameError("agent", name, points, "navbench list agents") from error
        raise MissingPackageError(f"agent '{name}' needs the package '{error.name}': pip install it") from error
    except AttributeError as error:
        raise AgentCardError(f"agent '{name}': {error}") from error
    return factory
