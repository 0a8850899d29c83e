"""The Merkle tree's tables in the log's SQLite file."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore

from lrs.audit.tree import StoredEvent, TreeTransaction
from lrs.sql import queries

SQL = queries("lrs.sqlite", "audit.sql")


class SqliteTree:
    """See `lrs.audit.tree.TreeStore`."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        self._datastore = datastore

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator["SqliteTreeTransaction"]:
        """Begin; a writing transaction has the file's write lock, so it should be short."""
        with self._datastore.transaction(commit=write) as cursor:
            yield SqliteTreeTransaction(cursor)

    @contextmanager
    def leadership(self) -> Iterator[bool]:
        """Hold a lock file; the system lets go of it with the process."""
        with Path(f"{self._datastore.pool.db_name}.tree-lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


class SqliteTreeTransaction(TreeTransaction):
    """One transaction in the log's file."""

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cursor

    def run(self, name: str, **parameters: Any) -> list[Mapping[str, Any]]:
        """Run a query and return its rows."""
        self._cursor.execute(SQL[name], parameters)
        rows: list[Mapping[str, Any]] = self._cursor.fetchall()
        return rows

    def read_event(self, row: Mapping[str, Any]) -> StoredEvent:
        """Return a stored event. Columns hold any type here, whatever they are declared as."""
        version, state = row["originator_version"], row["state"]
        return StoredEvent(
            row["position"],
            _uuid(_text(row["originator_id"])),
            version if isinstance(version, int) else None,
            _text(row["topic"]),
            state if isinstance(state, bytes) else None,
        )

    def stream_key(self, stream: UUID) -> str:
        """Return a stream's id as it is stored."""
        return stream.hex


def _text(stored: bytes | None) -> str | None:
    try:
        return None if stored is None else stored.decode()
    except UnicodeDecodeError:
        return None


def _uuid(text: str | None) -> UUID | None:
    try:
        stream = UUID(text or "")
    except ValueError:
        return None
    return stream if stream.hex == text else None
