"""From the facts of a meeting's instance to its attendance, and to what an import records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from adapters.attendance import (
    Attendance,
    Meeting,
    Participant,
    Warned,
    dry_run,
    gather,
    homonyms,
    shown,
)
from adapters.intake import Prepared, Session
from adapters.statements import (
    ADAPTER_VERSION,
    Occurrence,
    by_person,
    kind_of,
    meeting_activity_id,
    replaced,
    session_activity_id,
)
from adapters.webhooks.facts import PHONE, Fact, read_facts
from adapters.webhooks.presence import rows_of

__all__ = ["Told", "attendance_of", "is_presence", "prepare", "replaced", "told_of"]


class Told(NamedTuple):
    """What finds a meeting its session."""

    names: frozenset[str]
    """What a session's id, or its `match`, may call the meeting."""
    starts: datetime
    """When it began, or the first moment that is told; aware, in UTC."""


def told_of(facts: Sequence[bytes]) -> Told:
    """Return what the facts of a meeting's deliveries, of which there is one, tell of it."""
    found = read_facts(facts)
    names = frozenset(name for fact in found for name in fact.names)
    return Told(names, _meeting(found).starts or found[0].at)


def prepare(
    tool: str, facts: Sequence[bytes], *, program: str, session: Session
) -> Prepared | None:
    """Return what the facts of a meeting's deliveries come to; None where nobody was there.

    The same facts, in any order and however often, come to the same.
    """
    attendance = attendance_of(tool, read_facts(facts))
    if not attendance.participants:
        return None
    occurrence = Occurrence(
        session_id=session.id,
        session_title=session.title,
        program=program,
        starts=session.starts,
        ends=session.ends,
        mode=session.mode,
    )
    told = [
        [orjson.loads(each.to_json()) for each in found]
        for _, found in by_person(attendance, occurrence)
    ]
    statements = [each for found in told for each in found]
    meeting = meeting_activity_id(attendance, occurrence)
    unnamed = session_activity_id(tool, occurrence)
    return Prepared(
        tool=tool,
        adapter_version=ADAPTER_VERSION,
        meeting=meeting,
        # What came without saying which meeting it was may well have been about this one.
        replaces=[unnamed] if unnamed != meeting else [],
        files=[],
        statements=statements,
        evidence=[([each["id"] for each in found], []) for found in told if found],
        warnings=[(each.code, None, each.line) for each in attendance.warnings],
        shown=dry_run(attendance, statements),
    )


def attendance_of(tool: str, facts: Sequence[Fact]) -> Attendance:
    """Return who was in a meeting by its facts, of which there is one. Nobody is in a breakout room.

    Those who wait to be let in are not there, a move to a breakout room is no leave, and a stay
    without a leave ends with the meeting, or at the last moment that is told.
    """
    meeting = _meeting(facts)
    if any(fact.breakout for fact in facts):
        return Attendance(tool, meeting, ())
    rows, warnings = rows_of(facts, meeting.ends or facts[-1].at)
    scope = meeting.id or shown(meeting.starts) or ""
    people = tuple(_named(each) for each in gather(rows, scope))
    warnings += homonyms(rows)
    return Attendance(tool, meeting, people, tuple(_once(warnings)))


def is_presence(statement: Mapping[str, Any]) -> bool:
    """Return whether a statement that an adapter made tells that somebody was there."""
    return kind_of(statement) == "presence"


def _meeting(facts: Sequence[Fact]) -> Meeting:
    """Return the meeting; what its end tells counts first, then what its start tells."""
    order = ("ended", "started", "joined", "left", "waiting")
    told = sorted(facts, key=lambda fact: order.index(fact.kind))
    ends = [fact.ends for fact in facts if fact.ends]
    return Meeting(
        id=next((fact.meeting for fact in told if fact.meeting), None),
        title=next((fact.title for fact in told if fact.title), None),
        starts=next((fact.starts for fact in told if fact.starts), None),
        # It may end more than once: a host who restarts at once goes on with the same one.
        ends=max(ends, default=None),
    )


def _named(person: Participant) -> Participant:
    """Return a participant as `gather` has one whose name is a number that was not kept."""
    if not person.name.startswith(PHONE):
        return person
    return replace(person, key=person.key.removeprefix("name:"), name="Phone participant")


def _once(warnings: Iterable[Warned]) -> list[Warned]:
    return list(dict.fromkeys(warnings))
