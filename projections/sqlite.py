"""The views in an SQLite file of their own; see `projections.database`."""

import fcntl
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import orjson

from projections.analysis import ANALYSIS, SQLITE_MOMENT, analysis_views
from projections.database import (
    CREATE,
    LOADED,
    LOCK_TIMEOUT_SECONDS,
    SQL,
    TABLES,
    VERSION,
    Parameters,
)

_MEMBERS = "(select value from json_each(:{}))"


class SqliteDatabase:
    """Views in an SQLite file of their own. Safe from any thread: each transaction has a connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # While one connection stays open, closing the others does not move the whole WAL.
        self._kept = sqlite3.connect(path, check_same_thread=False)
        with self.transaction(write=True) as transaction:
            connection = transaction.connection
            (version,) = connection.execute("pragma user_version").fetchone()
            if version != VERSION:
                for view in ANALYSIS:
                    connection.execute(f"drop view if exists {view}")
                for table in TABLES:
                    connection.execute(f"drop table if exists {table}")
                for name in CREATE:
                    connection.execute(SQL[name].format(bytes="blob", clustered="without rowid"))
                for text in analysis_views(SQLITE_MOMENT):
                    connection.execute(text)
                connection.execute(f"pragma user_version = {VERSION}")

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator["SqliteTransaction"]:
        """Begin; see `Database`."""
        connection = sqlite3.connect(self._path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)
        try:
            connection.execute("pragma journal_mode = wal")
            # A power cut may take the last pages back, tracking with them; they are derived again.
            connection.execute("pragma synchronous = normal")
            connection.execute("begin immediate" if write else "begin")
            yield SqliteTransaction(connection)
            connection.execute("commit")
        finally:
            connection.close()

    @contextmanager
    def scratch(self) -> Iterator["SqliteDatabase"]:
        """Return an empty second file."""
        _remove(self._scratch_path)
        try:
            with SqliteDatabase(self._scratch_path) as scratch:
                yield scratch
        finally:
            _remove(self._scratch_path)

    def swap_in(self) -> None:
        """Replace every table's rows by the scratch file's, in one transaction."""
        connection = sqlite3.connect(self._path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)
        try:
            connection.execute("attach database ? as scratch", [str(self._scratch_path)])
            connection.execute("begin immediate")
            for table in TABLES:
                connection.execute(f"delete from main.{table}")  # noqa: S608 - our own table names
                connection.execute(
                    f"insert into main.{table} select * from scratch.{table}"  # noqa: S608 - ours too
                )
            connection.execute("commit")
        finally:
            connection.close()

    @contextmanager
    def leadership(self) -> Iterator[bool]:
        """Hold a lock file; the system lets go of it with the process."""
        with self._path.with_name(self._path.name + ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def close(self) -> None:
        """Close what stays open between transactions."""
        self._kept.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _scratch_path(self) -> Path:
        return self._path.with_name(self._path.name + ".rebuild")


class SqliteTransaction:
    """See `Transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def run(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        text = SQL[name]
        for listed in re.findall(r"any\(:(\w+)\)", text):
            parameters[listed] = orjson.dumps(list(parameters[listed])).decode()
            text = text.replace(f"any(:{listed})", _MEMBERS.format(listed))
        return self.connection.execute(text, parameters).fetchall()

    def run_all(self, name: str, rows: Iterable[Parameters]) -> None:
        """Run a query once for each row of parameters."""
        self.connection.executemany(SQL[name], rows)

    def load(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows."""
        columns = [column for column, _ in LOADED[table]]
        text = (
            f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})"  # noqa: S608 - our own words
        )
        self.connection.executemany(text, rows)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(str(path) + suffix).unlink(missing_ok=True)
