"""Rules of the operator's own: a TOML file in the shape of `vocabulary.toml`, put before our rules.

`[[rules]]` and `[[modes]]` of the file come first, so they decide what ours would. Prefixes,
categories and types of new names are added; a category or type of ours grows by what the file says.
What our rules mean by a prefix cannot be changed. Every fault is told with its line and rule.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NoReturn

import msgspec

from lrs.errors import InvalidSettings
from projections.conditions import compiled
from projections.vocabulary_table import ModeRule, Rule, Table

Sets = dict[str, tuple[str, ...]]
Rows = Literal["rules", "modes"]
_PLACE = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_ROW = re.compile(r"(?P<rows>rules|modes)\[(?P<number>\d+)\]")


class Additions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file may hold; all of it may be left out."""

    version: int = 1
    prefixes: dict[str, str] = {}
    categories: Sets = {}
    types: Sets = {}
    rules: tuple[Rule, ...] = ()
    modes: tuple[ModeRule, ...] = ()


class _Source:
    """The text, to tell where in it something is wrong."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._lines = text.splitlines()

    def refuse(self, message: str, line: int | None = None) -> NoReturn:
        place = f"{self._file}, line {line}" if line else str(self._file)
        raise InvalidSettings(f"LRS_VOCABULARY: {place}: {message}")

    def line_of(self, rows: str, number: int) -> int | None:
        """Return the line on which the row of that number (from 0) begins."""
        header = re.compile(rf"\s*\[\[\s*{rows}\s*\]\]")
        found = [at for at, line in enumerate(self._lines, 1) if header.match(line)]
        return found[number] if number < len(found) else None

    def line_with(self, word: str) -> int | None:
        """Return the first line that sets a name."""
        name = re.compile(rf"\s*[\"']?{re.escape(word)}[\"']?\s*=")
        return next((at for at, line in enumerate(self._lines, 1) if name.match(line)), None)


def extended(table: Table, file: Path) -> Table:
    """Return a table with the file's additions before it. Raises `InvalidSettings`."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"LRS_VOCABULARY: {file} cannot be read: {error}") from None
    source = _Source(file, text)
    additions = _read(source, text)
    for prefix, iri in additions.prefixes.items():
        if table.prefixes.get(prefix, iri) != iri:
            source.refuse(f"the prefix {prefix!r} stands for another IRI", source.line_with(prefix))
    merged = msgspec.structs.replace(
        table,
        additions=additions.version,
        prefixes=table.prefixes | additions.prefixes,
        categories=_grown(table.categories, additions.categories),
        types=_grown(table.types, additions.types),
        rules=additions.rules + table.rules,
        modes=additions.modes + table.modes,
    )
    _check_types(source, merged, additions)
    _check_rows(source, merged, "rules", additions.rules, table.rules)
    _check_rows(source, merged, "modes", additions.modes, table.modes)
    return merged


def _read(source: _Source, text: str) -> Additions:
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        source.refuse(str(error))  # it tells line and column
    try:
        return msgspec.convert(document, Additions)
    except msgspec.ValidationError as error:
        message = str(error)
        place = _PLACE.search(message)
        line, rule = _blamed(source, document, place["path"] if place else "")
        source.refuse(f"{rule}{_PLACE.sub('', message)}", line)


def _blamed(source: _Source, document: dict[str, Any], path: str) -> tuple[int | None, str]:
    """Return the line and the name of what a validation error is about."""
    row = _ROW.match(path)
    if row is None:
        last = path.rpartition(".")[2].partition("[")[0]
        return source.line_with(last), f"{path}: " if path else ""
    number = int(row["number"])
    named = document[row["rows"]][number].get("id", f"number {number + 1}")
    field = path.partition("].")[2]
    told = f"{row['rows'].removesuffix('s')} {named!r}"
    return source.line_of(row["rows"], number), f"{told}, {field}: " if field else f"{told}: "


def _grown(ours: Sets, theirs: Sets) -> Sets:
    added = {
        name: tuple(dict.fromkeys((*ours.get(name, ()), *each))) for name, each in theirs.items()
    }
    return ours | added


def _check_types(source: _Source, table: Table, additions: Additions) -> None:
    for name, shorts in additions.types.items():
        for short in shorts:
            _check_short(source, table.prefixes, short, source.line_with(name), f"type {name!r}")


def _check_rows(
    source: _Source,
    table: Table,
    rows: Rows,
    added: Iterable[Rule | ModeRule],
    ours: Iterable[Rule | ModeRule],
) -> None:
    known = {row.id for row in ours}
    for number, row in enumerate(added):
        line, told = source.line_of(rows, number), f"{rows.removesuffix('s')} {row.id!r}"
        if row.id in known:
            source.refuse(f"{told}: this id is taken, and reports name rules by it", line)
        known.add(row.id)
        if isinstance(row, Rule) and not row.verbs:
            source.refuse(f"{told}: it names no verbs, so it would never hold", line)
        for verb in row.verbs if isinstance(row, Rule) else ():
            _check_short(source, table.prefixes, verb, line, told)
        try:
            compiled(row, table)
        except KeyError as error:
            source.refuse(f"{told}: no category or type is called {error.args[0]!r}", line)


def _check_short(
    source: _Source, prefixes: Mapping[str, str], short: str, line: int | None, told: str
) -> None:
    prefix, colon, _ = short.partition(":")
    if not colon or prefix not in prefixes:
        source.refuse(f"{told}: {short!r} does not begin with a prefix that is defined", line)
