"""Meetings that webhooks told of become attendance, once they have ended.

Every server process looks; that two settle the same meeting at once does no harm, for the log takes
each statement, and each settlement, only once.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol, cast
from uuid import UUID

from lrs.attendance import Adapters as Importing
from lrs.attendance import Prepared, Upload, planned_session, record_import
from lrs.errors import Conflict, LRSError, Unavailable
from lrs.events import AttendanceImported
from lrs.plan import Session
from lrs.sessions import Held, Meeting, Sessions
from lrs.store import Store
from lrs.webhooks import Address, Key, Told, Webhooks

SETTLES_AFTER = timedelta(seconds=60)
"""So long after an end is told, calls about what was before may still come."""
GIVEN_UP_AFTER = timedelta(hours=12)
"""So long after anything is told, a meeting has ended though nobody said so."""
LOOK_SECONDS = 2.0
RETRY_SECONDS = 10.0
LOOKED_AT_AGAIN_AFTER = timedelta(seconds=15)
MATCHED_AGAIN_AFTER = timedelta(hours=1)
"""What no session is found for waits for a program that names it, or a call that is addressed."""
BY = "webhooks"

logger = logging.getLogger("bichron")


class Adapters(Protocol):
    """What understands the facts that are kept; `adapters.webhooks` does."""

    def told_of(self, facts: Sequence[bytes]) -> Meeting:
        """Return what finds a meeting its session."""

    def prepare(
        self, tool: str, facts: Sequence[bytes], *, program: str, session: Session
    ) -> Prepared | None:
        """Return what facts come to; None where nobody was there."""

    def replaced(
        self, earlier: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
    ) -> list[str]:
        """Return the ids of earlier statements about a meeting that new ones do not bear out."""

    def is_presence(self, statement: Mapping[str, Any]) -> bool:
        """Return whether a statement tells that somebody was there."""


class Settler:
    """Settles meetings, as they end, in one process."""

    def __init__(self, store: Store, webhooks: Webhooks, adapters: Adapters) -> None:
        self._store = store
        self._webhooks = webhooks
        self._adapters = adapters
        self._sessions = Sessions(store.log, store.programs)
        self._again: dict[Key, datetime] = {}
        """When an instance that cannot be settled yet is worth another look."""

    def follow(self, stop: threading.Event) -> None:
        """Settle what is due, again and again, until `stop` is set; a store away is met again."""
        while not stop.wait(LOOK_SECONDS):
            try:
                self.settle(datetime.now(UTC))
            except Exception:  # a store that is away, or a fault of ours: say so, and try again
                logger.exception("meetings cannot be settled now; trying again")
                stop.wait(RETRY_SECONDS)

    def settle(self, now: datetime) -> int:
        """Settle what is due at `now` (aware); return how many meetings that were."""
        opened = self._webhooks.open()
        if not opened:
            return 0
        if self._sessions.refresh():
            self._again.clear()
        self._again = {key: at for key, at in self._again.items() if key in opened}
        due = sorted(key for key in opened if key not in self._again or self._again[key] <= now)
        return sum(self._settled(key, now) for key in due)

    def _settled(self, key: Key, now: datetime) -> bool:
        told = self._webhooks.told(key)
        if told.settled or not _is_over(told, now):
            due = told.ended + SETTLES_AFTER if told.ended else datetime.max.replace(tzinfo=UTC)
            self._again[key] = min(now + LOOKED_AT_AGAIN_AFTER, due)
            return False
        try:
            return self._settled_in_session(key, told, now)
        except (Conflict, Unavailable):
            self._again[key] = now + LOOKED_AT_AGAIN_AFTER
        except LRSError as error:
            # Only a changed plan says more, or something else that is told.
            self._again[key] = now + GIVEN_UP_AFTER
            logger.warning("%s %s is not settled: %s", key.tool, key.instance, error.message)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            # A fault of ours with one meeting must not keep the others waiting.
            self._again[key] = now + GIVEN_UP_AFTER
            logger.exception("%s %s is not settled", key.tool, key.instance)
        return False

    def _settled_in_session(self, key: Key, told: Told, now: datetime) -> bool:
        held = self._held(told)
        if held is None:
            self._again[key] = now + MATCHED_AGAIN_AFTER
            return False
        address = Address(held.program, held.session.id)
        while True:
            with suppress(_ToldMore):
                outcome = self._recorded(key, told, held)
                if self._webhooks.settle(key, told, address, outcome, by=BY):
                    return True
            told = self._webhooks.told(key)

    def _held(self, told: Told) -> Held | None:
        """Return the session that a meeting was; None: not known. Raises `NotFound`."""
        if told.address is not None:
            return Held(told.address.program, planned_session(self._store, *told.address))
        return self._sessions.of(self._adapters.told_of(told.facts))

    def _recorded(self, key: Key, told: Told, held: Held) -> str:
        """Record what was told; return the outcome. Raises `_ToldMore`."""
        prepared = self._adapters.prepare(
            key.tool, told.facts, program=held.program, session=held.session
        )
        if prepared is None:
            return "nobody"
        upload = Upload(key.tool, (), held.program, held.session.id)
        unreported = _Unreported(
            self._adapters,
            self._reported((prepared.meeting, *prepared.replaces)),
            lambda: self._webhooks.told(key).deliveries == told.deliveries,
        )
        try:
            # It only asks what is replaced.
            record_import(self._store, cast("Importing", unreported), prepared, upload, BY)
        except _Reported:
            return "reported"
        return "recorded"

    def _reported(self, meetings: Sequence[str]) -> frozenset[UUID]:
        """Return the statements that reports (files, or an API's answers) of meetings bear out."""
        return frozenset(
            statement
            for meeting in meetings
            for event in self._store.log.stream(f"attendance {meeting}")
            if isinstance(event, AttendanceImported) and event.files
            for evidence in event.evidence
            for statement in evidence.statements
        )


class _Reported(Exception):
    """A report has told who was there, and counts for more than webhooks do."""


class _ToldMore(Exception):
    """More was told meanwhile, of which another process may have recorded already."""


class _Unreported(NamedTuple):
    """Adapters that replace no report, and nothing by what is out of date.

    They are asked after the import has taken its version: who records in between comes first.
    """

    adapters: Adapters
    reported: frozenset[UUID]
    is_all_told: Callable[[], bool]

    def replaced(
        self, earlier: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
    ) -> list[str]:
        """Return what new statements replace. Raises `_Reported` or `_ToldMore`."""
        if not self.is_all_told():
            raise _ToldMore
        presence = (each for each in earlier if self.adapters.is_presence(each))
        if any(UUID(each["id"]) in self.reported for each in presence):
            raise _Reported
        return self.adapters.replaced(earlier, new)


def _is_over(told: Told, now: datetime) -> bool:
    if told.ended is not None and now >= told.ended + SETTLES_AFTER:
        return True
    return told.heard is not None and now >= told.heard + GIVEN_UP_AFTER
