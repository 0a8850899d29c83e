"""The views in a PostgreSQL schema of their own beside the log; see `projections.database`."""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from projections.analysis import grant_views, readers_of, replace_views
from projections.database import (
    CREATE,
    LOADED,
    LOCK_TIMEOUT_SECONDS,
    SQL,
    TABLES,
    VERSION,
    Parameters,
)

SCHEMA = "views"
LOCK_POLL_SECONDS = 0.02


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
