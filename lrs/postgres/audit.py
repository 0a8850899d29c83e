"""The Merkle tree's tables beside the log on PostgreSQL."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from eventsourcing.postgres import PostgresDatastore
from psycopg import Cursor
from psycopg.rows import DictRow

from lrs.audit.tree import StoredEvent, TreeTransaction
from lrs.sql import queries

SQL = queries("lrs.postgres", "audit.sql")


class PostgresTree:
    """See `lrs.audit.tree.TreeStore`."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        self._datastore = datastore

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator["PostgresTreeTransaction"]:
        """Begin; appends to the log go on beside it."""
        with self._datastore.transaction(commit=write) as cursor:
            transaction = PostgresTreeTransaction(cursor)
            if write:
                transaction.run("lock_tree")
            yield transaction

    @contextmanager
    def leadership(self) -> Iterator[bool]:
        """Hold an advisory lock on a connection; the server lets go of it when the process dies."""
        with self._datastore.get_connection() as connection:
            row = connection.execute(SQL["lead"]).fetchone()
            leading = bool(row and row["leading"])
            try:
                yield leading
            finally:
                if leading:
                    # Back in the pool, the connection would go on leading.
                    connection.execute(SQL["stop_leading"])


class PostgresTreeTransaction(TreeTransaction):
    """One transaction beside the log."""

    def __init__(self, cursor: Cursor[DictRow]) -> None:
        self._cursor = cursor

    def run(self, name: str, **parameters: Any) -> list[Mapping[str, Any]]:
        """Run a query and return its rows."""
        self._cursor.execute(SQL[name], parameters, prepare=True, binary=True)
        return list(self._cursor) if self._cursor.description else []

    def read_event(self, row: Mapping[str, Any]) -> StoredEvent:
        """Return a stored event; the columns' types leave nothing to doubt."""
        return StoredEvent(
            row["position"],
            row["originator_id"],
            row["originator_version"],
            row["topic"],
            bytes(row["state"]),
        )

    def stream_key(self, stream: UUID) -> UUID:
        """Return a stream's id as it is stored."""
        return stream
