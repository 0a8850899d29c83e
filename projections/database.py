"""Where projections keep their tables: an SQLite file or a PostgreSQL schema, with the same queries.

Everything here derives from the log and can be rebuilt from it, so it asks less of the disk than
the log does. A rebuild fills a second place (`scratch`) and then takes the first one's in one
transaction (`swap_in`).
"""

import fcntl
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol, Self

import orjson
import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from lrs.sql import queries
from projections.analysis import (
    ANALYSIS,
    SQLITE_MOMENT,
    analysis_views,
    grant_views,
    readers_of,
    replace_views,
)

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
SCHEMA = "views"
LOCK_TIMEOUT_SECONDS = 60
LOCK_POLL_SECONDS = 0.02

Parameters = Mapping[str, Any]

_MEMBERS = "(select value from json_each(:{}))"


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


class PostgresDatabase:
    """Views in a schema of their own beside the log."""

    def __init__(self, url: str, schema: str = SCHEMA) -> None:
        self._url = url
        self._schema = schema
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=8,
            open=True,
            kwargs={"options": f"-c search_path={schema}"},
            check=ConnectionPool.check_connection,
        )
        with self.transaction(write=True) as transaction:
            _create_schema(transaction.connection, schema)

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator["PostgresTransaction"]:
        """Begin; see `Database`."""
        with self._pool.connection() as connection, connection.transaction():
            if write:
                # What a crash of the database takes back is derived again, tracking with it.
                connection.execute("set local synchronous_commit = off")
                connection.execute(
                    "select pg_advisory_xact_lock(hashtext(%s))", ["bichron." + self._schema]
                )
            else:
                # A report reads several tables; they must show the same moment.
                connection.execute("set transaction isolation level repeatable read, read only")
            yield PostgresTransaction(connection)

    @contextmanager
    def scratch(self) -> Iterator["PostgresDatabase"]:
        """Return an empty second schema."""
        name = self._schema + "_rebuild"
        with self.transaction(write=True) as transaction:
            _drop_schema(transaction.connection, name)
        try:
            with PostgresDatabase(self._url, name) as scratch:
                yield scratch
        finally:
            with self.transaction(write=True) as transaction:
                _drop_schema(transaction.connection, name)

    def swap_in(self) -> None:
        """Move the scratch schema's tables in and drop those that were there, in one transaction."""
        gone = self._schema + "_gone"
        with self.transaction(write=True) as transaction:
            connection = transaction.connection
            _lock_tables(connection, self._schema)
            _drop_schema(connection, gone)
            connection.execute(sql.SQL("create schema {}").format(sql.Identifier(gone)))
            for table in TABLES:
                _move(connection, table, self._schema, gone)
                _move(connection, table, self._schema + "_rebuild", self._schema)
            # Only now does no view rest upon the old tables.
            replace_views(connection, self._schema)
            _drop_schema(connection, gone)

    @contextmanager
    def leadership(self) -> Iterator[bool]:
        """Hold an advisory lock on a connection of its own; the server lets go of it with that."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            name = f"bichron.{self._schema}.leader"
            query = "select pg_try_advisory_lock(hashtext(%s))"
            (led,) = connection.execute(query, [name]).fetchone() or (False,)
            yield bool(led)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PostgresTransaction:
    """See `Transaction`."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def run(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        listed = {key: list(v) if isinstance(v, set) else v for key, v in parameters.items()}
        cursor = self.connection.execute(_postgres(name), listed, prepare=True, binary=True)
        return cursor.fetchall() if cursor.description else []

    def run_all(self, name: str, rows: Iterable[Parameters]) -> None:
        """Run a query once for each row of parameters."""
        self.connection.cursor().executemany(_postgres(name), rows)

    def load(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows by COPY."""
        if not rows:
            return
        columns, types = zip(*LOADED[table], strict=True)
        text = sql.SQL("copy {} ({}) from stdin (format binary)").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self.connection.cursor().copy(text) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


def _postgres(name: str) -> bytes:
    text = re.sub(r"in any\(:(\w+)\)", r"= any(%(\1)s)", SQL[name])
    return re.sub(r":(\w+)", r"%(\1)s", text).encode()


def _create_schema(connection: psycopg.Connection, schema: str) -> None:
    query = "select obj_description(oid) from pg_namespace where nspname = %s"
    mark = f"bichron views, version {VERSION}"
    if connection.execute(query, [schema]).fetchone() == (mark,):
        return
    readers = readers_of(connection, schema)
    _drop_schema(connection, schema)
    connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
    connection.execute(
        sql.SQL("comment on schema {} is {}").format(sql.Identifier(schema), sql.Literal(mark))
    )
    for name in CREATE:
        connection.execute(SQL[name].format(bytes="bytea", clustered="").encode())
    replace_views(connection, schema)
    grant_views(connection, schema, readers)


def _lock_tables(connection: psycopg.Connection, schema: str) -> None:
    """Lock a schema's tables against everybody, once nobody reads them, all at once or none.

    Whoever waited for one table while holding another would meet readers who do the same.
    """
    names = sql.SQL(", ").join(sql.Identifier(schema, table) for table in TABLES)
    lock = sql.SQL("lock table {} in access exclusive mode nowait").format(names)
    deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while True:
        try:
            with connection.transaction():
                connection.execute(lock)
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOCK_POLL_SECONDS)
        else:
            return


def _move(connection: psycopg.Connection, table: str, source: str, target: str) -> None:
    query = sql.SQL("alter table {} set schema {}")
    connection.execute(query.format(sql.Identifier(source, table), sql.Identifier(target)))


def _drop_schema(connection: psycopg.Connection, schema: str) -> None:
    connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(str(path) + suffix).unlink(missing_ok=True)
