"""The documents say what is so: links lead somewhere, quoted numbers are the code's, quoted commands exist."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from navbench_gs.cli.main import main as navbench
from navbench_gs.domain.perturbation import DIALS
from navbench_gs.domain.record import Record
from navbench_gs.domain.rules import RULES_V0
from s2e_agent.cli.main import main as s2e

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/*/README.md")])
OF_OTHER_FILES = (ROOT / "CHANGELOG.md", ROOT / "baselines" / "citywalker" / "README.md")
"""Documents that tell of files that are gone, or of another project's."""
OF_OUR_FILES = [path for path in DOCUMENTS if path not in OF_OTHER_FILES]
APPLICATIONS = {"navbench": navbench, "s2e": s2e}
NOT_OURS = "my_agent/"
"""What 'navbench agent new' writes."""
PACKAGES = ("navbench_gs", "baselines", "s2e_agent", "leaderboard", "scenes")


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


def defined_in(path: Path) -> set[str]:
    """Names that a file defines, at its top or in its classes, and the texts in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
    return names


def files_called(reference: str, document: Path) -> list[Path]:
    """Files that a document may mean: from the root, in a package, beside it, or a test by its name alone."""
    roots = [ROOT, document.parent, *(ROOT / package for package in PACKAGES)]
    found = [root / reference for root in roots if (root / reference).is_file()]
    return found or (list(ROOT.glob(f"tests/**/{reference}")) if reference.startswith("test_") else [])


@pytest.mark.parametrize("document", OF_OUR_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_and_name_that_is_referred_to_exists(document):
    wrong = []
    for reference, name in re.findall(r"`([\w/]+\.py)(?:: ([\w.]+))?`", document.read_text()):
        found = files_called(reference, document)
        words = set(name.split(".")) if name else set()
        if not reference.startswith(NOT_OURS) and not any(words <= defined_in(path) for path in found):
            wrong.append(f"{reference}: {name}")
    assert wrong == []


def quoted_commands(document: Path) -> list[list[str]]:
    """Every command of this project in a document's code blocks, as words."""
    blocks = re.findall(r"```(?:bash|sh|console)?\n(.*?)```", document.read_text(), flags=re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    programs = tuple(APPLICATIONS)
    words = [
        shlex.split(part, comments=True)
        for line in lines
        for part in line.split("&&")
        if Path(part.split(maxsplit=1)[0] if part.strip() else "").name in programs
    ]
    return [[Path(command[0]).name, *command[1:]] for command in words]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_quoted_commands_parse(document):
    for program, *arguments in quoted_commands(document):
        command: click.Command = APPLICATIONS[program]
        context = click.Context(command)
        while isinstance(command, click.Group):
            name = arguments.pop(0)
            if name.startswith("-"):
                break
            found = command.get_command(context, name)
            assert found is not None, f"{document.name} quotes an unknown command '{program} {name}'"
            command = found
        if not any(word in arguments for word in ("--help",)):
            command.make_context(command.name, [word for word in arguments if word != "..."], resilient_parsing=True)
            known = {option for parameter in command.params for option in parameter.opts}
            used = {word.split("=")[0] for word in arguments if word.startswith("--")}
            assert used <= known, f"{document.name} quotes unknown options {used - known}"


def test_the_documents_quote_both_programs():
    assert {command[0] for document in DOCUMENTS for command in quoted_commands(document)} == set(APPLICATIONS)
