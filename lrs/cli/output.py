"""How commands print: JSON, tables, messages."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """Print a value as one line of JSON."""
    sys.stdout.write(orjson.dumps(value).decode() + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """Print rows under columns; numbers stand right."""
    if title:
        out.print(title, style="bold", markup=False)
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    listed = [[_text(cell) for cell in row] for row in rows]
    for number, column in enumerate(columns):
        numeric = listed and all(_is_number(row[number]) for row in listed)
        table.add_column(column, justify="right" if numeric else "left")
    for row in listed:
        # Names are other people's: a bracket in one must not be read as markup.
        table.add_row(*map(Text, row))
    out.print(table)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr while work goes on; call what it yields with (done, of how many)."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.2f}".rstrip("0").rstrip(".") or "0"
    return str(cell)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdecimal() or not text
