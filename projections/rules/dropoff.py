"""Drop-off: where and when learners fall away, and who is about to. Pure rules over plan and traces."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lrs.plan import Plan, Session
from projections.record import Record
from projections.rules.cohorts import Member
from projections.rules.done import done, last_of
from projections.rules.moments import DAY, DIGITS, micros, share, shown
from projections.rules.path import Step, groups, path
from projections.rules.presence import Held, presence, watched
from projections.rules.survival import Life, survival

STATES = ("active", "at_risk", "dropped", "completed", "withdrawn", "not_started")


class Standing(NamedTuple):
    """A learner's state at the horizon and what it rests on."""

    state: str
    last: Record | None
    silent_days: int | None
    evidence: list[str]
    completed_at: int | None


def drop_off(
    plan: Plan, members: Sequence[Member], held: Mapping[str, Held], moment: int
) -> dict[str, Any]:
    """Return the funnel, the survival curve and each member's state at `moment` (microseconds).

    `held` tells, by session, when it took place. The horizon is the moment or the program's end,
    whichever is earlier; what happened after it does not count.
    """
    horizon = min(moment, micros(plan.ends)) if plan.ends else moment
    members = [member._replace(trace=member.trace.upto(horizon)) for member in members]
    steps = path(plan)
    standings = [_standing(plan, member, held, horizon) for member in members]
    furthest = [_furthest(steps, member) for member in members]
    states = [standing.state for standing in standings]
    lives = [_life(plan, *each, horizon) for each in zip(members, standings, strict=True)]
    return {
        "enrolled": len(members),
        "states": {state: states.count(state) for state in STATES},
        "steps": _funnel(steps, members, furthest, held, horizon),
        "survival": survival(lives),
        "learners": [
            {
                **member.header,
                "state": standing.state,
                "last_activity": standing.last and shown(standing.last.timestamp),
                "silent_days": standing.silent_days,
                "furthest_step": steps[reached].item.id if reached >= 0 else None,
                "evidence": standing.evidence,
            }
            for member, standing, reached in zip(members, standings, furthest, strict=True)
        ],
    }


def _standing(plan: Plan, member: Member, held: Mapping[str, Held], horizon: int) -> Standing:
    engaged = [e.record for e in member.trace.engagement() if e.record.timestamp <= horizon]
    last = last_of(engaged)
    silent = None if last is None else (horizon - last.timestamp) // DAY
    completed = _completed(plan, member, held, horizon)
    rules = plan.rules
    evidence = [last.statement] if last else []
    if member.withdrawn_at(horizon):
        state = "withdrawn"
    elif completed is not None:
        state, evidence = "completed", completed[1]
    elif silent is None:
        state = "not_started"
    elif horizon - (last.timestamp if last else 0) >= rules.dropped_after_days * DAY:
        state = "dropped"
    elif horizon - (last.timestamp if last else 0) >= rules.at_risk_after_days * DAY:
        state = "at_risk"
    else:
        state = "active"
    return Standing(state, last, silent, evidence, completed and completed[0])


def _completed(
    plan: Plan, member: Member, held: Mapping[str, Held], horizon: int
) -> tuple[int, list[str]] | None:
    """Return when a learner had completed all that is required, and by which statements."""
    required = [activity for activity in plan.activities if activity.required]
    moments: list[int] = []
    statements: list[str] = []
    for activity in required:
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


def _furthest(steps: Sequence[Step], member: Member) -> int:
    """Return the index of the last step with any record of the learner; -1 for none."""
    touched = {place.step for each in member.trace.engagement() for place in each.places}
    return max((n for n, step in enumerate(steps) if step.item.id in touched), default=-1)


def _funnel(
    steps: Sequence[Step],
    members: Sequence[Member],
    furthest: Sequence[int],
    held: Mapping[str, Held],
    moment: int,
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    before = len(members)
    for number, step in enumerate(steps):
        reached = sum(each >= number for each in furthest)
        kept = share(reached, before)
        rows.append(
            {
                "activity": step.item.id,
                "title": step.item.title,
                "mode": step.item.mode,
                "reached": reached,
                "completed": sum(_step_completed(step, m, held, moment) for m in members),
                "loss": None if kept is None else round(1 - kept, DIGITS),
            }
        )
        before = reached
    return rows


def _step_completed(step: Step, member: Member, held: Mapping[str, Held], moment: int) -> bool:
    item = step.item
    if not isinstance(item, Session):
        return done(item, member.trace) is not None
    if watched(item, member.trace) is not None:
        return True
    on = member.trace.on(item.id)
    return presence(item, on, held[item.id], moment).state == "attended"


def _life(plan: Plan, member: Member, standing: Standing, horizon: int) -> Life:
    """Return a learner's time under observation, in the clock of the survival curve."""
    enrolled = member.learner.enrolled or plan.starts
    last = standing.last.timestamp if standing.last else horizon
    begun = micros(enrolled) if enrolled else min(last, horizon)
    if standing.state == "dropped":
        return Life.until(begun, last, dropped=True)
    if standing.state == "not_started":
        never = horizon - begun >= plan.rules.dropped_after_days * DAY
        return Life.until(begun, begun if never else horizon, dropped=never)
    if standing.state == "completed" and standing.completed_at is not None:
        return Life.until(begun, standing.completed_at, dropped=False)
    if standing.state == "withdrawn" and member.learner.withdrawn:
        return Life.until(begun, micros(member.learner.withdrawn), dropped=False)
    return Life.until(begun, horizon, dropped=False)
