"""Time on content: what records measure of the time that a learner spent on an activity."""

from collections.abc import Sequence

from lrs.plan import Activity
from projections.record import Record
from projections.rules.trace import Trace


def time_on_content(activity: Activity, trace: Trace) -> int:
    """Return the milliseconds that records measure on an activity, attempt by attempt.

    Several statements of one attempt repeat one duration: the longest counts. An attempt is told
    by registration, launch or an object of its own inside the activity; else by time alone.
    """
    longest: dict[tuple[str | None, str | None, str], int] = {}
    unnamed: list[Record] = []
    for record, relation in trace.on(activity.id):
        if not record.duration or relation not in {"object", "parent"}:
            continue
        if relation == "object" and record.registration is None and record.session is None:
            unnamed.append(record)
        else:
            key = (record.registration, record.session, record.object)
            longest[key] = max(longest.get(key, 0), record.duration)
    return sum(longest.values()) + _apart(unnamed)


def _apart(records: Sequence[Record]) -> int:
    """Return the milliseconds of attempts that only time tells apart; records in order of time.

    A record covers the time up to it that it measures. Two that overlap by more than half of the
    shorter one are about the same attempt; a little overlap is rounding.
    """
    attempts: list[tuple[int, int]] = []
    for record in records:
        span = (record.timestamp - (record.duration or 0) * 1000, record.timestamp)
        if attempts and _mostly(span, attempts[-1]):
            attempts[-1] = max(span, attempts[-1], key=_length)
        else:
            attempts.append(span)
    return sum(map(_length, attempts)) // 1000


def _mostly(one: tuple[int, int], other: tuple[int, int]) -> bool:
    overlap = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * overlap > min(_length(one), _length(other))


def _length(span: tuple[int, int]) -> int:
    return span[1] - span[0]
