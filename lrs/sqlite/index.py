"""GET /statements on SQLite: every filter a range scan over `term`, pages cut by position."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore

from lrs.index import (
    Condition,
    Found,
    Mine,
    Owner,
    Page,
    Replacements,
    bounds,
    conditions,
    read_found,
    read_page,
)
from lrs.indexing import ABOUT, term_key
from lrs.sealing import from_micros, to_micros
from lrs.sql import queries
from lrs.xapi.query import StatementQuery

SQL = queries("lrs.sqlite", "index.sql")
BUSY_MILLISECONDS = 30_000


class SQLiteStatementIndex:
    """The read side of the statement index."""

    replacements: Replacements

    def __init__(self, datastore: SQLiteDatastore) -> None:
        self._datastore = datastore

    def find(self, statement_id: UUID) -> Found | None:
        """Return a statement by its id, voided or not."""
        with self._datastore.transaction(commit=False) as c:
            c.execute(SQL["find"], {"id": statement_id.hex})
            row = c.fetchone()
        if row is None:
            return None
        voided = bool(row["voided"])
        return read_found(statement_id, row["state"], self.replacements, voided=voided)

    def page(self, query: StatementQuery, limit: int, mine: Mine | None = None) -> Page:
        """Return up to `limit` listed statements that meet the query, and where to go on."""
        with self._datastore.transaction(commit=False) as c:
            within = bounds(query, lambda moment: _stored_by(c, moment))
            c.execute(*page_query(conditions(query, mine), query.ascending, within, limit + 1))
            rows = c.fetchall()
        found = [(row["position"], row["state"]) for row in rows]
        return read_page(found, limit, mine, self.replacements)

    def positions_about(self, activities: Sequence[str], upto: int) -> list[int]:
        """Return the positions of statements about any of the activities, as recorded by then."""
        parameters = {
            "kinds": json.dumps([int(kind) for kind in ABOUT]),
            "keys": json.dumps([term_key(activity) for activity in activities]),
            "upto": upto,
        }
        with self._datastore.transaction(commit=False) as c:
            c.execute(SQL["positions_about"], parameters)
            return [row["position"] for row in c.fetchall()]

    def documents(self, owner: Owner, since: datetime | None) -> list[tuple[str, UUID | None]]:
        """Return (id, registration) of an owner's documents, stored after a moment if given."""
        activity, agent = owner.keys
        parameters = {
            "resource": owner.resource,
            "activity": activity,
            "agent": agent,
            "registration": owner.registration.hex if owner.registration else None,
            "since": to_micros(since) if since else None,
        }
        with self._datastore.transaction(commit=False) as c:
            c.execute(SQL["documents"], parameters)
            return [
                (row["document_id"], UUID(row["registration"]) if row["registration"] else None)
                for row in c.fetchall()
            ]

    def consistent_through(self) -> datetime:
        """Return now or, while an append is under way, when the last one before it was stored.

        While the write lock is free, whatever is stored later gets a later time.
        """
        with self._datastore.get_connection(commit=False) as connection:
            c = connection.cursor()
            c.execute("pragma busy_timeout = 0")
            try:
                c.execute("begin immediate")
                return datetime.now(UTC)
            except sqlite3.OperationalError:
                c.execute("select stored from log_head")
                return from_micros(c.fetchone()["stored"])
            finally:
                connection.rollback()
                c.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")


def _stored_by(c: SQLiteCursor, moment: datetime) -> int:
    c.execute(SQL["stored_by"], (to_micros(moment),))
    row = c.fetchone()
    return row["position"] if row else 0


def page_query(
    wanted: list[Condition], ascending: bool, within: tuple[int, int | None], limit: int
) -> tuple[str, dict[str, Any]]:
    """Return the SQL that selects a page's positions and states, and its parameters."""
    after, upto = within
    parameters: dict[str, Any] = {"after": after, "limit": limit}
    span = "position > :after"
    if upto is not None:
        parameters["upto"] = upto
        span += " and position <= :upto"
    order = "asc" if ascending else "desc"
    driving = wanted[0] if wanted else None
    scans = _scans(driving, wanted[1:], span, parameters)
    # UNION of ordered scans is merged row by row and drops repeated positions.
    text = (
        "select event.rowid as position, event.state"  # noqa: S608 - only our own words
        f" from ({' union '.join(scans)} order by position {order} limit :limit) as page"
        " join event on event.rowid = page.position"
        f" order by page.position {order}"
    )
    return text, parameters


def _scans(
    driving: Condition | None, others: list[Condition], span: str, parameters: dict[str, Any]
) -> list[str]:
    if driving is None:
        return [f"select position from statement where {span}"]  # noqa: S608 - only our own words
    parameters["key"] = driving.key
    probes = ""
    for number, condition in enumerate(others):
        parameters[f"key{number}"] = condition.key
        kinds = ", ".join(str(int(kind)) for kind in condition.kinds)
        probes += (
            " and exists (select 1 from term as other"  # noqa: S608 - only our own words
            f" where other.kind in ({kinds}) and other.key = :key{number}"
            " and other.position = driving.position and other.via = driving.via)"
        )
    return [
        "select distinct position from term as driving"  # noqa: S608 - only our own words
        f" where kind = {int(kind)} and key = :key and {span}{probes}"
        for kind in driving.kinds
    ]
