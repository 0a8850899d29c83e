"""Reports as people read them: a few narrow tables, titles in place of ids."""

from typing import Any, NamedTuple

Report = dict[str, Any]


class Table(NamedTuple):
    """A part of a report."""

    title: str
    columns: list[str]
    rows: list[list[Any]]


def tables(report: Report) -> list[Table]:
    """Return a report as readable tables; each report has its own."""
    heading = f"{report['report']} · {report['program']} · as of {_moment(report['as_of'])}"
    return _TABLES[report["report"]](report, heading)


def _readiness(report: Report, heading: str) -> list[Table]:
    session = report["session"]
    titles = {item["activity"]: item["title"] for item in report["items"]}
    figures = ["expected", "ready", "late", "partly", "not_started", "readiness"]
    learners = [
        [
            each["name"],
            each["state"],
            each["share"],
            _rounded(each["lead_hours"]),
            ", ".join(titles[activity] for activity in each["missing"]),
        ]
        for each in report["learners"]
    ]
    columns = ["title", "starts", *figures]
    earlier = [_listed("Earlier sessions", report["history"], columns)] if report["history"] else []
    return [
        Table(
            f"{heading}\n{session['title']}, {_moment(session['starts'])}",
            figures,
            [[report[figure] for figure in figures]],
        ),
        _listed("Pre-work", report["items"], ["title", "due", "done", "late", "missing"]),
        *earlier,
        Table("Learners", ["name", "state", "share", "lead hours", "missing"], learners),
    ]


def _drop_off(report: Report, heading: str) -> list[Table]:
    titles = {step["activity"]: step["title"] for step in report["steps"]}
    states = report["states"]
    learners = [
        [
            each["name"],
            each["state"],
            (each["last_activity"] or "")[:10],
            each["silent_days"],
            _rounded(each["rhythm"]["usual_days"]),
            titles.get(each["furthest_step"], ""),
        ]
        for each in report["learners"]
    ]
    columns = ["name", "state", "last activity", "silent days", "usual days", "furthest step"]
    return [
        Table(heading, ["enrolled", *states], [[report["enrolled"], *states.values()]]),
        _listed("Steps", report["steps"], ["title", "mode", "reached", "completed", "loss"]),
        _listed("Modes", report["modes"], ["mode", "steps", "lost", "loss", "completion"]),
        _listed("Survival", report["survival"], ["week", "at_risk", "dropped", "survival"]),
        Table("Learners", columns, learners),
    ]


def _combined(report: Report, heading: str) -> list[Table]:
    patterns = report["patterns"]
    columns = ["name", "attended", "min", "rec", "done", "late", "score", "follow-up", "pattern"]
    learners = [_combined_row(each["name"], each, each["pattern"]) for each in report["learners"]]
    total = _combined_row("all", report["totals"], "")
    return [
        Table(heading, list(patterns), [list(patterns.values())]),
        _listed(
            "Weeks",
            report["weeks"],
            ["week", "starts", "active", "attended", "absent", "sync_minutes", "completed"],
        ),
        _listed(
            "Sessions",
            report["sessions"],
            ["title", "starts", "expected", "attended", "absent", "recordings", "gini"],
        ),
        _listed("Outcomes", report["outcomes"], ["title", "fit", "completion", "attendance"]),
        Table("Learners", columns, [*learners, total]),
    ]


def _combined_row(name: str, of: Report, pattern: str) -> list[Any]:
    sync, own, follow_up = of["sync"], of["async"], of["follow_up"]
    return [
        name,
        f"{sync['attended']}/{sync['expected']}",
        round(sync["minutes"]),
        sync["recordings"],
        f"{own['completed']}/{own['assigned']}",
        own["late"],
        own["score"],
        f"{follow_up['done']}/{follow_up['expected']}",
        pattern,
    ]


def _listed(title: str, rows: list[Report], columns: list[str]) -> Table:
    cells = [[_cell(column, row[column]) for column in columns] for row in rows]
    return Table(title, [column.replace("_", " ") for column in columns], cells)


def _cell(column: str, value: Any) -> Any:
    if column == "starts":
        return value[:10]
    return _moment(value) if column == "due" else value


def _rounded(amount: float | None) -> float | None:
    """Return an amount of time to one decimal: so much is read at a glance."""
    return None if amount is None else round(amount, 1)


def _moment(text: str | None) -> str:
    """Return a moment of a report without seconds."""
    return f"{text[:10]} {text[11:16]} UTC" if text else ""


_TABLES = {"readiness": _readiness, "drop-off": _drop_off, "combined": _combined}
