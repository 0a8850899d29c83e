"""The audit trail as a projection: every event of the log is found by who, what, whom, when and why.

It keeps only hashes and positions; what is told comes from the log. It has a tracking row of its
own and follows once the reports' projection has caught up, so that no report waits for it.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import chain
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

import orjson
from eventsourcing.persistence import StoredEvent

from lrs.append import Entry
from lrs.audit.history import (
    action_of,
    people_in,
    told,
    told_erased,
)
from lrs.events import (
    DocumentDeleted,
    DocumentStored,
    Erased,
    Event,
    PayloadErased,
    StatementRecorded,
)
from lrs.log import EventLog
from lrs.sealing import from_micros, unseal
from projections.database import Database, Transaction
from projections.history_search import (
    LARGEST_PAGE,
    PAGE,
    Keys,
    Search,
    conditions,
    find,
    key_of,
)
from projections.knowledge import KnowledgeKept

__all__ = [
    "LARGEST_PAGE",
    "NAME",
    "PAGE",
    "History",
    "HistoryIndex",
    "Search",
    "history_position",
]

NAME = "history"
WAIT_SECONDS = 2.0
_POLL_SECONDS = 0.02
_TICK = timedelta(microseconds=1)


class HistoryIndex:
    """Applies pages of the log, in order, to one place for views."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def step(self, views: Transaction, page: int) -> int:
        """Apply the next page of events; return how many there were."""
        notifications = self._log.read(history_position(views), page)
        waiting: list[Entry] = []
        for each in notifications:
            entry = self._log.entry(each)
            if isinstance(entry.event, PayloadErased):
                self._add(views, waiting)
                waiting = []
                self._add_again(views, entry.event)
            waiting.append(entry)
        if notifications:
            self._add(views, waiting)
            end = notifications[-1].id
            views.run("track", projection=NAME, position=end, revision=time.time_ns())
        return len(notifications)

    def _add(self, views: Transaction, entries: Iterable[Entry]) -> None:
        rows: list[tuple[int, int]] = []
        reasons: list[dict[str, Any]] = []
        for position, event in entries:
            keys = set(map(key_of, self._terms(event)))
            rows += [(key, position) for key in sorted(keys)]
            if reason := getattr(event, "reason", None):
                # PostgreSQL keeps no NUL in texts, but JSON does.
                found = reason.casefold().replace("\0", " ")
                reasons.append({"position": position, "reason": found})
        views.load("history", rows)
        views.run_all("add_history_reason", reasons)

    def _add_again(self, views: Transaction, erased: PayloadErased) -> None:
        """Find what was erased, and what refers to it, by no more than is left of it."""
        stored = self._log.at(sorted({*erased.targets, *erased.redacted}))
        keys = [key_of(f"refers:{event.originator_id}") for _, event in stored]
        referring = views.run("history_of_any", keys=keys, upto=history_position(views))
        positions = {position for position, _ in stored} | {found for (found,) in referring}
        views.run("forget_history", positions=sorted(positions))
        views.run("forget_history_reason", positions=sorted(positions))
        self._add(views, self._log.entries_at(sorted(positions)))

    def _terms(self, event: Event) -> Iterator[str]:
        yield f"principal:{event.principal}"
        if isinstance(event, Erased):
            yield f"action:{action_of(event.topic)}"
            return
        people = people_in(event)
        action = action_of(event.TOPIC)
        if isinstance(event, StatementRecorded):
            statement = orjson.loads(event.statement)
            action = action_of(event.TOPIC, statement)
            if statement["object"].get("objectType") == "StatementRef":
                target = statement["object"]["id"].lower()
                yield f"refers:{target}"
                people |= self._people_before(UUID(target), event)
        yield f"action:{action}"
        yield from (f"actor:{actor}" for actor in people)

    def _people_before(self, statement: UUID, event: Event) -> set[str]:
        """Return whom a statement recorded before an event concerns: a void concerns them as well."""
        found = self._log.index.find(statement)
        if found is None or event.timestamp is None or found.stored >= event.timestamp:
            return set()
        about = StatementRecorded(
            originator_id=statement,
            originator_version=1,
            principal=found.principal,
            statement=found.statement,
        )
        return people_in(about)


class History:
    """Answers searches. Safe from any thread."""

    def __init__(self, log: EventLog, views: Database) -> None:
        self._log = log
        self._views = views
        self._knowledge = KnowledgeKept(log)

    def find(self, **wanted: Any) -> dict[str, Any]:
        """Return a page of what has the fields of `Search`; see `search`."""
        return self.search(Search(**wanted))

    def search(self, search: Search) -> dict[str, Any]:
        """Return a page: `events` by position, `next` (None: that was all), `position`.

        `position` is the end of the log that the search knows; it waits for the index up to
        `WAIT_SECONDS`.
        """
        wanted = conditions(search, self.actors_of(search.person) if search.person else ())
        known = self._await()
        upto = known if search.until is None else min(known, self._log.position_at(search.until))
        after = search.after
        if search.since is not None:
            after = max(after, self._log.position_at(search.since - _TICK))
        with self._views.transaction(write=False) as views:
            found, reached = find(views, wanted, after, upto, search.limit)
        more = reached if reached < upto else None
        return {"events": self.tell(found), "next": more, "position": known}

    def actors_of(self, person: str) -> frozenset[str]:
        """Return every actor of a person as known now, by any of them or by the person's id."""
        identities = self._knowledge.at(self._log.head().stored).identities
        known = identities.actors_of(person) or identities.actors_of(identities.resolve(person))
        return known | {person}

    def referring(self, statements: Iterable[UUID]) -> dict[UUID, list[int]]:
        """Return the positions of the statements that refer to (or void) each, at most `SCAN`."""
        with self._views.transaction(write=False) as views:
            upto = history_position(views)
            return {each: Keys(f"refers:{each}").first(views, 0, upto) for each in set(statements)}

    def tell(self, positions: Sequence[int]) -> list[dict[str, Any]]:
        """Return the events at these positions in words, with the role of who caused them."""
        roles = _Roles(self._log)
        lines = []
        for position, stored in self._log.at(positions):
            event = self._event(stored)
            if event is None:
                header = header_of(stored)
                line = told_erased(position, header, stored.topic)
            else:
                header = event
                line = told(position, event, self._before(event))
                line["erased"] = unseal(stored.state).body is None
            lines.append(line | {"role": roles.of(header)})
        return lines

    def _event(self, stored: StoredEvent) -> Event | None:
        """Return a stored event; None if its body was destroyed."""
        event = cast("Event", self._log.mapper.to_domain_event(stored))
        return None if isinstance(event, Erased) else event

    def _before(self, event: Event) -> Event | None:
        """Return the version that a document's event took the place of."""
        if not isinstance(event, DocumentStored | DocumentDeleted) or event.originator_version < 2:
            return None
        last = event.originator_version - 1
        (stored,) = self._log.recorder.select_events(event.originator_id, gt=last - 1, lte=last)
        return self._event(stored)

    def _await(self) -> int:
        """Return how far the index has come, once it knows all that was there, or after a while."""
        end = self._log.head().position
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            with self._views.transaction(write=False) as views:
                position = history_position(views)
            if position >= end or time.monotonic() > deadline:
                return position
            time.sleep(_POLL_SECONDS)


def header_of(stored: StoredEvent) -> Event:
    """Return the part of an event that outlives erasure."""
    sealed = unseal(stored.state)
    return Event(
        originator_id=cast("UUID", stored.originator_id),
        originator_version=stored.originator_version,
        timestamp=from_micros(sealed.stored),
        principal=sealed.principal,
    )


def history_position(views: Transaction) -> int:
    """Return how far the history has come (0: nothing yet)."""
    rows = views.run("tracked", projection=NAME)
    return int(rows[0][0]) if rows else 0


class _Roles:
    """The scopes that keys had, as the log tells."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._made: list[Event] | None = None

    def of(self, event: Event) -> list[str] | None:
        """Return the scopes of an event's principal then; None: none are in the log."""
        if self._made is None:
            told = chain.from_iterable(map(self._log.stream, ("credentials", "bearers")))
            self._made = sorted(told, key=attrgetter("timestamp"))
        scopes: Sequence[str] | None = None
        for each in self._made:
            if each.timestamp and event.timestamp and each.timestamp >= event.timestamp:
                break
            if getattr(each, "key", None) == event.principal:
                scopes = getattr(each, "scopes", scopes)
        return None if scopes is None else list(scopes)
