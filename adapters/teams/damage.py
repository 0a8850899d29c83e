"""What shows that a file of Teams is not whole, or not one."""

from collections.abc import Sequence
from io import StringIO

from adapters.teams.cells import is_time, spelling
from adapters.teams.grid import filled, section
from adapters.text import Line
from lrs.errors import UnreadableAttendance


def check_whole(text: str, rows: Sequence[Line]) -> None:
    """Raise `UnreadableAttendance`, naming the line, where a file is damaged; `rows` are all of it."""
    _check_quotation(text, rows)
    _check_sections(rows)
    if not text.endswith(("\n", "\r")):
        _check_last(filled(rows))


def _check_quotation(text: str, rows: Sequence[Line]) -> None:
    """Refuse a quotation mark that nothing closes: it would swallow people."""
    end_of_file = 1 + sum(1 for _ in StringIO(text, newline=""))
    ends = [*(row.number for row in rows[1:]), end_of_file]
    for row, end in zip(rows, ends, strict=False):
        # Only a title runs over several lines: a label and its value.
        if end > row.number + 1 and sum(map(bool, row.cells)) != 2:
            message = "a row runs over several lines; a quotation mark may be left open"
            raise UnreadableAttendance(message, f"line {row.number}")


def _check_sections(rows: Sequence[Line]) -> None:
    """Refuse two reports in one file: they would be taken for one meeting."""
    seen: set[str] = set()
    for row in rows:
        number = section(row)
        if number in seen:
            message = f"section {number} is there twice; one report at a time is read"
            raise UnreadableAttendance(message, f"line {row.number}")
        if number:
            seen.add(number)


def _check_last(rows: Sequence[Line]) -> None:
    """Refuse a file that ends within a row: it is cut off.

    Such a row lacks cells that the row before has, or its time the seconds or the half of the day that
    other times have.
    """
    if len(rows) < 2:
        return
    last, before = rows[-1], rows[-2]
    known = {spelling(each) for row in rows[:-1] for each in row.cells if is_time(each)}
    odd = any(is_time(each) and spelling(each) not in known for each in last.cells)
    if (known and odd) or 1 < len(last.cells) < len(before.cells):
        raise UnreadableAttendance("the file ends within a row", f"line {last.number}")
