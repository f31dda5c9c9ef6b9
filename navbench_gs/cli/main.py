"""The command ``navbench``: a group that only knows its commands' names, and how errors are shown."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from navbench_gs import __version__
from navbench_gs.cli.lazy_group import LazyGroup
from navbench_gs.errors import NavBenchError, one_line, printable

INTERRUPTED = 130
"""Exit code after ctrl-C: 128 + SIGINT, as shells have it."""
INTERNAL = 70
LONGEST_COMPLAINT = 2000
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("navbench_gs.cli.run:run", "Drive an agent through episodes, score and tabulate."),
    "score": ("navbench_gs.cli.score:score", "Score the recordings of a run again, without driving."),
    "merge": ("navbench_gs.cli.merge:merge", "Put the shards of a run together."),
    "robustness": ("navbench_gs.cli.robustness:robustness", "Compare perturbed runs of an agent with its clean one."),
    "leaderboard": ("leaderboard.cli.board:leaderboard", "Rank runs and submissions, with how sure that is."),
    "list": ("navbench_gs.cli.list:list_", "List agents, scenes or tasks."),
    "scene": ("navbench_gs.cli.scene:scene", "Get scenes, make them of captures, check them, look at them."),
    "agent": ("navbench_gs.cli.agent:agent", "Write, check, serve agents; get published weights."),
    "submit": ("leaderboard.cli.submit:submit", "Pack a run for the leaderboard, and prove what is packed."),
    "train": ("baselines.cli.train:train", "Train one of the published networks on drives."),
    "drives": ("navbench_gs.cli.drives:drives", "Record drives to learn from."),
    "doctor": ("navbench_gs.cli.doctor:doctor", "Show versions, renderer, device and cache."),
}
"""Name -> (where the command is, its line in the help)."""


class Navbench(LazyGroup):
    """The whole command line: every error ends as one line and an exit code."""

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
            code = INTERRUPTED
        except NavBenchError as error:
            _debug(arguments)
            _complain(str(error))
            code = error.exit_code
        except Exception as error:
            _debug(arguments)
            _complain(f"internal error: {one_line(error)}; 'navbench --debug ...' shows where, please report it")
            code = INTERNAL
        sys.exit(code if isinstance(code, int) else 0)


def _debug(arguments: list[str]) -> None:
    """Inside an except block: re-raise if ``--debug`` was given."""
    if "--debug" in arguments:
        raise


def _complain(message: str) -> None:
    click.secho(f"error: {printable(' '.join(message.split()), LONGEST_COMPLAINT)}", fg="red", err=True)


@click.group(cls=Navbench, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="navbench")
def main(debug: bool) -> None:
    """Closed-loop evaluation of robot navigation policies in Gaussian-splat scenes."""


if __name__ == "__main__":
    main()
