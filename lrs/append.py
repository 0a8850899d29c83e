"""What is appended: drafts, which get their positions and moments under the recorder's lock.

Positions are dense, moments strictly increase, whatever the clock does; what an append changes in
the statement index is written in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, cast
from uuid import UUID

import orjson
from eventsourcing.persistence import Mapper, StoredEvent

from lrs.events import DocumentDeleted, DocumentStored, Event, StatementRecorded
from lrs.index import Owner
from lrs.indexing import IndexedStatement, IndexRows, Recorded, index_rows
from lrs.sealing import from_micros, unseal
from lrs.xapi.completion import Draft
from lrs.xapi.filters import Terms, terms


class Head(NamedTuple):
    """The end of the log: the last position (0: empty) and when it was stored."""

    position: int
    stored: datetime


class Entry(NamedTuple):
    """An event at its position."""

    position: int
    event: Event


class Stampable(Protocol):
    """What can be appended: something that becomes an event once it is told the time."""

    @property
    def originator_id(self) -> UUID:
        """The stream."""

    @property
    def originator_version(self) -> int:
        """The place in the stream."""

    def stamped(self, at: datetime) -> Event:
        """Return the event as stored at `at`."""


class StatementDraft(NamedTuple):
    """A complete statement but for its time."""

    draft: Draft
    principal: str

    @property
    def originator_id(self) -> UUID:
        """The statement's id is its stream, so a statement's id is unique by the log's own rule."""
        return self.draft.id

    @property
    def originator_version(self) -> int:
        """Statements never change: each stream has this one event."""
        return 1

    def stamped(self, at: datetime) -> StatementRecorded:
        """Return the statement as stored at `at`."""
        return StatementRecorded(
            originator_id=self.draft.id,
            originator_version=1,
            timestamp=at,
            principal=self.principal,
            statement=self.draft.at(at),
        )


class Rewritten(NamedTuple):
    """What the filters see of a statement that is erased: before, and after (None: nothing)."""

    before: IndexedStatement
    after: Terms | None


class Gone(NamedTuple):
    """What an erasure destroys."""

    targets: Sequence[int]
    """The positions whose bodies and body salts go."""
    statements: Sequence[Rewritten]
    documents: Sequence[UUID]
    """The streams of documents that are no more."""


class Append:
    """One append on its way into the log; recorders call it back while they hold the lock."""

    def __init__(self, drafts: Sequence[Stampable], mapper: Mapper[UUID]) -> None:
        self._drafts = drafts
        self._mapper = mapper
        self.entries: list[Entry] = []

    def stamp(self, head: Head, now: datetime) -> list[StoredEvent]:
        """Give the drafts their positions and times, one microsecond apart, never before the head."""
        tick = timedelta(microseconds=1)
        first = max(now, head.stored + tick)
        self.entries = [
            Entry(head.position + 1 + i, draft.stamped(first + i * tick))
            for i, draft in enumerate(self._drafts)
        ]
        return [self._mapper.to_stored_event(entry.event) for entry in self.entries]

    @property
    def head(self) -> Head:
        """The log's head once this append is committed."""
        last = self.entries[-1]
        return Head(last.position, cast("datetime", last.event.timestamp))

    def documents(self) -> list[DocumentStored | DocumentDeleted]:
        """Return the events about documents in this append."""
        events = (entry.event for entry in self.entries)
        return [each for each in events if isinstance(each, (DocumentStored, DocumentDeleted))]

    def statements(self) -> list[UUID]:
        """Return the ids of the statements in this append."""
        return [draft.draft.id for draft in self._drafts if isinstance(draft, StatementDraft)]

    def index_rows(self, recorded: Recorded) -> IndexRows:
        """Return what the statements in this append change in the index."""
        return index_rows(
            [
                IndexedStatement(
                    entry.position,
                    draft.draft.id,
                    cast("datetime", entry.event.timestamp),
                    terms(draft.draft.parsed),
                )
                for entry, draft in zip(self.entries, self._drafts, strict=True)
                if isinstance(draft, StatementDraft)
            ],
            recorded,
        )


def indexed(position: int, event: StoredEvent) -> IndexedStatement | None:
    """Return a stored statement as the index sees it; None for other events."""
    if event.topic != StatementRecorded.TOPIC:
        return None
    sealed = unseal(event.state)
    if sealed.body is None:
        return None
    statement_terms = terms(orjson.loads(sealed.body))
    stored = from_micros(sealed.stored)
    return IndexedStatement(position, cast("UUID", event.originator_id), stored, statement_terms)


def owner_of(event: DocumentStored | DocumentDeleted) -> Owner:
    """Return whose document an event is about."""
    registration = UUID(event.registration) if event.registration else None
    return Owner(event.resource, event.activity, event.agent, registration)
