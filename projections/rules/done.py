"""When an activity is done: the contract's rule for each kind, retractions folded in by time."""

from collections.abc import Iterable, Sequence

from lrs.plan import Activity
from projections.record import SCORING, Record, by_time
from projections.rules.trace import On, Trace

_WITHIN = frozenset({"object", "parent"})
_WITHIN_FOR_POSTS = frozenset({"object", "parent", "grouping"})

_ROUNDING = 1e-9
"""A score is a quotient: 5.6 of 7 is a hair below 0.8, which must not cost a pass."""


def done(
    activity: Activity, trace: Trace, known_by: int | None = None, by: int | None = None
) -> Record | None:
    """Return the first record by which a learner did an activity; None if not done.

    With `known_by` only records stored at or before it (microseconds) count, with `by` only those
    of things that happened at or before it. What a retraction undid counts again only from a later
    record on.
    """
    on = trace.on(activity.id)
    if on and known_by is not None:
        on = [each for each in on if each.record.stored <= known_by]
    if on and by is not None and on[-1].record.timestamp > by:
        on = [each for each in on if each.record.timestamp <= by]
    if activity.kind == "post":
        return _posted(on)
    found: Record | None = None
    for record, relation in on:
        if relation not in _WITHIN:
            continue
        if record.kind == "completion-retracted":
            found = None
        elif found is None and _qualifies(activity, record):
            found = record
    return found


def best_score(trace: Trace, activity: Activity) -> float | None:
    """Return the best normalised score of a quiz; None without any."""
    return max((score for _, score in scores(trace, activity)), default=None)


def scores(trace: Trace, activity: Activity) -> list[tuple[int, float]]:
    """Return when a quiz was scored and how (normalised), in order of time."""
    return [
        (record.timestamp, record.score)
        for record, relation in trace.on(activity.id)
        if relation in _WITHIN and _scores(record) and record.score is not None
    ]


def _qualifies(activity: Activity, record: Record) -> bool:
    if activity.kind == "quiz":
        if not _scores(record):
            return False
        if activity.pass_mark is None:
            return True
        return record.score is not None and record.score >= activity.pass_mark - _ROUNDING
    if activity.kind == "assignment":
        return record.kind == "submitted"
    if record.kind == "quiz-scored":
        return record.completion is True  # H5P says that a content is complete by its score
    return record.kind in {"completed", "passed"} and record.completion is not False


def _scores(record: Record) -> bool:
    """Tell whether a record is the result of a quiz; some tools say it as passed or completed."""
    if record.kind == "quiz-scored":
        return True
    return record.kind in SCORING and record.score is not None


def _posted(on: Sequence[On]) -> Record | None:
    """Return the first post that was neither deleted nor retracted."""
    standing: dict[str, Record] = {}
    for record, relation in on:
        if relation not in _WITHIN_FOR_POSTS:
            continue
        if record.kind == "posted":
            standing.setdefault(record.object, record)
        elif record.kind == "posted-deleted":
            standing.pop(record.object, None)
        elif record.kind == "completion-retracted":
            standing.clear()
    return min(standing.values(), key=by_time, default=None)


def last_of(records: Iterable[Record]) -> Record | None:
    """Return the latest record."""
    return max(records, key=by_time, default=None)
