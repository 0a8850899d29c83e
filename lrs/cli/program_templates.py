"""Program documents to begin with: two ways of teaching that live and self-paced learning have.

Addresses are of example.org and have to be replaced by those that the tools send; the rest is a
timetable that holds as it is.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

Fields = dict[str, Any]

LMS = "https://lms.example.org"
ROOMS = "https://meet.example.org"


class Outline(NamedTuple):
    """What somebody says of a programme to begin with."""

    slug: str
    title: str
    starts: date
    weeks: int
    timezone: str

    def day(self, week: int, day: int, clock: str = "") -> str:
        """Return a day of a week (both from 0), with the time of day if there is one."""
        found = (self.starts + timedelta(weeks=week, days=day)).isoformat()
        return f"{found}T{clock}:00" if clock else found


class Draft(NamedTuple):
    """A valid document, and comments by path for `lrs.document_writing`."""

    document: Fields
    comments: dict[str, str]


def weekly(outline: Outline) -> Draft:
    """Return a weekly cycle: read and check, meet on the fourth day in one room, write about it."""
    activities: list[Fields] = []
    sessions: list[Fields] = []
    for week in range(outline.weeks):
        n = week + 1
        page, quiz, forum = (_module(kind, n) for kind in ("page", "quiz", "forum"))
        due = outline.day(week, 2, "18:00")
        activities += [
            _step(page, f"Week {n}, read", "content", "know", due, minutes=30),
            _step(quiz, f"Week {n}, check", "quiz", "know", due, minutes=15, **{"pass": 0.6}),
            _step(forum, f"Week {n}, how did it go?", "post", "apply", outline.day(week, 6)),
        ]
        sessions.append(
            {
                "id": f"{ROOMS}/{outline.slug}/week-{n}",
                "title": f"Week {n}, live",
                "mode": "live-online",
                "starts": outline.day(week, 3, "14:00"),
                "ends": outline.day(week, 3, "15:00"),
                "outcome": "apply",
                "prepares": [page, quiz],
                "reinforces": [forum],
                "reinforce_within_days": 4,
                "recording": _module("url", n),
                "match": [f"{ROOMS}/rooms/{outline.slug}"],
                "attendance": {"minutes": 20, "share": 0.5},
            }
        )
    comments = _comments("a weekly cycle") | {
        "activities[0].due": "the evening before the session; without a due date nothing is late",
        "activities[1].pass": "from this share of the points on it is done; left out, any score will do",
        "activities[2].due": "a bare date includes its whole day",
        "sessions[0].recording": "watching it makes up for a missed session; it is never attendance",
        "sessions[0].match": "one room for all weeks: what happens in it from two hours before a\n"
        "session until two hours after belongs to that session",
    }
    return Draft(_document(outline, activities, sessions), comments)


def flipped(outline: Outline) -> Draft:
    """Return a flipped classroom: watch before, practise together on one of two dates, hand in after."""
    activities: list[Fields] = []
    sessions: list[Fields] = []
    for week in range(outline.weeks):
        n = week + 1
        video, quiz, task = (_module(kind, n) for kind in ("hvp", "quiz", "assign"))
        due = outline.day(week, 2, "20:00")
        activities += [
            _step(video, f"Week {n}, watch", "content", "know", due, minutes=20),
            _step(quiz, f"Week {n}, check", "quiz", "know", due, minutes=10, **{"pass": 0.7}),
            _step(task, f"Week {n}, hand in", "assignment", "apply", outline.day(week, 6)),
        ]
        sessions += _practices(outline, week, [video, quiz], [task])
    comments = _comments("a flipped classroom") | {
        "activities[0].due": "before the first of the week's two dates",
        "activities[1].pass": "the flipped classroom leans on this check: 70 % and you are ready",
        "activities[2].due": "a bare date includes its whole day",
        "sessions[0].group": "alternative dates: one session of the group is enough",
    }
    return Draft(_document(outline, activities, sessions), comments)


def _practices(
    outline: Outline, week: int, prepares: list[str], reinforces: list[str]
) -> Iterator[Fields]:
    """Yield a week's practice on its two dates."""
    n = week + 1
    for mode, where, day, begins, ends in (
        ("in-person", "in the room", 3, "14:00", "15:30"),
        ("live-online", "online", 4, "09:00", "10:30"),
    ):
        yield {
            "id": f"{ROOMS}/{outline.slug}/practice-{n}/{mode}",
            "title": f"Week {n}, practice {where}",
            "mode": mode,
            "starts": outline.day(week, day, begins),
            "ends": outline.day(week, day, ends),
            "outcome": "apply",
            "prepares": prepares,
            "reinforces": reinforces,
            "reinforce_within_days": 5,
            "group": f"practice-{n}",
            "attendance": {"minutes": 60, "share": 0.75},
        }


TEMPLATES: dict[str, Callable[[Outline], Draft]] = {"weekly": weekly, "flipped": flipped}


def _document(outline: Outline, activities: list[Fields], sessions: list[Fields]) -> Fields:
    return {
        "slug": outline.slug,
        "title": outline.title,
        "timezone": outline.timezone,
        "starts": outline.day(0, 0),
        "ends": outline.day(outline.weeks, -1),
        "rules": {"at_risk_after_days": 7, "dropped_after_days": 14},
        "outcomes": [
            {"id": "know", "title": "Know what it is about", "needs": "information"},
            {"id": "apply", "title": "Apply it with others", "needs": "interaction"},
        ],
        "cohorts": [
            {
                "id": "first",
                "learners": [
                    {"name": "Ada Kaya", "mbox": "mailto:ada@example.org"},
                    {
                        "name": "Bo Lind",
                        "account": {"homePage": LMS, "name": "42"},
                        "also": ["mailto:bo@example.org"],
                        "timezone": outline.timezone,
                        "enrolled": outline.day(0, 0),
                    },
                ],
            }
        ],
        "activities": activities,
        "sessions": sessions,
    }


def _step(iri: str, title: str, kind: str, outcome: str, due: str, **more: Any) -> Fields:
    return {
        "id": iri,
        "title": title,
        "mode": "async",
        "kind": kind,
        "outcome": outcome,
        "due": due,
        **more,
    }


def _module(kind: str, week: int) -> str:
    return f"{LMS}/mod/{kind}/view.php?id={week}"


def _comments(what: str) -> dict[str, str]:
    return {
        "": f"A programme as {what}. Edit it, then: lrs program apply FILE\n"
        "Replace learners and addresses (lms.example.org, meet.example.org); an id is the IRI that\n"
        "the tool sends as the object of its statements. Delete what you do not have.",
        "timezone": "IANA; all times below are local to it unless they carry an offset",
        "ends": "the last day, included",
        "rules": "after so many days of silence somebody is at risk, or counts as dropped",
        "outcomes": "needs: interaction | information; says which outcomes lack a live session",
        "cohorts[0].learners": "mbox, account or both; also: other actors of the same person.\n"
        "enrolled is the programme's start by default; withdrawn: the first day without them.\n"
        "timezone: the learner's own clock; it moves no deadline",
        "activities": "kind: content | quiz | post | assignment; required: false where it is",
        "sessions": "mode: live-online | in-person",
        "sessions[0].prepares": "the pre-work: who has done it before the start is ready",
        "sessions[0].reinforces": "the follow-up, counted for so many days after the end",
        "sessions[0].attendance": "present for at least so many minutes and this share of the time",
    }
