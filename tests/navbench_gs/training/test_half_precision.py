import pytest
import torch

from navbench_gs.training.half_precision import pays_in_half
from navbench_gs.training.loop import LoopConfig, Training


@pytest.mark.parametrize(
    ("capabilities", "pays"),
    [
        ({"avx2": True, "avx512_bf16": False}, False),
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
        ({}, False),
    ],
)
def test_a_cpu_computes_in_half_only_where_its_instructions_do(monkeypatch, capabilities, pays):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert pays_in_half(torch.device("cpu")) is pays


def test_an_older_torch_says_nothing_of_its_cpu(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not pays_in_half(torch.device("cpu"))


def test_accelerators_compute_in_half():
    assert pays_in_half(torch.device("cuda"))


class Line:
    """One weight; notes the type that its product is computed in."""

    def __init__(self):
        self.model, self.types = torch.nn.Linear(1, 1), []

    def loss(self, step, seed):
        product = self.model(torch.ones(1, 1))
        self.types.append(product.dtype)
        return product.float().square().sum(), {}

    def validate(self, model):
        return {"score": 1.0}


@pytest.mark.parametrize(("native", "computed"), [(True, torch.bfloat16), (False, torch.float32)])
def test_the_loop_asks_before_it_halves(monkeypatch, tmp_path, native, computed):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": native}, raising=False)
    line = Line()
    Training(line, LoopConfig(steps=1, half=True), tmp_path).run()
    assert line.types == [computed]
