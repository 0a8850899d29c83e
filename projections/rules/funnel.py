"""The funnel: who reached and completed each step of the path, and where live and self-paced lose."""

from collections.abc import Mapping, Sequence
from typing import Any

from lrs.plan import Session
from projections.rules.cohorts import Member
from projections.rules.done import done
from projections.rules.moments import DIGITS, share
from projections.rules.path import Step
from projections.rules.presence import Held, presence, watched


def furthest_step(steps: Sequence[Step], member: Member) -> int:
    """Return the index of the last step with any record of the learner; -1 for none."""
    touched = {place.step for each in member.trace.engagement() for place in each.places}
    return max((n for n, step in enumerate(steps) if step.item.id in touched), default=-1)


def funnel(
    steps: Sequence[Step],
    members: Sequence[Member],
    furthest: Sequence[int],
    held: Mapping[str, Held],
    moment: int,
) -> list[dict[str, Any]]:
    """Return a row for each step; a loss is None where nobody was left before."""
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
                "completed": sum(_completed(step, m, held, moment) for m in members),
                "loss": None if kept is None else round(1 - kept, DIGITS),
            }
        )
        before = reached
    return rows


def by_mode(
    steps: Sequence[Step], rows: Sequence[dict[str, Any]], enrolled: int, horizon: int
) -> list[dict[str, Any]]:
    """Return what the steps of a funnel lost together: the live ones, then the self-paced ones.

    A step that starts or is due after the horizon (microseconds) has lost nobody yet and is left
    out. `loss` is of all learners who came to such a step, step by step, the share who went no further
    than the step before; `completion` is of all enrolled and such steps.
    """
    found: dict[str, dict[str, Any]] = {
        mode: {"mode": mode, "steps": 0, "came": 0, "lost": 0, "completed": 0}
        for mode in ("live", "self_paced")
    }
    before = enrolled
    for step, row in zip(steps, rows, strict=True):
        if step.at is not None and step.at > horizon:
            continue
        total = found["self_paced" if row["mode"] == "async" else "live"]
        total["steps"] += 1
        total["came"] += before
        total["lost"] += before - row["reached"]
        total["completed"] += row["completed"]
        before = row["reached"]
    return [
        {
            **total,
            "loss": share(total["lost"], total["came"]),
            "completion": share(total["completed"], total["steps"] * enrolled),
        }
        for total in found.values()
    ]


def _completed(step: Step, member: Member, held: Mapping[str, Held], moment: int) -> bool:
    item = step.item
    if not isinstance(item, Session):
        return done(item, member.trace) is not None
    if watched(item, member.trace) is not None:
        return True
    on = member.trace.on(item.id)
    return presence(item, on, held[item.id], moment).state == "attended"
