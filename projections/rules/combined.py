"""Combined: live and self-paced learning in one view, per learner, week, cohort and outcome."""

from collections.abc import Mapping, Sequence
from typing import Any

from lrs.plan import Plan
from projections.rules.cohorts import Member
from projections.rules.feedback import waits
from projections.rules.follow_up import follow_up
from projections.rules.gain import gains, quizzes_around
from projections.rules.meetings import hour_rows, session_rows
from projections.rules.outcomes import outcome_rows
from projections.rules.path import groups
from projections.rules.presence import Held
from projections.rules.sides import Async, Sync
from projections.rules.totals import Learnt, cohort_rows, learner_row, patterns, totals
from projections.rules.weeks import week_rows


def combined(
    plan: Plan, members: Sequence[Member], held: Mapping[str, Held], moment: int
) -> dict[str, Any]:
    """Return the combined report over members at `moment` (microseconds).

    Expected and assigned count the whole plan; what is still to come is neither attended nor
    absent, neither done nor late.
    """
    alternatives, quizzes = groups(plan), quizzes_around(plan)
    learnt: list[Learnt] = []
    for member in members:
        sync, own = Sync(alternatives, member, held, moment), Async(plan, member)
        gained = gains(quizzes, member.trace, sync)
        waiting = waits(member.trace, moment)
        learnt.append(Learnt(member, sync, own, follow_up(sync, own), gained, waiting))
    return {
        "totals": totals(learnt),
        "cohorts": cohort_rows(learnt),
        "weeks": week_rows(plan, learnt),
        "sessions": session_rows(plan, learnt),
        "hours": hour_rows(learnt),
        "outcomes": outcome_rows(plan, learnt),
        "patterns": patterns(learnt),
        "learners": [learner_row(each) for each in learnt],
    }
