"""Arrays of every pickle protocol and numpy are read, and anything else that a pickle asks for is refused."""

from __future__ import annotations

import contextlib
import os
import pickle
import random
import struct
from collections import OrderedDict

import numpy as np
import pytest

from navbench_gs.drives import array_pickle
from navbench_gs.drives.array_pickle import read_array_pickle
from navbench_gs.errors import DamagedFileError

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
CORES = ("numpy.core", "numpy._core")
POSITIONS = np.arange(6.0).reshape(3, 2)


class RunsACommand:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


class Rebuilt:
    """Pickles as what it is told."""

    def __init__(self, *recipe):
        self.recipe = recipe

    def __reduce__(self):
        return self.recipe


def write(path, content, protocol=4):
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path


def refused(path, data, match):
    path.write_bytes(data)
    with pytest.raises(DamagedFileError, match=rf"a\.pkl is refused: .*{match}"):
        read_array_pickle(path)


def named_by(core, data):
    """A pickle with numpy's functions under the names of another version."""
    for module in ("multiarray", "numeric"):
        new = f"{core}.{module}".encode()
        for old in (f"{other}.{module}".encode() for other in CORES):
            data = data.replace(b"c" + old + b"\n", b"c" + new + b"\n")
            data = data.replace(b"\x8c" + bytes([len(old)]) + old, b"\x8c" + bytes([len(new)]) + new)
    return data


def require_same(read, array):
    assert read.dtype == array.dtype.newbyteorder("=") and read.shape == array.shape
    assert read.tolist() == array.tolist()


def objects(rows):
    cells = np.empty((len(rows), len(rows[0])), dtype=object)
    cells[:] = rows
    return cells


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_arrays_of_every_protocol_and_numpy_come_back(tmp_path, protocol, core):
    content = {"position": POSITIONS, "yaw": np.float64(0.5), "on": np.array([True, False])}
    path = tmp_path / "a.pkl"
    path.write_bytes(named_by(core, pickle.dumps(content, protocol=protocol)))
    assert core.encode() in path.read_bytes()
    read = read_array_pickle(path)
    assert list(read) == ["position", "yaw", "on"]
    assert read["position"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert read["yaw"] == 0.5 and read["on"].tolist() == [True, False]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("code", ["?", "i1", "i2", "<i4", "i8", "u1", "u8", "f2", "<f4", "<f8", ">f8", ">f4", ">i2"])
def test_kinds_of_numbers_and_byte_orders(tmp_path, code, protocol):
    array = np.array([[1, 0, 3], [100, 5, 6]]).astype(code)
    read = read_array_pickle(write(tmp_path / "a.pkl", {"array": array, "number": array[1, 0]}, protocol))
    require_same(read["array"], array)
    require_same(read["number"], array[1, 0])


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(POSITIONS),
        np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
        np.arange(24.0).reshape(4, 6)[::2, ::3],
        np.empty((0, 2)),
        np.array(2.5),
    ],
    ids=["fortran", "axes", "strides", "empty", "no axes"],
)
def test_ways_to_lie_in_memory(tmp_path, array, protocol):
    read = read_array_pickle(write(tmp_path / "a.pkl", {"array": array}, protocol))["array"]
    require_same(read, array)
    assert read.flags.writeable


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_lists_and_object_arrays_become_float_arrays(tmp_path, protocol):
    cells = objects([[np.float64(1.0), np.array([2.0])], [3, np.array(4.0)]])
    content = {"position": cells, "fortran": np.asfortranarray(cells), "yaw": [0.1, 0.2], "none": cells[:0]}
    read = read_array_pickle(write(tmp_path / "a.pkl", content, protocol))
    assert read["position"].dtype == np.float64 and read["position"].tolist() == [[1, 2], [3, 4]]
    assert read["fortran"].tolist() == [[1, 2], [3, 4]]
    assert read["yaw"].tolist() == [0.1, 0.2]
    assert read["none"].dtype == np.float64 and read["none"].shape == (0, 2)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_containers_in_one_another(tmp_path, protocol):
    row = np.array([1.0, 2.0])
    content = {
        "rows": [row, (3.0, np.float32(4.0)), row],
        "pairs": ([[1, 2], [3, 4]], [[5, 6], [7, 8]]),
        "cells": objects([[[1.5], (np.array([[2.5]]),)]]),
        "whole": [2**63, 2**65],
        "nothing": [],
        "again": row,
    }
    read = read_array_pickle(write(tmp_path / "a.pkl", content, protocol))
    assert read["rows"].tolist() == [[1, 2], [3, 4], [1, 2]]
    assert read["pairs"].shape == (2, 2, 2) and read["pairs"].dtype.kind == "i"
    assert read["cells"].tolist() == [[1.5, 2.5]]
    assert read["whole"].tolist() == [2.0**63, 2.0**65]
    assert read["nothing"].shape == (0,) and read["again"].tolist() == [1, 2]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_ordered_dict_is_a_dict(tmp_path, protocol):
    read = read_array_pickle(write(tmp_path / "a.pkl", OrderedDict(b=POSITIONS, a=[1.0]), protocol))
    assert list(read) == ["b", "a"] and read["b"].tolist() == POSITIONS.tolist()


def test_what_python_2_wrote(tmp_path):
    kind = b"cnumpy\ndtype\n(U\x02f8K\x00K\x01tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    empty = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR"
    array = empty + b"(K\x01(K\x02t" + kind + b"\x89U\x10" + struct.pack("<2d", -1.1, 2.0) + b"tb"
    path = tmp_path / "a.pkl"
    path.write_bytes(b"\x80\x02}U\x03yaw" + array + b"s.")
    assert read_array_pickle(path)["yaw"].tolist() == [-1.1, 2.0]
    path.write_bytes(b"\x80\x02ccollections\nOrderedDict\n(](](U\x03yaw" + array + b"eetR.")
    assert read_array_pickle(path)["yaw"].tolist() == [-1.1, 2.0]


def test_a_pickle_that_would_run_a_command_is_refused_by_name_and_runs_nothing(tmp_path):
    mark = tmp_path / "ran"
    with pytest.raises(DamagedFileError, match=r"posix\.system|os\.system"):
        read_array_pickle(write(tmp_path / "a.pkl", {"position": RunsACommand(mark)}))
    assert not mark.exists()


MADE_UP = b"cmade_up\nThing\n"


@pytest.mark.parametrize(
    "value",
    [
        MADE_UP,
        MADE_UP + b")R",
        MADE_UP + b")\x81}b",
        b"](" + MADE_UP + b")Re",
        b"cnumpy.core.multiarray\n_reconstruct\n(" + MADE_UP + b"K\x00\x85C\x01btR",
        b"cnumpy.core.multiarray\nscalar\n" + MADE_UP + b")RC\x01a\x86R",
    ],
    ids=["name", "call", "instance", "in a list", "class of array", "type of number"],
)
def test_other_names_are_refused_by_name(tmp_path, value):
    refused(tmp_path / "a.pkl", b"\x80\x04}\x8c\x03yaw" + value + b"s.", r"asks for 'made_up\.Thing'")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.rec.array([1.0, 2.0]), "recarray"),
        (1j, r"builtins\.complex"),
        ({1.0, 2.0}, r"builtins\.set"),
        ([frozenset([1.0])], r"builtins\.frozenset"),
        (np.dtype("f8"), r"numpy\.dtype"),
        (np.ndarray, r"numpy\.ndarray"),
    ],
)
def test_what_is_no_array_is_refused_by_name(tmp_path, value, name):
    refused(tmp_path / "a.pkl", pickle.dumps({"yaw": value}), f"'yaw' .*{name}")


@pytest.mark.parametrize(
    "value",
    [
        "text",
        b"bytes",
        None,
        [1.0, None],
        ["1.0"],
        {"deep": 1.0},
        [[1.0, 2.0], [3.0]],
        np.array(["1.0"]),
        np.array([1j]),
        np.array([(1.0, 2)], dtype=[("a", "f8"), ("b", "i4")]),
        np.array(["2020-01-01"], dtype="M8[D]"),
        objects([["1.0"]]),
        objects([[None]]),
        objects([[np.array([1.0, 2.0]), 3.0]]),
        [2**2000],
    ],
    ids=str,
)
@pytest.mark.parametrize("protocol", [0, 4, 5])
def test_what_is_no_number_is_refused_by_its_entry(tmp_path, value, protocol):
    refused(tmp_path / "a.pkl", pickle.dumps({"yaw": value}, protocol), "'yaw' is not an array of numbers")


@pytest.mark.parametrize("damage", [b"", b"no pickle", pickle.dumps([1, 2]), pickle.dumps({"yaw": "text"})])
def test_what_is_no_dict_of_arrays_is_one_clear_error(tmp_path, damage):
    path = tmp_path / "a.pkl"
    path.write_bytes(damage)
    with pytest.raises(DamagedFileError, match=r"a\.pkl"):
        read_array_pickle(path)


@pytest.mark.parametrize("content", [{1: [1.0]}, {(): [1.0], "yaw": [1.0]}, [1.0], 3])
def test_only_dicts_of_named_arrays_are_read(tmp_path, content):
    refused(tmp_path / "a.pkl", pickle.dumps(content), "not a dict of named arrays")


def test_an_absent_file_is_one_clear_error(tmp_path):
    with pytest.raises(DamagedFileError, match=r"cannot read .*a\.pkl"):
        read_array_pickle(tmp_path / "a.pkl")


def test_a_large_file_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(array_pickle, "MAX_BYTES", 1 << 20)
    path = write(tmp_path / "a.pkl", {"yaw": np.zeros(1 << 18)})
    with pytest.raises(DamagedFileError, match="larger than 1 MB"):
        read_array_pickle(path)


@pytest.mark.parametrize("shape", [(3, 3), (2, 2), (0,), (), (-1,), (-3, -2), (1 << 20, 1 << 20), [3, 2], None])
def test_a_shape_must_fit_the_bytes(tmp_path, shape):
    function, arguments, (version, _, *rest) = POSITIONS.__reduce__()
    forged = Rebuilt(function, arguments, (version, shape, *rest))
    refused(tmp_path / "a.pkl", pickle.dumps({"position": forged}), "'position' .* shape")


@pytest.mark.parametrize("shape", [(3, 3), (2, 2), (-1, 2)])
def test_a_shape_must_fit_the_bytes_of_a_buffer_and_the_cells_of_objects(tmp_path, shape):
    function, (_, kind, _, order) = POSITIONS.__reduce_ex__(5)
    forged = Rebuilt(function, (POSITIONS.tobytes(), kind, shape, order))
    refused(tmp_path / "a.pkl", pickle.dumps({"position": forged}), "'position' .* shape")
    function, arguments, (version, _, *rest) = POSITIONS.astype(object).__reduce__()
    forged = Rebuilt(function, arguments, (version, shape, *rest))
    refused(tmp_path / "a.pkl", pickle.dumps({"position": forged}), "'position' .* shape")


def test_an_array_without_content_is_refused(tmp_path):
    function, arguments, _ = POSITIONS.__reduce__()
    refused(tmp_path / "a.pkl", pickle.dumps({"position": Rebuilt(function, arguments)}), "'position' .* no content")


@pytest.mark.parametrize("order", ["A", "K", None])
def test_an_order_that_numpy_does_not_write_is_refused(tmp_path, order):
    function, (_, kind, shape, _) = POSITIONS.__reduce_ex__(5)
    forged = Rebuilt(function, (POSITIONS.tobytes(), kind, shape, order))
    refused(tmp_path / "a.pkl", pickle.dumps({"position": forged}), "'position' .* order")


def test_every_truncation_is_refused(tmp_path):
    whole = pickle.dumps({"position": np.arange(6.0).reshape(3, 2)}, protocol=4)
    path = tmp_path / "a.pkl"
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedFileError):
            read_array_pickle(path)


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_any_damage_is_read_or_one_clear_error(tmp_path, protocol):
    content = {"position": objects([[np.float64(1.0), np.array([2.0])]]), "yaw": POSITIONS, "on": [True]}
    whole, draw, path = pickle.dumps(content, protocol=protocol), random.Random(0), tmp_path / "a.pkl"
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[draw.randrange(len(whole))] = draw.randrange(256)
        path.write_bytes(damaged)
        with contextlib.suppress(DamagedFileError):
            read_array_pickle(path)


def test_object_scalars_are_refused(tmp_path):
    # numpy's own scalar() hands back any pickled object for dtype 'O'; ours must not
    scalar, _ = np.float64(1.0).__reduce__()
    refused(tmp_path / "a.pkl", pickle.dumps({"yaw": Rebuilt(scalar, (np.dtype("O"), b"a"))}), "'yaw' .*'O8'")
    damaged = b"\x80\x04cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(X\x02\x00\x00\x00O8\x89\x88tRC\x01aetR."
    refused(tmp_path / "a.pkl", damaged, "")


def test_lists_that_hold_themselves_end(tmp_path):
    loop = []
    loop.append(loop)
    refused(tmp_path / "a.pkl", pickle.dumps({"yaw": loop}), "without end")
    cells = objects([[None]])
    cells[0, 0] = cells
    refused(tmp_path / "a.pkl", pickle.dumps({"yaw": cells}), "without end")


def test_lists_that_are_referred_to_time_and_again_have_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(array_pickle, "MAX_PARTS", 100)
    doubled = [1.0]
    for _ in range(4):
        doubled = [doubled, doubled]
    assert read_array_pickle(write(tmp_path / "a.pkl", {"yaw": doubled}))["yaw"].shape == (2, 2, 2, 2, 1)
    refused(tmp_path / "a.pkl", pickle.dumps({"yaw": [doubled] * 3}), "without end")


def test_arrays_that_are_referred_to_time_and_again_have_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(array_pickle, "MAX_BYTES", 4096)
    row = np.zeros(256)
    same = read_array_pickle(write(tmp_path / "a.pkl", {"a": row, "b": row, "c": row, "d": row, "e": row}))
    assert len(same) == 5 and same["a"] is same["e"]
    refused(tmp_path / "a.pkl", pickle.dumps({"rows": [row] * 5}), "too often")
    function, arguments, (*state, content) = row.__reduce__()
    copies = {name: Rebuilt(function, arguments, (*state, content)) for name in "abcde"}
    refused(tmp_path / "a.pkl", pickle.dumps(copies), "too often")
