"""Legal holds: what must not be erased for now, and why. They share a stream with erasures.

So a hold and an erasure that meet never both win. A hold names a person only by opaque ids.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID, uuid4, uuid5

from lrs.aggregate import Aggregate, Register
from lrs.audit.history import canonical, moment_shown, people_in
from lrs.errors import Conflict, InvalidInput, NotFound
from lrs.events import Event, LegalHoldReleased, LegalHoldSet, StatementRecorded
from lrs.log import ERASURES, EventLog


class Somebody(NamedTuple):
    """A person: the opaque id, and every actor key that is theirs."""

    person: str
    actors: frozenset[str]


Who = Callable[[str], Somebody]
"""Returns who is behind an actor key, or a person's id."""


class HeldBack(Conflict):
    """A legal hold forbids the erasure."""

    code = "legal_hold"

    def __init__(self, holds: Iterable[LegalHoldSet]) -> None:
        listed = sorted(holds, key=lambda each: str(each.hold))
        told = "; ".join(f"{each.hold} ({each.reason})" for each in listed)
        super().__init__(f"a legal hold beats erasure: {told}")
        self.holds = listed


class ErasureBook(Aggregate, frozen=True, kw_only=True):
    """The holds in force."""

    holds: dict[UUID, LegalHoldSet] = {}

    def after(self, event: Event) -> "ErasureBook":
        """Return the book after one more event."""
        holds = self.holds
        if isinstance(event, LegalHoldSet):
            holds = holds | {event.hold: event}
        elif isinstance(event, LegalHoldReleased):
            holds = {hold: each for hold, each in holds.items() if hold != event.hold}
        return self._with(event, holds=holds)


class Holds:
    """Sets, releases and lists legal holds."""

    def __init__(self, log: EventLog, who: Who) -> None:
        self._register = Register(log, ERASURES, ErasureBook)
        self._log = log
        self._log_id = log.log_id()
        self._who = who

    def book(self) -> ErasureBook:
        """Return what is held now."""
        return self._register.get()

    def add(
        self, *, person: str | None = None, statement: UUID | None = None, reason: str, by: str
    ) -> UUID:
        """Hold everything about a person, or one statement; return the hold's id.

        Raises `InvalidInput`, or `NotFound` for an unknown statement.
        """
        require_text(reason, "reason")
        if (person is None) == (statement is None):
            raise InvalidInput("name either a person or a statement", "person")
        if statement is not None and self._log.index.find(statement) is None:
            raise NotFound(f"no statement has the id {statement}", "statement")
        hold = uuid4()
        known = None if person is None else self._who(person)

        def decide(book: ErasureBook) -> Event:
            return LegalHoldSet(
                originator_id=book.id,
                originator_version=book.version + 1,
                principal=by,
                hold=hold,
                person=known.person if known else None,
                actors=tuple(sorted(map(self._opaque, known.actors))) if known else (),
                statement=statement,
                reason=reason,
            )

        self._register.change(decide)
        return hold

    def release(self, hold: UUID, *, reason: str, by: str) -> None:
        """End a hold. Raises `InvalidInput` or `NotFound`."""
        require_text(reason, "reason")

        def decide(book: ErasureBook) -> Event:
            if hold not in book.holds:
                raise NotFound(f"there is no legal hold {hold}", "hold")
            return LegalHoldReleased(
                originator_id=book.id,
                originator_version=book.version + 1,
                principal=by,
                hold=hold,
                reason=reason,
            )

        self._register.change(decide)

    def listed(self) -> list[dict[str, Any]]:
        """Return the holds in force, the oldest first."""
        holds = sorted(self.book().holds.values(), key=lambda each: each.originator_version)
        return [
            {
                "hold": str(each.hold),
                "person": each.person,
                "statement": str(each.statement) if each.statement else None,
                "reason": each.reason,
                "principal": each.principal,
                "stored": moment_shown(each.timestamp),
            }
            for each in holds
        ]

    def over(
        self, book: ErasureBook, actors: Collection[str], statements: Collection[UUID]
    ) -> list[LegalHoldSet]:
        """Return the holds that protect any of these actors (canonical) or statements."""
        if not book.holds:
            return []
        people = set(map(self._opaque, actors))
        return [
            each
            for each in book.holds.values()
            if each.statement in statements or not people.isdisjoint(each.actors)
        ]

    def around(self, statements: Iterable[UUID]) -> tuple[set[str], set[UUID]]:
        """Return everybody (canonical) in these statements, and the statements."""
        people: set[str] = set()
        known = set(statements)
        for statement in known:
            if found := self._log.index.find(statement):
                recorded = StatementRecorded(
                    originator_id=statement,
                    originator_version=1,
                    principal=found.principal,
                    statement=found.statement,
                )
                people |= people_in(recorded)
        return people, known

    def _opaque(self, actor: str) -> str:
        return str(uuid5(self._log_id, f"hold {canonical(actor)}"))


def require_text(text: str, path: str) -> None:
    """Raise `InvalidInput` for a blank text."""
    if not text.strip():
        raise InvalidInput(f"a {path.replace('_', ' ')} is needed", path)
