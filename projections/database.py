"""Where projections keep their tables: an SQLite file or a PostgreSQL schema, with the same queries.

Everything there derives from the log and can be rebuilt from it, so it asks less of the disk than
the log does. A rebuild fills a second place (`scratch`) and then takes the first one's in one
transaction (`swap_in`).
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self

from lrs.sql import queries

SQL = queries("projections", "views.sql")
CREATE = [name for name in SQL if name.startswith("create_")]
TABLES = (
    "record",
    "void",
    "trace",
    "planned_program",
    "planned_learner",
    "planned_step",
    "rules",
    "unmatched",
    "history",
    "history_reason",
    "tracking",
)
_COLUMNS = {
    "record": "position int8, statement text, actor text, body bytea, stored int8, happened int8,"
    " kind text, rule text, mode text, object text, score float8, duration int8",
    "trace": "program text, person text, position int8, places bytea, step text, relation text",
    "planned_program": "program text, title text, timezone text, starts int8, ends int8",
    "planned_learner": "program text, person text, name text, cohort text, enrolled int8,"
    " withdrawn int8",
    "planned_step": "program text, step text, number int8, title text, kind text, mode text,"
    " outcome text, required bool, weight float8, starts int8, ends int8, due int8, minutes float8",
    "history": "key int8, position int8",
}
LOADED = {
    table: [tuple(column.split()) for column in columns.split(", ")]
    for table, columns in _COLUMNS.items()
}
"""The tables that are filled many rows at a time: their columns and types."""
VERSION = 6
"""Of the tables; views of another version are dropped, and derived again from the log."""
LOCK_TIMEOUT_SECONDS = 60

Parameters = Mapping[str, Any]


class Transaction(Protocol):
    """One transaction over the views. Queries go by their names in `views.sql`."""

    def run(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""

    def run_all(self, name: str, rows: Iterable[Parameters]) -> None:
        """Run a query once for each row of parameters."""

    def load(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows into one of `LOADED`, in the quickest way that the engine has."""


class Database(Protocol):
    """A place for the views."""

    def transaction(self, *, write: bool) -> AbstractContextManager[Transaction]:
        """Begin; commit on leaving, or roll back if an error leaves. Writers exclude each other."""

    def scratch(self) -> AbstractContextManager["Database"]:
        """Return an empty second place, which `swap_in` takes over; dropped on leaving."""

    def swap_in(self) -> None:
        """Replace every table by the scratch place's, in one transaction."""

    def leadership(self) -> AbstractContextManager[bool]:
        """Yield whether this process may follow the log for these views: one at a time may."""

    def close(self) -> None:
        """Close the connections."""

    def __enter__(self) -> Self:
        """Return itself."""

    def __exit__(self, *_: object) -> None:
        """Close."""
