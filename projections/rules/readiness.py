"""Readiness: who has done the pre-work when a session begins. A pure rule over plan and traces."""

from collections.abc import Sequence
from typing import Any

from lrs.errors import NotFound
from lrs.plan import Activity, Plan, Session
from projections.rules.cohorts import Member
from projections.rules.foresight import ahead, history
from projections.rules.moments import median, micros, shown
from projections.rules.prework import (
    Prework,
    counts,
    expected_at,
    lead,
    prepared_share,
    prework,
    required_for,
    state,
)


def readiness(plan: Plan, session_id: str, members: Sequence[Member]) -> dict[str, Any]:
    """Return the readiness of the members for a session.

    The cut-off is the session's start. Only members expected then (enrolled, not withdrawn) are
    listed and counted. Raises `NotFound` for a session that the plan does not have.
    """
    session = find_session(plan, session_id)
    required = required_for(plan, session)
    cutoff = micros(session.starts)
    expected = expected_at(session, members)
    work = [prework(required, member, cutoff) for member in expected]
    states = [state(each) for each in work]
    known = [state(prework(required, member, cutoff, cutoff)) for member in expected]
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
        **counts(states),
        "known_at_cutoff": {
            **counts(known),
            "differing": sum(a != b for a, b in zip(known, states, strict=True)),
        },
        "ahead": ahead(required, expected, cutoff),
        "history": history(plan, session, members),
        "items": [
            _item(activity, [row[place] for row in work], cutoff)
            for place, activity in enumerate(required)
        ],
        "learners": [_learner(*each, cutoff) for each in zip(expected, work, known, strict=True)],
    }


def find_session(plan: Plan, session_id: str) -> Session:
    """Return a plan's session. Raises `NotFound`."""
    for session in plan.sessions:
        if session.id == session_id:
            return session
    raise NotFound(f"the program {plan.slug!r} has no session {session_id!r}", "session")


def _item(activity: Activity, work: Sequence[Prework], cutoff: int) -> dict[str, Any]:
    done_by_cutoff = sum(each.on_time for each in work)
    missing = sum(each.record is None for each in work)
    return {
        "activity": activity.id,
        "title": activity.title,
        "due": activity.due and shown(micros(activity.due)),
        "done": done_by_cutoff,
        "late": len(work) - done_by_cutoff - missing,
        "missing": missing,
        "lead_hours": _median_lead(work, cutoff),
    }


def _learner(member: Member, work: Sequence[Prework], known: str, cutoff: int) -> dict[str, Any]:
    return {
        **member.header,
        "state": state(work),
        "share": prepared_share(work),
        "known_at_cutoff": known,
        "lead_hours": _median_lead(work, cutoff),
        "done": [_done(each, cutoff) for each in work if each.record is not None],
        "missing": [each.activity.id for each in work if each.record is None],
    }


def _median_lead(work: Sequence[Prework], cutoff: int) -> float | None:
    return median([lead(each.record, cutoff) for each in work if each.record is not None])


def _done(work: Prework, cutoff: int) -> dict[str, Any]:
    record, due = work.record, work.activity.due
    return {
        "activity": work.activity.id,
        "at": record and shown(record.timestamp),
        "score": record and record.score,
        "on_time": work.on_time,
        "due_met": record.timestamp <= micros(due) if record and due else None,
        "lead_hours": record and lead(record, cutoff),
        "statement": record and record.statement,
    }
