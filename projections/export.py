"""Ways out of a report besides JSON: its learners as flat rows, and those as CSV.

One learner a row. A nested figure has a dotted column (`sync.minutes`). A list of plain values is one
column. A list of objects is as many columns as they have fields, item by item in the same order: the
first field under the list's own name (`done`), the others dotted (`done.at`, `done.score`).
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Any

import orjson

PARQUET = "application/vnd.apache.parquet"
FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # full-width ones count too

Path = tuple[str, ...]
Row = dict[Path, Any]
_Tree = dict[str, "_Tree"]


def flat_learners(report: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Return a report's learners as columns and rows. A cell is a plain value or a list of them.

    Columns keep the report's order, those of one list stand together. A field that only some
    learners have is None for the others.
    """
    rows = [dict(_flat((), learner)) for learner in report["learners"]]
    paths = _in_order(rows)
    columns = [".".join(path) for path in paths]
    return columns, [[row.get(path) for path in paths] for row in rows]


def as_csv(report: dict[str, Any]) -> bytes:
    """Return a report's learners as CSV (RFC 4180, UTF-8), see above.

    Lists are separated by blanks, nothing among them is `null`; where an item has blanks of its own
    the cell is a JSON array. Text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    columns, rows = flat_learners(report)
    return csv_of(columns, ([_listed(cell) for cell in row] for row in rows))


def as_parquet(report: dict[str, Any]) -> Iterator[bytes]:
    """Yield a report's learners as the bytes of a Parquet file, see `projections.parquet`."""
    # Half a second and tens of megabytes, which only those who ask for Parquet shall pay.
    from projections.parquet import parquet  # noqa: PLC0415

    return parquet(report)


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as CSV in which no text is a formula."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(map(harmless, columns))
    writer.writerows(map(harmless, row) for row in rows)
    return text.getvalue().encode()


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _flat(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat((*path, name), inner)
    elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        yield from _flat_list(path, value)
    else:
        yield path, [_plain(each) for each in value] if isinstance(value, list) else value


def _flat_list(path: Path, items: list[dict[str, Any]]) -> Iterator[tuple[Path, list[Any]]]:
    flat = [dict(_flat((), item)) for item in items]
    first, *others = _in_order(flat) or [()]
    yield path, [_plain(item.get(first)) for item in flat]
    for field in others:
        yield (*path, *field), [_plain(item.get(field)) for item in flat]


def _plain(value: Any) -> Any:
    """Return an item of a list as one value."""
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def _in_order(rows: Iterable[Row]) -> list[Path]:
    """Return the paths of all rows, those under one name together, in order of first appearance."""
    tree: _Tree = {}
    known: set[Path] = set()
    for row in rows:
        for path in row:
            if path not in known:
                known.add(path)
                branch = tree
                for name in path:
                    branch = branch.setdefault(name, {})
    return [path for path in _walk((), tree) if path in known]


def _walk(path: Path, tree: _Tree) -> Iterator[Path]:
    for name, branch in tree.items():
        yield (*path, name)
        yield from _walk((*path, name), branch)


def _listed(cell: Any) -> Any:
    if not isinstance(cell, list):
        return cell
    shown = ["null" if each is None else str(each) for each in cell]
    if any(not each or any(map(str.isspace, each)) for each in shown):
        return orjson.dumps(cell).decode()
    return " ".join(shown)
