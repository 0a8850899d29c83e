"""Presence: from stays to time present, and from time present to attendance."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from lrs.plan import Session
from projections.record import Record
from projections.repeats import REPEATED_WITHIN
from projections.rules.moments import micros
from projections.rules.trace import On, Trace

State = Literal["attended", "partial", "absent"]
_BEST: tuple[State, ...] = ("attended", "partial", "absent")
_WATCHED = frozenset({"viewed", "progressed", "completed", "started"})

Stay = tuple[int, int]
"""A half-open interval [joined, left) in microseconds."""


class Held(NamedTuple):
    """When a session took place: planned, widened by what the tool says; and when it ended."""

    starts: int
    ends: int
    over: int
    """When a join without a leave ends: at the tool's end where it is known."""


class Presence(NamedTuple):
    """What a learner's attendance of a session is; None: nothing can be said before it has ended."""

    state: State | None
    milliseconds: int | None
    """Time present; None where the source gives none."""


ABSENT = Presence("absent", 0)


def time_present(stays: Iterable[Stay]) -> int:
    """Return the microseconds covered by at least one stay; overlapping devices count once."""
    total, reach = 0, None
    for joined, left in sorted(stays):
        begins = joined if reach is None else max(joined, reach)
        if left > begins:
            total += left - begins
            reach = left
    return total


def held(session: Session, records: Iterable[Record]) -> Held:
    """Return when a session took place, from the plan and from whatever is recorded on it."""
    starts, ends = micros(session.starts), micros(session.ends)
    told: list[int] = []
    begun: list[int] = []
    for record in records:
        if record.held is not None:
            begun.append(record.held[0])
            told.append(record.held[1])
        elif record.kind == "session-open":
            begun.append(record.timestamp)
        elif record.kind == "session-close":
            told.append(record.timestamp)
    return Held(min([starts, *begun]), max([ends, *told]), max(told, default=ends))


def stays(records: Sequence[Record], over: int) -> list[Stay]:
    """Return the stays that one actor's joins and leaves tell, in order of time.

    Each leave ends one join; the actor is there while any is open. A join without a leave ends
    when the meeting does, a leave without a join says nothing.
    """
    found: list[Stay] = []
    open_joins, since = 0, 0
    for record in _moves(records):
        if record.kind == "join":
            since = record.timestamp if open_joins == 0 else since
            open_joins += 1
        elif record.kind == "leave" and open_joins > 0:
            open_joins -= 1
            if open_joins == 0:
                found.append((since, record.timestamp))
    if open_joins > 0 and over > since:
        found.append((since, over))
    return found


def _moves(records: Sequence[Record]) -> list[Record]:
    """Return joins and leaves in order, without repeats as far as one side outnumbers the other.

    Where they balance, two joins at one moment are two devices. At one moment joins come first,
    whichever was stored first.
    """
    joins = [record for record in records if record.kind == "join"]
    leaves = [record for record in records if record.kind == "leave"]
    surplus = len(joins) - len(leaves)
    moves = [*_without_repeats(joins, surplus), *_without_repeats(leaves, -surplus)]
    return sorted(moves, key=lambda record: (record.timestamp, record.kind == "leave"))


def _without_repeats(records: Sequence[Record], at_most: int) -> list[Record]:
    """Return records of one kind, in order of time, without up to so many that repeat others."""
    kept: list[Record] = []
    for record in records:
        if at_most > 0 and kept and record.timestamp - kept[-1].timestamp <= REPEATED_WITHIN:
            at_most -= 1
        else:
            kept.append(record)
    return kept


def presence(session: Session, on: Sequence[On], when: Held, moment: int) -> Presence:
    """Return a learner's attendance of a session from their records on it, in order of time.

    Stays win over an `attended` record's duration, which may span a break; without any, the longest
    duration counts. `moment` (microseconds) decides whether the session has ended.
    """
    records = [each.record for each in on if each.relation in {"object", "parent"}]
    milliseconds = _measured(records, when)
    if milliseconds:
        return Presence(_judged(session, milliseconds, when), milliseconds)
    if any(record.kind == "join" for record in records):
        return ABSENT if micros(session.ends) <= moment else Presence(None, 0)
    registered = [record for record in records if record.kind == "attended"]
    unmeasured = [record for record in registered if record.duration is None]
    if any(record.completion is not False for record in unmeasured):
        return Presence("attended", None)
    if unmeasured:
        return Presence("partial", None)
    told = any(record.kind == "not-attended" for record in records)
    return ABSENT if told or micros(session.ends) <= moment else Presence(None, 0)


def best(presences: Iterable[Presence]) -> Presence:
    """Return the best of alternative sessions' attendances."""
    ranked = list(presences)
    for state in _BEST:
        of_state = [each for each in ranked if each.state == state]
        if state == "absent" and len(of_state) < len(ranked):
            break  # an alternative may still come
        if of_state:
            return max(of_state, key=lambda each: each.milliseconds or 0)
    return Presence(None, 0)


def watched(session: Session, trace: Trace) -> int | None:
    """Return when a learner first watched a session's recording."""
    return next(
        (
            record.timestamp
            for record, relation in trace.on(session.id)
            if relation == "recording" and record.kind in _WATCHED
        ),
        None,
    )


def _measured(records: Sequence[Record], when: Held) -> int:
    """Return the milliseconds present that the records measure, clipped to the held time."""
    by_actor: dict[str, list[Record]] = {}
    for record in records:
        if record.kind in {"join", "leave"}:
            by_actor.setdefault(record.actor, []).append(record)
    told = [stay for each in by_actor.values() for stay in stays(each, when.over)]
    clipped = [(max(a, when.starts), min(b, when.ends)) for a, b in told]
    if any(record.kind == "join" for record in records):
        return time_present(clipped) // 1000
    durations = [r.duration for r in records if r.kind == "attended" and r.duration is not None]
    return min(max(durations, default=0), (when.ends - when.starts) // 1000)


def _judged(session: Session, milliseconds: int, when: Held) -> State:
    rule = session.attendance
    long_enough = milliseconds >= rule.minutes * 60_000
    enough = milliseconds * 1000 >= rule.share * (when.ends - when.starts)
    return "attended" if long_enough and enough else "partial"
