"""Networks are read from whatever torch.save wrote, and nothing that a file names is run."""

from __future__ import annotations

import contextlib
import random
import zipfile
from collections import OrderedDict, deque
from pathlib import Path

import pytest
import torch
from torch import nn

from navbench_gs.errors import WeightsError
from navbench_gs.weights.torch_file import read_network


class Tower(nn.Module):
    """Parameters, buffers, a buffer that is not kept, modules in modules, a tensor of integers."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.register_buffer("table", torch.arange(6.0).reshape(2, 3).t())
        self.register_buffer("passing", torch.ones(1), persistent=False)
        self.layers = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
        self.half = nn.Linear(2, 2).half()


@pytest.fixture
def tower() -> Tower:
    torch.manual_seed(0)
    return Tower()


def require_same(found: dict[str, torch.Tensor], network: nn.Module) -> None:
    expected = network.state_dict()
    assert list(found) == list(expected)
    for name, tensor in expected.items():
        assert found[name].dtype == tensor.dtype
        torch.testing.assert_close(found[name], tensor, atol=0, rtol=0)


def contents(tower: Tower) -> dict[str, object]:
    """What the published files hold, each its own way."""
    optimiser = torch.optim.Adam(tower.parameters())
    return {
        "bare": tower.state_dict(),
        "pickled module": {"epoch": 3, "model": tower, "optimizer": optimiser, "avg_total_test_loss": 0.5},
        "data parallel": {"model": nn.DataParallel(tower), "scheduler": None},
        "lightning": {"epoch": 1, "state_dict": tower.state_dict(), "optimizer_states": [optimiser.state_dict()]},
        "parameters": OrderedDict(tower.named_parameters()),
    }


@pytest.mark.parametrize("as_zip", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("case", ["bare", "pickled module", "data parallel", "lightning"])
def test_a_network_is_read_as_its_state_dict(case, as_zip, tower, tmp_path):
    path = tmp_path / "network.pth"
    torch.save(contents(tower)[case], path, _use_new_zipfile_serialization=as_zip)
    require_same(read_network(path), tower)


def test_a_module_is_read_where_its_class_is_gone(tower, tmp_path, monkeypatch):
    path = tmp_path / "network.pth"
    monkeypatch.setattr(Tower, "__module__", "gnm_train.models.gone")
    monkeypatch.setitem(__import__("sys").modules, "gnm_train", __import__("types").ModuleType("gnm_train"))
    monkeypatch.setitem(__import__("sys").modules, "gnm_train.models", __import__("types").ModuleType("models"))
    gone = __import__("types").ModuleType("gone")
    gone.Tower = Tower
    monkeypatch.setitem(__import__("sys").modules, "gnm_train.models.gone", gone)
    torch.save({"model": tower}, path)
    monkeypatch.undo()
    require_same(read_network(path), tower)


@pytest.mark.parametrize("as_zip", [True, False], ids=["zip", "legacy"])
def test_other_tensors_in_the_file_do_not_shift_the_network(as_zip, tower, tmp_path):
    """An optimiser keeps its tensors under numbers; the older format has every tensor's numbers in one row."""
    path, odd = tmp_path / "network.pth", torch.arange(3, dtype=torch.float64)
    optimiser = {"state": {0: {"average": odd}, (1, 2): odd + 1}, "steps": deque([odd + 2]), "more": (odd + 3,)}
    torch.save({"optimizer": optimiser, "model": tower}, path, _use_new_zipfile_serialization=as_zip)
    require_same(read_network(path), tower)


def test_tensors_under_numbers_are_no_network(tmp_path):
    path = tmp_path / "network.pth"
    torch.save({0: torch.ones(2)}, path)
    with pytest.raises(WeightsError, match="holds no network"):
        read_network(path)


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_buffers_that_are_not_kept_are_left_out_in_every_protocol(protocol, tower, tmp_path):
    path = tmp_path / "network.pth"
    torch.save({"model": tower}, path, pickle_protocol=protocol)
    require_same(read_network(path), tower)


class Runs:
    """Pickles to a call of anything."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def test_a_malicious_pickle_is_refused_by_name_and_not_run(tower, tmp_path):
    path, trace = tmp_path / "evil.pth", tmp_path / "trace"
    torch.save({**tower.state_dict(), "extra": Runs(Path.touch, trace)}, path)
    with pytest.raises(WeightsError, match="asks for"):
        read_network(path)
    torch.save({**tower.state_dict(), "extra": Runs(eval, f"open({str(trace)!r}, 'w')")}, path)
    with pytest.raises(WeightsError, match=r"evil\.pth is not read: it asks for 'builtins\.eval'"):
        read_network(path)
    assert not trace.exists()


def test_a_foreign_function_is_written_down_and_not_called(tower, tmp_path):
    path = tmp_path / "network.pth"
    torch.save({**tower.state_dict(), "extra": Runs(torch.hub.load, "owner/repository", "model")}, path)
    require_same(read_network(path), tower)


def test_every_shortened_file_is_one_clear_line(tower, tmp_path):
    whole = tmp_path / "whole.pth"
    for as_zip in (True, False):
        torch.save({"model": tower}, whole, _use_new_zipfile_serialization=as_zip)
        data = whole.read_bytes()
        for share in (0.0, 0.01, 0.3, 0.6, 0.95, 0.999):
            cut = tmp_path / "cut.pth"
            cut.write_bytes(data[: int(len(data) * share)])
            with pytest.raises(WeightsError, match=r"cut\.pth"):
                read_network(cut)


@pytest.mark.parametrize("as_zip", [True, False], ids=["zip", "legacy"])
def test_any_damage_is_read_or_one_clear_line(as_zip, tower, tmp_path):
    path, draw = tmp_path / "damaged.pth", random.Random(0)
    torch.save({"model": tower}, path, _use_new_zipfile_serialization=as_zip)
    whole = path.read_bytes()
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[draw.randrange(len(whole))] = draw.randrange(256)
        path.write_bytes(damaged)
        with contextlib.suppress(WeightsError):
            read_network(path)


def test_files_of_other_kinds_are_refused(tmp_path):
    page = tmp_path / "page.pth"
    page.write_text("<html>too many downloads</html>")
    with pytest.raises(WeightsError, match="not read"):
        read_network(page)
    torch.save({"epoch": 3, "model": "a text"}, page)
    with pytest.raises(WeightsError, match="holds no network"):
        read_network(page)
    with zipfile.ZipFile(page, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(WeightsError, match="not one that torch writes"):
        read_network(page)


def test_a_compressed_archive_is_refused(tower, tmp_path):
    stored, packed = tmp_path / "stored.pth", tmp_path / "packed.pth"
    torch.save(tower.state_dict(), stored)
    with zipfile.ZipFile(stored) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    with pytest.raises(WeightsError, match="compressed"):
        read_network(packed)


def test_a_tensor_cannot_be_larger_than_its_numbers(tmp_path):
    path = tmp_path / "bomb.pth"
    torch.save({"weight": torch.ones(1).expand(1 << 40)}, path)
    with pytest.raises(WeightsError, match="too few numbers"):
        read_network(path)


def test_many_tensors_of_the_same_numbers_cannot_fill_the_memory(tmp_path):
    path = tmp_path / "bomb.pth"
    numbers = torch.ones(1 << 16)
    torch.save({f"weight{number}": numbers.view(-1) for number in range(200)}, path)
    with pytest.raises(WeightsError, match="too few numbers"):
        read_network(path)


def test_a_module_that_contains_itself_ends(tower, tmp_path):
    path = tmp_path / "loop.pth"
    tower._modules["self"] = tower
    torch.save({"model": tower}, path)
    with pytest.raises(WeightsError, match="without end"):
        read_network(path)
