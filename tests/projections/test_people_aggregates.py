"""Aggregates: reports without learners, and as figures in CSV."""

import csv
import io
from typing import Any

from projections.aggregates import aggregate, aggregate_csv

REPORT: dict[str, Any] = {
    "report": "readiness",
    "program": "course",
    "cohort": None,
    "as_of": "2026-10-09T14:00:00Z",
    "position": 7,
    "rules": "1",
    "session": {"id": "https://meet.example.org/1", "title": "=cmd()"},
    "cutoff": "2026-10-09T14:00:00Z",
    "expected": 12,
    "ready": 6,
    "late": 0,
    "partly": 0,
    "not_started": 6,
    "readiness": 0.5,
    "history": [],
    "items": [
        {
            "activity": "https://x",
            "title": "X",
            "due": None,
            "done": 9,
            "late": 0,
            "missing": 3,
            "lead_hours": 12.0,
        }
    ],
    "learners": [{"name": "Ada"}],
}


def rows(report: dict[str, Any]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(aggregate_csv(report).decode())))


def test_an_aggregate_has_no_learners_and_says_whether_small_groups_are_hidden() -> None:
    whole, hidden = (aggregate(REPORT, whole=each) for each in (True, False))
    assert whole == REPORT | {"learners": [], "suppressed": False}
    assert (hidden["learners"], hidden["suppressed"]) == ([], True)
    assert whole["items"][0]["missing"] == 3
    assert (hidden["items"][0]["done"], hidden["items"][0]["missing"]) == (None, None)


def test_an_aggregate_in_csv_has_one_figure_a_row() -> None:
    found = rows(aggregate(REPORT, whole=True))
    assert found[0] == ["part", "of", "figure", "value"]
    assert ["", "", "readiness", "0.5"] in found
    assert ["items", "https://x", "missing", "3"] in found
    assert ["session", "", "title", "'=cmd()"] in found
    hidden = rows(aggregate(REPORT, whole=False))
    assert ["items", "https://x", "missing", ""] in hidden
    assert len(hidden) == len(found)
    assert not any("Ada" in cell for row in found for cell in row)


def test_a_nested_figure_of_a_row_is_dotted() -> None:
    ahead = {"hours": 24, "at": "2026-10-08T14:00:00Z", "known": {"ready": 2, "readiness": 0.5}}
    found = rows(REPORT | {"ahead": [ahead]})
    assert ["ahead", "24", "known.ready", "2"] in found
    assert ["ahead", "24", "known.readiness", "0.5"] in found
