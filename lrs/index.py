"""The statement index: an inline projection that answers GET /statements; see `lrs.indexing`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

import msgspec
import orjson

from lrs.indexing import TermKind, term_key
from lrs.sealing import Sealed, from_micros, unseal
from lrs.xapi.filters import terms
from lrs.xapi.query import StatementQuery


class Page(NamedTuple):
    """Statements as stored, in order, and the position to go on from (None: that was all)."""

    statements: list[bytes]
    cursor: int | None
    newest: datetime | None
    """When the latest of them was stored; None for an empty page."""
    principals: list[str] = []
    """Who sent each."""


class Mine(NamedTuple):
    """Limits a page to what one principal sent: its key, and its authority as a term."""

    key: str
    term: str


class Found(NamedTuple):
    """One statement as stored."""

    statement: bytes
    stored: datetime
    voided: bool
    principal: str


class Owner(NamedTuple):
    """Whose documents: the resource and the terms that all of them share."""

    resource: str
    activity: str | None
    agent: str | None
    registration: UUID | None = None
    """None: of any registration, or of none."""

    @property
    def keys(self) -> tuple[int, int]:
        """The keys under which activity and agent are found; 0 for none."""
        activity, agent = (term_key(each) if each else 0 for each in (self.activity, self.agent))
        return activity, agent


class Replacements(Protocol):
    """What is read in place of erased bodies, see `lrs.replacements`."""

    def of(self, stream: UUID, version: int) -> bytes | None:
        """Return the body that stands in for an event's; None where nothing does."""

    def at(self, positions: Sequence[int]) -> dict[int, bytes]:
        """Return the bodies that stand in for those of the events at these positions."""


class StatementIndex(Protocol):
    """The read side of the index; one implementation per engine."""

    replacements: Replacements

    def find(self, statement_id: UUID) -> Found | None:
        """Return a statement by its id, voided or not."""

    def page(self, query: StatementQuery, limit: int, mine: Mine | None = None) -> Page:
        """Return up to `limit` statements that are not voided and meet the query."""

    def positions_about(self, activities: Sequence[str], upto: int) -> list[int]:
        """Return the positions, in order, of what was recorded about activities up to a position.

        They are the statement's object or in its context. What was voided by then is left out;
        what was voided later may be about any activity.
        """

    def documents(self, owner: Owner, since: datetime | None) -> list[tuple[str, UUID | None]]:
        """Return (id, registration) of an owner's documents, stored after a moment if given."""

    def consistent_through(self) -> datetime:
        """Return a moment: whatever is or will be stored at or before it can be read now."""


class Condition(NamedTuple):
    """One filter of a query: a term of any of these kinds under this key."""

    kinds: tuple[TermKind, ...]
    key: int


def conditions(query: StatementQuery, mine: Mine | None) -> list[Condition]:
    """Return the query's filters, the ones that usually leave the fewest statements first."""
    wanted = []
    if query.registration is not None:
        wanted.append(Condition((TermKind.REGISTRATION,), term_key(query.registration)))
    if query.agent is not None:
        kinds = (TermKind.AGENT, TermKind.RELATED_AGENT)
        wanted.append(
            Condition(kinds if query.related_agents else kinds[:1], term_key(query.agent))
        )
    if query.activity is not None:
        kinds = (TermKind.ACTIVITY, TermKind.RELATED_ACTIVITY)
        wanted.append(
            Condition(kinds if query.related_activities else kinds[:1], term_key(query.activity))
        )
    if query.verb is not None:
        wanted.append(Condition((TermKind.VERB,), term_key(query.verb)))
    if mine is not None:
        # Every statement has its authority among its agents.
        kinds = (TermKind.AGENT, TermKind.RELATED_AGENT)
        wanted.append(Condition(kinds, term_key(mine.term)))
    return wanted


def bounds(query: StatementQuery, stored_by: Callable[[datetime], int]) -> tuple[int, int | None]:
    """Return the positions `after < p <= upto` that a query's since, until and cursor leave.

    `stored_by` gives the last listed position stored at or before a moment (0: none).
    """
    after = stored_by(query.since) if query.since else 0
    upto = stored_by(query.until) if query.until else None
    if query.cursor is not None and query.ascending:
        after = max(after, query.cursor)
    elif query.cursor is not None:
        upto = query.cursor - 1 if upto is None else min(upto, query.cursor - 1)
    return after, upto


def read_found(
    statement_id: UUID, state: bytes, replacements: Replacements, *, voided: bool
) -> Found | None:
    """Return a stored event's state as a statement; None where it was erased.

    `voided` says that a voiding statement names it, which does nothing to a voiding statement.
    """
    sealed = unseal(state)
    body = sealed.body
    if body is None:
        body = replacements.of(statement_id, 1)
    if body is None:
        return None
    if voided:
        voided = not terms(orjson.loads(body)).voids
    return Found(body, from_micros(sealed.stored), voided, sealed.principal)


def read_page(
    rows: Sequence[tuple[int, bytes]], limit: int, mine: Mine | None, replacements: Replacements
) -> Page:
    """Return a page of at most `limit` of the (position, state) rows, of which there is one more."""
    page = [unseal(state) for _, state in rows[:limit]]
    if any(each.body is None for each in page):
        page = _with_replacements(rows, page, replacements)
    kept = [each for each in page if mine is None or each.principal == mine.key]
    bodies = [each.body for each in kept if each.body is not None]
    principals = [each.principal for each in kept if each.body is not None]
    newest = from_micros(max(each.stored for each in kept)) if kept else None
    return Page(bodies, rows[limit - 1][0] if len(rows) > limit else None, newest, principals)


def _with_replacements(
    rows: Sequence[tuple[int, bytes]], page: list[Sealed], replacements: Replacements
) -> list[Sealed]:
    placed = list(zip((position for position, _ in rows), page, strict=False))
    found = replacements.at([position for position, each in placed if each.body is None])
    return [
        msgspec.structs.replace(each, body=found.get(position)) if each.body is None else each
        for position, each in placed
    ]
