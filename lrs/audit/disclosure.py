"""The disclosure log: who read or exported whose records, as events.

Nobody waits for it. Reads are counted in memory and a thread appends them: the first read of its
kind within `FLUSH_SECONDS`, its repetitions within `WINDOW_SECONDS` together. Memory and log are
bounded: beyond `LARGEST` different questions at once, those to one route are told as one.
A process that is killed loses what it had not appended yet; one that stops appends it first.
"""

import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import msgspec

from lrs.events import RecordsDisclosed
from lrs.log import EventLog

FLUSH_SECONDS = 5.0
WINDOW_SECONDS = 60.0
LARGEST = 1_000
STATEMENTS = 100
"""So many statements that were asked for one by one are named; all are counted."""
LONGEST_PARAMETER = 1_000
_UNCOUNTED = frozenset({"cursor", "limit", "after"})
"""Turning pages is no new question."""
_ONE_BY_ONE = ("statementId", "voidedStatementId")
_WINDOW = timedelta(seconds=WINDOW_SECONDS)

logger = logging.getLogger("bichron")


class Disclosure(NamedTuple):
    """One read: who asked what of which route, and how many records were answered, if counted."""

    principal: str
    route: str
    parameters: Mapping[str, str]
    records: int | None = None


class Question(NamedTuple):
    """Who asked what of which route, without paging."""

    principal: str
    route: str
    parameters: tuple[tuple[str, str], ...]


class _Tally(msgspec.Struct):
    """The reads of one question that are not in the log yet."""

    opened: datetime
    position: int
    first: datetime
    last: datetime
    reads: int = 0
    records: int | None = None
    statements: list[str] = []
    told: bool = False
    """Whether the log knows of reads of this window already."""

    def add(self, records: int | None, named: str | None, now: datetime) -> None:
        """Count one read more, perhaps of one named statement."""
        self.reads += 1
        self.last = now
        if records is not None:
            self.records = (self.records or 0) + records
        if named is not None and len(self.statements) < STATEMENTS:
            self.statements.append(named)

    def take(self, appended: "_Tally", now: datetime) -> None:
        """Take off what was appended; what was read meanwhile stays for the next window."""
        self.reads -= appended.reads
        self.records = (self.records or 0) - (appended.records or 0) if self.reads else None
        self.statements = self.statements[len(appended.statements) :]
        self.told = True
        if self.reads:
            self.opened = self.first = now


class Disclosures:
    """Counts reads, from any thread; `follow` appends them."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._tallies: dict[Question, _Tally] = {}

    def note(self, disclosure: Disclosure, now: datetime | None = None) -> None:
        """Count a read. Never waits for the store."""
        question, named = asked(disclosure.principal, disclosure.route, disclosure.parameters)
        self.count(question, named, disclosure.records, now)

    def count(
        self,
        question: Question,
        named: str | None,
        records: int | None,
        now: datetime | None = None,
    ) -> None:
        """Count a read of what `asked` returned. Never waits for the store."""
        now = now or datetime.now(UTC)
        with self._lock:
            tally = self._tallies.get(question) or self._tally(question, now)
            if not tally.reads:
                tally.position, tally.first = self._log.known_head().position, now
            tally.add(records, named, now)

    def _tally(self, question: Question, now: datetime) -> _Tally:
        if len(self._tallies) >= LARGEST:
            many = (("*", f"more than {LARGEST} different questions"),)
            question = question._replace(parameters=many)
        return self._tallies.setdefault(question, _Tally(now, 0, now, now))

    def flush(self, *, whole: bool = False, now: datetime | None = None) -> int:
        """Append what is due, or the whole of it; return how many events that made.

        Whatever the log raises is raised; then everything is due again.
        """
        now = now or datetime.now(UTC)
        stream = uuid4()  # of its own, so that no two processes want the same place
        with self._lock:
            due = [
                (question, msgspec.structs.replace(tally, statements=[*tally.statements]))
                for question, tally in self._tallies.items()
                if tally.reads and (whole or not tally.told or now - tally.opened >= _WINDOW)
            ]
        events = [
            _event(question, tally, at, stream) for at, (question, tally) in enumerate(due, 1)
        ]
        if events:
            self._log.append(events)
        self._settle(due, now)
        return len(events)

    def follow(self, stop: threading.Event) -> None:
        """Append every `FLUSH_SECONDS` until `stop` is set, then the rest."""
        while not stop.wait(FLUSH_SECONDS):
            self._try(whole=False)
        self._try(whole=True)

    def _try(self, *, whole: bool) -> None:
        try:
            self.flush(whole=whole)
        except Exception:  # a store that is away, or a fault of ours: say so, and try again
            logger.exception("disclosures wait in memory; trying again")

    def _settle(self, due: list[tuple[Question, _Tally]], now: datetime) -> None:
        """Take off what was appended; what was read meanwhile stays."""
        with self._lock:
            for question, appended in due:
                self._tallies[question].take(appended, now)
            for question, tally in list(self._tallies.items()):
                if not tally.reads and now - tally.opened >= _WINDOW:
                    del self._tallies[question]


def disclose(log: EventLog, disclosure: Disclosure) -> None:
    """Append one read at once, as commands do, which end."""
    disclosures = Disclosures(log)
    disclosures.note(disclosure)
    disclosures.flush(whole=True)


def asked(principal: str, route: str, parameters: Mapping[str, str]) -> tuple[Question, str | None]:
    """Return what was asked, and the one statement that it was about."""
    named = next((parameters[name] for name in _ONE_BY_ONE if name in parameters), None)
    kept = sorted(
        (name, value[:LONGEST_PARAMETER])
        for name, value in parameters.items()
        if name not in _UNCOUNTED and name not in _ONE_BY_ONE
    )
    return Question(principal, route, tuple(kept)), named


def _event(question: Question, tally: _Tally, version: int, stream: UUID) -> RecordsDisclosed:
    return RecordsDisclosed(
        originator_id=stream,
        originator_version=version,
        principal=question.principal,
        route=question.route,
        parameters=dict(question.parameters),
        statements=tuple(tally.statements),
        reads=tally.reads,
        records=tally.records,
        first=tally.first,
        last=tally.last,
        position=tally.position,
    )
