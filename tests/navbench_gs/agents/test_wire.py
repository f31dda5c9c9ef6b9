"""The wire: what goes over it comes out the same, and what should not go over it does not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields

import msgpack
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from navbench_gs.agents.wire import (
    DTYPES,
    SEEN,
    action_fields,
    action_of,
    observation_fields,
    observation_of,
    packed,
    unpacked,
)
from navbench_gs.domain.action import Velocity, Waypoints
from navbench_gs.domain.observation import Observation
from navbench_gs.errors import AgentFailure, WireError


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(DTYPES).flatmap(lambda kind: arrays(kind, array_shapes(min_dims=0, min_side=0, max_side=3))))
def test_arrays_come_out_bit_for_bit_and_may_be_written(array):
    out = unpacked(packed({"type": "x", "a": array}))["a"]
    assert (out.dtype, out.shape, out.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert out.flags.writeable


def test_a_view_that_is_not_contiguous_and_not_little_endian_comes_out_equal():
    array = np.arange(24, dtype=">f4").reshape(4, 6)[::2, ::-1]
    out = unpacked(packed({"type": "x", "a": array}))["a"]
    assert out.dtype.str == "<f4" and np.array_equal(out, array)


def seen(**more) -> Observation:
    pair = np.array([3.0, -1.0], np.float32)
    return Observation(time_s=0.2, goal=pair, velocity=pair, odometry=np.zeros(3, np.float32), **more)


def test_an_observation_comes_out_equal_with_and_without_pictures():
    rgb, depth = np.arange(36, dtype=np.uint8).reshape(3, 4, 3), np.full((3, 4), np.inf, np.float32)
    for observation in (seen(), seen(rgb=rgb, depth=depth, goal_image=rgb, route_images=rgb[None])):
        out = observation_of(unpacked(packed({"type": "x", "o": observation_fields(observation)}))["o"])
        for name in vars(observation):
            assert np.array_equal(getattr(out, name), getattr(observation, name)), name


def through(action, kind="velocity"):
    return action_of(unpacked(packed({"type": "action", **action_fields(action, kind)})))


def test_actions_come_out_equal_nan_included():
    assert through(Velocity(0.1 + 0.2, -1.2)) == Velocity(0.1 + 0.2, -1.2)
    assert np.isnan(through(Velocity(float("nan"), 0.0)).speed_mps)
    points = np.array([[0.1, 0.2], [np.inf, 0.0]])
    out = through(Waypoints(points, 0.2), "waypoints")
    assert np.array_equal(out.points, points) and out.period_s == 0.2


@pytest.mark.parametrize(
    ("action", "kind", "reason"),
    [
        (np.zeros((3, 7)), "velocity", "act returned ndarray, but the card declares velocity"),
        (Velocity(0.0, 0.0), "waypoints", "act returned Velocity, but the card declares waypoints"),
        (Velocity(None, 0.0), "velocity", "the action is not an array of numbers"),
        (Waypoints(np.array([object()]), 0.2), "waypoints", "the action is not an array of numbers"),
    ],
)
def test_what_is_no_action_is_the_agents_failure(action, kind, reason):
    with pytest.raises(AgentFailure, match=reason):
        action_fields(action, kind)


@pytest.mark.parametrize(
    "value", [np.array([object()]), np.array(["text"]), np.zeros(2, "c8"), np.zeros((1,) * 5), object(), {1, 2}]
)
def test_objects_are_never_sent(value):
    with pytest.raises(WireError):
        packed({"type": "x", "a": value})


ARRAY = {"dtype": "<f4", "shape": [2], "data": bytes(8)}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x91" * 5000,  # nested deeper than any decoder goes
        b"\xdd\xff\xff\xff\xff",  # claims four billion elements
        msgpack.packb([1, 2]),
        msgpack.packb({"kind": "x"}),
        msgpack.packb({"type": "x", "a": msgpack.ExtType(42, b"import os")}),
        msgpack.packb({"type": "x", "a": {**ARRAY, "dtype": "|O"}}),
        msgpack.packb({"type": "x", "a": {**ARRAY, "dtype": "<U4"}}),
        msgpack.packb({"type": "x", "a": {**ARRAY, "dtype": [["a", "<f4"]]}}),
        msgpack.packb({"type": "x", "a": {**ARRAY, "shape": [1 << 62]}}),
        msgpack.packb({"type": "x", "a": {**ARRAY, "shape": [-1, -2]}}),
        msgpack.packb({"type": "x", "a": {**ARRAY, "shape": [True, 2]}}),
        msgpack.packb({"type": "x", "a": {**ARRAY, "shape": "2"}}),
        msgpack.packb({"type": "x", "a": {**ARRAY, "data": "text"}}),
    ],
)
def test_hostile_messages_end_in_one_line(data):
    with pytest.raises(WireError) as caught:
        unpacked(data)
    assert len(str(caught.value).splitlines()) == 1


def test_a_message_that_is_too_long_or_is_text_is_refused():
    with pytest.raises(WireError, match="longer than 10"):
        unpacked(packed({"type": "x", "a": "0123456789"}), most_bytes=10)
    with pytest.raises(WireError, match="text"):
        unpacked("{}")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_decode_or_be_refused(data):
    with suppress(WireError):
        assert isinstance(unpacked(data)["type"], str)


@pytest.mark.parametrize(
    "values",
    [
        None,
        {},
        {"time_s": "now"},
        {**observation_fields(seen()), "privileged": np.zeros(2, np.float32)},
        {**observation_fields(seen()), "goal": [1.0, 2.0]},
        {**observation_fields(seen()), "rgb": np.zeros((2, 2), np.uint8)},
        {"time_s": 0.0, "goal": np.zeros(2, np.float32)},
    ],
)
def test_what_is_no_observation_is_refused(values):
    with pytest.raises(WireError):
        observation_of(values)


@pytest.mark.parametrize("message", [{}, {"velocity": [1.0]}, {"velocity": [1.0, "x"]}, {"waypoints": [[1.0, 0.0]]}])
def test_what_is_no_action_message_is_refused(message):
    with pytest.raises(WireError):
        action_of(message)


def test_every_field_of_an_observation_can_be_sent():
    assert {"time_s", *SEEN} == {field.name for field in fields(Observation)}
