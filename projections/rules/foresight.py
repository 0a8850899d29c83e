"""What could be known of a session's readiness before it began, and how earlier ones went."""

from collections.abc import Sequence
from typing import Any

from lrs.plan import Activity, Plan, Session
from projections.rules.cohorts import Member
from projections.rules.moments import HOUR, micros, shown
from projections.rules.prework import (
    counts,
    expected_at,
    prework,
    prework_by,
    required_for,
    state,
)

HOURS_AHEAD = (24, 1)
"""So long before the cut-off a facilitator can still call somebody."""


def ahead(
    required: Sequence[Activity], expected: Sequence[Member], cutoff: int
) -> list[dict[str, Any]]:
    """Return for each of `HOURS_AHEAD` how many learners were in each state.

    `known` counts what was stored by then, as a report with that `as_of` does; `true` what was done
    by then, whenever it arrived. Of a moment still to come it tells what is known so far.
    """
    rows: list[dict[str, Any]] = []
    for hours_ahead in HOURS_AHEAD:
        moment = cutoff - hours_ahead * HOUR
        known = [state(prework(required, member, cutoff, moment)) for member in expected]
        true = [state(prework_by(required, member, moment)) for member in expected]
        rows.append(
            {
                "hours": hours_ahead,
                "at": shown(moment),
                "known": counts(known),
                "true": counts(true),
            }
        )
    return rows


def history(plan: Plan, session: Session, members: Sequence[Member]) -> list[dict[str, Any]]:
    """Return the readiness for each earlier session with pre-work, in order of their starts."""
    earlier = [each for each in plan.sessions if each.starts < session.starts]
    return [
        _past(each, required, members)
        for each in sorted(earlier, key=lambda each: each.starts)
        if (required := required_for(plan, each))
    ]


def _past(
    session: Session, required: Sequence[Activity], members: Sequence[Member]
) -> dict[str, Any]:
    starts = micros(session.starts)
    expected = expected_at(session, members)
    return {
        "id": session.id,
        "title": session.title,
        "starts": shown(starts),
        "expected": len(expected),
        **counts(state(prework(required, member, starts)) for member in expected),
    }
