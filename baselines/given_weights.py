"""The weights an adapter drives with: a file, chance, or nothing, which is one clear line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from pydantic import TypeAdapter, ValidationError
from torch import Tensor, nn

from navbench_gs.domain.record import file_digest
from navbench_gs.domain.streams import stream_seed
from navbench_gs.errors import WeightsError
from navbench_gs.weights.published import read_published
from navbench_gs.weights.safetensors_file import read_weights

Network = TypeVar("Network", bound=nn.Module)
CONVERTED = ".safetensors"
RANDOM = "random"
"""What is given, and what the row says, where the weights are drawn by chance."""


@dataclass(frozen=True)
class Kind(Generic[Network]):
    """One of the networks: how it is called and made."""

    name: str
    make: Callable[[Any], Network]
    """From its configuration."""
    config: type
    """Class of the configuration; its defaults are the published sizes."""
    picture_px: tuple[int, int]
    """Width and height of its pictures, as published."""


@dataclass(frozen=True, eq=False)
class Given(Generic[Network]):
    """A network ready to drive."""

    network: Network
    mark: str
    """SHA-256 of the weights (of the published file, where they were converted), or ``random``."""
    picture_px: tuple[int, int]
    """Width and height of the pictures it was trained on."""


def given_weights(kind: Kind[Network], checkpoint: str | None) -> Given[Network]:
    """The network with the weights of a file that was trained here or published, or with random ones.

    Raises:
        WeightsError: nothing is given, or the file holds something else.
    """
    if checkpoint is None:
        raise WeightsError(
            f"{kind.name} has no weights yet: 'navbench agent fetch {kind.name}' gets the published ones, 'navbench "
            f"train {kind.name}' makes some; then give --weights FILE (or --weights random to see it drive untrained)"
        )
    torch.set_num_threads(1)
    if checkpoint == RANDOM:
        torch.manual_seed(stream_seed("random weights", kind.name))
        return _ready(kind.make(kind.config()), RANDOM, kind.picture_px)
    return trained_weights(kind, Path(checkpoint))


def trained_weights(kind: Kind[Network], path: Path) -> Given[Network]:
    """The network in a file: one that was trained or converted here says its sizes, a published one is recognised.

    Raises:
        WeightsError: the file is absent, damaged or of another network.
    """
    tensors, facts, mark = _read(path)
    if facts.get("network") != kind.name:
        raise WeightsError(f"{path} holds weights of {facts.get('network', 'another network')}, not of {kind.name}")
    try:
        network = kind.make(TypeAdapter(kind.config).validate_python(facts["config"]))
        network.load_state_dict(tensors, strict=True)
    except (KeyError, ValidationError, RuntimeError) as error:
        first = " ".join(str(error).splitlines()[:2])
        raise WeightsError(f"{path} does not fit {kind.name}: {first}") from error
    width, height = facts["picture_px"]
    return _ready(network, mark, (int(width), int(height)))


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any], str]:
    """Tensors, facts and hash of a file; the hash of a converted one is its publisher's."""
    if path.suffix != CONVERTED and path.exists():
        published = read_published(path)
        return published.tensors, published.layout.facts(), published.sha256
    tensors, facts = read_weights(path)
    return tensors, facts, str(facts.get("published_sha256") or file_digest(path))


def _ready(network: Network, mark: str, picture_px: tuple[int, int]) -> Given[Network]:
    return Given(network.eval().requires_grad_(False), mark, picture_px)
