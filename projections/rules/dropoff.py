"""Drop-off: where and when learners fall away, and who is about to. Pure rules over plan and traces."""

from collections.abc import Mapping, Sequence
from typing import Any

from lrs.plan import Plan
from projections.rules.cohorts import Member
from projections.rules.funnel import by_mode, funnel, furthest_step
from projections.rules.moments import DAY, micros, shown
from projections.rules.path import path
from projections.rules.presence import Held
from projections.rules.rhythm import rhythm
from projections.rules.standing import STATES, Standing, standing
from projections.rules.survival import Life, survival


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
    standings = [standing(plan, member, held, horizon) for member in members]
    furthest = [furthest_step(steps, member) for member in members]
    states = [each.state for each in standings]
    lives = [_life(plan, *each, horizon) for each in zip(members, standings, strict=True)]
    rows = funnel(steps, members, furthest, held, horizon)
    return {
        "enrolled": len(members),
        "states": {state: states.count(state) for state in STATES},
        "steps": rows,
        "modes": by_mode(steps, rows, len(members), horizon),
        "survival": survival(lives),
        "learners": [
            {
                **member.header,
                "state": at.state,
                "rule": at.rule,
                "last_activity": at.last and shown(at.last.timestamp),
                "silent_days": at.silent_days,
                "rhythm": rhythm(member.trace.engagement(), at.silent_days),
                "furthest_step": steps[reached].item.id if reached >= 0 else None,
                "evidence": at.evidence,
            }
            for member, at, reached in zip(members, standings, furthest, strict=True)
        ],
    }


def _life(plan: Plan, member: Member, at: Standing, horizon: int) -> Life:
    """Return a learner's time under observation, in the clock of the survival curve."""
    enrolled = member.learner.enrolled or plan.starts
    last = at.last.timestamp if at.last else horizon
    begun = micros(enrolled) if enrolled else min(last, horizon)
    if at.state == "dropped":
        return Life.until(begun, last, dropped=True)
    if at.state == "not_started":
        never = horizon - begun >= plan.rules.dropped_after_days * DAY
        return Life.until(begun, begun if never else horizon, dropped=never)
    if at.state == "completed" and at.completed_at is not None:
        return Life.until(begun, at.completed_at, dropped=False)
    if at.state == "withdrawn" and member.learner.withdrawn:
        return Life.until(begun, micros(member.learner.withdrawn), dropped=False)
    return Life.until(begun, horizon, dropped=False)
