"""Serving an agent to runs in other processes, over the wire.

Every connection gets an instance of its own, made when its first episode begins: nothing passes from one run or worker
to another. Instances decide one at a time, so that an agent whose library keeps threads or a device sees one caller.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from navbench_gs.agents.wire import (
    CLOSE_TIMEOUT_S,
    HANDSHAKE_TIMEOUT_S,
    MOST_BYTES,
    PROTOCOL,
    action_fields,
    number,
    observation_of,
    packed,
    unpacked,
)
from navbench_gs.domain.agent import Agent
from navbench_gs.errors import AgentCardError, AgentFailure, Incident, NavBenchError, StoreError, WireError, one_line
from navbench_gs.processes import one_torch_thread

if TYPE_CHECKING:
    from websockets.http11 import Request, Response
    from websockets.sync.server import Server, ServerConnection

HEALTH_PATH = "/health"
IDLE_S = 600.0
"""A connection on which nobody has asked anything for so long is closed."""
MOST_CONNECTIONS = 64


@dataclass
class AgentServer:
    """Answers for an agent; one object per port.

    Attributes:
        make: makes a fresh instance of the agent.
        token: what clients must bring as ``Authorization: Bearer TOKEN``; None asks for nothing.
    """

    make: Callable[[], Agent]
    token: str | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _open: set[ServerConnection] = field(default_factory=set)
    _spare: list[Agent] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = self._fresh()
        self.card = first.card
        if self.card.needs.privileged:
            raise AgentCardError(
                f"agent '{self.card.name}' is privileged: the world's state is not sent to other processes"
            )
        self._spare.append(first)

    def listen(self, host: str, port: int) -> Server:
        """Bind a port (0: any free one); ``serve_forever`` of what is returned answers.

        Raises:
            StoreError: the port cannot be had.
        """
        from websockets.sync.server import serve

        try:
            return serve(
                self._converse,
                host,
                port,
                process_request=self._gatekeep,
                origins=[None],  # no web page may speak to it
                compression=None,
                max_size=MOST_BYTES,
                open_timeout=HANDSHAKE_TIMEOUT_S,
                close_timeout=CLOSE_TIMEOUT_S,
                ping_interval=None,
            )
        except OSError as error:
            raise StoreError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error

    def hang_up(self) -> None:
        """Close every connection."""
        for connection in list(self._open):
            with suppress(Exception):
                connection.close()

    def _gatekeep(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer ``GET /health``; let in who brings the token."""
        if request.path == HEALTH_PATH:
            health = {"status": "ok", "agent": self.card.name, "revision": self.card.revision, "protocol": PROTOCOL}
            response = connection.respond(HTTPStatus.OK, json.dumps(health) + "\n")
            del response.headers["Content-Type"]
            response.headers["Content-Type"] = "application/json"
            return response
        brought = request.headers.get("Authorization", "").encode()
        if self.token is not None and not hmac.compare_digest(brought, f"Bearer {self.token}".encode()):
            return connection.respond(HTTPStatus.UNAUTHORIZED, "the token is missing or wrong\n")
        if len(self._open) >= MOST_CONNECTIONS:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, f"{MOST_CONNECTIONS} connections are open\n")
        return None

    def _converse(self, connection: ServerConnection) -> None:
        """One connection from hello to its end, which a message that keeps no protocol brings about."""
        from websockets.exceptions import ConnectionClosed

        self._open.add(connection)
        agent: Agent | None = None
        try:
            connection.send(packed({"type": "hello", "protocol": PROTOCOL, "card": self.card.model_dump(mode="json")}))
            while True:
                message = unpacked(connection.recv(timeout=IDLE_S))
                with self._turn:
                    if agent is None:
                        agent = self._spare.pop() if self._spare else self._fresh()
                    reply = _reply(agent, message)
                connection.send(packed(reply))
        except (ConnectionClosed, TimeoutError):
            pass
        except NavBenchError as error:
            connection.close(code=1002, reason=str(error)[:100])
        finally:
            self._open.discard(connection)

    def _fresh(self) -> Agent:
        """A fresh instance, single-threaded as in a run, so that it answers the same."""
        agent = self.make()
        one_torch_thread()
        return agent


def _reply(agent: Agent, message: dict[str, Any]) -> dict[str, Any]:
    """What the agent answers to a message, with the milliseconds it took.

    Raises:
        WireError: the message is neither reset nor act.
    """
    begin, observation = time.perf_counter(), observation_of(message.get("observation"))
    try:
        if message["type"] == "reset":
            agent.reset(observation, seed=_seed(message.get("seed")))
            reply: dict[str, Any] = {"type": "ready"}
        elif message["type"] == "act":
            reply = {"type": "action", **action_fields(agent.act(observation), agent.card.action.kind)}
        else:
            raise WireError(f"'{message['type'][:40]}' is neither reset nor act")
    except WireError:
        raise
    except (Incident, ConnectionError, TimeoutError, MemoryError) as error:
        return {"type": "incident", "error": one_line(error)}
    except AgentFailure as failure:
        return {"type": "failure", "error": str(failure)}
    except (Exception, SystemExit) as error:
        return {"type": "failure", "error": one_line(error)}
    return {**reply, "ms": 1000.0 * (time.perf_counter() - begin)}


def _seed(value: Any) -> int:
    number(value, "seed")
    if not isinstance(value, int):
        raise WireError("the seed is no whole number")
    return value
