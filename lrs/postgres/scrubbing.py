"""What an erasure leaves behind in PostgreSQL, and how it goes: dead rows, statistics, the WAL."""

from collections.abc import Sequence

import psycopg
from psycopg import sql

from lrs.errors import Unavailable

LOG_SCHEMA = "public"
WAITING = "set lock_timeout = '60s'"
"""Whoever reads for longer is not waited for."""
LOG = ("event", "statement", "term", "reference", "document")


def scrub(url: str, views: Sequence[str], schema: str) -> list[str]:
    """Rewrite the tables from what is in them; return what is left to do, in words.

    Each table is locked while it is rewritten. Raises `Unavailable`.
    """
    tables = [(LOG_SCHEMA, table) for table in LOG] + [(schema, table) for table in views]
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(WAITING)
            for where, table in tables:
                if _exists(connection, where, table):
                    name = sql.Identifier(where, table)
                    connection.execute(sql.SQL("vacuum (full, analyze) {}").format(name))
            return [left for left in (_statistics(connection), _wal(connection)) if left]
    except psycopg.OperationalError as error:
        raise Unavailable(f"PostgreSQL does not let the tables be rewritten: {error}") from None


def _exists(connection: psycopg.Connection, schema: str, table: str) -> bool:
    query = "select to_regclass(format('%%I.%%I', %s::text, %s::text)) is not null"
    (found,) = connection.execute(query, [schema, table]).fetchone() or (False,)
    return bool(found)


def _statistics(connection: psycopg.Connection) -> str:
    """Rewrite the planner's statistics, which hold samples of what the tables held."""
    try:
        connection.execute("vacuum full pg_catalog.pg_statistic")
    except psycopg.errors.InsufficientPrivilege:
        return "as a superuser: vacuum full pg_catalog.pg_statistic;"
    return ""


def _wal(connection: psycopg.Connection) -> str:
    """Begin a new WAL segment, so that the older ones can go."""
    try:
        connection.execute("checkpoint")
        connection.execute("select pg_switch_wal()")
        connection.execute("checkpoint")
    except psycopg.errors.InsufficientPrivilege:
        return "as a superuser: checkpoint; select pg_switch_wal(); checkpoint;"
    (recycled,) = connection.execute("show wal_recycle").fetchone() or ("on",)
    if recycled == "off":
        return ""
    return (
        "old WAL segments are kept for reuse with their content; set wal_recycle = off, then"
        " checkpoint; select pg_switch_wal(); checkpoint;"
    )
