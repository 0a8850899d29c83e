"""Opens a log in an SQLite file: durable settings, migrations, the library's factory."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteFactory,
    SQLiteTransaction,
)
from eventsourcing.utils import Environment

from lrs.errors import InvalidSettings
from lrs.sql import migrations
from lrs.sqlite.index import BUSY_MILLISECONDS
from lrs.sqlite.recorder import SQLiteLogRecorder

LOCK_TIMEOUT_SECONDS = BUSY_MILLISECONDS // 1000


class DurableConnection(SQLiteConnection):
    """A connection whose writing transactions take the write lock when they begin."""

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """Run a transaction; a writing one is immediate, so that it never fails half way."""
        with ImmediateTransaction(self, commit=commit) as curs, curs:
            yield curs


class ImmediateTransaction(SQLiteTransaction):
    """The library's transaction; a deferred one that reads before it writes may find the file moved on."""

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        cursor.execute("begin immediate" if self.commit else "begin")
        return cursor


class DurablePool(SQLiteConnectionPool):
    """Connections that flush at every commit: WAL alone may lose the last ones on a power cut."""

    def _create_connection(self) -> SQLiteConnection:
        made = super()._create_connection()
        cursor = made.cursor()
        cursor.execute("pragma synchronous = full")
        return DurableConnection(made._sqlite_conn, self.max_age)  # noqa: SLF001 - the pool's own class


class SQLiteLogFactory(SQLiteFactory):
    """The library's factory, making our recorder on tables of our own migrations."""

    def __init__(self, env: Environment, *, path: Path) -> None:
        super().__init__(env)
        self.datastore.close()
        self.datastore = SQLiteDatastore(str(path), lock_timeout=LOCK_TIMEOUT_SECONDS)
        self.datastore.pool = DurablePool(
            db_name=str(path), lock_timeout=LOCK_TIMEOUT_SECONDS, pool_timeout=LOCK_TIMEOUT_SECONDS
        )

    def application_recorder(self) -> ApplicationRecorder:
        """Return the log's recorder."""
        return SQLiteLogRecorder(self.datastore)


def open_sqlite(path: Path) -> partial[SQLiteLogFactory]:
    """Migrate (or make) the file and return what makes its factory."""
    if not path.parent.is_dir():
        raise InvalidSettings(f"LRS_DATABASE_URL: the folder {path.parent} does not exist")
    try:
        migrate(path)
    except sqlite3.DatabaseError as error:
        raise InvalidSettings(f"LRS_DATABASE_URL: {path} cannot be opened: {error}") from None
    return partial(SQLiteLogFactory, path=path)


def migrate(path: Path) -> None:
    """Bring the file's schema up to date; concurrent starts wait for each other."""
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("begin immediate")
        (done,) = connection.execute("pragma user_version").fetchone()
        for number, script in migrations("lrs.sqlite"):
            if number > done:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"pragma user_version = {number}")
        connection.execute("commit")
    finally:
        connection.close()


def _statements(script: str) -> Iterator[Any]:
    """Yield a script's statements: `executescript` would commit before each script."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def library_settings(path: Path) -> dict[str, str]:
    """Return the environment that the library's factory reads."""
    return {"SQLITE_DBNAME": str(path)}
