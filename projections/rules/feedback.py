"""Feedback latency: how long submitted work waits for its grade; open work is censored, not ignored."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from projections.record import Record
from projections.rules.moments import DIGITS, hours
from projections.rules.trace import Trace


class Wait(NamedTuple):
    """How long a submission waits, in microseconds, and whether a grade ended it."""

    time: int
    graded: bool


def waits(trace: Trace, moment: int) -> list[Wait]:
    """Return the waits of a learner's submissions; open ones last until `moment` at least."""
    found: list[Wait] = []
    open_work: dict[str, Record] = {}
    for record, places in trace.located:
        if record.kind not in {"submitted", "graded"}:
            continue
        for step in {place.step for place in places if place.relation in {"object", "parent"}}:
            if record.kind == "submitted":
                open_work.setdefault(step, record)
            elif step in open_work:
                found.append(Wait(record.timestamp - open_work.pop(step).timestamp, True))
    waiting = [Wait(max(0, moment - work.timestamp), False) for work in open_work.values()]
    return [*found, *waiting]


def latency(waits: Iterable[Wait]) -> dict[str, Any]:
    """Return how much work was graded, how much is open, and the median wait in hours.

    The median is Kaplan and Meier's: ungraded work counts as waiting at least as long as it has.
    None where less than half of the work has been graded by any wait seen.
    """
    listed = list(waits)
    graded = sum(wait.graded for wait in listed)
    return {
        "graded": graded,
        "open": len(listed) - graded,
        "median_hours": _median(listed),
    }


def _median(waits: Sequence[Wait]) -> float | None:
    ended = Counter(wait.time for wait in waits if wait.graded)
    seen = Counter(wait.time for wait in waits)
    waiting, at_risk = 1.0, len(waits)
    for time in sorted(seen):
        waiting = round(waiting * (at_risk - ended[time]) / at_risk, DIGITS)
        if waiting <= 0.5:
            return hours(time)
        at_risk -= seen[time]
    return None
