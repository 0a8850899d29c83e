"""Erasure: a plan, then one transaction that tells of it and destroys what it names; a receipt.

Nothing that is kept of an erasure (event, receipt, history) names the person but by an opaque id.
"""

from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from eventsourcing.persistence import IntegrityError, PersistenceError

from lrs.append import Entry, Gone
from lrs.audit.erasure_plan import Held, Needles, Plan, is_statement, statement_of
from lrs.audit.erasure_scan import Scan, scan_person
from lrs.audit.history import canonical, moment_shown
from lrs.audit.holds import ErasureBook, HeldBack, Holds, Who, require_text
from lrs.audit.redaction import Subject, voiding_by
from lrs.errors import Conflict, InvalidInput, NotFound, Unavailable
from lrs.events import Event, PayloadErased, PayloadReplaced, ProgramPlanned
from lrs.log import ERASURES, EventLog, stream_id
from lrs.replacements import replacement_stream
from lrs.xapi.statement import VOIDED

ATTEMPTS = 5
NOBODY = "00000000-0000-0000-0000-000000000000"


class Wanted(NamedTuple):
    """What somebody asks to be erased: a person (by any actor key), or one statement."""

    reason: str
    legal_basis: str
    person: str | None = None
    statement: UUID | None = None


class Erasures:
    """Plans erasures, carries them out, and keeps the receipts. Safe from any thread."""

    def __init__(self, log: EventLog, who: Who) -> None:
        self._log = log
        self._log_id = log.log_id()
        self._who = who
        self.holds = Holds(log, who)

    def preview(self, wanted: Wanted) -> dict[str, Any]:
        """Return what an erasure would take, and destroy nothing.

        `held` are the legal holds that forbid it, `mentions` the positions where an address is
        written in what stays. Raises `InvalidInput` for a blank reason or legal basis, `NotFound`
        where nothing is to erase.
        """
        plan, subject = self._planned(wanted)
        held = self._held(self.holds.book(), plan, subject)
        return {
            "dry_run": True,
            "person": subject.person if wanted.person else None,
            "statement": str(wanted.statement) if wanted.statement else None,
            "position": plan.position,
            "events": len(plan.targets),
            "counts": dict(sorted(plan.counts.items())),
            "programs": sorted(plan.programs),
            "mentions": plan.mentions,
            "held": [str(each.hold) for each in held],
        }

    def erase(self, wanted: Wanted, *, by: str) -> dict[str, Any]:
        """Erase, durably and whole, and return the receipt.

        Raises what `preview` does, `HeldBack` under a legal hold, and `Conflict` when others keep
        changing the same things at the same moment.
        """
        for _ in range(ATTEMPTS):
            book = self.holds.book()
            plan, subject = self._planned(wanted)
            header = PayloadErased(
                originator_id=book.id,
                originator_version=book.version + 1,
                principal=by,
                targets=(),
                person=subject.person if wanted.person else None,
                statement=wanted.statement,
                reason=wanted.reason,
                legal_basis=wanted.legal_basis,
            )
            if receipt := self.carry_out(plan, subject, header, book):
                return receipt
        raise Conflict("others keep changing this at the same moment; try again")

    def carry_out(
        self, plan: Plan, subject: Subject, header: PayloadErased, book: ErasureBook
    ) -> dict[str, Any] | None:
        """Do what a plan says and return the receipt; None if the log has moved on and it is stale.

        Raises `HeldBack` or `Unavailable`.
        """
        if held := self._held(book, plan, subject):
            raise HeldBack(held)
        event = msgspec.structs.replace(
            header,
            targets=tuple(sorted(plan.targets)),
            redacted=tuple(sorted(set(plan.redacted))),
            counts=dict(sorted(plan.counts.items())),
        )
        gone = Gone(plan.targets, plan.rewritten, sorted(plan.documents))
        drafts = [event, *self._replacements(plan, event), *self._documents(plan, event)]
        try:
            entries = self._log.erase(drafts, gone)
        except IntegrityError:
            return None
        except PersistenceError as error:
            raise Unavailable(f"the store cannot write: {error}") from None
        return _receipt(entries[0])

    def receipts(self) -> list[dict[str, Any]]:
        """Return the receipts of all erasures, the oldest first."""
        events = self._log.stream(ERASURES)
        return [
            _receipt(Entry(self._log.position_at(each.timestamp), each))
            for each in events
            if isinstance(each, PayloadErased) and each.timestamp
        ]

    def _planned(self, wanted: Wanted) -> tuple[Plan, Subject]:
        require_text(wanted.reason, "reason")
        require_text(wanted.legal_basis, "legal_basis")
        if (wanted.person is None) == (wanted.statement is None):
            raise InvalidInput("name either a person or a statement", "person")
        if wanted.person is not None:
            plan, subject = self._plan_person(wanted.person)
        else:
            plan, subject = self._plan_statement(wanted.statement or UUID(int=0))
        if not plan.targets:
            raise NotFound("there is nothing to erase: it never was, or it is erased already")
        return plan, subject

    def _plan_person(self, person: str) -> tuple[Plan, Subject]:
        known = self._who(person)
        keys = frozenset(map(canonical, known.actors))
        subject = Subject(known.person, keys, self._log_id)
        return scan_person(self._log, subject, Needles(known.actors)), subject

    def _plan_statement(self, statement: UUID) -> tuple[Plan, Subject]:
        nobody = Subject(NOBODY, frozenset(), self._log_id)

        def judge(held: Held) -> bytes | None:
            if held.stream != statement or not is_statement(held):
                return held.body
            return erased_statement(held, nobody)

        if self._log.index.find(statement) is None:
            raise NotFound(f"no statement has the id {statement}, or it is erased", "statement")
        return Scan(self._log, judge).run(), nobody

    def _held(self, book: ErasureBook, plan: Plan, subject: Subject) -> list[Any]:
        if not book.holds:
            return []
        # A file of an import tells of others, too.
        around, _ = self.holds.around(plan.statements - plan.gone)
        people = {*plan.people, *subject.keys, *around}
        return self.holds.over(book, people, plan.statements)

    def _replacements(self, plan: Plan, by: PayloadErased) -> list[Event]:
        return [
            PayloadReplaced(
                originator_id=replacement_stream(held.stream, held.version),
                originator_version=self._log.replacements.version(held.stream, held.version) + 1,
                principal=by.principal,
                stream=held.stream,
                version=held.version,
                position=held.place,
                topic=held.topic,
                body=msgspec.Raw(body),
            )
            for held, body in plan.replacements
        ]

    def _documents(self, plan: Plan, by: PayloadErased) -> list[Event]:
        """Return the new versions of the programs in force, so that whoever keeps one reads anew."""
        stream = stream_id("programs")
        last = self._log.last(stream)
        version = last.originator_version if last else 0
        return [
            ProgramPlanned(
                originator_id=stream,
                originator_version=version + number,
                principal=by.principal,
                slug=slug,
                document=msgspec.Raw(document),
                reason=by.reason,
            )
            for number, (slug, document) in enumerate(sorted(plan.programs.items()), start=1)
        ]


def erased_statement(held: Held, subject: Subject) -> bytes | None:
    """Return what is left of a statement that goes: of a voiding one, that it voids."""
    parsed = statement_of(held)
    if parsed["verb"]["id"] != VOIDED:
        return None
    left = voiding_by(subject, held.body, parsed)
    return held.body if statement_of(held)["actor"] == subject.pseudonym else left


def _receipt(entry: Entry) -> dict[str, Any]:
    event = entry.event
    assert isinstance(event, PayloadErased)  # noqa: S101 - both callers made sure
    return {
        "position": entry.position,
        "stored": moment_shown(event.timestamp),
        "principal": event.principal,
        "person": event.person,
        "statement": str(event.statement) if event.statement else None,
        "retention_class": event.retention_class,
        "reason": event.reason,
        "legal_basis": event.legal_basis,
        "events": len(event.targets),
        "counts": event.counts,
    }
