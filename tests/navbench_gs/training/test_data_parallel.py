"""Two processes take the mean of their steps; they are started as torchrun starts them."""

import os
import socket
import subprocess
import sys

import torch

from navbench_gs.training.data_parallel import ALONE, Peers

PROGRAM = """
import sys, torch
from pathlib import Path
from torch import nn
from navbench_gs.training.data_parallel import joined
from navbench_gs.training.loop import LoopConfig, Training

class Line:
    def __init__(self):
        self.model = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(self.model.weight)
    def loss(self, step, seed):
        return (self.model(torch.tensor([[1.0 + step % 2]])) - 4.0).square().mean(), {}
    def validate(self, model):
        return {"score": abs(float(model.weight) - 2.4)}

config = LoopConfig(steps=30, warmup_steps=1, learning_rate=0.3, ema_decay=0.0, validate_every=10, clip_norm=None)
with joined() as peers:
    trained = Training(Line(), config, Path(sys.argv[1]), peers=peers).run()
Path(sys.argv[1], f"{peers.rank}.txt").write_text(f"{float(trained.weights['weight'])!r} {trained.metrics['step']}")
"""


def as_torchrun_starts_it(rank, port, folder):
    """Start one of two processes of PROGRAM."""
    place = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], env=os.environ | place | meeting)


def test_two_processes_learn_the_same_and_save_once(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert [process.wait(600) for process in [as_torchrun_starts_it(rank, port, tmp_path) for rank in (0, 1)]] == [0, 0]
    first, second = ((tmp_path / f"{rank}.txt").read_text() for rank in (0, 1))
    assert first == second
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 3
    # the mean loss of x = 1 and x = 2 is least at w = (1 * 4 + 2 * 4) / (1 + 4) = 2.4
    assert abs(float(first.split()[0]) - 2.4) < 0.5


def test_batches_of_two_processes_are_distinct():
    taken = [Peers(rank, 2).batch_number(step) for step in range(3) for rank in range(2)]
    assert taken == [0, 1, 2, 3, 4, 5]


def test_alone_nothing_is_averaged():
    model = torch.nn.Linear(1, 1)
    model.weight.grad = torch.ones(1, 1)
    ALONE.average_gradients(model)
    assert float(model.weight.grad) == 1.0 and ALONE.chief and ALONE.batch_number(7) == 7
