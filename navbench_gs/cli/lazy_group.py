"""Groups of commands that are imported only when used, so that help is fast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from navbench_gs.cli.plugins import help_line, imported_command, plugin_command, plugin_points
from navbench_gs.errors import MissingPackageError, UnknownNameError


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for.

    Args:
        table: name -> (where the command is as ``module:attribute``, its line in the help).
        plugins: group of ``navbench`` that plug-ins may add commands to (``""``: ``navbench`` itself); None: closed.
    """

    def __init__(
        self, *args: Any, table: Mapping[str, tuple[str, str]], plugins: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.table, self.plugins = table, plugins

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names: the table's in its order, then those of plug-ins that can be loaded."""
        return [name for name, _ in self._help_lines()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now.

        Raises:
            MissingPackageError: it cannot be imported; the message says what to install.
        """
        if cmd_name in self.table:
            return imported_command(self.table[cmd_name][0])
        point = self._points().get(cmd_name)
        return None if point is None else plugin_command(point)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with; an unknown one is told the closest."""
        known = {*self.table, *self._points()}
        if args[0] not in known and not ctx.resilient_parsing:
            raise UnknownNameError("command", args[0], known, f"{ctx.command_path} --help")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help's list, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._help_lines()))

    def _points(self) -> dict[str, Any]:
        return {} if self.plugins is None else plugin_points(self.plugins)

    def _help_lines(self) -> Iterator[tuple[str, str]]:
        """Pairs of name and help line; a plug-in that cannot be loaded is left out (``navbench doctor`` names it)."""
        for name, (_, line) in self.table.items():
            yield name, line
        for name, point in self._points().items():
            if name not in self.table:
                try:
                    yield name, help_line(point)
                except MissingPackageError:
                    continue
