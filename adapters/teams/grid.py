"""A Teams file as rows of cells, its numbered sections, and columns known by name or by shape."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.teams.cells import Kind, is_time, kind_of
from adapters.teams.words import HEADERS, UPN
from adapters.text import DELIMITERS, Line, cell, heading, lines, widest
from lrs.errors import UnreadableAttendance

_SAMPLE = 64 * 1024
_LOOKED_AT = 200
HEADER_WITHIN = 50
"""No header of Teams stands further down than this many rows, sections aside."""
_SECTION = re.compile(r"([1-9])\. ?\S.*")
IN_UTC = "(utc)"


@dataclass(frozen=True)
class Table:
    """A header, the rows below it that are not blank, and the columns by field."""

    header: Line
    rows: Sequence[Line]
    columns: Mapping[str, int]

    def cell(self, line: Line, field: str) -> str:
        """Return a row's cell; empty where the table has no such column."""
        return cell(line.cells, self.columns.get(field))

    @property
    def in_utc(self) -> bool:
        """Whether the header says that the times are UTC."""
        return any(IN_UTC in heading(name) for name in self.header.cells)


def cut(text: str) -> list[Line]:
    """Return all rows, blank ones too. Raises `UnreadableAttendance`.

    The delimiter is the one that leaves the most times in cells of their own; a title full of commas
    says nothing about it.
    """
    return list(lines(text, _delimiter(text[:_SAMPLE])))


def filled(rows: Sequence[Line]) -> list[Line]:
    """Return the rows that are not blank."""
    return [row for row in rows if any(row.cells)]


def sections(grid: Sequence[Line]) -> dict[str, list[Line]]:
    """Return the rows below each numbered title, by number; empty sections are left out."""
    found: dict[str, list[Line]] = {}
    body: list[Line] = []
    for line in grid:
        if number := section(line):
            body = found.setdefault(number, [])
        else:
            body.append(line)
    return {number: rows for number, rows in found.items() if rows}


def make_table(header: Line, rows: Sequence[Line]) -> Table:
    """Return a table whose columns are found by name and, where a language is unknown, by shape."""
    columns = named(header)
    kinds = _kinds(rows[:_LOOKED_AT], len(header.cells))
    foreign = not {"name", "joined", "left"} <= columns.keys()

    def take(field: str, kind: Kind, after: int = -1) -> None:
        taken = columns.values()
        free = (n for n, each in enumerate(kinds) if each == kind and n > after and n not in taken)
        if field not in columns and (found := next(free, None)) is not None:
            columns[field] = found

    if foreign:
        take("joined", "time")
        take("left", "time")
        take("name", "text")
        take("length", "length", columns.get("left", -1))
    take("mail", "mail")
    if foreign:
        take("role", "text", columns.get("mail", columns.get("left", -1) + 1))
    return Table(header, rows, columns)


def named(header: Line) -> dict[str, int]:
    """Return the columns whose names are known; of two with the same name the first."""
    found: dict[str, int] = {}
    for number, name in enumerate(header.cells):
        plain = heading(name).replace(IN_UTC, "").strip()
        if UPN in plain:
            found.setdefault("upn", number)
        for field, known in HEADERS.items():
            if plain in known:
                found.setdefault(field, number)
    return found


def section(line: Line) -> str | None:
    """Return the number of the section that a row begins, None if it begins none."""
    if not any(line.cells[:1]) or any(line.cells[1:]):
        return None
    title = _SECTION.fullmatch(heading(line.cells[0]))
    return title[1] if title else None


def _kinds(rows: Sequence[Line], width: int) -> list[Kind]:
    """Return what most of the filled cells of each column look like."""
    found: list[Kind] = []
    for column in range(width):
        seen = Counter(kind_of(cell(row.cells, column)) for row in rows)
        del seen["none"]
        found.append(seen.most_common(1)[0][0] if seen else "none")
    return found


def _delimiter(sample: str) -> str:
    counts = {each: _times(sample, each) for each in DELIMITERS}
    best = max(counts, key=lambda each: counts[each])
    return best if counts[best] else widest(sample)


def _times(sample: str, delimiter: str) -> int:
    try:
        return sum(is_time(each) for row in lines(sample, delimiter) for each in row.cells)
    except UnreadableAttendance:
        return 0  # the sample may end within a quoted cell
