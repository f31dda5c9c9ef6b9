"""A policy as one safetensors file: half-precision weights, anchors among them, and facts that say how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from navbench_gs.domain.record import file_digest
from navbench_gs.errors import WeightsError
from navbench_gs.weights.safetensors_file import read_weights, save_weights
from s2e_agent.config.pretraining import PolicyConfig, PretrainConfig, preset_named
from s2e_agent.models.policy import Policy

REVISION = "bc-1"
"""Of the method as implemented: anchor-guided pre-training alone."""
POLICY_FILE = "policy.safetensors"
"""What a training writes into its folder."""
WEIGHTS_FOLDER = Path(__file__).parents[1] / "weights"
SHIPPED = WEIGHTS_FOLDER / "tiny_ram.safetensors"
"""Of the whole method."""
PRETRAINED = WEIGHTS_FOLDER / "tiny_bc.safetensors"
"""What post-training starts from."""


def save_policy(path: Path, policy: Policy, facts: dict[str, Any]) -> str:
    """Write a policy with facts (command, seed, data, metrics); returns the file's SHA-256."""
    about = {"config": policy.config.model_dump(mode="json"), "revision": REVISION, **facts}
    return save_weights(path, policy.state_dict(), about)


def load_policy(path: Path) -> tuple[Policy, dict[str, Any], str]:
    """The policy in a file, ready to act, its facts and the file's SHA-256.

    Raises:
        WeightsError: the file is absent, damaged, not the one its ``.json`` names, or of another network.
    """
    tensors, facts = read_weights(path)
    if "config" not in facts:
        raise WeightsError(f"{path} does not say which S2E policy it holds")
    policy = Policy(PolicyConfig.model_validate(facts["config"]))
    take_over(policy, tensors, path)
    return policy.eval().requires_grad_(False), facts, file_digest(path)


def take_over(policy: Policy, tensors: Mapping[str, Tensor], path: Path, *, optional: tuple[str, ...] = ()) -> None:
    """Give a policy the tensors of a file.

    Args:
        policy: is changed in place.
        tensors: by name.
        path: the file, for messages.
        optional: tensors whose names begin so may be absent and then stay as they are.

    Raises:
        WeightsError: they are another network's; the message says what does not fit.
    """
    try:
        missing, unexpected = policy.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        first = " ".join(str(error).splitlines()[:2])
        raise WeightsError(f"{path} holds weights of another network: {first}") from error
    amiss = [*unexpected, *(name for name in missing if not name.startswith(optional))]
    if amiss:
        raise WeightsError(f"{path} holds weights of another network: {amiss[0]}")


def shipped_weights(name: str) -> Path:
    """The file of weights that ship under that name; :func:`load_policy` holds it to the hash in its ``.json``.

    Raises:
        WeightsError: the file, or the record of its hash, is not part of this installation.
    """
    path = WEIGHTS_FOLDER / f"{name}.safetensors"
    for file in (path, path.with_suffix(".json")):
        if not file.exists():
            raise WeightsError(
                f"the weights '{name}' are not part of this installation (no {file.name} in s2e_agent/weights): train"
                " them as docs/s2e.md says and name the file, s2e:PATH"
            )
    return path


def pretraining_of(facts: dict[str, Any]) -> PretrainConfig:
    """The numbers a policy was pre-trained with, as its facts say; those of ``tiny`` if they do not."""
    if "pretrain" not in facts:
        return preset_named("tiny").pretrain
    return PretrainConfig.model_validate(facts["pretrain"])


def typical_step_of(facts: dict[str, Any]) -> float | None:
    """The typical step in metres of the drives a policy learned from; None if its facts do not say."""
    step: float | None = facts.get("data", {}).get("typical_step_m")
    return step
