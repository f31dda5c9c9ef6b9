"""Data-parallel training under ``torchrun``: every process takes batches of its own, all take the mean step."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn


@dataclass(frozen=True)
class Peers:
    """The processes of one training run, as one of them sees them."""

    rank: int = 0
    size: int = 1

    @property
    def chief(self) -> bool:
        """Whether this process validates, logs and saves."""
        return self.rank == 0

    def batch_number(self, step: int) -> int:
        """Which batch this process takes at ``step``: all of a run's batches are distinct."""
        return step * self.size + self.rank

    def average_gradients(self, model: nn.Module) -> None:
        """Every process gets the mean of all gradients."""
        self._average(parameter.grad for parameter in model.parameters() if parameter.grad is not None)

    def average_statistics(self, model: nn.Module) -> None:
        """Every process gets the mean of all running statistics (buffers of floating numbers)."""
        self._average(buffer for buffer in model.buffers() if buffer.is_floating_point())

    def wait(self) -> None:
        """Go on when all have come this far."""
        if self.size > 1:
            distributed.barrier()

    def _average(self, tensors: Iterable[Tensor]) -> None:
        kept = list(tensors)
        if self.size == 1 or not kept:
            return
        flat = torch.cat([tensor.reshape(-1).float() for tensor in kept])
        distributed.all_reduce(flat)
        flat /= self.size
        for tensor, mean in zip(kept, torch.split(flat, [tensor.numel() for tensor in kept]), strict=True):
            tensor.copy_(mean.view_as(tensor))


ALONE = Peers()


@contextmanager
def joined() -> Iterator[Peers]:
    """The peers that ``torchrun`` started beside this process, left again at the end; alone without it."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield Peers(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()


def own_device() -> torch.device:
    """The GPU of this process (``LOCAL_RANK`` under ``torchrun``) where CUDA is present, else the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
