import os
import pickle

import numpy as np
import pytest

from navbench_gs.errors import DamagedFileError
from navbench_gs.unpickle import read_array_pickle


class RunsACommand:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


def write(path, content, protocol=4):
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_arrays_of_every_protocol_come_back(tmp_path, protocol):
    content = {"position": np.arange(6.0).reshape(3, 2), "yaw": np.float64(0.5), "on": np.array([True, False])}
    read = read_array_pickle(write(tmp_path / "a.pkl", content, protocol))
    assert read["position"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert read["yaw"] == 0.5 and read["on"].tolist() == [True, False]


def test_lists_and_object_arrays_become_float_arrays(tmp_path):
    cells = np.empty((2, 2), dtype=object)
    cells[:] = [[np.float64(1.0), np.array([2.0])], [3, np.array(4.0)]]
    read = read_array_pickle(write(tmp_path / "a.pkl", {"position": cells, "yaw": [0.1, 0.2]}))
    assert read["position"].dtype == np.float64 and read["position"].tolist() == [[1, 2], [3, 4]]
    assert read["yaw"].tolist() == [0.1, 0.2]


def test_a_pickle_that_would_run_a_command_is_refused_by_name_and_runs_nothing(tmp_path):
    mark = tmp_path / "ran"
    with pytest.raises(DamagedFileError, match=r"posix\.system|os\.system"):
        read_array_pickle(write(tmp_path / "a.pkl", {"position": RunsACommand(mark)}))
    assert not mark.exists()


@pytest.mark.parametrize("damage", [b"", b"no pickle", pickle.dumps([1, 2]), pickle.dumps({"yaw": "text"})])
def test_what_is_no_dict_of_arrays_is_one_clear_error(tmp_path, damage):
    path = tmp_path / "a.pkl"
    path.write_bytes(damage)
    with pytest.raises(DamagedFileError, match=r"a\.pkl"):
        read_array_pickle(path)


def test_every_truncation_is_refused(tmp_path):
    whole = pickle.dumps({"position": np.arange(6.0).reshape(3, 2)}, protocol=4)
    path = tmp_path / "a.pkl"
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedFileError):
            read_array_pickle(path)


def test_object_scalars_are_refused(tmp_path):
    # numpy's own scalar() hands back any pickled object for dtype 'O'; ours must not
    hostile = b"\x80\x04cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(X\x02\x00\x00\x00O8\x89\x88tRC\x01aetR."
    path = tmp_path / "a.pkl"
    path.write_bytes(hostile)
    with pytest.raises(DamagedFileError):
        read_array_pickle(path)
