"""The path through a programme: its steps in the order in which they are due."""

from typing import NamedTuple

from lrs.plan import Activity, Plan, Session
from projections.rules.moments import micros


class Step(NamedTuple):
    """An activity or a session on the path."""

    item: Activity | Session
    at: int | None
    """When it is due or starts, in microseconds; None where the plan does not say."""


def path(plan: Plan) -> list[Step]:
    """Return a plan's steps by due date or start; an undated activity follows its predecessor."""
    dated: list[tuple[int, Step]] = []
    latest = 0
    for activity in plan.activities:
        at = micros(activity.due) if activity.due else None
        latest = at or latest
        dated.append((latest, Step(activity, at)))
    for session in plan.sessions:
        at = micros(session.starts)
        dated.append((at, Step(session, at)))
    return [step for _, step in sorted(dated, key=lambda each: each[0])]


def groups(plan: Plan) -> list[list[Session]]:
    """Return a plan's sessions by group, alternatives together, in plan order."""
    found: dict[str, list[Session]] = {}
    for session in plan.sessions:
        found.setdefault(session.group, []).append(session)
    return list(found.values())
