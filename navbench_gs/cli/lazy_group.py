"""Groups of commands that are imported only when used, so that help is fast."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from navbench_gs.errors import UnknownNameError


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for.

    Args:
        table: name -> (where the command is as ``module:attribute``, its line in the help).
    """

    def __init__(self, *args: Any, table: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in self.table:
            return None
        module, _, attribute = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with; an unknown one is told the closest."""
        if args[0] not in self.table and not ctx.resilient_parsing:
            raise UnknownNameError("command", args[0], self.table, f"{ctx.command_path} --help")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help's list, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.table.items()])
