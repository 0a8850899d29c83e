"""Reports without their learners: what may be passed on, and to whom with small groups."""

from collections.abc import Iterator
from typing import Any

from projections.export import csv_of
from projections.rules.suppression import suppressed

COLUMNS = ("part", "of", "figure", "value")
_LABELS = ("activity", "id", "week", "hour", "hours", "mode")
_HEAD = ("report", "program", "cohort", "as_of", "position", "rules", "suppressed")


def aggregate(report: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """Return a report without its learners; unless `whole`, without figures of small groups.

    `suppressed` in it tells which of the two it is.
    """
    return {**report, "learners": [], "suppressed": False} if whole else suppressed(report)


def aggregate_csv(report: dict[str, Any]) -> bytes:
    """Return an aggregate as CSV (RFC 4180, UTF-8), one figure a row, see `figures`.

    A figure that is null or suppressed has an empty value. Text that a spreadsheet would run as a
    formula gets a leading apostrophe.
    """
    return csv_of(COLUMNS, figures(report))


def figures(report: dict[str, Any]) -> list[tuple[str, str, str, Any]]:
    """Return an aggregate's figures as rows of `COLUMNS`.

    `part` is the report's own name for where the figure stands (empty at the top), `of` the
    activity, outcome or week it is about.
    """
    return [
        row
        for name, value in report.items()
        if name not in _HEAD and name != "learners"
        for row in _rows("", name, value)
    ]


def _rows(part: str, name: str, value: Any) -> Iterator[tuple[str, str, str, Any]]:
    if isinstance(value, dict):
        for inner, each in value.items():
            yield from _rows(f"{part}.{name}" if part else name, inner, each)
    elif isinstance(value, list):
        for row in value:
            yield from _of(f"{part}.{name}" if part else name, row)
    else:
        yield part, "", name, value


def _of(part: str, row: Any) -> Iterator[tuple[str, str, str, Any]]:
    """Yield the figures of one row of a list; what it is about stands in front, not among them."""
    if not isinstance(row, dict):
        yield part, "", "", row
        return
    label = next((name for name in _LABELS if name in row), "")
    for figure, value in _figures("", {n: each for n, each in row.items() if n != label}):
        yield part, str(row.get(label, "")), figure, value


def _figures(prefix: str, row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _figures(f"{prefix}{name}.", value)
        elif not isinstance(value, str | list):
            yield f"{prefix}{name}", value
