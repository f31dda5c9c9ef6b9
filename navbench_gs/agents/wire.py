"""The wire: what an agent and a run say to each other across a connection, as msgpack.

A message is a map with a ``type``. An array is a map of ``dtype``, ``shape`` and ``data`` (C order, little-endian) of
numbers or booleans. Objects, extension types, and whatever a decoder might execute are refused on both sides.

=============  ==========  =====================================================================================
from           ``type``    with
=============  ==========  =====================================================================================
agent          hello       ``protocol`` 1, ``card`` (fields of an AgentCard); sent first, before anything is asked
run            reset       ``seed``, ``observation`` (fields of an Observation, those that are None left out)
agent          ready       ``ms`` it took
run            act         ``observation``
agent          action      ``velocity`` [m/s, rad/s], or ``waypoints`` (H, 2) and ``period_s``; ``ms`` it took
agent          failure     ``error``: the agent raised, or answered what is no action
agent          incident    ``error``: a time-out or a lost connection of the agent's own; says nothing about driving
=============  ==========  =====================================================================================
"""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.action import Action, Velocity, Waypoints
from navbench_gs.domain.observation import Observation
from navbench_gs.errors import AgentFailure, WireError

PROTOCOL = 1
HANDSHAKE_TIMEOUT_S = 10.0
"""How long either side waits for a connection to open."""
CLOSE_TIMEOUT_S = 1.0
"""How long either side waits for the other's farewell."""
MOST_BYTES = 64 << 20
"""Of a message to an agent: pictures along a route of 30 m at 640 x 480 are 28 MB."""
MOST_REPLY_BYTES = 1 << 20
"""Of a message from an agent."""
DTYPES = ("|b1", "|u1", "<i4", "<i8", "<f4", "<f8")
MOST_AXES = 4
ARRAY_KEYS = {"dtype", "shape", "data"}
SEEN = {
    "goal": ("<f4", 1),
    "velocity": ("<f4", 1),
    "odometry": ("<f4", 1),
    "rgb": ("|u1", 3),
    "depth": ("<f4", 2),
    "goal_image": ("|u1", 3),
    "route_images": ("|u1", 4),
    "goal_heading": ("<f4", 1),
}
"""Arrays of an observation: type and number of axes."""


def packed(message: dict[str, Any]) -> bytes:
    """A message as bytes.

    Raises:
        WireError: it holds what the wire does not carry.
    """
    try:
        data: bytes = msgpack.packb(message, default=_plain, use_bin_type=True)
    except (TypeError, ValueError, OverflowError) as error:
        raise WireError(f"cannot be sent: {error}") from error
    return data


def unpacked(data: bytes | str, *, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """The message that :func:`packed` made; its arrays are fresh and may be written.

    Raises:
        WireError: it is too long, no msgpack, or holds what the wire does not carry.
    """
    if isinstance(data, str):
        raise WireError("a message is text, not msgpack")
    if len(data) > most_bytes:
        raise WireError(f"a message of {len(data):,} bytes is longer than {most_bytes:,}")
    try:
        message = msgpack.unpackb(data, raw=False, ext_hook=_no_extension, object_hook=_array)
    except WireError:
        raise
    except (ValueError, TypeError, msgpack.UnpackException, RecursionError) as error:
        raise WireError(f"a message is no msgpack: {error}") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise WireError("a message is no map with a 'type'")
    return message


def observation_fields(observation: Observation) -> dict[str, Any]:
    """An observation as a part of a message."""
    values = {field.name: getattr(observation, field.name) for field in fields(Observation)}
    return {name: value for name, value in values.items() if value is not None}


def observation_of(values: Any) -> Observation:
    """The observation in a message.

    Raises:
        WireError: a field is absent, unknown, or has another type than observations have.
    """
    if not isinstance(values, dict):
        raise WireError("an observation is no map")
    seen = dict(values)
    time_s = number(seen.pop("time_s", None), "time_s")
    for name, value in seen.items():
        dtype, axes = SEEN.get(name, ("", 0))
        if not isinstance(value, np.ndarray) or value.dtype.str != dtype or value.ndim != axes:
            raise WireError(f"an observation has no field '{name}' like this")
    try:
        return Observation(time_s=time_s, **seen)
    except TypeError as error:
        raise WireError(f"an observation does not fit: {error}") from error


def action_fields(action: object, kind: str) -> dict[str, Any]:
    """What an agent answered, as a part of a message.

    Raises:
        AgentFailure: it is no action of that kind, or not made of numbers; says what the run itself would say.
    """
    wanted = Waypoints if kind == "waypoints" else Velocity
    if not isinstance(action, wanted):
        raise AgentFailure(f"act returned {type(action).__name__}, but the card declares {kind}")
    try:
        if isinstance(action, Velocity):
            return {"velocity": [float(action.speed_mps), float(action.yaw_rate_rps)]}
        points = np.asarray(action.points, dtype=np.float64)
        return {"waypoints": points, "period_s": float(action.period_s)}
    except (TypeError, ValueError) as error:
        raise AgentFailure(f"the action is not an array of numbers: {error}") from error


def action_of(message: dict[str, Any]) -> Action:
    """The action in a message; not finite numbers pass, the run judges them.

    Raises:
        WireError: there is none.
    """
    velocity, waypoints = message.get("velocity"), message.get("waypoints")
    if isinstance(velocity, (list, tuple)) and len(velocity) == 2:
        return Velocity(*(number(value, "velocity") for value in velocity))
    if isinstance(waypoints, np.ndarray):
        return Waypoints(waypoints.astype(np.float64), number(message.get("period_s"), "period_s"))
    raise WireError("an action has neither velocity [v, w] nor waypoints")


def number(value: Any, name: str) -> float:
    """A number of a message.

    Raises:
        WireError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WireError(f"{name} is no number")
    return float(value)


def _plain(value: object) -> Any:
    """Arrays and numpy's numbers as what msgpack knows."""
    if isinstance(value, (np.floating, np.integer, np.bool_)):
        return value.item()
    if not isinstance(value, np.ndarray):
        raise WireError(f"{type(value).__name__} is nothing that the wire carries")
    array = np.ascontiguousarray(value).reshape(value.shape)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if array.dtype.str not in DTYPES or array.ndim > MOST_AXES:
        raise WireError(f"an array of {array.dtype} with {array.ndim} axes is nothing that the wire carries")
    return {"dtype": array.dtype.str, "shape": list(array.shape), "data": array.tobytes()}


def _array(values: dict[Any, Any]) -> Any:
    """Maps that are arrays, as arrays."""
    return _plain_array(values) if set(values) == ARRAY_KEYS else values


def _plain_array(values: dict[str, Any]) -> NDArray[Any]:
    dtype, shape, data = values["dtype"], values["shape"], values["data"]
    if dtype not in DTYPES or not isinstance(data, bytes):
        raise WireError("an array is neither numbers nor booleans")
    sizes: list[int] = shape if isinstance(shape, list) and len(shape) <= MOST_AXES else [-1]
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise WireError("an array has no shape")
    if math.prod(sizes) * np.dtype(dtype).itemsize != len(data):
        raise WireError(f"an array of shape {sizes} does not have {len(data)} bytes")
    return np.frombuffer(data, dtype=dtype).reshape(sizes).copy()


def _no_extension(code: int, data: bytes) -> Any:
    raise WireError(f"extension type {code} is nothing that the wire carries")
