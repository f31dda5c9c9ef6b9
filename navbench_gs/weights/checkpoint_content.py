"""Which tensors in a checkpoint are its network: of a state dict, or of a pickled module whose class is not here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from navbench_gs.errors import WeightsError
from navbench_gs.pickle_reader import Made

WRAPPERS = ("state_dict", "model", "model_state_dict")
"""Names under which checkpoints keep their network."""
PARALLEL_PREFIX = "module."
MAX_DEPTH, MAX_PARTS = 64, 100_000
"""How deep modules may lie in one another, and how many parameters and modules there may be."""
PARAMETER_MAKERS = ("_rebuild_parameter", "_rebuild_parameter_with_state")
TENSOR_MAKERS = ("_rebuild_tensor_v2", "_rebuild_tensor")


def network_parts(content: Any) -> dict[str, Made]:
    """Name -> the record of its tensor, of the network in a checkpoint's content.

    Raises:
        WeightsError: there is none.
    """
    for _ in range(len(WRAPPERS)):
        parts = _module_parts(content) if _is_module(content) else _tensor_entries(_mapping(content))
        if parts:
            break
        content = next((_mapping(content)[name] for name in WRAPPERS if name in _mapping(content)), None)
    else:
        raise WeightsError("it holds no network: no tensors, no module, nothing under " + ", ".join(WRAPPERS))
    if all(name.startswith(PARALLEL_PREFIX) for name in parts):
        parts = {name.removeprefix(PARALLEL_PREFIX): part for name, part in parts.items()}
    return parts


def _mapping(content: Any) -> dict[str, Any]:
    """Its entries under texts."""
    entries = content.items if isinstance(content, Made) else content if isinstance(content, dict) else {}
    return {name: value for name, value in entries.items() if isinstance(name, str)}


def _tensor_entries(mapping: Mapping[str, Any]) -> dict[str, Made]:
    return {name: value for name, value in mapping.items() if _is_tensor(value)}


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Made) and value.maker.name in (*PARAMETER_MAKERS, *TENSOR_MAKERS)


def _is_module(content: Any) -> bool:
    return isinstance(content, Made) and isinstance(content.state, dict) and "_modules" in content.state


def _module_parts(module: Made) -> dict[str, Made]:
    """Own parameters, own buffers, then the modules inside, as a state dict has them."""
    found: dict[str, Made] = {}
    visits = 0
    queue = [("", 0, module)]
    while queue:
        prefix, depth, part = queue.pop()
        visits += 1
        if depth > MAX_DEPTH or visits + len(found) > MAX_PARTS:
            raise WeightsError("its modules lie in one another without end")
        passing = _passing_buffers(part)
        for group in ("_parameters", "_buffers"):
            for name, value in _tensor_entries(_mapping(part.state.get(group))).items():
                if name not in passing:
                    found[prefix + name] = value
        inside = _mapping(part.state["_modules"]).items()
        queue += [(f"{prefix}{name}.", depth + 1, each) for name, each in reversed(inside) if _is_module(each)]
    return found


def _passing_buffers(module: Made) -> frozenset[str]:
    """Names of the buffers that a state dict leaves out."""
    named = module.state.get("_non_persistent_buffers_set")
    names = named.arguments[0] if isinstance(named, Made) and named.arguments else ()
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()
