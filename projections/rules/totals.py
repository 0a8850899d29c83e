"""Combined figures of one learner and of many, in the same shape."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from projections.rules.cohorts import Member
from projections.rules.feedback import Wait, latency
from projections.rules.gain import Gain, gain_of
from projections.rules.moments import hours, median, minutes, share
from projections.rules.participation import added, gini
from projections.rules.sides import Async, Sync

PATTERNS = ("both", "sync_only", "async_only", "neither")


class Learnt(NamedTuple):
    """A member with both sides of what they did, and what follows from the two."""

    member: Member
    sync: Sync
    own: Async
    follow_up: tuple[int, int]
    """Expected, done."""
    gains: Sequence[Gain]
    waits: Sequence[Wait]

    @property
    def pattern(self) -> str:
        """Whether they learnt on both sides of the programme, on one, on neither."""
        did = self.own.completed > 0
        if self.sync.states["attended"] > 0:
            return "both" if did else "sync_only"
        return "async_only" if did else "neither"


def learner_row(learnt: Learnt) -> dict[str, Any]:
    """Return one learner's row."""
    return {**learnt.member.header, **_figures([learnt]), "pattern": learnt.pattern}


def totals(learnt: Sequence[Learnt]) -> dict[str, Any]:
    """Return what learners' rows add up to; means and medians are over all of their single cases."""
    figures = _figures(learnt)
    spoken = [
        sum(added(each.sync.spoken.values()).values())
        for each in learnt
        if each.sync.states["attended"] or each.sync.states["partial"]
    ]
    return {"learners": len(learnt), **figures, "sync": {**figures["sync"], "gini": gini(spoken)}}


def patterns(learnt: Sequence[Learnt]) -> dict[str, int]:
    """Return how many learners show each pattern."""
    found = Counter(each.pattern for each in learnt)
    return {pattern: found[pattern] for pattern in PATTERNS}


def cohort_rows(learnt: Sequence[Learnt]) -> list[dict[str, Any]]:
    """Return the totals of each cohort among the learners, in the plan's order."""
    by_cohort: dict[str, list[Learnt]] = {}
    for each in learnt:
        by_cohort.setdefault(each.member.learner.cohort, []).append(each)
    return [
        {"id": cohort, **totals(some), "patterns": patterns(some)}
        for cohort, some in by_cohort.items()
    ]


def _figures(learnt: Sequence[Learnt]) -> dict[str, Any]:
    return {
        "sync": _sync([each.sync for each in learnt]),
        "async": _async([each.own for each in learnt]),
        "follow_up": {
            "expected": sum(each.follow_up[0] for each in learnt),
            "done": sum(each.follow_up[1] for each in learnt),
        },
        "gain": gain_of(gain for each in learnt for gain in each.gains),
        "feedback": latency(wait for each in learnt for wait in each.waits),
    }


def _sync(syncs: Sequence[Sync]) -> dict[str, Any]:
    return {
        "expected": sum(len(sync.expected) for sync in syncs),
        **{
            state: sum(sync.states[state] for sync in syncs)
            for state in ("attended", "partial", "absent")
        },
        "minutes": minutes(sum(sync.milliseconds for sync in syncs)),
        "recordings": sum(sync.recordings for sync in syncs),
        "participation": added(spoken for sync in syncs for spoken in sync.spoken.values()),
    }


def _async(owns: Sequence[Async]) -> dict[str, Any]:
    completed = sum(own.completed for own in owns)
    delays = [hours(delay) for own in owns for delay in own.late]
    scores = [score for own in owns for score in own.scores.values()]
    return {
        "assigned": sum(len(own.assigned) for own in owns),
        "completed": completed,
        "on_time": completed - len(delays),
        "late": len(delays),
        "late_hours": median(delays),
        "minutes": minutes(sum(own.milliseconds for own in owns)),
        "score": share(sum(scores), len(scores)),
    }
