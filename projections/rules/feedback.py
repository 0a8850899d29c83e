"""Feedback latency: how long submitted work waits for its grade; open work is censored, not ignored."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from projections.record import Record
from projections.rules.moments import DIGITS
from projections.rules.trace import Trace

_HOUR = 3_600_000_000


def latency(traces: Sequence[Trace], moment: int) -> dict[str, Any]:
    """Return how much work was graded, how much is open, and the median wait in hours.

    The median is Kaplan and Meier's: ungraded work counts as waiting until `moment` at least. None
    where less than half of the work has been graded by any wait seen.
    """
    waits = [wait for trace in traces for wait in _waits(trace, moment)]
    graded = [wait for wait, closed in waits if closed]
    return {
        "graded": len(graded),
        "open": len(waits) - len(graded),
        "median_hours": _median(waits),
    }


def _waits(trace: Trace, moment: int) -> list[tuple[int, bool]]:
    """Return each submission's wait, and whether a grade ended it."""
    found: list[tuple[int, bool]] = []
    open_work: dict[str, Record] = {}
    for record, places in trace.located:
        steps = {place.step for place in places if place.relation in {"object", "parent"}}
        for step in steps:
            if record.kind == "submitted":
                open_work.setdefault(step, record)
            elif record.kind == "graded" and step in open_work:
                found.append((record.timestamp - open_work.pop(step).timestamp, True))
    waiting = [(max(0, moment - record.timestamp), False) for record in open_work.values()]
    return [*found, *waiting]


def _median(waits: Sequence[tuple[int, bool]]) -> float | None:
    ended = Counter(wait for wait, closed in waits if closed)
    seen = Counter(wait for wait, _ in waits)
    waiting, at_risk = 1.0, len(waits)
    for wait in sorted(seen):
        waiting = round(waiting * (at_risk - ended[wait]) / at_risk, DIGITS)
        if waiting <= 0.5:
            return round(wait / _HOUR, DIGITS)
        at_risk -= seen[wait]
    return None
