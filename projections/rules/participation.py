"""Participation: what learners contribute to live sessions, and how evenly."""

from collections import Counter
from collections.abc import Iterable, Sequence

from lrs.plan import Session
from projections.rules.moments import DIGITS
from projections.rules.trace import Trace

PARTICIPATION = {
    "posted": "posts",
    "asked": "questions",
    "answered-poll": "polls",
    "raised-hand": "hands",
}


def contributions(session: Session, trace: Trace) -> Counter[str]:
    """Return what a learner contributed to a session, by name; a record may sum up several acts."""
    found: Counter[str] = Counter()
    for record, relation in trace.on(session.id):
        name = PARTICIPATION.get(record.kind)
        if name is not None and relation != "recording":
            found[name] += record.count
    return found


def added(parts: Iterable[Counter[str]]) -> dict[str, int]:
    """Return contributions added up, every name of them."""
    total = dict.fromkeys(PARTICIPATION.values(), 0)
    for part in parts:
        for name, number in part.items():
            total[name] += number
    return total


def gini(amounts: Sequence[int]) -> float | None:
    """Return Gini's coefficient of amounts that are not negative; None where there is nothing.

    0: everybody contributed alike; 1 − 1/n: one of n did everything.
    """
    total, n = sum(amounts), len(amounts)
    if not total:
        return None
    ranked = sum((2 * rank - n - 1) * each for rank, each in enumerate(sorted(amounts), 1))
    return round(ranked / (n * total), DIGITS)
