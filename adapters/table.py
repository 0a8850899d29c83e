"""Tables in exports: the header is found by its names, on whichever line it stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.text import DELIMITERS, Line, cell, heading, lines
from lrs.errors import UnreadableAttendance

Headers = Mapping[str, frozenset[str]]
"""Fields and the names that their columns have, as `adapters.text.heading` leaves them."""
_BEGINNING = 200_000


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
        # A table far from the beginning is none of ours; the whole file is cut into cells only once.
        if (number := _header(text[:_BEGINNING], delimiter, headers, wanted)) is not None:
            found = list(lines(text, delimiter))
            columns = _columns(found[number], headers)
            return Table(columns, found[number], found[:number], found[number + 1 :])
    return None


def _header(text: str, delimiter: str, headers: Headers, wanted: frozenset[str]) -> int | None:
    try:
        for number, line in enumerate(lines(text, delimiter)):
            if wanted <= _columns(line, headers).keys():
                return number
    except UnreadableAttendance:
        # The beginning may be cut within a quoted cell, or this is not the delimiter.
        return None
    return None


def _columns(header: Line, headers: Headers) -> dict[str, int]:
    names = [heading(each) for each in header.cells]
    return {
        field: min(names.index(name) for name in known if name in names)
        for field, known in headers.items()
        if not known.isdisjoint(names)
    }
