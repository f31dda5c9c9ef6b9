"""Anchor-guided distribution matching: ``L = -log N_h - log q_h + ||v_hat - v||^2``, and open-loop metrics."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from navbench_gs.domain.streams import stream, stream_seed
from navbench_gs.errors import WeightsError
from navbench_gs.training.loop import Trained, Training
from navbench_gs.weights.safetensors_file import read_weights
from s2e_agent.anchors import anchors_of_paths
from s2e_agent.config import PolicyConfig, Preset, PretrainConfig
from s2e_agent.dataset import Batch, DriveSamples, drawn_goals, read_samples, training_batch, window_batch
from s2e_agent.mixture import (
    LEAST_SCALE_M,
    AssignmentRule,
    Mixture,
    assigned_modes,
    mode_usage,
    path_log_density,
    path_scale,
)
from s2e_agent.policy import Policy

LEAST_RANGE_M = 0.2


@dataclass(frozen=True)
class LossTerms:
    """Means over a batch of the three terms, and the assigned modes."""

    density: Tensor
    score: Tensor
    velocity: Tensor
    modes: Tensor

    def total(self, velocity_weight: float) -> Tensor:
        """The loss."""
        return self.density + self.score + velocity_weight * self.velocity


def pretraining_loss(mixture: Mixture, anchors: Tensor, batch: Batch, rule: AssignmentRule) -> LossTerms:
    """The three terms at the assigned mode h; short paths train scores and velocities, not densities."""
    modes, short = assigned_modes(mixture, anchors, batch.paths, batch.valid, rule)
    scale = path_scale(batch.paths, batch.valid)
    normalised = batch.paths / scale.clamp_min(LEAST_SCALE_M)[:, None, None]
    mine = torch.arange(len(modes)), modes
    density = -path_log_density(mixture, normalised, batch.valid)[mine] * ~short
    return LossTerms(
        density=density.sum() / (~short).sum().clamp_min(1),
        score=-mixture.log_scores[mine].mean(),
        velocity=((mixture.scales[mine] - scale) ** 2).mean(),
        modes=modes,
    )


def range_loss(log_ranges: Tensor, ranges: Tensor) -> Tensor:
    """Mean absolute error of log ranges (F, R) against measured ranges (F, R) in metres; zero where none are known."""
    if ranges.shape != log_ranges.shape:
        return log_ranges.new_zeros(())
    known = ~ranges.isnan()
    error = (log_ranges - ranges.nan_to_num(1.0).clamp_min(LEAST_RANGE_M).log()).abs() * known
    return error.sum() / known.sum().clamp_min(1)


class Pretraining:
    """What the training loop trains: a policy on drives."""

    def __init__(
        self, preset: Preset, training: DriveSamples, held_out: DriveSamples, initial: Path | None = None
    ) -> None:
        self.config: PretrainConfig = preset.pretrain
        self.training, self.held_out = training, held_out
        torch.manual_seed(stream_seed("initial weights", preset.pretrain.loop.seed))
        self.policy = Policy(preset.policy)
        ends = anchors_of_paths(training.ends, preset.policy.anchors, seed=preset.pretrain.loop.seed)
        self.policy.anchors.copy_(torch.from_numpy(ends))
        if initial is not None:
            start_from(self.policy, initial)
        self.rule = AssignmentRule(preset.pretrain.tie_rad, preset.pretrain.short_path_m)

    @property
    def model(self) -> nn.Module:
        """The policy."""
        return self.policy

    def loss(self, step: int, seed: int) -> tuple[Tensor, dict[str, float]]:
        """Loss of the batch keyed by (seed, step); its terms and the share of the most used mode are logged."""
        batch = training_batch(self.training, self.policy.config, self.config, stream("batch", seed, step))
        tokens = self.policy.encoder(batch.frames)
        mixture = self.policy.decode(tokens[batch.history], batch.present, batch.goals)
        terms = pretraining_loss(mixture, self.policy.anchors, batch, self.rule)
        ranges = range_loss(self.policy.log_ranges(tokens), batch.ranges)
        usage = mode_usage(terms.modes, len(self.policy.anchors))
        logs = {
            "density": float(terms.density.detach()),
            "score": float(terms.score.detach()),
            "velocity": float(terms.velocity.detach()),
            "ranges": float(ranges.detach()),
            "modes_used": float((usage > 0).sum()),
            "most_used": float(usage.max()),
        }
        return terms.total(self.config.velocity_weight) + self.config.range_weight * ranges, logs

    def validate(self, model: nn.Module) -> dict[str, float]:
        """Open-loop metrics on the held-out drives; the score to lower is the loss."""
        assert isinstance(model, Policy)
        return open_loop(model, self.held_out, self.config)


def start_from(policy: Policy, path: Path) -> None:
    """Take over the weights in a file, anchors among them; the auxiliary head alone may be absent from it.

    Raises:
        WeightsError: the file cannot be read or holds another network.
    """
    tensors, _ = read_weights(path)
    try:
        missing, unexpected = policy.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        raise WeightsError(f"{path} holds weights of another network: {error}") from error
    if unexpected or any(not name.startswith("ranges.") for name in missing):
        raise WeightsError(f"{path} holds weights of another network: {[*unexpected, *missing][0]}")


def held_out_batches(samples: DriveSamples, policy: PolicyConfig, config: PretrainConfig) -> list[Batch]:
    """Every second moment of all samples, unaugmented, with the drives' own goals (hindsight where there are none)."""
    plain = config.model_copy(update={"goal_dropout": 0.0, "hindsight_share": 0.0})
    chosen = np.arange(0, len(samples), 2)
    batches = []
    for start in range(0, len(chosen), 64):
        numbers = chosen[start : start + 64]
        goals = drawn_goals(samples, samples.moments[numbers], plain, stream("held out", start))
        batches.append(window_batch(samples, [numbers], policy.context, goals))
    return batches


def open_loop(policy: Policy, samples: DriveSamples, config: PretrainConfig) -> dict[str, float]:
    """Displacement errors in metres (best of all modes, likeliest mode, constant velocity), loss, entropy of modes."""
    rule = AssignmentRule(config.tie_rad, config.short_path_m)
    rows = []
    for batch in held_out_batches(samples, policy.config, config):
        with torch.no_grad():
            mixture = policy(batch.frames, batch.history, batch.present, batch.goals)
            loss = pretraining_loss(mixture, policy.anchors, batch, rule).total(config.velocity_weight)
        entropy = -(mixture.log_scores.exp() * mixture.log_scores).sum(dim=1)
        row = {**displacement_errors(mixture, batch), "mode_entropy": entropy, "score": loss.expand(len(entropy))}
        rows.append(torch.stack([row[name] for name in OPEN_LOOP_METRICS]))
    means = torch.cat(rows, dim=1).double().mean(dim=1)
    return dict(zip(OPEN_LOOP_METRICS, means.tolist(), strict=True))


OPEN_LOOP_METRICS = ("minADE", "minFDE", "ADE", "FDE", "constant_velocity_ADE", "mode_entropy", "score")


def displacement_errors(mixture: Mixture, batch: Batch) -> dict[str, Tensor]:
    """Per sample (B,): mean and final distance in metres to the true path, over its valid waypoints."""
    paths = mixture.paths()
    steps = torch.arange(1, paths.shape[2] + 1)[:, None]
    steady = (batch.steady[:, None] * steps)[:, None]
    mean, final = _errors(paths, batch)
    likeliest = torch.arange(len(paths)), mixture.log_scores.argmax(dim=1)
    return {
        "minADE": mean.min(dim=1).values,
        "minFDE": final.min(dim=1).values,
        "ADE": mean[likeliest],
        "FDE": final[likeliest],
        "constant_velocity_ADE": _errors(steady, batch)[0][:, 0],
    }


def _errors(paths: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    distance = (paths - batch.paths[:, None]).norm(dim=-1)
    count = batch.valid.sum(dim=1)
    mean = (distance * batch.valid[:, None]).sum(dim=-1) / count[:, None]
    return mean, distance[torch.arange(len(count)), :, count - 1]


def pretrain(
    preset: Preset,
    data_sets: Sequence[Path],
    folder: Path,
    *,
    initial: Path | None = None,
    report: Callable[[dict[str, float]], None] | None = None,
) -> tuple[Policy, Trained, dict[str, Any]]:
    """Train a preset on folders of drives, resuming in ``folder``: the best policy, its metrics, facts of the data."""
    least = preset.pretrain.min_labels
    training, held_out = (read_samples(data_sets, part, preset.policy, least) for part in ("train", "test"))
    trainable = Pretraining(preset, training, held_out, initial)
    data: dict[str, Any] = {
        "data_sets": [path.name for path in data_sets],
        "training_frames": len(training.frames),
        "training_samples": len(training),
        "held_out_frames": len(held_out.frames),
        "held_out_samples": len(held_out),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data.json").write_text(json.dumps(data, indent=2) + "\n")
    trained = Training(trainable, preset.pretrain.loop, folder).run(report=report)
    trainable.policy.load_state_dict(trained.weights)
    return trainable.policy.eval(), trained, data
