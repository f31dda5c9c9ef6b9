"""Anchor-guided pre-training: what the training loop trains, and the whole run from folders of drives to weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from navbench_gs.domain.streams import stream, stream_seed
from navbench_gs.errors import WeightsError
from navbench_gs.training.loop import Trained, Training
from navbench_gs.weights.safetensors_file import read_weights
from s2e_agent.config.pretraining import Preset, PretrainConfig
from s2e_agent.data.batch import Batch
from s2e_agent.data.dataset_mix import Mix, read_mix
from s2e_agent.data.drive_samples import DriveSamples, read_samples
from s2e_agent.data.sampler import training_batch
from s2e_agent.models.anchors import initial_anchors
from s2e_agent.models.checkpoint import take_over
from s2e_agent.models.policy import Policy
from s2e_agent.models.waypoint_mixture import AssignmentRule, mode_usage
from s2e_agent.pretraining.losses import guided_batches, mixed_terms, people_loss, pretraining_loss, range_loss
from s2e_agent.pretraining.plots import draw_batch, draw_modes
from s2e_agent.pretraining.validation import held_out_batches, open_loop

FIRST_BATCH_PICTURE, MODES_PICTURE = "first_batch.png", "modes.png"
FIRST_LAYER = "encoder.convolutions.1.weight"
PRESET_FILE, DATA_FILE = "preset.json", "data.json"


class Pretraining:
    """What the training loop trains: a policy on drives. With a ``folder`` it leaves pictures there."""

    def __init__(
        self,
        preset: Preset,
        training: DriveSamples,
        held_out: DriveSamples,
        initial: Path | None = None,
        *,
        folder: Path | None = None,
        device: str = "cpu",
    ) -> None:
        self.config: PretrainConfig = preset.pretrain
        self.training, self.held_out, self.folder = training, held_out, folder
        self.device = torch.device(device)
        torch.manual_seed(stream_seed("initial weights", preset.pretrain.loop.seed))
        self.policy = Policy(preset.policy)
        self.policy.anchors.copy_(torch.from_numpy(initial_anchors(training.ends, preset)))
        if initial is not None:
            start_from(self.policy, initial)
        self.policy.to(self.device)
        self.rule = AssignmentRule(preset.pretrain.tie_rad, preset.pretrain.short_path_m)

    @property
    def model(self) -> nn.Module:
        """The policy."""
        return self.policy

    def batch(self, step: int, seed: int) -> Batch:
        """The batch keyed by (seed, step)."""
        rng = stream("batch", seed, step)
        return training_batch(self.training, self.policy.config, self.config, rng, self.device)

    def loss(self, step: int, seed: int) -> tuple[Tensor, dict[str, float]]:
        """Loss of the batch of this step; its terms and how the modes are used are logged."""
        batch = self.batch(step, seed)
        if step == 0 and self.folder is not None:
            draw_batch(batch.to(torch.device("cpu")), self.config.window, self.folder / FIRST_BATCH_PICTURE)
        tokens = self.policy.encoder(batch.frames)
        decoded, people = [], []
        for part, share in guided_batches(batch, self.config):
            memory, absent = self.policy.context(tokens[part.history], part.present, part.goals, part.routes)
            decoded.append((self.policy.decide(memory, absent), part, share))
            people.append(share * people_loss(self.policy.people_near(memory), part.people))
        anchors = self.policy.anchors
        terms = mixed_terms(
            [(pretraining_loss(mixture, anchors, part, self.rule), share) for mixture, part, share in decoded]
        )
        ranges, near = range_loss(self.policy.log_ranges(tokens), batch.ranges), torch.stack(people).sum()
        usage = mode_usage(terms.modes, len(anchors))
        logs = {
            "density": float(terms.density.detach()),
            "score": float(terms.score.detach()),
            "velocity": float(terms.velocity.detach()),
            "ranges": float(ranges.detach()),
            "people": float(near.detach()),
            "modes_used": float((usage > 0).sum()),
            "most_used": float(usage.max()),
        }
        auxiliary = self.config.range_weight * ranges + self.config.people_weight * near
        return terms.total(self.config.velocity_weight) + auxiliary, logs

    def validate(self, model: nn.Module) -> dict[str, float]:
        """Open-loop metrics on the held-out drives; the score to lower is the loss."""
        assert isinstance(model, Policy)
        if self.folder is not None:
            batch, _ = next(held_out_batches(self.held_out, model.config, self.config))
            draw_modes(model, batch.to(self.device), self.folder / MODES_PICTURE)
        return open_loop(model, self.held_out, self.config)


def start_from(policy: Policy, path: Path) -> None:
    """Take over the weights in a file; the auxiliary heads alone may be absent from it.

    Anchors are taken over too, unless there are more or fewer of them: no other tensor depends on their number. A
    policy that looks at two frames may start from one that looks at one: the frame before says nothing at first.

    Raises:
        WeightsError: the file cannot be read or holds another network.
    """
    tensors, _ = read_weights(path)
    if "anchors" in tensors and tensors["anchors"].shape != policy.anchors.shape:
        tensors["anchors"] = policy.anchors
    if FIRST_LAYER in tensors and policy.config.encoder.looks > 1:
        tensors[FIRST_LAYER] = _widened(tensors[FIRST_LAYER], policy.get_parameter(FIRST_LAYER))
    take_over(policy, tensors, path, optional=("ranges.", "people."))


def _widened(kernels: Tensor, wanted: Tensor) -> Tensor:
    """Kernels (C, D, 3, 3) with zeros for the further channels that are wanted of them."""
    return nn.functional.pad(kernels, (0, 0, 0, 0, 0, max(0, wanted.shape[1] - kernels.shape[1])))


def pretrain(
    preset: Preset,
    data_sets: Sequence[str | Path],
    folder: Path,
    *,
    initial: Path | None = None,
    device: str = "cpu",
    tensorboard: bool = False,
    report: Callable[[dict[str, float]], None] | None = None,
) -> tuple[Policy, Trained, dict[str, Any]]:
    """Train a preset on folders of drives, ``DIR`` or ``DIR:WEIGHT``, resuming in ``folder``.

    Returns the policy of the best validation on the CPU, its metrics, and facts of the data.
    """
    config = preset.pretrain
    mix = read_mix(data_sets, normalised=config.spacing_normalised, period_s=preset.policy.period_s)
    training, held_out = (read_samples(mix, part, preset.policy, config.min_labels) for part in ("train", "test"))
    _claim(folder, preset)
    trainable = Pretraining(preset, training, held_out, initial, folder=folder, device=device)
    data = facts_of(mix, training, held_out)
    (folder / DATA_FILE).write_text(json.dumps(data, indent=2) + "\n")
    trained = Training(trainable, config.loop, folder, tensorboard=tensorboard).run(report=report)
    trainable.policy.load_state_dict(trained.weights)
    return trainable.policy.cpu().eval(), trained, data


def _claim(folder: Path, preset: Preset) -> None:
    """Make the run's folder, or see that the run in it has the same numbers.

    Raises:
        WeightsError: it has others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file, text = folder / PRESET_FILE, preset.model_dump_json(indent=2) + "\n"
    if file.exists() and file.read_text() != text:
        raise WeightsError(f"{folder} holds a run with other numbers ({PRESET_FILE}); choose another folder")
    file.write_text(text)


def facts_of(mix: Mix, training: DriveSamples, held_out: DriveSamples) -> dict[str, Any]:
    """What was trained on: sizes, shares and scales, without any path."""
    return {
        "data_sets": {
            data_set.name: {
                "share": round(float(training.shares[number]), 6),
                "scale": round(data_set.scale, 6),
                "training_samples": int(training.bounds[number + 1] - training.bounds[number]),
                "held_out_samples": int(held_out.bounds[number + 1] - held_out.bounds[number]),
            }
            for number, data_set in enumerate(mix.data_sets)
        },
        "typical_step_m": round(mix.step_m, 6),
        "training_frames": len(training.frames),
        "training_samples": len(training),
        "held_out_frames": len(held_out.frames),
        "held_out_samples": len(held_out),
    }
