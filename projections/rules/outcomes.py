"""Outcomes: in which modes they are taught, whether these fit what they need, and how it went."""

from collections.abc import Sequence
from typing import Any

from lrs.plan import Outcome, Plan
from projections.rules.moments import share
from projections.rules.totals import Learnt


def outcome_rows(plan: Plan, learnt: Sequence[Learnt]) -> list[dict[str, Any]]:
    """Return a row for each outcome of the plan.

    `completion` is done by assigned over members and the outcome's activities, `attendance` is
    attended by expected over members and its session groups; None where there are none.
    """
    return [_row(plan, outcome, learnt) for outcome in plan.outcomes]


def fit(outcome: Outcome, modes: Sequence[str]) -> str:
    """Return whether the modes can give what the outcome needs."""
    live = [mode for mode in modes if mode != "async"]
    if outcome.needs == "interaction" and not live:
        return "lacks_interaction"
    if outcome.needs == "information" and live and "async" not in modes:
        return "live_only"
    return "fits"


def _row(plan: Plan, outcome: Outcome, learnt: Sequence[Learnt]) -> dict[str, Any]:
    activities = [a for a in plan.activities if a.outcome == outcome.id]
    sessions = {s.id: s.mode for s in plan.sessions if s.outcome == outcome.id}
    modes = sorted({a.mode for a in activities} | set(sessions.values()))
    owns = [each.own for each in learnt]
    ids = [a.id for a in activities]
    completed = sum(own.records[iri] is not None for own in owns for iri in ids)
    late = sum(iri in own.delays for own in owns for iri in ids)
    scores = [own.scores[iri] for own in owns for iri in ids if iri in own.scores]
    groups = [
        (presence.state, made_up)
        for sync in (each.sync for each in learnt)
        for alternatives, presence, made_up in zip(
            sync.expected, sync.by_group, sync.made_up, strict=True
        )
        if any(session.id in sessions for session in alternatives)
    ]
    return {
        "id": outcome.id,
        "title": outcome.title,
        "needs": outcome.needs,
        "modes": modes,
        "fit": fit(outcome, modes),
        "completion": share(completed, len(ids) * len(owns)),
        "attendance": share(sum(state == "attended" for state, _ in groups), len(groups)),
        "late": share(late, completed),
        "score": share(sum(scores), len(scores)),
        "made_up": share(sum(made_up for _, made_up in groups), len(groups)),
    }
