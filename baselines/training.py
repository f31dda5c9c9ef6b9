"""``navbench train``: a preset of one of the networks, from folders of data to one file of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

import torch
from torch import nn

from baselines.curves import draw_curves
from baselines.given_weights import Kind, trained_weights
from navbench_gs.domain.record import file_digest
from navbench_gs.domain.streams import stream_seed
from navbench_gs.errors import UnknownNameError, WeightsError
from navbench_gs.training.data_parallel import joined, own_device
from navbench_gs.training.loop import LoopConfig, Trainable, Trained, Training
from navbench_gs.weights.safetensors_file import save_weights

MODULES = {
    "gnm": "baselines.gnm.training",
    "vint": "baselines.vint.training",
    "nomad": "baselines.nomad.training",
    "logonav": "baselines.mbra.logonav_training",
    "mbra": "baselines.mbra.relabeller_training",
    "citywalker": "baselines.citywalker.training",
}
"""Network -> the module that says how it is trained."""


@dataclass(frozen=True)
class Data:
    """What a network is trained on."""

    folders: tuple[Path, ...]
    spacings: Mapping[str, float]
    """Metres of a unit, by folder name, where it is not the one known."""
    weights: Mapping[str, float]
    """How often a folder is drawn, by its name."""
    prepared: Path
    """Folder for frames at the network's size."""
    teacher: Path | None = None
    """Weights of the relabeller (LogoNav alone)."""
    goes_on: bool = False
    """Whether the network comes with trained weights."""


@dataclass(frozen=True)
class Preset:
    """Sizes and numbers of one training."""

    network: Any
    """The network's configuration."""
    view: Any
    """How it looks at its data."""
    loop: LoopConfig
    epochs: int | None = None
    """Passes over the data, each validated at its end, instead of the loop's own steps."""


@runtime_checkable
class HasEpochs(Protocol):
    """What can be trained for so many passes over its data."""

    def batches_an_epoch(self) -> int:
        """Batches that hold as many moments as there are."""
        ...


@runtime_checkable
class Tested(Protocol):
    """What keeps drives apart that neither train nor choose the weights."""

    def tested(self) -> dict[str, float]:
        """Errors of the network on them."""
        ...


class Recipe(Protocol):
    """How one network is trained: what its module holds."""

    KIND: Kind[Any]
    PRESETS: Mapping[str, Preset]

    def trainable(self, network: Any, preset: Preset, data: Data) -> Trainable:
        """Network and data, ready for the loop."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a training leaves."""

    weights: Path
    sha256: str
    metrics: dict[str, float]


def recipe_of(name: str) -> Recipe:
    """How the network of that name is trained.

    Raises:
        UnknownNameError: there is none; the closest name is offered.
    """
    if name not in MODULES:
        raise UnknownNameError("network", name, MODULES)
    return cast(Recipe, import_module(MODULES[name]))


def chosen_preset(name: str, preset: str, *, steps: int | None, seed: int) -> Preset:
    """A preset with these changes.

    Raises:
        UnknownNameError: there is none of that name.
    """
    presets = recipe_of(name).PRESETS
    if preset not in presets:
        raise UnknownNameError(f"preset of {name}", preset, presets)
    chosen, changes = presets[preset], {"seed": seed} | ({} if steps is None else {"steps": steps})
    loop = chosen.loop.model_copy(update=changes)
    return replace(chosen, loop=loop, epochs=chosen.epochs if steps is None else None)


def train(
    name: str,
    preset: Preset,
    data: Data,
    out: Path,
    *,
    initial: Path | None = None,
    facts: Mapping[str, Any] | None = None,
    report: Callable[[dict[str, float]], None] | None = None,
) -> Outcome:
    """Train, resuming in ``out``, and write the best weights and the curves there.

    Under ``torchrun`` all its processes take part.

    Raises:
        DamagedFileError: data cannot be read.
        WeightsError: ``out`` belongs to a run with other numbers, or ``initial`` to another network.
    """
    recipe = recipe_of(name)
    torch.manual_seed(stream_seed("initial weights", preset.loop.seed))
    # Convolutions by channel are several times faster with the channels last.
    network = recipe.KIND.make(preset.network).to(memory_format=torch.channels_last)
    if initial is not None:
        _start_from(network, recipe.KIND, initial)
    data = replace(data, goes_on=initial is not None)
    trainable = recipe.trainable(network.to(own_device()), preset, data)
    with joined() as peers:
        preset = replace(preset, loop=_loop(preset, trainable, peers.size))
        trained = Training(trainable, preset.loop, out, peers=peers).run(report=report)
        metrics, path = trained.metrics, out / f"{recipe.KIND.name}.safetensors"
        if peers.chief:
            metrics = metrics | _tested(trainable, trained, report)
            draw_curves(out, f"{recipe.KIND.name}, held-out data")
            save_weights(path, trained.weights, _facts(recipe, preset, data, initial, metrics, facts or {}))
        peers.wait()
    return Outcome(path, file_digest(path), metrics)


def _start_from(network: nn.Module, kind: Kind[Any], initial: Path) -> None:
    given = trained_weights(kind, initial).network.state_dict()
    try:
        network.load_state_dict(given)
    except RuntimeError as error:
        first = " ".join(line.strip() for line in str(error).splitlines()[:2])
        raise WeightsError(f"{initial} is a {kind.name} of other sizes than the preset's: {first}") from error


def _loop(preset: Preset, trainable: Trainable, processes: int) -> LoopConfig:
    """The loop's numbers, with epochs turned into steps of all processes together."""
    if preset.epochs is None or not isinstance(trainable, HasEpochs):
        return preset.loop
    epoch = max(1, round(trainable.batches_an_epoch() / processes))
    return preset.loop.model_copy(update={"steps": preset.epochs * epoch, "validate_every": epoch})


def _tested(
    trainable: Trainable, trained: Trained, report: Callable[[dict[str, float]], None] | None
) -> dict[str, float]:
    if not isinstance(trainable, Tested):
        return {}
    trainable.model.load_state_dict(trained.weights)
    trainable.model.eval()
    with torch.no_grad():
        errors = trainable.tested()
    if report is not None and errors:
        report(errors)
    return errors


def _facts(
    recipe: Recipe,
    preset: Preset,
    data: Data,
    initial: Path | None,
    metrics: dict[str, float],
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """What the file says of itself; no path of this machine, only names of folders."""
    return {
        "network": recipe.KIND.name,
        "config": asdict(preset.network),
        "picture_px": list(preset.view.picture_px),
        "loop": preset.loop.model_dump(mode="json"),
        "data": [folder.resolve().name for folder in data.folders],
        "init_sha256": None if initial is None else file_digest(initial),
        "metrics": metrics,
        **more,
    }


def named_numbers(texts: Sequence[str], what: str) -> dict[str, float]:
    """``NAME=NUMBER`` texts as a table.

    Raises:
        UnknownNameError: a text is not of that form, or its number is not above zero.
    """
    table = {}
    for text in texts:
        name, _, number = text.partition("=")
        try:
            table[name] = float(number)
        except ValueError:
            table[name] = 0.0
        if not (name and 0.0 < table[name] < float("inf")):
            raise UnknownNameError(what, text, (), "write FOLDER_NAME=NUMBER, a number above zero")
    return table
