"""Scene sources: the plug-ins that author scenes or bring published ones, found by entry point."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from navbench_gs.errors import SceneUnavailableError

if TYPE_CHECKING:
    from navbench_gs.domain.source import SceneSource


def scene_source(name: str) -> SceneSource:
    """The scene source of that entry point name.

    Raises:
        SceneUnavailableError: none is installed under that name.
    """
    found = {point.name: point for point in entry_points(group="navbench_gs.scene_sources")}
    if name not in found:
        raise SceneUnavailableError(
            f"no scene source '{name}' is installed (installed: {', '.join(sorted(found)) or 'none'}); "
            "install the package that provides it"
        )
    source: SceneSource = found[name].load()()
    return source
