"""Published weights from whatever file they come in, and their conversion to safetensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from navbench_gs.domain.record import file_digest
from navbench_gs.errors import WeightsError
from navbench_gs.weights.layouts import Layout, layout_of
from navbench_gs.weights.safetensors_file import read_weights, save_weights
from navbench_gs.weights.torch_file import read_network

if TYPE_CHECKING:
    from torch import Tensor

ENDING = ".safetensors"


@dataclass(frozen=True, eq=False)
class PublishedWeights:
    """A network's tensors and which network it is."""

    layout: Layout
    tensors: dict[str, Tensor]
    sha256: str
    """Of the file as its publisher gave it out; a converted file remembers it."""
    facts: dict[str, Any] = field(default_factory=dict)


def read_published(path: Path) -> PublishedWeights:
    """The tensors of a published file, or of one that :func:`convert` made of it; nothing in the file is run.

    Raises:
        WeightsError: absent, damaged, hostile, or no network that is known here.
    """
    if not path.is_file():
        raise WeightsError(f"no weights at {path}; 'navbench agent fetch' gets published ones")
    converted = path.suffix == ENDING
    tensors, facts = read_weights(path) if converted else (read_network(path), {})
    try:
        layout = layout_of(tensors)
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from error
    return PublishedWeights(layout, tensors, str(facts.get("published_sha256") or file_digest(path)), facts)


def convert(source: Path, target: Path) -> PublishedWeights:
    """Write a published file as safetensors, every number as it is; the publisher's hash goes with it.

    Raises:
        WeightsError: the source cannot be used, or the target's name does not end in ``.safetensors``.
    """
    if target.suffix != ENDING:
        raise WeightsError(f"{target.name}: only {ENDING} files are written")
    weights = read_published(source)
    facts = {
        **weights.layout.facts(),
        "published_file": source.name,
        "published_sha256": weights.sha256,
        "revision": f"published-{weights.sha256[:12]}",
    }
    save_weights(target, weights.tensors, facts, half=False)
    return weights
