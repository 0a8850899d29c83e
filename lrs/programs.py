"""Programs as an aggregate: what is planned now, and every document that ever was."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple, cast

import msgspec
import orjson

from lrs.aggregate import Aggregate, Register
from lrs.document_rules import validate_document
from lrs.errors import InvalidInput, InvalidProgram, NotFound
from lrs.events import Event, PlanChange, ProgramPlanned, ProgramWithdrawn
from lrs.log import EventLog
from lrs.plan_changes import plan_changes

STREAM = "programs"


Planning = ProgramPlanned | ProgramWithdrawn


class Planned(NamedTuple):
    """What came of a document that was sent."""

    slug: str
    created: bool
    """Whether there was no such program before."""
    recorded: bool
    """Whether it says anything new; if not, nothing was recorded."""
    changes: tuple[PlanChange, ...]


class Version(msgspec.Struct, frozen=True):
    """One of the documents that a program had, or its withdrawal, as the log tells."""

    version: int
    """Counted from 1."""
    event: Literal["planned", "withdrawn"]
    position: int
    stored: datetime
    principal: str
    changes: tuple[PlanChange, ...] = ()
    reason: str | None = None


class ProgramShelf(Aggregate, frozen=True, kw_only=True):
    """The documents in force, as canonical JSON, by slug."""

    documents: dict[str, bytes] = {}

    def after(self, event: Event) -> "ProgramShelf":
        """Return the shelf after one more event."""
        documents = dict(self.documents)
        if isinstance(event, ProgramPlanned):
            documents[event.slug] = bytes(event.document)
        elif isinstance(event, ProgramWithdrawn):
            documents.pop(event.slug, None)
        return self._with(event, documents=documents)


class Programs:
    """Plans, withdraws and shows programs."""

    def __init__(self, log: EventLog) -> None:
        self._register = Register(log, STREAM, ProgramShelf)
        self._log = log

    def slugs(self) -> list[str]:
        """Return the slugs of the programs in force, sorted."""
        return sorted(self._register.get().documents)

    def document(self, slug: str) -> bytes:
        """Return a program's document as canonical JSON. Raises `NotFound`."""
        try:
            return self._register.get().documents[slug]
        except KeyError:
            raise NotFound(f"there is no program {slug!r}") from None

    def history(self, slug: str) -> list[Version]:
        """Return a program's versions in order, also those of one withdrawn. Raises `NotFound`."""
        versions = [
            Version(
                version=number,
                event="withdrawn" if isinstance(event, ProgramWithdrawn) else "planned",
                # A stream does not know its events' positions; each moment of storage has only one.
                position=self._log.position_at(cast("datetime", event.timestamp)),
                stored=cast("datetime", event.timestamp),
                principal=event.principal,
                changes=changes,
                reason=event.reason if isinstance(event, Planning) else None,
            )
            for number, (event, changes) in enumerate(self._told(slug), start=1)
        ]
        if not versions:
            raise NotFound(f"there never was a program {slug!r}")
        return versions

    def _told(self, slug: str) -> Iterator[tuple[Event, tuple[PlanChange, ...]]]:
        """Yield a program's events with what each changed, also those that do not say so yet."""
        before: bytes | None = None
        for event in self._log.stream(STREAM):
            if isinstance(event, ProgramPlanned) and event.slug == slug:
                yield event, event.changes or _changes(before, bytes(event.document))
                before = bytes(event.document)
            elif isinstance(event, ProgramWithdrawn) and event.slug == slug:
                yield event, ()
                before = None

    def plan(
        self, document: object, *, by: str, slug: str | None = None, reason: str | None = None
    ) -> Planned:
        """Record a program document, and what it changes.

        An unchanged document records nothing. Raises `InvalidProgram`, also when `slug` (the one
        that the document was sent to) is given and is not the document's, and `InvalidInput` for a
        blank reason.
        """
        _check_reason(reason)
        canonical = validate_document(document)
        named: str = orjson.loads(canonical)["slug"]
        if slug is not None and slug != named:
            raise InvalidProgram(f"the document is for {named!r}, it was sent to {slug!r}", "slug")
        created = False

        def decide(shelf: ProgramShelf) -> Event | None:
            nonlocal created
            before = shelf.documents.get(named)
            created = before is None
            if before == canonical:
                return None
            return ProgramPlanned(
                originator_id=shelf.id,
                originator_version=shelf.version + 1,
                principal=by,
                slug=named,
                document=msgspec.Raw(canonical),
                changes=_changes(before, canonical),
                reason=reason,
            )

        entry = self._register.change(decide)
        changes = entry.event.changes if entry and isinstance(entry.event, ProgramPlanned) else ()
        return Planned(named, created, entry is not None, changes)

    def withdraw(self, slug: str, *, by: str, reason: str | None = None) -> None:
        """Take a program back; its history stays. Raises `NotFound`, `InvalidInput`."""
        _check_reason(reason)

        def decide(shelf: ProgramShelf) -> Event:
            if slug not in shelf.documents:
                raise NotFound(f"there is no program {slug!r}")
            return ProgramWithdrawn(
                originator_id=shelf.id,
                originator_version=shelf.version + 1,
                principal=by,
                slug=slug,
                reason=reason,
            )

        self._register.change(decide)


def _check_reason(reason: str | None) -> None:
    if reason is not None and not reason.strip():
        raise InvalidInput("a reason is not blank", "reason")


def _changes(before: bytes | None, after: bytes) -> tuple[PlanChange, ...]:
    if before is None:
        return ()
    return plan_changes(orjson.loads(before), orjson.loads(after))
