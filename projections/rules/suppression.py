"""Small groups kept out of aggregates, for readers who may not see persons.

A figure about fewer than five learners says too much about each of them. `suppressed` returns a
report without its learners, in which None stands for every such figure, for every share of such a
group, and, where the rest of a sum or the step from one row to the next would give a group away,
for its neighbours as well. What this module does not know is suppressed too, so that a new figure
shows only once somebody has thought about it here.

Left out on purpose, since others' figures would give a few learners away: `known_at_cutoff` and
`ahead` (less what is true, they are the few who came late), `modes` (sums over steps that the
funnel hides), `cohorts` (less the others, the smallest; ask for one cohort), `hours`, `gain`, and of a
session everything but how many came.

It hides nothing that only the difference of two reports tells (of two cohorts, of two moments).
"""

from collections.abc import Mapping, Sequence
from typing import Any

Report = dict[str, Any]

SMALLEST_GROUP = 5
_HEAD = ("report", "program", "cohort", "as_of", "position", "rules", "session", "cutoff")
_STATES = ("ready", "late", "partly", "not_started")
_PRESENCE = ("attended", "partial", "absent")
_SUMS = {
    "sync": ("expected", *_PRESENCE, "minutes", "recordings", "participation"),
    "async": ("assigned", "completed", "on_time", "late", "late_hours", "minutes", "score"),
    "follow_up": ("expected", "done"),
}
"""What may show of the totals, where five learners or more contributed."""


def suppressed(report: Report) -> Report:
    """Return the aggregates of a report, with groups smaller than five suppressed.

    The result has the same keys, no learners, and `"suppressed": true`. A population smaller than
    five leaves no figure at all.
    """
    hide = {"readiness": _readiness, "drop-off": _drop_off, "combined": _combined}
    known = {name: report[name] for name in _HEAD if name in report}
    figures = hide[report["report"]](report)
    return {**_nothing(report), **known, **figures, "learners": [], "suppressed": True}


def parts(
    counts: Mapping[str, int], sizes: Mapping[str, int] | None = None
) -> dict[str, int | None]:
    """Return the parts of one sum with small ones hidden; zero is no group, and stays.

    `sizes` are the learners behind each part, where a part counts something else. What is hidden
    can be had as the sum less the others: so the next smallest parts go too, until two or more are
    hidden with five learners or more behind them.
    """
    sizes = sizes or counts
    hidden = {name for name in counts if _small(sizes[name])}
    others = sorted((n for n in counts if n not in hidden and sizes[n]), key=lambda n: -sizes[n])
    while hidden and others and (len(hidden) < 2 or sum(sizes[n] for n in hidden) < SMALLEST_GROUP):
        hidden.add(others.pop())
    return {name: None if name in hidden else count for name, count in counts.items()}


def _small(count: int) -> bool:
    return 0 < count < SMALLEST_GROUP


def _unless_small(count: int) -> int | None:
    return None if _small(count) else count


def _nothing(value: Any) -> Any:
    """Return the same shape without a figure."""
    if isinstance(value, dict):
        return {name: _nothing(inner) for name, inner in value.items()}
    return [] if isinstance(value, list) else None


def _row(row: Report, labels: Sequence[str], figures: Mapping[str, Any]) -> Report:
    return {**_nothing(row), **{name: row[name] for name in labels}, **figures}


def _readiness(report: Report) -> Report:
    if _small(report["expected"]):
        return {}
    return {
        **_prepared(report),
        "items": [_item(item) for item in report["items"]],
        "history": [
            _row(past, ("id", "title", "starts"), _prepared(past)) for past in report["history"]
        ],
    }


def _prepared(report: Report) -> Report:
    """Return how many were ready for a session, of five or more expected."""
    if _small(report["expected"]):
        return {}
    counts = parts({name: report[name] for name in _STATES})
    readiness = None if counts["ready"] is None else report["readiness"]
    return {"expected": report["expected"], **counts, "readiness": readiness}


def _item(item: Report) -> Report:
    """Return a piece of pre-work; its median lead if five or more did it."""
    figures: Report = {**parts({name: item[name] for name in ("done", "late", "missing")})}
    if item["done"] + item["late"] >= SMALLEST_GROUP:
        figures["lead_hours"] = item["lead_hours"]
    return _row(item, ("activity", "title", "due"), figures)


def _drop_off(report: Report) -> Report:
    if _small(report["enrolled"]):
        return {}
    return {
        "enrolled": report["enrolled"],
        "states": parts(report["states"]),
        "steps": _steps(report["steps"], report["enrolled"]),
        "survival": _survival(report["survival"]),
    }


def _steps(steps: Sequence[Report], enrolled: int) -> list[Report]:
    """Return the funnel; where a few were lost, it shows how many are left once more are."""
    rows = []
    last: int = enrolled
    shown_before = True
    for step in steps:
        reached, completed = step["reached"], step["completed"]
        shows = not _small(reached) and not _small(last - reached)
        figures = {
            "reached": reached if shows else None,
            "completed": None if _small(abs(reached - completed)) else _unless_small(completed),
            "loss": step["loss"] if shows and shown_before else None,
        }
        rows.append(_row(step, ("activity", "title", "mode"), figures))
        last, shown_before = (reached if shows else last), shows
    return rows


def _survival(rows: Sequence[Report]) -> list[Report]:
    """Return the curve while five or more are at risk, without the weeks in which few left.

    Weeks are taken together until none or five dropped in them, and none or five were censored;
    then the last of them shows what survives.
    """
    shown: list[Report] = []
    dropped = censored = weeks = 0
    for row in rows:
        if row["at_risk"] < SMALLEST_GROUP:
            break
        weeks, dropped, censored = weeks + 1, dropped + row["dropped"], censored + row["censored"]
        labels = ["week"]
        if weeks == 1:
            labels.append("at_risk")
        if not _small(dropped) and not _small(censored):
            labels += ["survival", "low", "high"]
            labels += ["dropped", "censored"] if weeks == 1 else []
            dropped = censored = weeks = 0
        shown.append(_row(row, labels, {}))
    return shown


def _combined(report: Report) -> Report:
    learners = report["totals"]["learners"]
    if _small(learners):
        return {}
    return {
        "totals": {"learners": learners, **_totals(report["totals"], report["learners"])},
        "patterns": parts(report["patterns"]),
        "weeks": [_week(row) for row in report["weeks"]],
        "sessions": [_session(row) for row in report["sessions"]],
        "outcomes": [_outcome(row, learners) for row in report["outcomes"]],
    }


def _totals(totals: Report, learners: Sequence[Report]) -> Report:
    """Return the sums that five or more learners, or none, contributed to."""
    found: Report = {
        **_nothing({name: value for name, value in totals.items() if name != "learners"}),
    }
    for part, names in _SUMS.items():
        sums = {name: totals[part][name] for name in names}
        found[part] |= _summed(sums, [each[part] for each in learners])
    for side, names in (("sync", _PRESENCE), ("async", ("on_time", "late"))):
        counts = {name: totals[side][name] for name in names}
        sizes = {name: _contributors(name, [row[side] for row in learners]) for name in names}
        found[side] |= parts(counts, sizes)
    feedback = totals["feedback"]
    graded = _unless_small(feedback["graded"])
    found["feedback"] = {
        **_nothing(feedback),
        "graded": graded,
        "open": _unless_small(feedback["open"]),
        "median_hours": feedback["median_hours"] if graded else None,
    }
    return found


def _summed(totals: Report, rows: Sequence[Report]) -> Report:
    found: Report = {}
    for name, total in totals.items():
        if isinstance(total, dict):
            found[name] = _summed(total, [row.get(name, {}) for row in rows])
        else:
            of = _contributors(name, rows)
            found[name] = None if _small(of) or (total and not of) else total
    return found


def _contributors(name: str, rows: Sequence[Report]) -> int:
    """Return how many learners a sum or mean is of; a score of 0 counts, an absent one does not."""
    values = [row.get(name) for row in rows]
    return sum(value is not None if name == "score" else bool(value) for value in values)


def _week(row: Report) -> Report:
    if _small(row["active"]):
        return _row(row, ("week", "starts"), {})
    counts = {name: _unless_small(row[name]) for name in (*_PRESENCE, "completed")}
    present = counts["attended"] is not None and counts["partial"] is not None
    figures = {"active": row["active"], **counts}
    return _row(
        row,
        ("week", "starts"),
        {**figures, "sync_minutes": row["sync_minutes"] if present else None},
    )


def _session(row: Report) -> Report:
    """Return how many were expected at a session and how many came."""
    labels = ("id", "title", "mode", "starts")
    if _small(row["expected"]):
        return _row(row, labels, {})
    figures = {"expected": row["expected"], **parts({name: row[name] for name in _PRESENCE})}
    return _row(row, labels, figures)


def _outcome(row: Report, learners: int) -> Report:
    """Return an outcome; a share that fewer than five learners may make up is hidden."""
    figures = {
        name: None if row[name] is None or 0 < row[name] * learners < SMALLEST_GROUP else row[name]
        for name in ("completion", "attendance")
    }
    return _row(row, ("id", "title", "needs", "modes", "fit"), figures)
