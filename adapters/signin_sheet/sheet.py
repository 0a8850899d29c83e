"""A sign-in sheet as a table: its columns by what they are, and what stands above them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from adapters.reader import File
from adapters.signin_sheet.words import HEADERS, TITLES, names_of
from adapters.signin_sheet.workbook import MOST_ROWS, is_workbook, sheets
from adapters.text import Line, cell, lines, widest
from lrs.errors import UnreadableAttendance

EVIDENCE = frozenset({"in", "out", "present", "signature"})
"""Columns that tell that somebody was there."""
_WHO = frozenset({"name", "given", "family", "email"})
_BEGINNING, _SAMPLE = 50, 64 * 1024
_LABEL = re.compile(r"([^:：]{1,30})[:：] ?(.*)")


@dataclass(frozen=True)
class Sheet:
    """A table of people: columns by field, the lines above the header, and the rows below."""

    columns: Mapping[str, int]
    above: Sequence[Line]
    below: Sequence[Line]

    def cell(self, line: Line, field: str) -> str:
        """Return a row's cell; empty where there is no such column."""
        return cell(line.cells, self.columns.get(field))

    def name(self, line: Line) -> str:
        """Return a person's name, given name first where it stands apart."""
        name, given, family = (self.cell(line, each) for each in ("name", "given", "family"))
        # "Name" beside "Vorname" is the family's; "Nombre" beside "Apellidos" is the given one.
        parts = (given or name, family) if family else (given, name)
        return " ".join(filter(None, parts))

    def labelled(self, labels: frozenset[str]) -> str:
        """Return what stands above the table after a label, in its cell or the next; else empty."""
        for line in self.above:
            for place, text in enumerate(line.cells):
                found = _LABEL.fullmatch(text)
                label, value = (found[1], found[2]) if found else (text, "")
                if not labels.isdisjoint(names_of(label)):
                    following = (each for each in line.cells[place + 1 :] if each)
                    return value or next(following, "")
        return ""

    def title(self) -> str:
        """Return what the sheet calls its session: labelled, or alone on the first line."""
        if found := self.labelled(TITLES):
            return found
        first = next((line for line in self.above if any(line.cells)), Line(0, []))
        filled = [each for each in first.cells if each]
        return filled[0] if len(filled) == 1 and not _LABEL.fullmatch(filled[0]) else ""


def find(file: File) -> Sheet | None:
    """Return the first table of people in a file; None without one. Raises `UnreadableAttendance`."""
    return next(filter(None, map(_table, _tables(file))), None)


def _tables(file: File) -> Iterator[Iterator[Line]]:
    if is_workbook(file.content):
        yield from map(iter, sheets(file.content))
    else:
        yield lines(file.text, widest(file.text[:_SAMPLE]))


def _table(rows: Iterator[Line]) -> Sheet | None:
    above: list[Line] = []
    for line in islice(rows, _BEGINNING):
        columns = _columns(line)
        if len(columns) > 1 and not _WHO.isdisjoint(columns):
            below = list(islice(rows, MOST_ROWS + 1))
            if len(below) > MOST_ROWS:
                raise UnreadableAttendance(f"the sheet has more than {MOST_ROWS} rows")
            return Sheet(columns, above, below)
        above.append(line)
    return None


def _columns(header: Line) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, text in enumerate(header.cells):
        for field, known in HEADERS.items():
            if field not in columns and not known.isdisjoint(names_of(text)):
                columns[field] = place
                break
    return columns
