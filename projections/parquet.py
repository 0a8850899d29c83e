"""A report's learners as Parquet, written row group by row group.

The columns are those of the CSV, but typed: numbers, truth values, moments (UTC, microseconds) and
lists of them. A column without a value has Arrow's type `null`, which joins with any other. What the
report says of all learners together is the file's metadata under `bichron`, as JSON.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import RawIOBase
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from projections.export import flat_learners

METADATA = b"bichron"
ROWS = 10_000
"""Learners in a row group."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")
_TIMESTAMP = pa.timestamp("us", tz="UTC")


class _Outgoing(RawIOBase):
    """Takes what is written until somebody fetches it."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        taken = bytes(content)
        self._written.append(taken)
        return len(taken)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._written)
        self._written.clear()
        return taken


def parquet(report: dict[str, Any], rows_of_group: int = ROWS) -> Iterator[bytes]:
    """Yield a report's learners as the bytes of a Parquet file."""
    columns, rows = flat_learners(report)
    head = {name: value for name, value in report.items() if name != "learners"}
    types = [_type_of([row[at] for row in rows]) for at in range(len(columns))]
    fields = [pa.field(name, kind) for name, kind in zip(columns, types, strict=True)]
    schema = pa.schema(fields, metadata={METADATA: orjson.dumps(head)})
    outgoing = _Outgoing()
    with pq.ParquetWriter(outgoing, schema, compression="zstd") as writer:
        for start in range(0, len(rows), rows_of_group):
            group = rows[start : start + rows_of_group]
            arrays = [
                pa.array([_cell(row[at], kind) for row in group], kind)
                for at, kind in enumerate(types)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield outgoing.take()
    yield outgoing.take()


def _type_of(cells: Sequence[Any]) -> pa.DataType:
    if any(isinstance(cell, list) for cell in cells):
        return pa.list_(_scalar([each for cell in cells for each in _items(cell)]))
    return _scalar(cells)


def _items(cell: Any) -> list[Any]:
    if cell is None:
        return []
    return cell if isinstance(cell, list) else [cell]


def _scalar(cells: Sequence[Any]) -> pa.DataType:
    values = [cell for cell in cells if cell is not None]
    kinds = {type(value) for value in values}
    if not kinds:
        return pa.null()
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    if kinds <= {int, float}:
        return pa.float64()
    if kinds == {str} and all(map(_MOMENT.fullmatch, values)):
        return _TIMESTAMP
    return pa.string()


def _cell(cell: Any, kind: pa.DataType) -> Any:
    if cell is None:
        return None
    if pa.types.is_list(kind):
        return [_cell(each, kind.value_type) for each in _items(cell)]
    if kind == _TIMESTAMP:
        return datetime.fromisoformat(cell)
    return str(cell) if kind == pa.string() else cell
