"""Weights on disk: safetensors with one JSON text of facts about them, and the file's hash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from navbench_gs.domain.record import file_digest
from navbench_gs.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

FACTS_KEY = "facts"


def save_weights(path: Path, tensors: dict[str, Tensor], facts: dict[str, Any], *, half: bool = True) -> str:
    """Write tensors (floating ones in half precision) and ``facts``; returns the file's SHA-256.

    The facts and the hash also go beside it, readable, as ``<name>.json``.
    """
    import torch
    from safetensors.torch import save_file

    stored = {
        name: (value.to(torch.float16) if half and value.is_floating_point() else value).contiguous()
        for name, value in sorted(tensors.items())
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}")
    save_file(stored, str(partial), metadata={FACTS_KEY: json.dumps(facts, sort_keys=True)})
    partial.replace(path)
    sha256 = file_digest(path)
    readable = json.dumps({"sha256": sha256, **facts}, indent=2, sort_keys=True)
    path.with_suffix(".json").write_text(readable + "\n")
    return sha256


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors (floating ones in single precision) and facts of a file that :func:`save_weights` wrote.

    Raises:
        WeightsError: the file is absent, no safetensors file, or not the one its ``.json`` names.
    """
    import torch
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        raise WeightsError(f"no weights at {path}")
    beside = path.with_suffix(".json")
    if beside.exists() and json.loads(beside.read_text()).get("sha256") != file_digest(path):
        raise WeightsError(f"{path} is not the file that {beside.name} names; fetch both again")
    try:
        with safe_open(str(path), framework="pt") as file:
            facts = json.loads((file.metadata() or {}).get(FACTS_KEY, "{}"))
            tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
    except (SafetensorError, ValueError) as error:
        raise WeightsError(
            f"{path} is not a safetensors file ({error}); 'navbench agent convert' makes one of a published file"
        ) from error
    return {
        name: value.to(torch.float32) if value.is_floating_point() else value for name, value in tensors.items()
    }, facts
