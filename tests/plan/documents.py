"""Program documents to test with."""

from copy import deepcopy
from typing import Any

QUIZ = "https://lms.example.org/mod/quiz/view.php?id=7"
FORUM = "https://lms.example.org/mod/forum/view.php?id=9"
LAB = "https://meet.example.org/lab/2026-10-09"

MINIMAL: dict[str, Any] = {"slug": "course"}

FULL: dict[str, Any] = {
    "slug": "new-manager-2026",
    "title": "New manager programme",
    "timezone": "Europe/Berlin",
    "starts": "2026-09-28",
    "ends": "2026-12-18",
    "rules": {"at_risk_after_days": 5, "dropped_after_days": 10},
    "outcomes": [{"id": "coaching", "title": "Coach", "needs": "interaction"}],
    "cohorts": [
        {
            "id": "autumn",
            "learners": [
                {"name": "Ada Kaya", "mbox": "mailto:Ada@example.org", "enrolled": "2026-09-29"},
                {
                    "name": "Bo Lind",
                    "account": {"homePage": "https://lms.example.org", "name": "42"},
                    "also": ["mailto:bo@example.org", "https://forum.example.org::bo"],
                    "withdrawn": "2026-11-02",
                },
            ],
        },
        {"id": "winter"},
    ],
    "activities": [
        {
            "id": QUIZ,
            "title": "Feedback models, check",
            "mode": "async",
            "kind": "quiz",
            "outcome": "coaching",
            "required": False,
            "weight": 2.5,
            "due": "2026-10-08T18:00:00",
            "minutes": 20,
            "pass": 0.6,
        },
        {"id": FORUM, "title": "Forum", "mode": "async", "kind": "post", "due": "2026-10-20"},
    ],
    "sessions": [
        {
            "id": LAB,
            "title": "Coaching lab",
            "mode": "live-online",
            "starts": "2026-10-09T14:00:00",
            "ends": "2026-10-09T15:00:00",
            "outcome": "coaching",
            "prepares": [QUIZ],
            "reinforces": [FORUM],
            "reinforce_within_days": 7,
            "recording": "https://lms.example.org/mod/url/view.php?id=11",
            "group": "lab",
            "match": ["https://bbb.example.org/room/7"],
            "attendance": {"minutes": 5, "share": 0.5},
        }
    ],
}

Steps = tuple[str | int, ...]


def put(value: Any, *steps: str | int, document: dict[str, Any] = FULL) -> dict[str, Any]:
    """Return a copy of a document that has `value` at a place."""
    copy = deepcopy(document)
    inner: Any = copy
    for step in steps[:-1]:
        inner = inner[step]
    if isinstance(inner, list) and steps[-1] == len(inner):
        inner.append(value)
    else:
        inner[steps[-1]] = value
    return copy


def without(*steps: str | int) -> dict[str, Any]:
    """Return a copy of the full document that lacks a key."""
    copy = deepcopy(FULL)
    inner: Any = copy
    for step in steps[:-1]:
        inner = inner[step]
    del inner[steps[-1]]
    return copy
