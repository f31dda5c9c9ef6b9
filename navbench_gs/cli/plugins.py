"""Commands that plug-ins bring: found by entry point, listed without importing any command.

A package brings a command with an entry point of the group ``navbench_gs.commands``::

    [project.entry-points."navbench_gs.commands"]
    train = "my_package.cli.commands:TRAIN"
    "scene.paint" = "my_package.cli.commands:PAINT"

The name is the command's; a dot puts it into a group of ``navbench``. The object is a pair of texts: where the click
command is, as ``module:attribute``, and its line in the help. Its module should import nothing slow. A click command
itself works too.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points

import click

from navbench_gs.errors import MissingPackageError, one_line

GROUP = "navbench_gs.commands"
OWN_PACKAGE = "navbench-gs"
"""The distribution that a command without one is taken to be of."""
PLUGIN_GROUPS = (GROUP, "navbench_gs.agents", "navbench_gs.scene_sources")
"""Every entry point group that plug-ins may extend."""


def plugin_points(prefix: str) -> dict[str, EntryPoint]:
    """Name -> entry point of the plug-in commands of a group of ``navbench``, sorted; ``""`` is ``navbench`` itself.

    Where two distributions bring one name, the one whose own name sorts first has it.
    """
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda one: (one.name, _distribution(one))):
        group, _, name = point.name.rpartition(".")
        if group == prefix:
            found.setdefault(name, point)
    return found


def help_line(point: EntryPoint) -> str:
    """The command's line in the help.

    Raises:
        MissingPackageError: the plug-in cannot be loaded.
    """
    entry = _loaded(point)
    return entry.get_short_help_str(limit=80) if isinstance(entry, click.Command) else entry[1]


def plugin_command(point: EntryPoint) -> click.Command:
    """The command itself, imported now.

    Raises:
        MissingPackageError: the plug-in, or something that it needs, cannot be loaded.
    """
    entry = _loaded(point)
    return entry if isinstance(entry, click.Command) else imported_command(entry[0], _distribution(point))


def imported_command(target: str, distribution: str = OWN_PACKAGE) -> click.Command:
    """The click command at ``module:attribute``.

    Raises:
        MissingPackageError: its module, or something that it needs, is not installed.
    """
    module, _, attribute = target.partition(":")
    try:
        command = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise MissingPackageError(f"this command cannot be loaded: {_remedy(error, module, distribution)}") from error
    if not isinstance(command, click.Command):
        raise MissingPackageError(f"this command cannot be loaded: {target} is no click command")
    return command


def plugin_faults() -> Iterator[str]:
    """One line for every plug-in (commands, agents, scene sources) that is missing, broken or hidden by another."""
    for group in PLUGIN_GROUPS:
        seen: dict[str, str] = {}
        for point in sorted(entry_points(group=group), key=lambda one: (one.name, _distribution(one))):
            if point.name in seen:
                yield f"{point.name} of {_distribution(point)} is hidden by that of {seen[point.name]}"
                continue
            seen[point.name] = _distribution(point)
            try:
                plugin_command(point) if group == GROUP else point.load()
            except MissingPackageError as error:
                yield f"{point.name}: {error}"
            except Exception as error:  # a stranger's module may raise anything while it is imported
                module = point.value.partition(":")[0]
                yield f"{point.name}: {_remedy(error, module, _distribution(point))}"


def _loaded(point: EntryPoint) -> click.Command | tuple[str, str]:
    """What the entry point names.

    Raises:
        MissingPackageError: it cannot be imported, whatever its module raises, or is neither command nor pair.
    """
    module = point.value.partition(":")[0]
    try:
        entry = point.load()
    except Exception as error:  # a stranger's module may raise anything while it is imported
        what = f"the command '{point.name.replace('.', ' ')}' comes from {_distribution(point)}, which cannot be loaded"
        raise MissingPackageError(f"{what}: {_remedy(error, module, _distribution(point))}") from error
    if isinstance(entry, click.Command):
        return entry
    if isinstance(entry, tuple) and len(entry) == 2 and all(isinstance(text, str) for text in entry):
        return entry
    raise MissingPackageError(f"the command '{point.name}': {point.value} is neither a click command nor two texts")


def _remedy(error: Exception, module: str, distribution: str) -> str:
    """What is wrong, and what to install."""
    absent = error.name if isinstance(error, ModuleNotFoundError) else None
    if absent and absent.partition(".")[0] != module.partition(".")[0]:
        return f"it needs '{absent}', which is not installed: pip install {absent.partition('.')[0]}"
    return f"{one_line(error)}: pip install --force-reinstall {distribution}"


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else OWN_PACKAGE
