"""Open-loop metrics: how far predicted paths lie from those that were driven, on held-out drives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from navbench_gs.domain.streams import stream
from s2e_agent.config.pretraining import PolicyConfig, PretrainConfig
from s2e_agent.data.batch import Batch
from s2e_agent.data.drive_samples import DriveSamples
from s2e_agent.data.goals import drawn_goals, drawn_routes
from s2e_agent.data.sampler import window_batch
from s2e_agent.models.policy import Policy
from s2e_agent.models.waypoint_mixture import AssignmentRule, Mixture, score_entropy
from s2e_agent.pretraining.losses import guided_batches, pretraining_loss

METRICS = ("minADE", "minFDE", "ADE", "FDE", "constant_velocity_ADE", "mode_entropy", "goal_free_ADE", "score")
BATCH = 64


def held_out_batches(
    samples: DriveSamples, policy: PolicyConfig, config: PretrainConfig
) -> Iterator[tuple[Batch, np.ndarray]]:
    """Every second moment of all samples, unaugmented, with the number of its data set (B,).

    Goals are the drives' own (in hindsight where there are none); routes are there, as noisy as in training.
    """
    plain = config.model_copy(
        update={"goal_dropout_by": "draw", "goal_dropout": 0.0, "hindsight_share": 0.0, "route_dropout": 0.0}
    )
    chosen = np.arange(0, len(samples), 2)
    for start in range(0, len(chosen), BATCH):
        numbers, rng = chosen[start : start + BATCH], stream("held out", start)
        moments = samples.moments[numbers]
        goals = drawn_goals(samples, moments, plain, rng)
        routes = drawn_routes(samples, moments, policy, plain, rng)
        data_sets = np.searchsorted(samples.bounds, numbers, side="right") - 1
        yield window_batch(samples, [numbers], policy, goals, routes), data_sets


def open_loop(policy: Policy, samples: DriveSamples, config: PretrainConfig) -> dict[str, float]:
    """Means of :data:`METRICS` over all held-out samples, and ``METRIC/DATA SET`` where there are several data sets.

    Displacement errors in metres of the best of all modes (minADE, minFDE), of the likeliest one (ADE, FDE), of it
    without the goal, and of constant velocity; entropy of the modes' scores in nats; ``score`` is the loss.
    """
    rows, sources = [], []
    device = policy.anchors.device
    with torch.no_grad():
        for batch, data_sets in held_out_batches(samples, policy.config, config):
            rows.append(_metrics(policy, batch.to(device), config).double().cpu().numpy())
            sources.append(data_sets)
    values, source = np.concatenate(rows, axis=1), np.concatenate(sources)
    means = dict(zip(METRICS, values.mean(axis=1).tolist(), strict=True))
    if len(samples.names) > 1:
        for number, name in enumerate(samples.names):
            own = values[:, source == number].mean(axis=1).tolist()
            means |= {f"{metric}/{name}": value for metric, value in zip(METRICS, own, strict=True)}
    return means


def _metrics(policy: Policy, batch: Batch, config: PretrainConfig) -> Tensor:
    """(METRICS, B) of one batch."""
    tokens = policy.encoder(batch.frames)[batch.history]
    mixture = policy.decode(tokens, batch.present, batch.goals, batch.routes)
    free_batch = batch.without_goals()
    free = policy.decode(tokens, batch.present, free_batch.goals, batch.routes)
    rule = AssignmentRule(config.tie_rad, config.short_path_m)
    loss = sum(
        share
        * pretraining_loss(mixture if part is batch else free, policy.anchors, part, rule).total(config.velocity_weight)
        for part, share in guided_batches(batch, config)
    )
    row = {
        **displacement_errors(mixture, batch),
        "mode_entropy": score_entropy(mixture),
        "goal_free_ADE": displacement_errors(free, batch)["ADE"],
        "score": torch.as_tensor(loss).expand(len(tokens)),
    }
    return torch.stack([row[name] for name in METRICS])


def displacement_errors(mixture: Mixture, batch: Batch) -> dict[str, Tensor]:
    """Per sample (B,): mean and final distance in metres to the true path, over its valid waypoints."""
    paths = mixture.paths()
    steps = torch.arange(1, paths.shape[2] + 1, device=paths.device)[:, None]
    steady = (batch.steady[:, None] * steps)[:, None]
    mean, final = _errors(paths, batch)
    likeliest = torch.arange(len(paths), device=paths.device), mixture.log_scores.argmax(dim=1)
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
    return mean, distance[torch.arange(len(count), device=count.device), :, count - 1]
