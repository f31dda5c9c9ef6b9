"""An agent in another process: whatever serves the wire at ``ws://host:port``, driven as if it were here.

The connection is made when the agent is, and made anew where an episode begins without one. Inside an episode a lost
connection, a time-out or a reply that keeps no protocol is an incident: the server may have forgotten what it saw, so
the episode is driven again from its start.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from navbench_gs.agents.wire import (
    CLOSE_TIMEOUT_S,
    HANDSHAKE_TIMEOUT_S,
    MOST_REPLY_BYTES,
    PROTOCOL,
    action_of,
    number,
    observation_fields,
    packed,
    unpacked,
)
from navbench_gs.domain.action import Action
from navbench_gs.domain.agent import AgentCard
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.record import first_fault
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.state import Privileged
from navbench_gs.errors import (
    AgentCardError,
    AgentFailure,
    AgentUnreachableError,
    Incident,
    WireError,
    one_line,
    printable,
)

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

SCHEMES = ("ws://", "wss://")
TOKEN_VARIABLE = "NAVBENCH_AGENT_TOKEN"
"""Environment variable with the token of servers that ask for one; never an option, so that no run records it."""
PATIENCE_S = 10.0
"""How long a server that went away is waited for: it may be starting again."""
RETRY_S = 0.25
REPLY_LIMIT_S = RULES_V0.agent_time_limit_s - 0.5
"""Just inside the limit of a decision, so that a late reply costs a connection and not a worker process."""


def is_address(name: str) -> bool:
    """Whether an agent's name is the address of one in another process."""
    return name.startswith(SCHEMES)


class RemoteAgent:
    """Speaks for the agent at an address; keeps the protocol of every agent.

    Args:
        address: ``ws://host:port`` or ``wss://host:port``.

    Raises:
        AgentUnreachableError: nobody answers there.
        AgentCardError: it refuses the token, or its card asks for what does not go over a wire.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.own_ms: list[float] = []
        """How long the agent itself took for each decision since the last reset, by its own clock."""
        self._connection: ClientConnection | None = None
        self.card = self._connected()
        if self.card.needs.privileged:
            self.close()
            raise AgentCardError(
                f"agent '{self.card.name}' at {address} is privileged: the world's state is not sent to other "
                "processes; drive it by its name"
            )

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Begin an episode over there, on a new connection if the old one was lost meanwhile."""
        message = {"type": "reset", "seed": seed, "observation": observation_fields(observation)}
        self.own_ms = []
        if self._connection is None or not self._sent(message):
            self._reconnect()
            if not self._sent(message):
                raise self._lost("the connection was lost at once")
        self._expected("ready", self._reply())

    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Action:
        """Ask for a decision.

        Raises:
            AgentFailure: the agent failed, in its own words.
            Incident: the connection was lost, or the reply came too late or made no sense.
        """
        if not self._sent({"type": "act", "observation": observation_fields(observation)}):
            raise self._lost("the connection was lost")
        reply = self._expected("action", self._reply())
        try:
            action = action_of(reply)
            self.own_ms.append(number(reply.get("ms", 0.0), "ms"))
        except WireError as error:
            raise self._lost(str(error)) from error
        return action

    def close(self) -> None:
        """End the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.close()

    def __del__(self) -> None:
        if hasattr(self, "_connection"):
            self.close()

    def _reconnect(self) -> None:
        self.close()
        card = self._connected()
        if card != self.card:
            self.close()
            raise AgentUnreachableError(
                f"{self.address} now serves '{card.name}' {card.revision}, not the '{self.card.name}' "
                f"{self.card.revision} that the run began with"
            )

    def _connected(self) -> AgentCard:
        """Connect, waiting for a server that is on its way up; the card it says hello with."""
        until = time.monotonic() + PATIENCE_S
        while isinstance(outcome := self._tried(), Incident):
            if time.monotonic() + RETRY_S > until:
                raise AgentUnreachableError(
                    f"no agent answers at {self.address} ({outcome}); 'navbench agent serve NAME --port P' serves one"
                ) from outcome
            time.sleep(RETRY_S)
        return outcome

    def _tried(self) -> AgentCard | Incident:
        """Connect once: the card, or what kept it away."""
        try:
            self._connection = _opened(self.address)
            return self._greeted(self._reply())
        except Incident as incident:
            return incident

    def _greeted(self, hello: dict[str, Any]) -> AgentCard:
        if hello["type"] != "hello" or hello.get("protocol") != PROTOCOL:
            self.close()
            raise AgentCardError(f"{self.address} does not speak protocol {PROTOCOL} of docs/add-an-agent.md")
        try:
            return AgentCard.model_validate(hello.get("card"))
        except ValidationError as error:
            self.close()
            fault = first_fault(error, "the card")
            raise AgentCardError(f"the card that {self.address} sends: {fault}") from error

    def _sent(self, message: dict[str, Any]) -> bool:
        """Whether a message went out."""
        assert self._connection is not None
        try:
            self._connection.send(packed(message))
        except (_closed(), OSError):
            return False
        return True

    def _reply(self) -> dict[str, Any]:
        if self._connection is None:
            raise Incident(f"the connection to {self.address} was lost")
        try:
            return unpacked(self._connection.recv(timeout=REPLY_LIMIT_S), most_bytes=MOST_REPLY_BYTES)
        except TimeoutError as error:
            raise self._lost(f"no reply within {REPLY_LIMIT_S:g} s") from error
        except (_closed(), OSError, WireError) as error:
            raise self._lost(str(error)) from error

    def _expected(self, kind: str, reply: dict[str, Any]) -> dict[str, Any]:
        """The reply, if it is of that kind."""
        if reply["type"] == kind:
            return reply
        said = printable(str(reply.get("error", "")))
        if reply["type"] == "failure" and said:
            raise AgentFailure(said)
        raise self._lost(said if reply["type"] == "incident" else f"it answered '{reply['type'][:40]}', not '{kind}'")

    def _lost(self, why: str) -> Incident:
        """The connection is of no more use; the incident to raise."""
        self.close()
        return Incident(f"agent at {self.address}: {why}")


def _closed() -> type[Exception]:
    from websockets.exceptions import ConnectionClosed

    return ConnectionClosed


def _opened(address: str) -> ClientConnection:
    """A connection to an address.

    Raises:
        AgentCardError: the address is none, or the server refuses the token.
        Incident: nobody answers.
    """
    from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI
    from websockets.sync.client import connect

    token = os.environ.get(TOKEN_VARIABLE)
    headers = {"Authorization": f"Bearer {token}"} if token else None
    try:
        return connect(
            address,
            additional_headers=headers,
            compression=None,
            proxy=None,
            open_timeout=HANDSHAKE_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,
            max_size=MOST_REPLY_BYTES,
        )
    except InvalidURI as error:
        raise AgentCardError(f"'{address}' is no address: write ws://host:port") from error
    except InvalidStatus as error:
        if error.response.status_code == 401:
            raise AgentCardError(f"{address} refuses the token: set {TOKEN_VARIABLE} to the server's") from error
        raise Incident(one_line(error)) from error
    except (InvalidHandshake, OSError, EOFError) as error:
        raise Incident(one_line(error)) from error
    except ValueError as error:  # a port that is no number
        raise AgentCardError(f"'{address}' is no address: write ws://host:port") from error
