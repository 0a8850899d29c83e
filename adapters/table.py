"""Tables in exports: the header is found by its names, on whichever line it stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from adapters.text import DELIMITERS, Line, cell, heading, lines
from lrs.errors import UnreadableAttendance

Headers = Mapping[str, frozenset[str]]
"""Fields and the names that their columns have, as `adapters.text.heading` leaves them."""
MOST_ROWS = 200_000
_BEGINNING = 200_000
"""Characters; a table that begins later is none of ours."""


@dataclass(frozen=True)
class Table:
    """A table: its columns by field, the lines above its header and those below."""

    columns: Mapping[str, int]
    header: Line
    above: Sequence[Line]
    below: Sequence[Line]

    def rows(self) -> Iterator[Line]:
        """Yield the rows that are not blank."""
        return (line for line in self.below if any(line.cells))

    def cell(self, line: Line, field: str) -> str:
        """Return a row's cell; empty where the table has no such column."""
        return cell(line.cells, self.columns.get(field))


def find(text: str, headers: Headers, wanted: frozenset[str]) -> Table | None:
    """Return the first table that has all wanted columns, whatever delimits it; None without one.

    Of two columns with the same name the first counts. Raises `UnreadableAttendance`.
    """
    for delimiter in sorted(DELIMITERS, key=text.count, reverse=True):
        for number, line in enumerate(beginning(text, delimiter)):
            columns = _columns(line, headers)
            if wanted <= columns.keys():
                return cut(text, delimiter, number, columns)
    return None


def beginning(text: str, delimiter: str) -> Iterator[Line]:
    """Yield the rows among which a header may be, up to where they cannot be read."""
    try:
        yield from lines(text[:_BEGINNING], delimiter)
    except UnreadableAttendance:
        # The beginning may be cut within a quoted cell, or this is not the delimiter.
        return


def cut(text: str, delimiter: str, header: int, columns: Mapping[str, int]) -> Table:
    """Return the table whose header is the row of this number, from 0.

    Raises `UnreadableAttendance`, also for more than `MOST_ROWS`.
    """
    found = list(islice(lines(text, delimiter), MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise UnreadableAttendance(f"the table has more than {MOST_ROWS} rows")
    return Table(columns, found[header], found[:header], found[header + 1 :])


def _columns(header: Line, headers: Headers) -> dict[str, int]:
    names = [heading(each) for each in header.cells]
    return {
        field: min(names.index(name) for name in known if name in names)
        for field, known in headers.items()
        if not known.isdisjoint(names)
    }
