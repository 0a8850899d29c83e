"""What an erasure would take: one pass over the log, then a look at what hangs together.

Nothing is changed here. A plan names each event whose body goes and, where a part of it stays, what
is read instead. An event that was redacted before is found by what stands in for it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from lrs.append import Rewritten
from lrs.audit.history import people_in
from lrs.events import Event, PayloadReplaced, StatementRecorded
from lrs.indexing import IndexedStatement
from lrs.log import EventLog
from lrs.sealing import event_from_body, from_micros, unseal
from lrs.xapi.actor import mbox_sha1
from lrs.xapi.filters import terms

PAGE = 2_000
SHOWN_MENTIONS = 100
_MAILBOX = "mailto:"


class Held(NamedTuple):
    """A body in the log, and the event that it is the body of."""

    at: int
    """The position that has the body: the event's own, or that of what stands in for it."""
    place: int
    stream: UUID
    version: int
    topic: str
    body: bytes
    stored: datetime
    principal: str

    def event(self) -> Event:
        """Return the event, as it reads now."""
        header: dict[str, Any] = {
            "originator_id": self.stream,
            "originator_version": self.version,
            "timestamp": self.stored,
            "principal": self.principal,
        }
        return event_from_body(self.topic, self.body, header)


Judge = Callable[[Held], bytes | None]
"""Returns what a statement is to say: its own body if all stays, None if nothing does."""


@dataclass
class Plan:
    """What goes, and what is read instead."""

    position: int
    """How far the log was looked at."""
    targets: list[int] = field(default_factory=list)
    redacted: list[int] = field(default_factory=list)
    replacements: list[tuple[Held, bytes]] = field(default_factory=list)
    rewritten: list[Rewritten] = field(default_factory=list)
    documents: set[UUID] = field(default_factory=set)
    programs: dict[str, bytes] = field(default_factory=dict)
    """The documents in force that are planned anew, without the person."""
    counts: Counter[str] = field(default_factory=Counter)
    statements: set[UUID] = field(default_factory=set)
    """The statements that go or change, and those whose evidence goes with them."""
    gone: set[UUID] = field(default_factory=set)
    """Those of them that go."""
    people: set[str] = field(default_factory=set)
    """The canonical keys of everybody in them."""
    names: set[str] = field(default_factory=set)
    """What the person was called; for recognition only, never told."""
    mentions: list[int] = field(default_factory=list)
    """Where else an address or name of an account is written, in what stays; the first ones."""

    def erase(self, held: Held, kind: str) -> None:
        """Let a body go."""
        self.targets.append(held.at)
        if held.at != held.place:
            self.redacted.append(held.place)
        self.counts[kind] += 1

    def replace(self, held: Held, body: bytes, kind: str) -> None:
        """Let a body go, and another be read instead."""
        self.targets.append(held.at)
        self.redacted.append(held.place)
        self.replacements.append((held, body))
        self.counts[f"{kind}_redacted"] += 1

    def judge(self, held: Held, judge: Judge) -> bool:
        """Let a judge decide over a statement; return whether it stays as it is."""
        after = judge(held)
        if after == held.body:
            return True
        parsed = orjson.loads(held.body)
        before = IndexedStatement(held.place, held.stream, held.stored, terms(parsed))
        if after is None:
            self.erase(held, "statements")
            self.gone.add(held.stream)
            self.rewritten.append(Rewritten(before, None))
            if name := parsed["actor"].get("name"):
                self.names.add(name)
        else:
            self.replace(held, after, "statements")
            self.rewritten.append(Rewritten(before, terms(orjson.loads(after))))
        self.statements.add(held.stream)
        self.people |= people_in(held.event())
        return False


def bodies(log: EventLog, upto: int) -> Iterator[Held]:
    """Yield all that the log says now, up to a position, in order of where it is written."""
    after = 0
    while page := log.read(after, PAGE, upto):
        for each in page:
            sealed = unseal(each.state)
            if sealed.body is not None:
                stream = _uuid(each.originator_id)
                held = Held(
                    each.id,
                    each.id,
                    stream,
                    each.originator_version,
                    each.topic,
                    sealed.body,
                    from_micros(sealed.stored),
                    sealed.principal,
                )
                yield _stood_for(log, held) if each.topic == PayloadReplaced.TOPIC else held
        after = page[-1].id


def held_at(log: EventLog, positions: Sequence[int]) -> Iterator[Held]:
    """Yield what the log says at these positions, in order; erased bodies are left out."""
    for start in range(0, len(positions), PAGE):
        for at, event in log.at(positions[start : start + PAGE]):
            sealed = unseal(event.state)
            if sealed.body is not None:
                stored, by = from_micros(sealed.stored), sealed.principal
                stream, version = _uuid(event.originator_id), event.originator_version
                held = Held(at, at, stream, version, event.topic, sealed.body, stored, by)
                yield _stood_for(log, held) if event.topic == PayloadReplaced.TOPIC else held


def _stood_for(log: EventLog, held: Held) -> Held:
    event = held.event()
    if not isinstance(event, PayloadReplaced):
        return held
    ((_, original),) = log.at([event.position])
    sealed = unseal(original.state)
    return Held(
        held.at,
        event.position,
        event.stream,
        event.version,
        event.topic,
        bytes(event.body),
        from_micros(sealed.stored),
        sealed.principal,
    )


class Needles:
    """What a body must hold to name one of these actors; quick, and never wrong about the absent."""

    def __init__(self, actors: Iterable[str]) -> None:
        known = set(actors)
        digests = {mbox_sha1(actor) for actor in known if actor.startswith(_MAILBOX)}
        self._everywhere = any(
            actor.startswith("sha1:") and actor not in digests for actor in known
        )
        """A digest whose mailbox nobody knows: any mailbox may be it."""
        found = {_written(actor) for actor in known | digests}
        self._needles = tuple(sorted(each.encode().lower() for each in found))

    def may_be_in(self, body: bytes) -> bool:
        """Whether a JSON text may name one of the actors."""
        # With a backslash in it, any character may be written in another way.
        return self._everywhere or b"\\" in body or self.are_in(body)

    def are_in(self, content: bytes) -> bool:
        """Whether a content holds what is written of one of the actors, as UTF-8 or UTF-16."""
        content = content.lower()
        return any(
            needle in content or needle.decode().encode("utf-16-le") in content
            for needle in self._needles
            if len(needle) > _SHORTEST
        ) or any(b'"' + needle + b'"' in content for needle in self._needles)

    @property
    def words(self) -> frozenset[str]:
        """What is written of the actors, casefolded."""
        return frozenset(needle.decode().casefold() for needle in self._needles)


_SHORTEST = 5
"""Up to so many bytes, as in an account called 42, a needle counts between quotes only."""


def _written(actor: str) -> str:
    if "::" in actor and not actor.startswith(_MAILBOX):
        return actor.partition("::")[2]
    return actor.partition(":")[2]


def statement_of(held: Held) -> dict[str, Any]:
    """Return a recorded statement, parsed."""
    parsed: dict[str, Any] = orjson.loads(held.body)
    return parsed


def is_statement(held: Held) -> bool:
    """Whether it is a statement's body."""
    return held.topic == StatementRecorded.TOPIC


def _uuid(stream: UUID | str) -> UUID:
    return stream if isinstance(stream, UUID) else UUID(stream)
