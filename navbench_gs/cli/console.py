"""What the command lines ``navbench`` and ``s2e`` share: options, one style of errors, exit codes, small outputs."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from navbench_gs import __version__
from navbench_gs.cli.lazy_group import LazyGroup
from navbench_gs.errors import ExitCode, NavBenchError, one_line, printable

LONGEST_MESSAGE = 2000


class Application(LazyGroup):
    """A whole command line: every error ends as one line and an exit code of :class:`~navbench_gs.errors.ExitCode`."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; ``--debug`` asks for the traceback of an error."""
        arguments = list(sys.argv[1:] if args is None else args)
        if not standalone_mode:
            return super().main(arguments, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(arguments, prog_name, complete_var, standalone_mode=False, **extra)
        except click.exceptions.Exit as end:
            code = end.exit_code
        except click.exceptions.NoArgsIsHelpError as help_wanted:
            help_wanted.show()
            code = help_wanted.exit_code
        except click.ClickException as error:
            _complain(error.format_message())
            code = error.exit_code
        except (click.Abort, KeyboardInterrupt):
            code = ExitCode.INTERRUPTED
        except NavBenchError as error:
            _debug(arguments)
            _complain(str(error))
            code = error.exit_code
        except Exception as error:
            _debug(arguments)
            _complain(f"internal error: {one_line(error)}; '{self.name} --debug ...' shows where, please report it")
            code = ExitCode.INTERNAL
        sys.exit(int(code) if isinstance(code, int) else ExitCode.DONE)


def application(
    name: str, table: Mapping[str, tuple[str, str]], *, plugins: str | None = None
) -> Callable[[Callable[..., None]], Application]:
    """Decorate the function whose docstring is the help of a whole command line called ``name``.

    Args:
        name: what users type.
        table: as for :class:`~navbench_gs.cli.lazy_group.LazyGroup`.
        plugins: as for that class.
    """

    def decorate(function: Callable[..., None]) -> Application:
        command: Application = click.group(
            name,
            cls=Application,
            table=table,
            plugins=plugins,
            epilog="Exit codes: " + ", ".join(f"{code.value} {code.meaning}" for code in ExitCode) + ".",
            context_settings={"help_option_names": ["-h", "--help"]},
        )(
            click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")(
                click.version_option(__version__, prog_name=name)(function)
            )
        )
        return command

    return decorate


def command_line(program: str) -> str:
    """What the user typed, for the facts of weights; paths are cut to their last part, which no machine owns."""
    words = [Path(word).name if "/" in word else word for word in sys.argv[1:]]
    return shlex.join([program, *words])


def echo_row(row: Mapping[str, float], names: Iterable[str] | None = None) -> None:
    """Print a row of a training log in one line; ``names`` chooses and orders, those absent are left out."""
    shown = row if names is None else {name: row[name] for name in names if name in row}
    click.echo("  ".join(f"{name} {value:.4g}" for name, value in shown.items()))


def torch_device(name: str) -> str:
    """The device that ``--device`` names; ``auto`` is cuda where there is one.

    Raises:
        BadParameter: this machine has no such device.
    """
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        raise click.BadParameter(f"'{name}' is no device here: {str(error).splitlines()[0]}") from error
    return name


def _debug(arguments: list[str]) -> None:
    """Inside an except block: re-raise if ``--debug`` was given."""
    if "--debug" in arguments:
        raise


def _complain(message: str) -> None:
    click.secho(f"error: {printable(' '.join(message.split()), LONGEST_MESSAGE)}", fg="red", err=True)
