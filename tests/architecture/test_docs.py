"""The documents say what is so: links lead somewhere, quoted numbers are the code's, quoted commands exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from navbench_gs.domain.perturbation import DIALS
from navbench_gs.domain.record import Record
from navbench_gs.domain.rules import RULES_V0

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/*/README.md")])


def numbers(record: Record, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Record):
            yield from numbers(value, f"{prefix}{name}.")
        else:
            shown = f"{value:.6g}" if isinstance(value, float) else str(value)
            yield f"{prefix}{name}", shown


def rules_table() -> str:
    rows = [f"| `{name}` | {value} |" for name, value in numbers(RULES_V0)]
    return "\n".join(["| number | value |", "|---|---|", *rows])


def test_the_rules_page_lists_every_number_of_the_code():
    written = (ROOT / "docs" / "rules.md").read_text().split("<!-- rules table -->")[1].strip()
    assert written == rules_table()


def perturbations_table() -> str:
    rows = [
        f"| `{kind}` | {dial.unit} | {dial.low:g} | {dial.high:g} | {dial.mild:g} | {dial.strong:g} |"
        for kind, dial in DIALS.items()
    ]
    return "\n".join(["| kind | strength | from | to | mild | strong |", "|---|---|---|---|---|---|", *rows])


def test_the_perturbations_page_lists_every_kind_of_the_code():
    written = (ROOT / "docs" / "perturbations.md").read_text().split("<!-- perturbations table -->")[1].strip()
    assert written == perturbations_table()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(document):
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


def quoted_commands(document: Path) -> list[list[str]]:
    blocks = re.findall(r"```(?:bash|sh|console)\n(.*?)```", document.read_text(), flags=re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    words = [shlex.split(part, comments=True) for line in lines for part in line.split("&&")]
    return [command[1:] for command in words if command and Path(command[0]).name == "navbench"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_quoted_navbench_commands_parse(document):
    from navbench_gs.cli.main import main

    for arguments in quoted_commands(document):
        command: click.Command = main
        context = click.Context(main)
        while isinstance(command, click.Group):
            name = arguments.pop(0)
            if name.startswith("-"):
                break
            found = command.get_command(context, name)
            assert found is not None, f"{document.name} quotes an unknown command '{name}'"
            command = found
        if not any(word in arguments for word in ("--help",)):
            command.make_context(command.name, [word for word in arguments if word != "..."], resilient_parsing=True)
            known = {option for parameter in command.params for option in parameter.opts}
            used = {word.split("=")[0] for word in arguments if word.startswith("--")}
            assert used <= known, f"{document.name} quotes unknown options {used - known}"
