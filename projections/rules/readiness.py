"""Readiness: who has done the pre-work when a session begins. A pure rule over plan and traces."""

from collections.abc import Sequence
from math import fsum
from typing import Any, NamedTuple

from lrs.errors import NotFound
from lrs.plan import Activity, Plan, Session
from projections.record import Record
from projections.rules.cohorts import Member
from projections.rules.done import done
from projections.rules.moments import micros, share, shown

STATES = ("ready", "late", "partly", "not_started")


class Prework(NamedTuple):
    """A required activity and how a learner did it, if at all."""

    activity: Activity
    record: Record | None
    on_time: bool


def readiness(plan: Plan, session_id: str, members: Sequence[Member]) -> dict[str, Any]:
    """Return the readiness of the members for a session.

    The cut-off is the session's start. Only members expected then (enrolled, not withdrawn) are
    listed and counted. Raises `NotFound` for a session that the plan does not have.
    """
    session = find_session(plan, session_id)
    required = [a for a in plan.activities if a.required and a.id in session.prepares]
    cutoff = micros(session.starts)
    expected = [member for member in members if member.enrolled_at(cutoff)]
    work = {id(member): _prework(required, member, cutoff) for member in expected}
    states = [_state(work[id(member)]) for member in expected]
    counts = {state: states.count(state) for state in STATES}
    return {
        "session": {
            "id": session.id,
            "title": session.title,
            "mode": session.mode,
            "starts": shown(cutoff),
            "ends": shown(micros(session.ends)),
        },
        "cutoff": shown(cutoff),
        "expected": len(expected),
        **counts,
        "readiness": share(counts["ready"], len(expected)),
        "items": [_item(a, [work[id(member)] for member in expected]) for a in required],
        "learners": [
            _learner(member, work[id(member)], _prework(required, member, cutoff, cutoff))
            for member in expected
        ],
    }


def find_session(plan: Plan, session_id: str) -> Session:
    """Return a plan's session. Raises `NotFound`."""
    for session in plan.sessions:
        if session.id == session_id:
            return session
    raise NotFound(f"the program {plan.slug!r} has no session {session_id!r}", "session")


def _prework(
    required: Sequence[Activity], member: Member, cutoff: int, known_by: int | None = None
) -> list[Prework]:
    """Return how a member did each activity: as it stood at the cut-off, else since.

    What is taken back after the cut-off was done in time all the same.
    """
    work: list[Prework] = []
    for activity in required:
        early = done(activity, member.trace, known_by, cutoff)
        record = early or done(activity, member.trace, known_by)
        work.append(Prework(activity, record, early is not None))
    return work


def _state(work: Sequence[Prework]) -> str:
    if all(each.on_time for each in work):
        return "ready"
    if all(each.record for each in work):
        return "late"
    return "partly" if any(each.record for each in work) else "not_started"


def _share(work: Sequence[Prework]) -> float | None:
    weights = fsum(each.activity.weight for each in work)
    if not weights:
        return float(all(each.on_time for each in work))
    return share(fsum(each.activity.weight for each in work if each.on_time), weights)


def _item(activity: Activity, work: Sequence[Sequence[Prework]]) -> dict[str, Any]:
    of_activity = [each for row in work for each in row if each.activity is activity]
    done_by_cutoff = sum(each.on_time for each in of_activity)
    missing = sum(each.record is None for each in of_activity)
    return {
        "activity": activity.id,
        "title": activity.title,
        "due": activity.due and shown(micros(activity.due)),
        "done": done_by_cutoff,
        "late": len(of_activity) - done_by_cutoff - missing,
        "missing": missing,
    }


def _learner(member: Member, work: Sequence[Prework], known: Sequence[Prework]) -> dict[str, Any]:
    return {
        **member.header,
        "state": _state(work),
        "share": _share(work),
        "known_at_cutoff": _state(known),
        "done": [_done(each) for each in work if each.record is not None],
        "missing": [each.activity.id for each in work if each.record is None],
    }


def _done(work: Prework) -> dict[str, Any]:
    record, due = work.record, work.activity.due
    return {
        "activity": work.activity.id,
        "at": record and shown(record.timestamp),
        "score": record and record.score,
        "on_time": work.on_time,
        "due_met": record.timestamp <= micros(due) if record and due else None,
        "statement": record and record.statement,
    }
