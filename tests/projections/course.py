"""A small course and its statements, for tests of the projections."""

from typing import Any
from uuid import uuid4

SITE = "https://lms.example.org"
QUIZ = f"{SITE}/mod/quiz/view.php?id=7"
PAGE = f"{SITE}/mod/page/view.php?id=5"
FORUM = f"{SITE}/mod/forum/view.php?id=9"
RECORDING = f"{SITE}/mod/url/view.php?id=11"
ROOM = "https://bbb.example.org/room/7"
SESSION = "https://meet.example.org/coaching/2026-10-09"
NAMES = ("ada", "bo", "cem", "dan", "eva")


def document(slug: str = "course", **changes: Any) -> dict[str, Any]:
    """Return a program of four steps and five learners."""
    return {
        "slug": slug,
        "title": "A course",
        "timezone": "UTC",
        "starts": "2026-10-01",
        "ends": "2026-10-31",
        "outcomes": [{"id": "coaching", "title": "Coach", "needs": "interaction"}],
        "cohorts": [
            {
                "id": "autumn",
                "learners": [
                    {"name": name.title(), "mbox": f"mailto:{name}@example.org"} for name in NAMES
                ],
            }
        ],
        "activities": [
            {
                "id": PAGE,
                "title": "Page",
                "mode": "async",
                "kind": "content",
                "due": "2026-10-08T18:00:00",
            },
            {
                "id": QUIZ,
                "title": "Quiz",
                "mode": "async",
                "kind": "quiz",
                "pass": 0.6,
                "due": "2026-10-08T18:00:00",
                "outcome": "coaching",
            },
            {"id": FORUM, "title": "Forum", "mode": "async", "kind": "post", "required": False},
        ],
        "sessions": [
            {
                "id": SESSION,
                "title": "Lab",
                "mode": "live-online",
                "starts": "2026-10-09T14:00:00",
                "ends": "2026-10-09T15:00:00",
                "prepares": [PAGE, QUIZ],
                "reinforces": [FORUM],
                "reinforce_within_days": 14,
                "recording": RECORDING,
                "match": [ROOM],
                "attendance": {"minutes": 5, "share": 0.5},
                "outcome": "coaching",
            }
        ],
    } | changes


def said(
    name: str, verb: str, activity: str, at: str, kind: str = "", **more: Any
) -> dict[str, Any]:
    """Return a statement; `kind` is the object's activity type."""
    target: dict[str, Any] = {"id": activity}
    if kind:
        target["definition"] = {"type": kind}
    return {
        "id": str(uuid4()),
        "actor": {"mbox": f"mailto:{name}@example.org"},
        "verb": {"id": verb},
        "object": target,
        "timestamp": at,
        **more,
    }


def completed(name: str, at: str = "2026-10-05T10:00:00Z") -> dict[str, Any]:
    """Return that somebody completed the page."""
    return said(
        name,
        "http://adlnet.gov/expapi/verbs/completed",
        PAGE,
        at,
        "http://adlnet.gov/expapi/activities/module",
    )


def scored(name: str, raw: float, at: str = "2026-10-06T10:00:00Z") -> dict[str, Any]:
    """Return that somebody finished the quiz with so many of ten points, as Moodle says it."""
    return said(
        name,
        "http://adlnet.gov/expapi/verbs/completed",
        f"{SITE}/mod/quiz/attempt.php?attempt={uuid4().int % 10**6}",
        at,
        "http://adlnet.gov/expapi/activities/attempt",
        result={"score": {"raw": raw, "min": 0, "max": 10}, "completion": True},
        context={"contextActivities": {"parent": [{"id": QUIZ}]}},
    )


def attended(name: str, minutes: int, at: str = "2026-10-09T14:00:00Z") -> dict[str, Any]:
    """Return that somebody attended the session for so long, as an adapter says it."""
    return said(
        name,
        "http://adlnet.gov/expapi/verbs/attended",
        SESSION,
        at,
        "http://adlnet.gov/expapi/activities/meeting",
        result={"duration": f"PT{minutes}M"},
        context={
            "platform": "Zoom",
            "contextActivities": {"category": [{"id": "https://w3id.org/bichron/adapter/zoom"}]},
        },
    )


def joined(name: str, at: str, verb: str = "join") -> dict[str, Any]:
    """Return that somebody joined (or left) the room, as BigBlueButton says it."""
    return said(
        name,
        f"http://activitystrea.ms/{verb}",
        ROOM,
        at,
        "https://w3id.org/xapi/virtual-classroom/activity-types/virtual-classroom",
        context={
            "contextActivities": {"category": [{"id": "https://w3id.org/xapi/virtual-classroom"}]}
        },
    )


def posted(name: str, at: str = "2026-10-12T10:00:00Z") -> dict[str, Any]:
    """Return that somebody posted in the forum."""
    return said(
        name,
        "http://id.tincanapi.com/verb/replied",
        f"{SITE}/mod/forum/discuss.php?d=1#p{uuid4().int % 10**6}",
        at,
        "http://id.tincanapi.com/activitytype/forum-reply",
        context={"contextActivities": {"parent": [{"id": FORUM}]}},
    )


def voiding(statement: dict[str, Any]) -> dict[str, Any]:
    """Return a statement that takes another back."""
    return {
        "id": str(uuid4()),
        "actor": {"mbox": "mailto:admin@example.org"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
        "object": {"objectType": "StatementRef", "id": statement["id"]},
    }
