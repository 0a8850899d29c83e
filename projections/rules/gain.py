"""Gain: how learners score after a session against before it, whether they attended or not."""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import Any, NamedTuple

from lrs.plan import Activity, Plan, Session
from projections.rules.done import scores
from projections.rules.moments import DAY, DIGITS, micros, share
from projections.rules.sides import Sync
from projections.rules.trace import Trace


class Gain(NamedTuple):
    """A learner's mean best scores around one session."""

    attended: bool
    before: float
    after: float


Quizzes = Mapping[str, Sequence[Activity]]
"""By session, the quizzes whose scores may show what it changed."""


def quizzes_around(plan: Plan) -> Quizzes:
    """Return the quizzes that prepare or reinforce each session or share its outcome."""
    quizzes = [activity for activity in plan.activities if activity.kind == "quiz"]
    return {session.id: [q for q in quizzes if _around(session, q)] for session in plan.sessions}


def gains(quizzes: Quizzes, trace: Trace, sync: Sync) -> list[Gain]:
    """Return a learner's gain for each group of sessions with scores on both sides of it.

    Before is up to the start, after is from the planned end to as many days later as reinforcing
    work may take: of each quiz the best score then, of several quizzes the mean.
    """
    found: list[Gain] = []
    for session, presence in zip(sync.counted, sync.by_group, strict=True):
        around = quizzes[session.id]
        if not around or presence.state is None:
            continue
        ends = micros(session.ends)
        until = ends + session.reinforce_within_days * DAY
        before = _mean_best(around, trace, None, micros(session.starts))
        after = _mean_best(around, trace, ends, until)
        if before is not None and after is not None:
            found.append(Gain(presence.state == "attended", before, after))
    return found


def gain_of(found: Iterable[Gain]) -> dict[str, Any]:
    """Return gains summed up, of sessions attended and of those that were not."""
    listed = list(found)
    return {
        "attended": _summary([each for each in listed if each.attended]),
        "not_attended": _summary([each for each in listed if not each.attended]),
    }


def _around(session: Session, quiz: Activity) -> bool:
    if quiz.id in session.prepares or quiz.id in session.reinforces:
        return True
    return session.outcome is not None and quiz.outcome == session.outcome


def _mean_best(
    quizzes: Sequence[Activity], trace: Trace, after: int | None, until: int
) -> float | None:
    best: list[float] = []
    for quiz in quizzes:
        within = [
            score
            for at, score in scores(trace, quiz)
            if at <= until and (after is None or at > after)
        ]
        if within:
            best.append(max(within))
    return share(fsum(best), len(best))


def _summary(found: Sequence[Gain]) -> dict[str, Any]:
    before = share(fsum(each.before for each in found), len(found))
    after = share(fsum(each.after for each in found), len(found))
    change = None if before is None or after is None else round(after - before, DIGITS)
    return {"sessions": len(found), "before": before, "after": after, "change": change}
