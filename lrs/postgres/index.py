"""GET /statements on PostgreSQL: every filter a range scan over `term`, pages cut by position."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString, cast
from uuid import UUID

from eventsourcing.postgres import PostgresDatastore
from psycopg import Cursor
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed

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
from lrs.sql import queries
from lrs.xapi.query import StatementQuery

QUERIES = queries("lrs.postgres", "index.sql")


class PostgresStatementIndex:
    """The read side of the statement index."""

    replacements: Replacements

    def __init__(self, datastore: PostgresDatastore) -> None:
        self._datastore = datastore

    def find(self, statement_id: UUID) -> Found | None:
        """Return a statement by its id, voided or not."""
        with self._datastore.cursor() as curs:
            row = curs.execute(QUERIES["find"], {"id": statement_id}, prepare=True).fetchone()
        if row is None:
            return None
        state, voided = bytes(row["state"]), row["voided"]
        return read_found(statement_id, state, self.replacements, voided=voided)

    def page(self, query: StatementQuery, limit: int, mine: Mine | None = None) -> Page:
        """Return up to `limit` listed statements that meet the query, and where to go on."""
        with self._datastore.cursor() as curs:
            within = bounds(query, lambda moment: _stored_by(curs, moment))
            text, parameters = page_query(
                conditions(query, mine), query.ascending, within, limit + 1
            )
            rows = curs.execute(text, parameters, prepare=True, binary=True).fetchall()
        found = [(row["position"], bytes(row["state"])) for row in rows]
        return read_page(found, limit, mine, self.replacements)

    def positions_about(self, activities: Sequence[str], upto: int) -> list[int]:
        """Return the positions of statements about any of the activities, as recorded by then."""
        parameters = {
            "kinds": [int(kind) for kind in ABOUT],
            "keys": [term_key(activity) for activity in activities],
            "upto": upto,
        }
        with self._datastore.cursor() as curs:
            rows = curs.execute(QUERIES["positions_about"], parameters, binary=True).fetchall()
            return [row["position"] for row in rows]

    def documents(self, owner: Owner, since: datetime | None) -> list[tuple[str, UUID | None]]:
        """Return (id, registration) of an owner's documents, stored after a moment if given."""
        activity, agent = owner.keys
        parameters = {
            "resource": owner.resource,
            "activity": activity,
            "agent": agent,
            "registration": owner.registration,
            "since": since,
        }
        with self._datastore.cursor() as curs:
            rows = curs.execute(QUERIES["documents"], parameters, prepare=True).fetchall()
            return [(row["document_id"], row["registration"]) for row in rows]

    def consistent_through(self) -> datetime:
        """Return now or, while an append is under way, when the last one before it was stored."""
        with self._datastore.cursor() as curs:
            row = curs.execute(QUERIES["consistent_through"], prepare=True).fetchone()
            return cast("datetime", cast("DictRow", row)["moment"])


def _stored_by(curs: Cursor[DictRow], moment: datetime) -> int:
    row = curs.execute(QUERIES["stored_by"], {"moment": moment}, prepare=True).fetchone()
    return row["position"] if row else 0


def page_query(
    wanted: list[Condition], ascending: bool, within: tuple[int, int | None], limit: int
) -> tuple[Composed, dict[str, Any]]:
    """Return the SQL that selects a page's positions and states, and its parameters."""
    after, upto = within
    parameters: dict[str, Any] = {"after": after, "limit": limit}
    span: LiteralString = "position > %(after)s"
    if upto is not None:
        parameters["upto"] = upto
        span += " and position <= %(upto)s"
    order: LiteralString = "asc" if ascending else "desc"
    driving = wanted[0] if wanted else None
    text = SQL(
        "select event.notification_id as position, event.state"
        " from (select distinct position from ({scans}) as found"
        " order by position {order} limit %(limit)s)"
        " as page join event on event.notification_id = page.position"
        " order by event.notification_id {order}"
    ).format(scans=_scans(driving, wanted[1:], SQL(span), SQL(order), parameters), order=SQL(order))
    return text, parameters


def _scans(
    driving: Condition | None,
    others: list[Condition],
    span: SQL,
    order: SQL,
    parameters: dict[str, Any],
) -> Composed:
    if driving is None:
        return SQL(
            "select position from statement where {span} order by position {order} limit %(limit)s"
        ).format(span=span, order=order)
    parameters["key"] = driving.key
    probes = SQL("").join(
        _probe(number, condition, parameters) for number, condition in enumerate(others)
    )
    # Each scan ends with the page by itself: of a union, PostgreSQL would sort everything first.
    return SQL(" union all ").join(
        SQL(
            "(select distinct position from term as driving"
            " where kind = {kind} and key = %(key)s and {span}{probes}"
            " order by position {order} limit %(limit)s)"
        ).format(kind=int(kind), span=span, probes=probes, order=order)
        for kind in driving.kinds
    )


def _probe(number: int, condition: Condition, parameters: dict[str, Any]) -> Composed:
    parameters[f"key{number}"] = condition.key
    return SQL(
        " and exists (select from term as other where other.kind = any({kinds})"
        " and other.key = {key} and other.position = driving.position"
        " and other.via = driving.via)"
    ).format(kinds=list(map(int, condition.kinds)), key=_parameter(number))


def _parameter(number: int) -> SQL:
    names: tuple[LiteralString, ...] = ("%(key0)s", "%(key1)s", "%(key2)s")
    return SQL(names[number])
