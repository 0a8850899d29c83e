"""Pre-work: how a learner did what a session asks for, as it stood at some moment. Pure rules."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import fsum
from typing import Any, NamedTuple

from lrs.plan import Activity, Plan, Session
from projections.record import Record
from projections.rules.cohorts import Member
from projections.rules.done import done
from projections.rules.moments import hours, micros, share

STATES = ("ready", "late", "partly", "not_started")


class Prework(NamedTuple):
    """A required activity and how a learner did it, if at all."""

    activity: Activity
    record: Record | None
    on_time: bool


def required_for(plan: Plan, session: Session) -> list[Activity]:
    """Return the required activities that prepare a session, in plan order."""
    return [a for a in plan.activities if a.required and a.id in session.prepares]


def prework(
    required: Sequence[Activity], member: Member, cutoff: int, known_by: int | None = None
) -> list[Prework]:
    """Return how a member did each activity: as it stood at the cut-off, else since.

    What is taken back after the cut-off was done in time all the same. With `known_by` only what
    was stored at or before it (microseconds) counts.
    """
    work: list[Prework] = []
    for activity in required:
        early = done(activity, member.trace, known_by, cutoff)
        record = early or done(activity, member.trace, known_by)
        work.append(Prework(activity, record, early is not None))
    return work


def prework_by(required: Sequence[Activity], member: Member, moment: int) -> list[Prework]:
    """Return how a member had done each activity by a moment, whenever that became known."""
    found = ((a, done(a, member.trace, by=moment)) for a in required)
    return [Prework(activity, record, record is not None) for activity, record in found]


def state(work: Sequence[Prework]) -> str:
    """Return the learner's state; without pre-work everyone is ready."""
    if all(each.on_time for each in work):
        return "ready"
    if all(each.record for each in work):
        return "late"
    return "partly" if any(each.record for each in work) else "not_started"


def prepared_share(work: Sequence[Prework]) -> float | None:
    """Return the share of the pre-work's weight that was done by the cut-off."""
    weights = fsum(each.activity.weight for each in work)
    if not weights:
        return float(all(each.on_time for each in work))
    return share(fsum(each.activity.weight for each in work if each.on_time), weights)


def counts(states: Iterable[str]) -> dict[str, Any]:
    """Return how many learners are in each state, and the readiness (None of nobody)."""
    found = Counter(states)
    return {
        **{each: found[each] for each in STATES},
        "readiness": share(found["ready"], found.total()),
    }


def lead(record: Record, cutoff: int) -> float:
    """Return how many hours before the cut-off something was done; negative: after it."""
    return hours(cutoff - record.timestamp)


def expected_at(session: Session, members: Sequence[Member]) -> list[Member]:
    """Return the members who are enrolled, and not withdrawn, when a session starts."""
    starts = micros(session.starts)
    return [member for member in members if member.enrolled_at(starts)]
