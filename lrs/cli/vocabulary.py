"""`lrs vocabulary`: what statements mean here, and which rule said so."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import msgspec
import typer

from lrs.cli.output import out, print_json, print_table
from lrs.errors import InvalidInput, InvalidJSON, InvalidStatement
from lrs.settings import read_settings
from lrs.xapi.parsing import loads, split
from lrs.xapi.statement import validate
from lrs.xapi.values import format_timestamp
from lrs.xapi.versions import Version
from projections.vocabulary import Vocabulary, adopt, classify
from projections.vocabulary_table import ModeRule, Rule, read_table

vocabulary = typer.Typer(help="What statements mean, and which rule says so.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NOBODY = "it voids another, or its actor is nobody: no record"


@vocabulary.callback(invoke_without_command=True)
def list_rules(context: typer.Context, as_json: Json = False) -> None:
    """List the rules in the order in which they are held against a statement."""
    if context.invoked_subcommand is not None:
        return
    known = adopt(read_settings().vocabulary)
    ours = {row.id for row in read_table().rules}, {row.id for row in read_table().modes}
    rules = [_told(rule, ours[0]) for rule in known.table.rules]
    modes = [_told(mode, ours[1]) for mode in known.table.modes]
    if as_json:
        print_json({"version": known.version, "rules": rules, "modes": modes})
        return
    print_table(*_table(rules, "kind", f"Vocabulary {known.version}"))
    print_table(*_table(modes, "mode", "Modes"))


@vocabulary.command("try")
def try_statements(file: Path, as_json: Json = False) -> None:
    """Classify statements from a file: one, an array, or one on each line. Nothing is recorded."""
    known = adopt(read_settings().vocabulary)
    found = [_classified(each, known) for each in _statements(file)]
    if as_json:
        print_json({"version": known.version, "statements": found})
        return
    columns = ["statement", "kind", "rule", "mode", "mode rule"]
    rows = [
        [each["statement"], *(each[name] for name in ("kind", "rule", "mode", "mode_rule"))]
        for each in found
    ]
    print_table(columns, rows, f"Vocabulary {known.version}")
    for each in found:
        out.print(f"{each['statement']}: {each['note']}", soft_wrap=True, markup=False)


def _told(row: Rule | ModeRule, ours: set[str]) -> dict[str, Any]:
    """Return a row as people and scripts may read it: only the conditions that it sets."""
    fields = {name: each for name, each in msgspec.to_builtins(row).items() if each is not None}
    return {"id": row.id, "from": "bichron" if row.id in ours else "LRS_VOCABULARY", **fields}


def _table(
    rows: list[dict[str, Any]], decides: str, title: str
) -> tuple[list[str], list[list[Any]], str]:
    told = ("id", "from", "note", "verbs", "duration", "learner", decides)
    cells = [
        [
            row["id"],
            row["from"],
            row[decides],
            " ".join(row.get("verbs", ())),
            ", ".join(f"{name}: {_shown(each)}" for name, each in row.items() if name not in told),
            row["note"],
        ]
        for row in rows
    ]
    return ["rule", "from", decides, "verbs", "if", "note"], cells, title


def _shown(value: Any) -> str:
    return " | ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _statements(file: Path) -> list[dict[str, Any]]:
    """Return a file's statements, valid and with what the LRS would add. Raises `InvalidInput`."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from None
    try:
        parts, _ = split(text)
    except InvalidJSON:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        parts = lines
    return [_statement(each, number) for number, each in enumerate(parts)]


def _statement(text: bytes, number: int) -> dict[str, Any]:
    place = f"statements[{number}]"
    statement: dict[str, Any] = loads(text, place)
    try:
        validate(statement, _version(statement))
    except InvalidStatement as error:
        raise InvalidStatement(error.message, f"{place}.{error.path}".rstrip(".")) from None
    added = {"id": str(uuid4()), "timestamp": format_timestamp(datetime.now(UTC))}
    return added | statement


def _version(statement: Any) -> Version:
    # Only what it says is looked at; whether it is a statement at all, `validate` tells.
    named = statement.get("version") if isinstance(statement, dict) else None
    return Version.V1_0_3 if str(named).startswith("1") else Version.V2_0


def _classified(statement: dict[str, Any], known: Vocabulary) -> dict[str, Any]:
    record = classify(statement, 0, datetime.now(UTC))
    shown = {"statement": statement["id"], "verb": statement["verb"]["id"]}
    if record is None:
        return shown | dict.fromkeys(("kind", "rule", "mode", "mode_rule")) | {"note": NOBODY}
    notes = {row.id: row.note for row in known.table.rules}
    modes = {row.id: row.note for row in known.table.modes}
    return shown | {
        "kind": record.kind,
        "rule": record.rule,
        "mode": record.mode,
        "mode_rule": record.mode_rule,
        "score": record.score,
        "note": f"{notes.get(record.rule, record.rule)}; {modes.get(record.mode_rule, '')}",
    }
