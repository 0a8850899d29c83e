"""Outcomes: in which modes they are taught, whether these fit what they need, and how it went."""

from collections.abc import Sequence
from typing import Any

from lrs.plan import Outcome, Plan
from projections.rules.cohorts import Member
from projections.rules.done import done
from projections.rules.moments import share
from projections.rules.sides import Sync


def outcome_rows(
    plan: Plan, syncs: Sequence[Sync], members: Sequence[Member]
) -> list[dict[str, Any]]:
    """Return a row for each outcome of the plan.

    `completion` is done by assigned over members and the outcome's activities, `attendance` is
    attended by expected over members and its session groups; None where there are none.
    """
    return [_row(plan, outcome, syncs, members) for outcome in plan.outcomes]


def fit(outcome: Outcome, modes: Sequence[str]) -> str:
    """Return whether the modes can give what the outcome needs."""
    live = [mode for mode in modes if mode != "async"]
    if outcome.needs == "interaction" and not live:
        return "lacks_interaction"
    if outcome.needs == "information" and live and "async" not in modes:
        return "live_only"
    return "fits"


def _row(
    plan: Plan, outcome: Outcome, syncs: Sequence[Sync], members: Sequence[Member]
) -> dict[str, Any]:
    activities = [a for a in plan.activities if a.outcome == outcome.id]
    sessions = [s for s in plan.sessions if s.outcome == outcome.id]
    modes = sorted({a.mode for a in activities} | {s.mode for s in sessions})
    completed = sum(done(a, member.trace) is not None for a in activities for member in members)
    of_outcome = {session.id for session in sessions}
    states = [
        presence.state
        for sync in syncs
        for alternatives, presence in zip(sync.expected, sync.by_group, strict=True)
        if any(session.id in of_outcome for session in alternatives)
    ]
    return {
        "id": outcome.id,
        "title": outcome.title,
        "needs": outcome.needs,
        "modes": modes,
        "fit": fit(outcome, modes),
        "completion": share(completed, len(activities) * len(members)),
        "attendance": share(states.count("attended"), len(states)),
    }
