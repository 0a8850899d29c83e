"""Opens a log on PostgreSQL: connection settings, migrations, the library's factory."""

from functools import partial
from typing import Any, cast

import psycopg
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from lrs.errors import InvalidSettings, Unavailable
from lrs.postgres.recorder import PostgresLogRecorder
from lrs.sql import migrations

OLDEST_SERVER = 150_000
PLANNING = "-c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off"
"""Pages are cut from ordered scans of an index, and other conditions probed row by row. Where
statistics lag behind a growing table, the planner would rather gather all that meets a filter."""
_MIGRATION_LOCK = 0x6C7273  # "lrs": any constant that no other program on the database uses


class PostgresLogFactory(PostgresFactory):
    """The library's factory, making our recorder on tables of our own migrations."""

    application_recorder_class = PostgresLogRecorder

    def __init__(self, env: Environment, *, connection: dict[str, Any]) -> None:
        super().__init__(env)
        # The library knows five parameters; a URL may carry more (sslmode, options …).
        self.datastore.pool.kwargs = {
            **cast("dict[str, Any]", self.datastore.pool.kwargs),
            **connection,
            "options": f"{PLANNING} {connection.get('options', '')}".strip(),
        }

    def application_recorder(self) -> ApplicationRecorder:
        """Return the log's recorder."""
        return self.application_recorder_class(self.datastore)


def open_postgres(url: str) -> partial[PostgresLogFactory]:
    """Migrate the database at a `postgresql://` URL and return what makes its factory.

    Raises `InvalidSettings` for a malformed URL or too old a server, `Unavailable` if none answers.
    """
    try:
        connection = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise InvalidSettings(f"LRS_DATABASE_URL is no PostgreSQL URL: {error}") from None
    try:
        migrate(url)
    except psycopg.OperationalError as error:
        raise Unavailable(f"PostgreSQL does not answer: {error}") from error
    return partial(PostgresLogFactory, connection=connection)


def library_settings(url: str) -> dict[str, str]:
    """Return the environment that the library's factory reads."""
    connection = conninfo_to_dict(url)
    return {
        "POSTGRES_DBNAME": str(connection.get("dbname", "")),
        "POSTGRES_HOST": str(connection.get("host", "")),
        "POSTGRES_PORT": str(connection.get("port", "5432")),
        "POSTGRES_USER": str(connection.get("user", "")),
        "POSTGRES_PASSWORD": str(connection.get("password", "")),
        "POSTGRES_PRE_PING": "yes",  # a restarted server is met again without an error
        "POSTGRES_POOL_SIZE": "4",
        "POSTGRES_MAX_OVERFLOW": "16",
        # The library's database functions append without the lock and drop keyword arguments.
        "POSTGRES_ENABLE_DB_FUNCTIONS": "no",
    }


def migrate(url: str) -> None:
    """Bring the schema up to date; concurrent starts wait for each other."""
    with psycopg.connect(url) as connection:
        if connection.info.server_version < OLDEST_SERVER:
            raise InvalidSettings("PostgreSQL 15 or later is needed")
        connection.execute("select pg_advisory_xact_lock(%s)", [_MIGRATION_LOCK])
        connection.execute("create table if not exists migration (number integer primary key)")
        done = {number for (number,) in connection.execute("select number from migration")}
        for number, script in migrations("lrs.postgres"):
            if number not in done:
                connection.execute(script.encode())
                connection.execute("insert into migration values (%s)", [number])
