"""A pickle is read as data in every protocol, nothing that it names is called, and time and memory have bounds."""

from __future__ import annotations

import contextlib
import pickle
import random
import struct
import tracemalloc
from collections import OrderedDict, deque
from fractions import Fraction

import pytest

from navbench_gs import pickle_reader
from navbench_gs.errors import DamagedFileError
from navbench_gs.pickle_reader import Key, Made, Name, read_pickle

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
THING = b"\x80\x04cmade_up\nThing\n"
"""A name that nothing has; what follows may call it."""


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_plain_values_are_read_in_every_protocol(protocol):
    value = {"numbers": [1, -5, 2**70, 0.5, True, None], "text": "ä", "pair": (1, ("x",)), "inner": {"deep": []}}
    assert read_pickle(pickle.dumps(value, protocol=protocol), "drive") == value


@pytest.mark.parametrize("protocol", PROTOCOLS[3:])
def test_bytes_are_read_as_they_are(protocol):
    assert read_pickle(pickle.dumps([b"", b"\xff\x00"], protocol=protocol), "drive") == [b"", b"\xff\x00"]


def test_what_is_referred_to_twice_is_one_thing():
    row = [1.0]
    read = read_pickle(pickle.dumps([row, row]), "drive")
    assert read == [row, row] and read[0] is read[1]


def test_a_list_may_hold_itself():
    loop = []
    loop.append(loop)
    read = read_pickle(pickle.dumps(loop), "drive")
    assert read[0] is read


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", [set, frozenset])
def test_sets_are_the_same_records_in_every_protocol(kind, protocol):
    made = read_pickle(pickle.dumps(kind(["a"]), protocol=protocol), "checkpoint")
    assert (made.maker, made.arguments) == (Name("builtins", kind.__name__), (["a"],))


def test_a_call_is_written_down():
    made = read_pickle(pickle.dumps(OrderedDict(a=1), protocol=2), "checkpoint")
    assert isinstance(made, Made)
    assert (made.maker, made.items) == (Name("collections", "OrderedDict"), {"a": 1})


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_put_into_a_made_thing_is_written_down(protocol):
    queue = read_pickle(pickle.dumps(deque([1, 2]), protocol=protocol), "checkpoint")
    assert (queue.maker, queue.parts) == (Name("collections", "deque"), [1, 2])


def test_a_call_may_name_its_arguments():
    made = read_pickle(THING + b")}\x8c\x04sideK\x02s\x92.", "drive")
    assert (made.maker, made.arguments, made.items) == (Name("made_up", "Thing"), (), {"side": 2})


def test_states_are_written_down():
    made = read_pickle(THING + b")\x81}\x8c\x04sideK\x02sb.", "drive")
    assert (made.maker, made.state) == (Name("made_up", "Thing"), {"side": 2})


def test_calls_in_the_old_form_are_written_down():
    made = read_pickle(b"(cmade_up\nThing\nI7\no.", "drive")
    assert (made.maker, made.arguments) == (Name("made_up", "Thing"), (7,))


@pytest.mark.parametrize(("kind", "ending"), [("drive", "which no drive needs"), ("checkpoint", "no checkpoint needs")])
def test_names_of_the_library_are_refused_in_the_words_of_the_file(kind, ending):
    with pytest.raises(DamagedFileError, match=rf"^it asks for 'fractions\.Fraction', .*{ending}$"):
        read_pickle(pickle.dumps(Fraction(1, 3)), kind)


def test_a_long_name_is_shortened_and_printable():
    with pytest.raises(DamagedFileError, match="which no drive needs") as caught:
        read_pickle(b"cfractions\n\x1b[31m" + b"x" * 5000 + b"\n.", "drive")
    assert len(str(caught.value)) < 400 and str(caught.value).isprintable()


@pytest.mark.parametrize("data", [b"\x80\x04K\x01\x85\x8c\x01x\x93.", b"\x80\x04\x8c\x01xN\x93."])
def test_a_name_is_made_of_texts(data):
    with pytest.raises(DamagedFileError, match="no text"):
        read_pickle(data, "drive")


def test_only_names_are_called():
    with pytest.raises(DamagedFileError, match="does not name"):
        read_pickle(b"\x80\x04\x8c\x01x)R.", "drive")


def test_keys_that_are_no_texts_are_kept_and_not_hashed():
    """Python's own reader refuses this key, as it cannot be hashed."""
    read = read_pickle(b"\x80\x02}(]\x85K\x01X\x01\x00\x00\x00aK\x02K\x05K\x03u.", "drive")
    first, text, number = read
    assert isinstance(first, Key) and first.content == ([],)
    assert text == "a" and isinstance(number, Key) and number.content == 5
    assert list(read.values()) == [1, 2, 3]


def test_a_place_in_memory_far_away_costs_no_memory():
    """LONG_BINPUT: Python's own reader makes a table up to that place."""
    data = pickle.PROTO + b"\x02" + b"N" + b"r" + struct.pack("<I", 1 << 20) + b"."
    tracemalloc.start()
    try:
        assert read_pickle(data, "drive") is None
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("place", [b"-1", b"4294967296"])
def test_places_are_those_that_binary_steps_can_name(place):
    with pytest.raises(DamagedFileError, match="out of reach"):
        read_pickle(b"Np" + place + b"\n.", "drive")


def test_steps_have_a_limit(monkeypatch):
    monkeypatch.setattr(pickle_reader, "MAX_STEPS", 50)
    assert read_pickle(pickle.dumps([0.5] * 20), "drive") == [0.5] * 20
    with pytest.raises(DamagedFileError, match="more than 50 steps"):
        read_pickle(pickle.dumps([0.5] * 60), "drive")


def test_buffers_outside_the_pickle_are_unknown():
    data = pickle.dumps(pickle.PickleBuffer(b"abc"), protocol=5, buffer_callback=[].append)
    with pytest.raises(DamagedFileError, match="NEXT_BUFFER is not known in drives"):
        read_pickle(data, "drive")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no pickle",
        b".",
        b"NN.",  # two contents
        b"(N.",  # a mark that nothing takes
        b"(.",
        b"t.",  # no mark
        b"N\x85\x86.",  # too few parts for a pair
        b"N(K\x01R.",  # the mark lies between
        b"}(K\x01u.",  # a key without a value
        b"h\x07.",  # a place that nothing was put in
        b"K\x01K\x02a.",  # appended to a number
    ],
)
def test_damage_is_one_clear_error(data):
    with pytest.raises(DamagedFileError):
        read_pickle(data, "drive")


def test_every_truncation_is_refused():
    whole = pickle.dumps({"position": [[0.5, 1.5]] * 3, "name": OrderedDict(a=1)})
    for length in range(len(whole)):
        with pytest.raises(DamagedFileError):
            read_pickle(whole[:length], "drive")


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_any_damage_is_read_or_one_clear_error():
    whole, draw = pickle.dumps({"position": [[0.5, 1.5]] * 3, "set": {"a"}, "queue": deque([1])}), random.Random(0)
    for _ in range(500):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[draw.randrange(len(whole))] = draw.randrange(256)
        with contextlib.suppress(DamagedFileError):
            read_pickle(bytes(damaged), "drive")


def test_a_file_is_left_standing_behind_the_pickle(tmp_path):
    path = tmp_path / "two.pkl"
    path.write_bytes(pickle.dumps([1]) + pickle.dumps([2]))
    with path.open("rb") as file:
        assert [read_pickle(file, "drive"), read_pickle(file, "drive")] == [[1], [2]]
