"""Retention classes: for how long which statements are kept, and what has expired.

Nothing expires by itself. A report says what has, and somebody lets it go, with a reason, through
the same door as every erasure; legal holds are respected.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from lrs.aggregate import Aggregate, Register
from lrs.audit.erasure import NOBODY, Erasures, erased_statement
from lrs.audit.erasure_plan import Held, Plan, bodies, is_statement, statement_of
from lrs.audit.erasure_scan import Scan
from lrs.audit.history import moment_shown, people_in
from lrs.audit.holds import ErasureBook, require_text
from lrs.audit.redaction import Subject
from lrs.errors import Conflict, InvalidInput, NotFound
from lrs.events import Event, PayloadErased, RetentionClassSet
from lrs.log import EventLog
from lrs.xapi.filters import terms
from lrs.xapi.statement import VOIDED

ATTEMPTS = 5
STREAM = "retention"


class RetentionBook(Aggregate, frozen=True, kw_only=True):
    """The classes in force, by name."""

    classes: dict[str, RetentionClassSet] = {}

    def after(self, event: Event) -> "RetentionBook":
        """Return the book after one more event."""
        classes = dict(self.classes)
        if isinstance(event, RetentionClassSet):
            classes.pop(event.name, None)
            if event.keep_days is not None:
                classes[event.name] = event
        return self._with(event, classes=classes)


class Retention:
    """Sets classes, reports what has expired by them, and lets it go."""

    def __init__(self, log: EventLog, erasures: Erasures) -> None:
        self._log = log
        self._erasures = erasures
        self._register = Register(log, STREAM, RetentionBook)

    def classes(self) -> list[RetentionClassSet]:
        """Return the classes in force, by name."""
        found = self._register.get().classes
        return [found[name] for name in sorted(found)]

    def set(
        self,
        name: str,
        *,
        keep_days: int | None,
        verbs: Iterable[str] = (),
        activities: Iterable[str] = (),
        types: Iterable[str] = (),
        reason: str,
        by: str,
    ) -> None:
        """Set a class, or drop it (`keep_days` None). Raises `InvalidInput`, `NotFound`."""
        require_text(name, "name")
        require_text(reason, "reason")
        if keep_days is not None and keep_days < 1:
            raise InvalidInput("is a number of days from 1", "keep_days")

        def decide(book: RetentionBook) -> Event:
            if keep_days is None and name not in book.classes:
                raise NotFound(f"there is no retention class {name!r}", "name")
            return RetentionClassSet(
                originator_id=book.id,
                originator_version=book.version + 1,
                principal=by,
                name=name,
                verbs=tuple(sorted(set(verbs))),
                activities=tuple(sorted(set(activities))),
                types=tuple(sorted(set(types))),
                keep_days=keep_days,
                reason=reason,
            )

        self._register.change(decide)

    def report(self, now: datetime | None = None) -> list[dict[str, Any]]:
        """Return for each class how many statements it covers, and how many of them have expired.

        A statement in several classes expires by the one that keeps it longest. `held` of the
        expired ones are under a legal hold.
        """
        now = now or datetime.now(UTC)
        book = self._erasures.holds.book()
        covered, expired, held = Counter[str](), Counter[str](), Counter[str]()
        oldest: dict[str, datetime] = {}
        classes = self.classes()
        for each in bodies(self._log, self._log.head().position):
            by = _class_of(each, classes)
            if by is None:
                continue
            covered[by.name] += 1
            oldest.setdefault(by.name, each.stored)
            if _expired(each, by, now):
                expired[by.name] += 1
                held[by.name] += self._is_held(book, each)
        return [
            {
                "name": each.name,
                "keep_days": each.keep_days,
                "statements": covered[each.name],
                "expired": expired[each.name],
                "held": held[each.name],
                "oldest": moment_shown(oldest.get(each.name)),
            }
            for each in classes
        ]

    def apply(self, *, reason: str, by: str, now: datetime | None = None) -> list[dict[str, Any]]:
        """Erase what has expired and is not held; return a receipt for each class that lost any.

        Raises `InvalidInput` for a blank reason, and what `Erasures.erase` raises.
        """
        require_text(reason, "reason")
        now = now or datetime.now(UTC)
        receipts = [self._apply(each, reason, by, now) for each in self.classes()]
        return [receipt for receipt in receipts if receipt is not None]

    def _apply(
        self, applied: RetentionClassSet, reason: str, by: str, now: datetime
    ) -> dict[str, Any] | None:
        nobody = Subject(NOBODY, frozenset(), self._log.log_id())
        for _ in range(ATTEMPTS):
            book = self._erasures.holds.book()
            plan = self._plan(applied, nobody, book, now)
            if not plan.targets:
                return None
            header = PayloadErased(
                originator_id=book.id,
                originator_version=book.version + 1,
                principal=by,
                targets=(),
                retention_class=applied.name,
                reason=reason,
                legal_basis=f"retention class {applied.name}: {applied.keep_days} days",
            )
            if receipt := self._erasures.carry_out(plan, nobody, header, book):
                return receipt
        raise Conflict("others keep changing this at the same moment; try again")

    def _plan(
        self, applied: RetentionClassSet, nobody: Subject, book: ErasureBook, now: datetime
    ) -> Plan:
        classes = self.classes()

        def judge(held: Held) -> bytes | None:
            by = _class_of(held, classes)
            if by is None or by.name != applied.name or not _expired(held, by, now):
                return held.body
            return held.body if self._is_held(book, held) else erased_statement(held, nobody)

        def spare(statements: Iterable[UUID]) -> bool:
            held = self._erasures.holds
            return bool(book.holds and held.over(book, *held.around(statements)))

        return Scan(self._log, judge, spare=spare).run()

    def _is_held(self, book: ErasureBook, held: Held) -> bool:
        if not book.holds:
            return False
        return bool(self._erasures.holds.over(book, people_in(held.event()), {held.stream}))


def shown(each: RetentionClassSet) -> dict[str, Any]:
    """Return a class as JSON."""
    hidden = {"originator_id", "originator_version", "timestamp"}
    found: dict[str, Any] = msgspec.to_builtins(
        {name: getattr(each, name) for name in each.__struct_fields__ if name not in hidden}
    )
    return found | {"stored": moment_shown(each.timestamp)}


def _expired(held: Held, by: RetentionClassSet, now: datetime) -> bool:
    return by.keep_days is not None and held.stored + timedelta(days=by.keep_days) <= now


def _class_of(held: Held, classes: Iterable[RetentionClassSet]) -> RetentionClassSet | None:
    """Return the class that keeps a statement longest; voiding statements are in none."""
    if not is_statement(held):
        return None
    parsed = statement_of(held)
    if parsed["verb"]["id"] == VOIDED:
        return None
    mine = [each for each in classes if _covers(each, parsed)]
    return max(mine, key=lambda each: (each.keep_days or 0, each.name), default=None)


def _covers(each: RetentionClassSet, parsed: dict[str, Any]) -> bool:
    if each.verbs and parsed["verb"]["id"] not in each.verbs:
        return False
    if each.types and parsed["object"].get("definition", {}).get("type") not in each.types:
        return False
    if not each.activities:
        return True
    known = terms(parsed)
    return not {known.activity, *known.related_activities}.isdisjoint(each.activities)
