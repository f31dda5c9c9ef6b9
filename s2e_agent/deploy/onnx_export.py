"""The policy as one ONNX graph with the published signature: k pictures and a goal in, H waypoints out.

============  ================  ====================================================================
input         shape             what
============  ================  ====================================================================
``pictures``  (1, k, 3, h, w)   oldest first; red, green, blue in [0, 1]; 11 of 256 x 256 for ``camera_ready``
``goal``      (1, 2)            in the robot frame (x ahead, y left), metres; NaN: goal-free
``route``     (1, R, 2)         places along the way, metres, NaN: none; only where the policy takes one
============  ================  ====================================================================

=============  ===============  ===================================================================
output         shape            what
=============  ===============  ===================================================================
``waypoints``  (1, H, 2)        mean path of the likeliest mode, metres in the robot frame
``paths``      (1, M, H, 2)     mean path of every mode
``scores``     (1, M)           score of every mode, summing to one
=============  ===============  ===================================================================
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from navbench_gs.errors import MissingPackageError, WeightsError
from s2e_agent.models.encoder import look
from s2e_agent.models.policy import Policy

INPUTS, OUTPUTS = ("pictures", "goal", "route"), ("waypoints", "paths", "scores")
TOLERANCE = 1e-4
"""Largest difference to torch that an exported graph may have, in metres and in scores."""
PACKAGES = ("onnx", "onnxscript", "onnxruntime")


class ExportedPolicy(nn.Module):
    """A policy with the inputs and outputs of the graph."""

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self.policy = policy

    def forward(self, pictures: Tensor, goal: Tensor, route: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs and outputs as the module's tables say."""
        frames = (pictures[0] * 255.0).permute(0, 2, 3, 1)
        frames = look(frames, torch.cat([frames[:1], frames[:-1]]), self.policy.config.encoder.looks)
        present = torch.ones(1, self.policy.config.context, dtype=torch.bool)
        mixture = self.policy.decode(self.policy.encoder(frames)[None], present, goal, route)
        paths = mixture.paths()
        return paths[:, mixture.log_scores[0].argmax()], paths, mixture.log_scores.exp()


def export_onnx(policy: Policy, path: Path) -> float:
    """Write ``path`` and hold it to torch with onnxruntime; returns the largest difference found.

    Raises:
        MissingPackageError: a package of the extra ``onnx`` is absent.
        WeightsError: the graph does not answer as the policy does.
    """
    _need_packages()
    model = ExportedPolicy(policy.eval().requires_grad_(False))
    example = example_inputs(policy, seed=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _silence():
        torch.onnx.export(
            model,
            example,
            str(path),
            dynamo=True,
            external_data=False,
            verbose=False,
            input_names=list(INPUTS[: len(example)]),
            output_names=list(OUTPUTS),
        )
    difference = largest_difference(model, path)
    if difference > TOLERANCE:
        path.unlink()
        raise WeightsError(f"the exported graph differs from torch by {difference:.2g}, more than {TOLERANCE:g}")
    return difference


def example_inputs(policy: Policy, *, seed: int) -> tuple[Tensor, ...]:
    """Random inputs of the graph."""
    config, generator = policy.config, torch.Generator().manual_seed(seed)
    encoder = config.encoder
    pictures = torch.rand(1, config.context, 3, encoder.height_px, encoder.width_px, generator=generator)
    goal = 5.0 * torch.randn(1, 2, generator=generator)
    route = 5.0 * torch.randn(1, config.route_points, 2, generator=generator)
    return (pictures, goal, route) if config.route_points else (pictures, goal)


def largest_difference(model: ExportedPolicy, path: Path, seeds: tuple[int, ...] = (1, 2)) -> float:
    """Largest difference over all outputs between onnxruntime and torch, for random inputs with and without a goal."""
    session = import_module("onnxruntime").InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = [0.0]
    for seed in seeds:
        pictures, goal, *route = example_inputs(model.policy, seed=seed)
        for guided in (goal, torch.full_like(goal, torch.nan)):
            inputs = (pictures, guided, *route)
            with torch.no_grad():
                expected = model(*inputs)
            answers = session.run(None, {name: value.numpy() for name, value in zip(INPUTS, inputs, strict=False)})
            found += [float(np.abs(a - e.numpy()).max()) for a, e in zip(answers, expected, strict=True)]
    return max(found)


def _need_packages() -> None:
    absent = [package for package in PACKAGES if find_spec(package) is None]
    if absent:
        raise MissingPackageError(f"the export needs the package '{absent[0]}': pip install 'navbench-gs[onnx]'")


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """The exporter's warnings and log lines are not for the user."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
