"""The training loop that both learning wings share: schedule, EMA, log, validation, best weights, exact resume.

Every step draws its batch and its dropout from streams keyed by (seed, step), so a resumed run equals an
uninterrupted one on the same machine. Several processes (``torchrun``) take the mean of their gradients.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from pydantic import Field
from torch import Tensor, nn

from navbench_gs.domain.record import Record
from navbench_gs.domain.streams import stream_seed
from navbench_gs.errors import WeightsError
from navbench_gs.training.curves import Curves
from navbench_gs.training.data_parallel import ALONE, Peers
from navbench_gs.training.half_precision import pays_in_half
from navbench_gs.training.run_files import STATE_FILE, log_row, save_state


class LoopConfig(Record):
    """Numbers of one training run."""

    steps: int = Field(ge=1)
    warmup_steps: int = 100
    learning_rate: float = 1e-3
    schedule: Literal["cosine", "constant"] = "cosine"
    """What follows the warm-up."""
    final_share: float = 0.02
    """Learning rate at the last step, as a share of the highest (cosine between)."""
    optimiser: Literal["adamw", "adam"] = "adamw"
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 0.02
    clip_norm: float | None = 1.0
    """Gradients longer than this are shortened to it; None: none is."""
    ema_decay: float = 0.998
    """Highest decay of the running average of the weights; 0: no average is kept."""
    ema_power: float | None = None
    """The decay rises as 1 - (1 + step)^-power; None: as (1 + step) / (10 + step)."""
    validate_every: int = 500
    seed: int = 0
    half: bool = False
    """Forward in bfloat16 where torch's autocast allows it and the device has it; single precision elsewhere."""


class Trainable(Protocol):
    """What the loop trains."""

    @property
    def model(self) -> nn.Module:
        """The parameters."""
        ...

    def loss(self, step: int, seed: int) -> tuple[Tensor, dict[str, float]]:
        """Loss of the batch of this step, and what to log of it. The batch depends on (seed, step) alone.

        With several processes ``step`` counts the batches of all of them.
        """
        ...

    def validate(self, model: nn.Module) -> dict[str, float]:
        """Held-out metrics of ``model`` (the EMA weights); ``score`` among them, lower is better."""
        ...


@dataclass(frozen=True)
class Trained:
    """What a finished run leaves."""

    weights: dict[str, Tensor]
    """The EMA weights of the best validation."""
    metrics: dict[str, float]
    """Its metrics, with the ``step`` they were taken at."""


def learning_rate(config: LoopConfig, step: int) -> float:
    """Linear warm-up, then a half cosine down to ``final_share`` of the highest rate, or the highest throughout."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    if config.schedule == "constant":
        return config.learning_rate
    share = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    cosine = 0.5 * (1.0 + math.cos(math.pi * min(1.0, share)))
    return config.learning_rate * (config.final_share + (1.0 - config.final_share) * cosine)


def average_decay(config: LoopConfig, step: int) -> float:
    """How much of the running average stays after ``step``: rises to ``ema_decay``."""
    rising = (1.0 + step) / (10.0 + step) if config.ema_power is None else 1.0 - (1.0 + step) ** -config.ema_power
    return min(config.ema_decay, rising)


class ExponentialAverage:
    """Running average of a model's weights."""

    def __init__(self, model: nn.Module) -> None:
        self.weights = {name: value.detach().clone() for name, value in model.state_dict().items()}

    def update(self, model: nn.Module, decay: float) -> None:
        """Move the average towards the model's weights, keeping ``decay`` of it."""
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                self.weights[name].lerp_(value.detach(), 1.0 - decay)
            else:
                self.weights[name].copy_(value)


class Training:
    """One run in one folder: :meth:`run` starts it, or goes on from the state it finds there.

    It trains on the device that the model's parameters are on. With ``tensorboard`` the log goes there as well.
    """

    def __init__(
        self,
        trainable: Trainable,
        config: LoopConfig,
        folder: Path,
        *,
        peers: Peers = ALONE,
        tensorboard: bool = False,
    ) -> None:
        self.trainable, self.config, self.folder, self.peers = trainable, config, folder, peers
        self.device = next(trainable.model.parameters()).device
        self.curves = Curves(folder) if tensorboard else None
        self.optimiser = _optimiser(trainable.model, config)
        self.average = ExponentialAverage(trainable.model)
        self.best: Trained | None = None
        self.step = 0
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, until: int | None = None, report: Callable[[dict[str, float]], None] | None = None) -> Trained:
        """Train to the last step (or only ``until``), validating, logging and saving on the way."""
        self._resume()
        last = min(self.config.steps, self.config.steps if until is None else until)
        started, losses = time.monotonic(), list[dict[str, float]]()
        while self.step < last:
            losses.append(self._take_step())
            if self.step % self.config.validate_every == 0 or self.step == last:
                if self.peers.chief:
                    row = self._validate() | _means(losses) | {"wall_s": round(time.monotonic() - started, 1)}
                    self._log(row)
                    if report is not None:
                        report(row)
                    self._save()
                losses.clear()
                self.peers.wait()
        if not self.peers.chief:
            self._resume()
        if self.best is None:
            raise WeightsError(f"{self.folder} holds no validated weights; train for at least one step")
        return self.best

    def _take_step(self) -> dict[str, float]:
        model, seed = self.trainable.model.train(), self.config.seed
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.config, self.step)
        number = self.peers.batch_number(self.step)
        torch.manual_seed(stream_seed("training", seed, number))
        half = self.config.half and pays_in_half(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=half):
            loss, logs = self.trainable.loss(number, seed)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.peers.average_gradients(model)
        limit = math.inf if self.config.clip_norm is None else self.config.clip_norm
        norm = nn.utils.clip_grad_norm_(model.parameters(), limit)
        self.optimiser.step()
        self.peers.average_statistics(model)
        self.average.update(model, average_decay(self.config, self.step))
        self.step += 1
        return logs | {"loss": float(loss.detach()), "gradient_norm": float(norm)}

    def _validate(self) -> dict[str, float]:
        model = self.trainable.model
        trained = {name: value.detach().clone() for name, value in model.state_dict().items()}
        model.load_state_dict(self.average.weights)
        with torch.no_grad():
            metrics = {"step": float(self.step), **self.trainable.validate(model.eval())}
        if self.best is None or metrics["score"] < self.best.metrics["score"]:
            self.best = Trained({name: value.cpu().clone() for name, value in self.average.weights.items()}, metrics)
        model.load_state_dict(trained)
        return metrics

    def _log(self, row: dict[str, float]) -> None:
        log_row(self.folder, row)
        if self.curves is not None:
            self.curves.add(row, self.step)

    def _save(self) -> None:
        assert self.best is not None
        state: dict[str, Any] = {
            "config": self.config.digest(),
            "processes": self.peers.size,
            "step": self.step,
            "model": self.trainable.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average.weights,
            "best": {"weights": self.best.weights, "metrics": self.best.metrics},
        }
        save_state(self.folder, state)

    def _resume(self) -> None:
        path = self.folder / STATE_FILE
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state["config"] != self.config.digest() or state["processes"] != self.peers.size:
            raise WeightsError(f"{path} belongs to a run with other numbers; choose another folder or delete it")
        self.step = state["step"]
        self.trainable.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average.weights = state["average"]
        self.best = Trained(state["best"]["weights"], state["best"]["metrics"])


def _optimiser(model: nn.Module, config: LoopConfig) -> torch.optim.Optimizer:
    kind = torch.optim.AdamW if config.optimiser == "adamw" else torch.optim.Adam
    groups = _decayed_groups(model, config.weight_decay)
    # fused: one pass over each tensor, a third of the time of torch's usual way on a CPU
    return kind(groups, lr=config.learning_rate, betas=config.betas, fused=True)


def _decayed_groups(model: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Matrices and kernels decay; biases, norms and single vectors do not."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in trained if parameter.ndim > 1], "weight_decay": decay},
        {"params": [parameter for parameter in trained if parameter.ndim <= 1], "weight_decay": 0.0},
    ]


def _means(rows: list[dict[str, float]]) -> dict[str, float]:
    return {f"train_{name}": sum(row[name] for row in rows) / len(rows) for name in (rows[0] if rows else {})}
