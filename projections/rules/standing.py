"""Standing: a learner's state at the horizon, by which rule, and what it rests on."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lrs.plan import Plan, Session
from projections.record import Record
from projections.rules.cohorts import Member
from projections.rules.done import done
from projections.rules.moments import DAY, micros, shown
from projections.rules.path import groups
from projections.rules.presence import Held, presence, watched

STATES = ("active", "at_risk", "dropped", "completed", "withdrawn", "not_started")
RULES = {
    "withdrawn": "withdrawn at or before the horizon",
    "completed": "every required activity done, every session group attended or made up for",
    "not_started": "no record up to the horizon",
    "dropped": "no record for at least dropped_after_days before the horizon",
    "at_risk": "no record for at least at_risk_after_days before the horizon",
    "active": "a record less than at_risk_after_days before the horizon",
}
"""The states in the order in which they are tried: the first that applies is the learner's."""


class Standing(NamedTuple):
    """A learner's state at the horizon and what it rests on."""

    state: str
    last: Record | None
    silent_days: int | None
    evidence: list[str]
    completed_at: int | None
    since: int | None
    """Since when the state's rule applies."""
    after_days: int | None
    """The silence that the rule speaks of, where it does."""

    @property
    def rule(self) -> dict[str, Any]:
        """Return the rule behind the state, with what was put into it."""
        return {
            "text": RULES[self.state],
            "after_days": self.after_days,
            "since": shown(self.since),
        }


def standing(plan: Plan, member: Member, held: Mapping[str, Held], horizon: int) -> Standing:
    """Return where a member stands; their trace holds nothing after the horizon (microseconds)."""
    engaged = member.trace.engagement()
    last = engaged[-1].record if engaged else None
    silence = None if last is None else horizon - last.timestamp
    completed = completion(plan, member, held, horizon)
    silent_days = None if silence is None else silence // DAY
    at_risk, dropped = plan.rules.at_risk_after_days, plan.rules.dropped_after_days
    since, after_days = None, None
    evidence = [last.statement] if last else []
    if member.withdrawn_at(horizon) and member.learner.withdrawn:
        state, since = "withdrawn", micros(member.learner.withdrawn)
    elif completed is not None:
        state, (since, evidence) = "completed", completed
    elif last is None or silence is None:
        state = "not_started"
    elif silence >= dropped * DAY:
        state, since, after_days = "dropped", last.timestamp + dropped * DAY, dropped
    elif silence >= at_risk * DAY:
        state, since, after_days = "at_risk", last.timestamp + at_risk * DAY, at_risk
    else:
        state, since, after_days = "active", last.timestamp, at_risk
    at = completed[0] if completed else None
    return Standing(state, last, silent_days, evidence, at, since, after_days)


def completion(
    plan: Plan, member: Member, held: Mapping[str, Held], horizon: int
) -> tuple[int, list[str]] | None:
    """Return when a learner had completed all that is required, and by which statements."""
    moments: list[int] = []
    statements: list[str] = []
    for activity in plan.activities:
        if not activity.required:
            continue
        record = done(activity, member.trace)
        if record is None or record.timestamp > horizon:
            return None
        moments.append(record.timestamp)
        statements.append(record.statement)
    for alternatives in groups(plan):
        at = _took_part(alternatives, member, held, horizon)
        if at is None:
            return None
        moments.append(at)
    return (max(moments), statements) if moments else None


def _took_part(
    alternatives: Sequence[Session], member: Member, held: Mapping[str, Held], horizon: int
) -> int | None:
    """Return when a learner had attended one of the sessions or watched its recording."""
    found: list[int] = []
    for session in alternatives:
        on = member.trace.on(session.id)
        ends = micros(session.ends)
        if ends <= horizon and presence(session, on, held[session.id], horizon).state == "attended":
            found.append(ends)
        seen = watched(session, member.trace)
        if seen is not None and seen <= horizon:
            found.append(seen)
    return min(found, default=None)
