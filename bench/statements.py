"""A seeded stream of statements as a busy platform sends them, and the courses they belong to."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

LMS = "https://lms.example.org"
START = datetime(2026, 9, 7, tzinfo=UTC)
WEEKS = 12
ACTIVITIES = 36
LEARNERS = 500
COURSES = 12
ADL = "http://adlnet.gov/expapi/verbs/"
TYPES = "http://adlnet.gov/expapi/activities/"
KINDS = ("content", "quiz", "post")
VERBS = {
    "content": (f"{ADL}completed", f"{TYPES}lesson"),
    "quiz": (f"{ADL}completed", f"{TYPES}assessment"),
    "post": (
        "http://id.tincanapi.com/verb/replied",
        "http://id.tincanapi.com/activitytype/forum-topic",
    ),
}
VIEWED = "http://id.tincanapi.com/verb/viewed"
ATTENDED = f"{ADL}attended"
FILLER = "The description that an authoring tool puts into every statement it sends. " * 5


def statements(seed: int, first: int = 0) -> Iterator[bytes]:
    """Yield statements of about 1.5 KB as JSON without end, the same for the same seed."""
    chance = random.Random(seed)
    number = first
    while True:
        yield orjson.dumps(_statement(chance, number))
        number += 1


def activity(course: int, number: int) -> str:
    """Return the IRI of one of a course's activities."""
    return f"{LMS}/course/{course}/mod/{KINDS[number % 3]}/view.php?id={number}"


def session(course: int, week: int) -> str:
    """Return the IRI of a course's live session in a week."""
    return f"https://meet.example.org/course/{course}/session/{week}"


def program(course: int) -> dict[str, Any]:
    """Return a course's program document."""
    return {
        "slug": f"course-{course}",
        "title": f"Course {course}",
        "starts": START.date().isoformat(),
        "ends": (START + timedelta(weeks=WEEKS)).date().isoformat(),
        "cohorts": [{"id": "all", "learners": [_learner(course, n) for n in range(LEARNERS)]}],
        "activities": [
            {
                "id": activity(course, number),
                "title": f"Step {number}",
                "mode": "async",
                "kind": KINDS[number % 3],
                "due": (START + timedelta(days=2 + 7 * (number // 3))).isoformat(),
            }
            for number in range(ACTIVITIES)
        ],
        "sessions": [
            {
                "id": session(course, week),
                "title": f"Session {week}",
                "mode": "live-online",
                "starts": (START + timedelta(days=4 + 7 * week, hours=14)).isoformat(),
                "ends": (START + timedelta(days=4 + 7 * week, hours=15)).isoformat(),
                "prepares": [activity(course, 3 * week + n) for n in range(3)],
                "attendance": {"share": 0.5},
            }
            for week in range(WEEKS)
        ],
    }


def agent(course: int, learner: int) -> dict[str, Any]:
    """Return a learner as statements name them."""
    return {
        "objectType": "Agent",
        "name": f"Learner {course}-{learner}",
        "account": {"homePage": LMS, "name": f"{course}-{learner}"},
    }


def registration(course: int, learner: int) -> str:
    """Return the registration of a learner in a course."""
    return str(UUID(int=(course << 64) | (4 << 76) | (8 << 60) | learner))


def _learner(course: int, number: int) -> dict[str, Any]:
    return {
        "name": f"Learner {course}-{number}",
        "account": {"homePage": LMS, "name": f"{course}-{number}"},
        "enrolled": START.date().isoformat(),
    }


def _statement(chance: random.Random, number: int) -> dict[str, Any]:
    course, learner = chance.randrange(COURSES), chance.randrange(LEARNERS)
    step = chance.randrange(ACTIVITIES)
    at = START + timedelta(seconds=chance.randrange(WEEKS * 7 * 86_400))
    roll, result = chance.random(), {}
    if roll < 0.1:
        verb, iri, kind = ATTENDED, session(course, step // 3), f"{TYPES}meeting"
        result = {"duration": f"PT{chance.randrange(10, 61)}M", "completion": True}
    else:
        iri = activity(course, step)
        verb, kind = VERBS[KINDS[step % 3]]
        if roll < 0.6:
            verb = VIEWED
        elif KINDS[step % 3] == "quiz":
            raw = chance.randrange(101)
            result = {"score": {"raw": raw, "min": 0, "max": 100, "scaled": raw / 100}}
        else:
            result = {"completion": True, "duration": f"PT{chance.randrange(30, 3000)}S"}
    statement = {
        "id": str(UUID(int=chance.getrandbits(128), version=4)),
        "actor": agent(course, learner),
        "verb": {"id": verb, "display": {"en": verb.rpartition("/")[2]}},
        "object": {
            "objectType": "Activity",
            "id": iri,
            "definition": {
                "type": kind,
                "name": {"en": f"Step {step} of course {course}"},
                "description": {"en": FILLER},
            },
        },
        "context": {
            "registration": registration(course, learner),
            "platform": "Moodle",
            "language": "en",
            "contextActivities": {
                "parent": [{"id": f"{LMS}/course/view.php?id={course}"}],
                "grouping": [{"id": LMS, "definition": {"type": f"{TYPES}lms"}}],
                "category": [
                    {"id": "https://w3id.org/learning-analytics/learning-management-system"}
                ],
            },
            "extensions": {f"{LMS}/extensions/event": {"number": number, "origin": "web"}},
        },
        "timestamp": at.isoformat(),
    }
    return statement | ({"result": result} if result else {})
