"""Small groups kept out of aggregates, for readers who may not see persons.

A figure about fewer than five learners says too much about each of them. `suppressed` returns a
report without its learners, in which None stands for every such figure, for every share of such a
group, and, where the rest of a sum would give one away, for the next smallest part as well. It
does not hide what the difference of two reports, or of two steps of a path, may tell.
"""

from typing import Any

SMALLEST_GROUP = 5


def suppressed(report: dict[str, Any]) -> dict[str, Any]:
    """Return the aggregates of a report, with groups smaller than five suppressed.

    The result has the same keys, no learners, and `"suppressed": true`. A population smaller than
    five leaves no figure at all.
    """
    hide = {"readiness": _readiness, "drop-off": _drop_off, "combined": _combined}
    return {**report, **hide[report["report"]](report), "learners": [], "suppressed": True}


def parts(counts: dict[str, int]) -> dict[str, int | None]:
    """Return the parts of one sum with small ones hidden; zero is no group, and stays.

    One hidden part alone would be the sum less the others; then the smallest other one goes too.
    """
    hidden = {name for name, count in counts.items() if _small(count)}
    others = [name for name in counts if name not in hidden and counts[name]]
    if len(hidden) == 1 and others:
        hidden.add(min(others, key=lambda name: counts[name]))
    return {name: None if name in hidden else count for name, count in counts.items()}


def _small(count: int) -> bool:
    return 0 < count < SMALLEST_GROUP


def _readiness(report: dict[str, Any]) -> dict[str, Any]:
    names = ("ready", "late", "partly", "not_started")
    expected = report["expected"]
    if _small(expected):
        return {**dict.fromkeys((*names, "expected", "readiness")), "items": []}
    counts = parts({name: report[name] for name in names})
    readiness = None if counts["ready"] is None else report["readiness"]
    items = [_item(item) for item in report["items"]]
    return {**counts, "readiness": readiness, "items": items}


def _item(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, **parts({name: item[name] for name in ("done", "late", "missing")})}


def _drop_off(report: dict[str, Any]) -> dict[str, Any]:
    if _small(report["enrolled"]):
        nothing = dict.fromkeys(report["states"])
        return {"enrolled": None, "states": nothing, "steps": [], "survival": []}
    return {
        "states": parts(report["states"]),
        "steps": _steps(report["steps"], report["enrolled"]),
        "survival": [
            {**row, **{name: None for name in ("dropped", "censored") if _small(row[name])}}
            for row in report["survival"]
            if row["at_risk"] >= SMALLEST_GROUP
        ],
    }


def _steps(steps: list[dict[str, Any]], enrolled: int) -> list[dict[str, Any]]:
    rows = []
    before = enrolled
    for step in steps:
        reached, completed = step["reached"], step["completed"]
        hides = _small(reached) or _small(before)
        rows.append(
            {
                **step,
                "reached": None if _small(reached) else reached,
                "completed": None if _small(completed) else completed,
                "loss": None if hides else step["loss"],
            }
        )
        before = reached
    return rows


def _combined(report: dict[str, Any]) -> dict[str, Any]:
    if _small(report["totals"]["learners"]):
        nothing = dict.fromkeys(report["patterns"])
        totals = _blank(report["totals"])
        return {"totals": totals, "weeks": [], "outcomes": [], "patterns": nothing}
    return {
        "patterns": parts(report["patterns"]),
        "weeks": [_week(row) for row in report["weeks"]],
    }


def _week(row: dict[str, Any]) -> dict[str, Any]:
    if not _small(row["active"]):
        return row
    return {**_blank(row), "week": row["week"], "starts": row["starts"]}


def _blank(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _blank(value) if isinstance(value, dict) else None for name, value in figures.items()
    }
