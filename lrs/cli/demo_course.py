"""The demo's course: a plan around today, and what twelve learners did of it, all made up.

The statements have the shapes in which Moodle, H5P and BigBlueButton send theirs; one live session
is a Zoom file. Everything follows from the names and today's date: no randomness.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

SLUG = "feedback-that-lands"
ZONE = ZoneInfo("Europe/Berlin")
MOODLE = "https://moodle.example.org"
BBB = "https://bbb.example.org"
PREWORK = f"{MOODLE}/mod/page/view.php?id=21"
QUIZ = f"{MOODLE}/mod/quiz/view.php?id=22"
VIDEO = f"{MOODLE}/mod/hvp/view.php?id=23"
FORUM = f"{MOODLE}/mod/forum/view.php?id=24"
PLAN_SHEET = f"{MOODLE}/mod/assign/view.php?id=25"
CASES = f"{MOODLE}/mod/page/view.php?id=26"
RECORDING = f"{MOODLE}/mod/url/view.php?id=27"
ROOM = f"{BBB}/rooms/feedback-lab"
ZOOM_ID = "852 1848 6288"
LOCAL = "%Y-%m-%dT%H:%M:%S"


EARLY = 1.15
"""Days; who is earlier than this has already prepared the session that is still to come."""


class Habit(NamedTuple):
    """How a learner goes about it: days before (negative: after) each deadline; None: never."""

    name: str
    prework: float | None
    quiz: tuple[float, ...]
    live: tuple[int, int, int]
    """Minutes present in the three live sessions that are over."""
    post: float | None
    until: int = 99
    """The day of the course after which nothing more is heard of them."""


HABITS = (
    Habit("Ada Kaya", 2.1, (9,), (58, 88, 57), 1.5),
    Habit("Bo Lindqvist", 1.2, (4, 7), (60, 90, 60), 3),
    Habit("Chidi Okafor", 0.4, (8,), (55, 86, 60), 2),
    Habit("Dana Petrova", 3.0, (10,), (0, 0, 0), 1),
    Habit("Emil Novak", 1.0, (6,), (0, 25, 0), 4),
    Habit("Farah Haddad", -1.5, (7,), (60, 90, 55), None),
    Habit("Goran Ilić", None, (), (57, 84, 58), None),
    Habit("Hana Sato", 1.8, (9,), (59, 90, 0), 2, until=12),
    Habit("Ines Moreau", 0.9, (5,), (48, 0, 0), None, until=5),
    Habit("Jonas Weber", 2.5, (8,), (60, 0, 0), None, until=16),
    Habit("Kaja Berg", None, (), (0, 0, 0), None, until=-1),
    Habit("Luis Ortega", 1.1, (6, 8), (60, 88, 59), 5),
)


class Course:
    """Four weeks, of which all but the last session lie behind us."""

    def __init__(self, today: date) -> None:
        self.begins = today - timedelta(days=24)
        self.sessions = [self.at(day, 14) for day in (3, 10, 17, 26)]

    def at(self, day: float, hour: int = 0, minute: int = 0) -> datetime:
        """Return a moment of the course, in the programme's zone."""
        whole = int(day // 1)
        start = datetime.combine(self.begins, datetime.min.time(), ZONE)
        return start + timedelta(days=whole, hours=hour + 24 * (day - whole), minutes=minute)

    def session_id(self, number: int) -> str:
        """Return the id of the session with this number, from 0."""
        return f"{BBB}/sessions/feedback-lab-{number + 1}"

    def document(self) -> dict[str, Any]:
        """Return the program document."""
        return {
            "slug": SLUG,
            "title": "Feedback that lands",
            "timezone": "Europe/Berlin",
            "starts": self.begins.isoformat(),
            "ends": (self.begins + timedelta(days=34)).isoformat(),
            "rules": {"at_risk_after_days": 7, "dropped_after_days": 14},
            "outcomes": [
                {"id": "models", "title": "Know three feedback models", "needs": "information"},
                {"id": "conversation", "title": "Hold the conversation", "needs": "interaction"},
            ],
            "cohorts": [
                {
                    "id": "autumn",
                    "learners": [_learner(n, habit) for n, habit in enumerate(HABITS, start=101)],
                }
            ],
            "activities": self._activities(),
            "sessions": [
                self._session(0, "Kick-off", [PREWORK], match=[ROOM]),
                self._session(
                    1, "Coaching lab", [QUIZ, VIDEO], reinforces=[FORUM], recording=RECORDING
                ),
                self._session(2, "Practice", [PLAN_SHEET], match=[ROOM]),
                self._session(3, "Transfer", [CASES], match=[ROOM]),
            ],
        }

    def _activities(self) -> list[dict[str, Any]]:
        due = [moment.strftime(LOCAL) for moment in self.sessions]
        step = {"mode": "async", "outcome": "models"}
        return [
            {
                "id": PREWORK,
                "title": "Why feedback fails",
                "kind": "content",
                "due": due[0],
                **step,
            },
            {
                "id": QUIZ,
                "title": "Feedback models, check",
                "kind": "quiz",
                "pass": 0.6,
                "due": due[1],
                **step,
            },
            {
                "id": VIDEO,
                "title": "A difficult talk (H5P)",
                "kind": "content",
                "due": due[1],
                **step,
            },
            {
                "id": FORUM,
                "title": "How did it go?",
                "kind": "post",
                "mode": "async",
                "required": False,
            },
            {
                "id": PLAN_SHEET,
                "title": "My next conversation",
                "kind": "assignment",
                "due": due[2],
                **step,
            },
            {"id": CASES, "title": "Four cases", "kind": "content", "due": due[3], **step},
        ]

    def _session(self, number: int, title: str, prepares: list[str], **more: Any) -> dict[str, Any]:
        starts = self.sessions[number]
        length = timedelta(minutes=90 if number == 1 else 60)
        return {
            "id": self.session_id(number),
            "title": title,
            "mode": "live-online",
            "starts": starts.strftime(LOCAL),
            "ends": (starts + length).strftime(LOCAL),
            "outcome": "conversation",
            "prepares": prepares,
            "attendance": {"minutes": 20, "share": 0.5},
            **more,
        }

    def statements(self) -> Iterator[dict[str, Any]]:
        """Yield what Moodle, H5P and BigBlueButton would have sent, in no particular order."""
        for number, habit in enumerate(HABITS, start=101):
            for statement in self._of(number, habit):
                if datetime.fromisoformat(statement["timestamp"]) < self.at(habit.until + 1):
                    yield statement
        yield from self._meetings()

    def _of(self, number: int, habit: Habit) -> Iterator[dict[str, Any]]:
        moodle = {"name": habit.name, "account": {"homePage": MOODLE, "name": str(number)}}
        first, second, third, last = self.sessions
        if habit.prework is not None:
            at = first - timedelta(days=habit.prework)
            yield _moodle(moodle, "http://id.tincanapi.com/verb/viewed", PREWORK, "module", at)
            yield _moodle(moodle, _COMPLETED, PREWORK, "module", at + timedelta(minutes=14))
            late = second - timedelta(days=habit.prework - 0.3)
            yield _h5p(habit.name, late)
            sent = third - timedelta(days=habit.prework)
            yield _moodle(moodle, _SUBMIT, PLAN_SHEET, "assignment", sent)
            if habit.prework > EARLY:
                ahead = last - timedelta(days=habit.prework + 1)
                yield _moodle(moodle, _COMPLETED, CASES, "module", ahead)
        for attempt, points in enumerate(habit.quiz):
            at = second - timedelta(days=1.5 - attempt / 2, minutes=number)
            yield _quiz(moodle, number * 10 + attempt, points, at)
        if habit.post is not None:
            at = second + timedelta(days=habit.post)
            yield _forum(moodle, number, at)
        if habit.live[1] == 0 and habit.prework is not None:
            at = second + timedelta(days=2, hours=number - 100)
            yield _moodle(moodle, "http://id.tincanapi.com/verb/viewed", RECORDING, "link", at)

    def _meetings(self) -> Iterator[dict[str, Any]]:
        for session in (0, 2):
            starts = self.sessions[session]
            yield _bbb("<unknown>", "http://adlnet.gov/expapi/verbs/initialized", starts)
            for habit in HABITS:
                if minutes := habit.live[session]:
                    late = timedelta(minutes=60 - minutes)
                    yield _bbb(habit.name, "http://activitystrea.ms/join", starts + late)
                    ends = starts + timedelta(minutes=60)
                    yield _bbb(habit.name, "http://activitystrea.ms/leave", ends)
            yield _bbb(
                "Visitor from HR", "http://activitystrea.ms/join", starts + timedelta(minutes=5)
            )
            ends = starts + timedelta(minutes=60)
            yield _bbb("<unknown>", "http://adlnet.gov/expapi/verbs/terminated", ends)

    def zoom_file(self) -> bytes:
        """Return the coaching lab's participants as Zoom exports them (BOM, local times)."""
        starts = self.sessions[1]
        clock = "%m/%d/%Y %I:%M:%S %p"
        ends = starts + timedelta(minutes=90)
        rows = [
            "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,",
            f"{ZOOM_ID},Coaching lab,{starts:{clock}},{ends:{clock}},coach@example.org,90,9,",
            "",
            "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest",
        ]
        for habit in HABITS:
            if minutes := habit.live[1]:
                joins = starts + timedelta(minutes=90 - minutes)
                mail = _mail(habit.name)
                rows.append(f"{habit.name},{mail},{joins:{clock}},{ends:{clock}},{minutes},No")
        return ("\ufeff" + "\r\n".join(rows) + "\r\n").encode()


_COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
_SUBMIT = "http://activitystrea.ms/schema/1.0/submit"
_TYPES = {
    "module": "http://adlnet.gov/expapi/activities/module",
    "assignment": "http://adlnet.gov/expapi/activities/assessment",
    "link": "http://adlnet.gov/expapi/activities/link",
}


def _mail(name: str) -> str:
    plain = name.lower().replace("ć", "c")
    return plain.replace(" ", ".") + "@example.org"


def _learner(number: int, habit: Habit) -> dict[str, Any]:
    return {
        "name": habit.name,
        "account": {"homePage": MOODLE, "name": str(number)},
        "also": [f"mailto:{_mail(habit.name)}", f"{BBB}::{habit.name}"],
    }


def _moodle(
    actor: dict[str, Any], verb: str, activity: str, kind: str, at: datetime, **more: Any
) -> dict[str, Any]:
    course = {"id": f"{MOODLE}/course/view.php?id=5"}
    context = {
        "platform": "Moodle",
        "language": "en",
        "contextActivities": {"grouping": [course], "category": [{"id": MOODLE}]},
    }
    return {
        "actor": actor,
        "verb": {"id": verb},
        "object": {"id": activity, "definition": {"type": _TYPES[kind]}},
        "timestamp": at.isoformat(),
        "context": context,
        **more,
    }


def _quiz(actor: dict[str, Any], attempt: int, points: float, at: datetime) -> dict[str, Any]:
    statement = _moodle(
        actor, _COMPLETED, f"{MOODLE}/mod/quiz/attempt.php?attempt={attempt}", "module", at
    )
    statement["object"]["definition"]["type"] = "http://adlnet.gov/expapi/activities/attempt"
    statement["context"]["contextActivities"]["parent"] = [{"id": QUIZ}]
    # Moodle's plugin scales to -1…1 since 2025: half the points arrive as 0.
    score = {"raw": points, "min": 0, "max": 10, "scaled": points / 5 - 1}
    statement["result"] = {
        "score": score,
        "completion": True,
        "success": True,
        "duration": "PT420S",
    }
    return statement


def _h5p(name: str, at: datetime) -> dict[str, Any]:
    return {
        "actor": {"objectType": "Agent", "name": name, "mbox": f"mailto:{_mail(name)}"},
        "verb": {"id": _COMPLETED, "display": {"en-US": "completed"}},
        "object": {
            "id": VIDEO,
            "objectType": "Activity",
            "definition": {"name": {"en-US": "A difficult talk"}},
        },
        "context": {
            "contextActivities": {
                "category": [{"id": "http://h5p.org/libraries/H5P.InteractiveVideo-1.26"}]
            }
        },
        "result": {"completion": True, "duration": "PT512.3S"},
        "timestamp": at.isoformat(),
    }


def _forum(actor: dict[str, Any], number: int, at: datetime) -> dict[str, Any]:
    post = f"{MOODLE}/mod/forum/discuss.php?d=3#p{number}"
    statement = _moodle(actor, "http://id.tincanapi.com/verb/replied", post, "module", at)
    statement["object"]["definition"]["type"] = "http://id.tincanapi.com/activitytype/forum-reply"
    statement["context"]["contextActivities"]["parent"] = [{"id": FORUM}]
    return statement


def _bbb(name: str, verb: str, at: datetime) -> dict[str, Any]:
    room = "https://w3id.org/xapi/virtual-classroom/activity-types/virtual-classroom"
    profile = {
        "id": "https://w3id.org/xapi/virtual-classroom",
        "definition": {"type": "http://adlnet.gov/expapi/activities/profile"},
    }
    return {
        "actor": {"account": {"homePage": BBB, "name": name}},
        "verb": {"id": verb},
        "object": {"id": ROOM, "definition": {"type": room, "name": {"en": "Feedback lab"}}},
        "context": {"contextActivities": {"category": [profile]}},
        "timestamp": at.isoformat(),
    }
