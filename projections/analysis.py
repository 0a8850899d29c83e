"""The views for analysts (`analysis.sql`, docs/sql.md) on each engine, and who may read them.

They are views over the projection's tables, so they cost nothing until somebody asks.
"""

import re
from collections.abc import Iterable

import psycopg
from psycopg import sql

from lrs.sql import queries

ANALYSIS = queries("projections", "analysis.sql")
SQLITE_MOMENT = r"strftime('%Y-%m-%dT%H:%M:%fZ', (\1) / 1000000.0, 'unixepoch')"
"""Text in RFC 3339, to the millisecond."""
POSTGRES_MOMENT = r"to_timestamp((\1) / 1000000.0)"

_MOMENT = re.compile(r"moment\(((?:[^()]|\([^()]*\))*)\)")


def analysis_views(moment: str) -> list[str]:
    """Return the statements that create the views, with the engine's way to show a moment."""
    return [_MOMENT.sub(moment, text) for text in ANALYSIS.values()]


def replace_views(connection: psycopg.Connection, schema: str) -> None:
    """Create the views over a schema's tables, or point those that exist at its new tables.

    What others have built upon a view, and who may read it, stays.
    """
    connection.execute("select set_config('search_path', %s, true)", [schema])
    for text in analysis_views(POSTGRES_MOMENT):
        connection.execute(text.replace("create view", "create or replace view", 1).encode())


def grant_views(connection: psycopg.Connection, schema: str, readers: Iterable[str]) -> None:
    """Let these roles read the views."""
    names = sql.SQL(", ").join(sql.Identifier(schema, name) for name in ANALYSIS)
    within = sql.Identifier(schema)
    for reader in readers:
        role = sql.SQL("public") if reader == "PUBLIC" else sql.Identifier(reader)
        connection.execute(sql.SQL("grant usage on schema {} to {}").format(within, role))
        connection.execute(sql.SQL("grant select on {} to {}").format(names, role))


def readers_of(connection: psycopg.Connection, schema: str) -> list[str]:
    """Return the roles, other than the owner, that may read some of the views; perhaps `PUBLIC`."""
    rows = connection.execute(
        "select distinct grantee::text from information_schema.role_table_grants"
        " where table_schema = %s and table_name = any(%s) and privilege_type = 'SELECT'"
        " and grantee <> current_user order by 1",
        [schema, list(ANALYSIS)],
    )
    return [reader for (reader,) in rows]
