"""A programme of weekly sessions and all that goes with them, made from a few numbers.

Every moment of the simulation is an integer: milliseconds since 1970-01-01T00:00Z.
"""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

ZONE = ZoneInfo("Europe/Berlin")
FIRST_DAY = date(2025, 9, 29)
"""A Monday; clocks are turned back in the fourth week."""

LMS = "https://lms.example.org"
BBB = "https://bbb.example.org"
EDX = "https://edx.example.org"
JISC = "https://attendance.example.org"
MEET = "https://meet.example.org"

CONTENT_TOOLS = ("moodle", "cmi5", "scorm", "h5p", "openedx", "fr")
QUIZ_TOOLS = ("moodle", "openedx", "cmi5", "old-moodle", "h5p", "scorm")
SESSION_TOOLS = ("bbb", "zoom", "meeting", "jisc", "teams", "facetoface")
POST_TOOLS = ("moodle", "openedx", "jisc")
ASSIGNMENT_TOOLS = ("moodle", "jisc", "old-moodle")
ATTENDANCE = ((20, 0.5), (60, 0.25), (20, 0.5), (0, 0.0))
"""Minutes and share of a session, now the one and now the other harder to reach; or any minute."""
TAUGHT_BY = {"content": "know", "quiz": "know", "assignment": "apply"}
"""Sessions teach to talk."""
IN_PERSON = frozenset({"jisc", "facetoface"})
PATHS = {
    "content": "page/view.php",
    "quiz": "quiz/view.php",
    "post": "forum/view.php",
    "assignment": "assign/view.php",
}


class Activity(NamedTuple):
    """A self-paced step; `written` is its deadline as the document writes it, `due` what it means."""

    number: int
    id: str
    kind: str
    tool: str
    week: int
    due: int | None
    written: str | None
    required: bool
    weight: int
    pass_mark: str | None


class Session(NamedTuple):
    """A live step. `opened` and `closed`: when it took place, where the tool tells."""

    number: int
    id: str
    tool: str
    week: int
    starts: int
    ends: int
    opened: int | None
    closed: int | None
    group: str | None
    rooms: tuple[str, ...]
    """What the tools name in its place, for this session and for others."""
    instance: str
    named: bool
    """Whether the document knows the tool's own id of the meeting."""
    minutes: int
    share: float
    recording: str
    prepares: tuple[Activity, ...]
    reinforces: tuple[Activity, ...]
    within_days: int


class Week(NamedTuple):
    """What is to be done in a week."""

    activities: tuple[Activity, ...]
    sessions: tuple[Session, ...]


class Programme:
    """Weeks of pre-work, a quiz, a session (or two to choose from), a post and assignments."""

    def __init__(self, *, seed: int = 0, number: int = 0, weeks: int = 12, cohorts: int = 3):
        self.seed = seed
        self.number = number
        self.slug = f"course-{number}"
        self.cohorts = ("first", "second", "late")[:cohorts]
        self.begins = local(FIRST_DAY)
        self.last_day = FIRST_DAY + timedelta(days=7 * weeks - 1)
        self.ends = after(self.last_day)
        self._steps = 0
        self.weeks = [self._week(week) for week in range(weeks)]
        self.activities = [each for week in self.weeks for each in week.activities]
        self.sessions = [each for week in self.weeks for each in week.sessions]

    @property
    def path(self) -> list[Activity | Session]:
        """The steps in order: pre-work before the session, what reinforces it after it."""
        steps: list[Activity | Session] = []
        for activities, sessions in self.weeks:
            steps += [a for a in activities if a.kind in {"content", "quiz"}]
            steps += sessions
            steps += [a for a in activities if a.kind in {"post", "assignment"}]
        return steps

    def _week(self, week: int) -> Week:
        monday = FIRST_DAY + timedelta(days=7 * week)
        thursday, friday = monday + timedelta(days=3), monday + timedelta(days=4)
        pass_mark = None if week % 4 == 3 else ("0.6", "0.8", "0.5")[week % 3]
        prework = (
            self._activity("content", week, CONTENT_TOOLS, (thursday - timedelta(1), 18)),
            self._activity("quiz", week, QUIZ_TOOLS, (thursday, 12), weight=2, passes=pass_mark),
        )
        more: list[Activity] = []
        if week % 2:
            more.append(self._activity("content", week, ("moodle",), None, required=False))
        following = [
            self._activity("post", week, POST_TOOLS, (monday + timedelta(7), None), required=False)
        ]
        if week % 3 == 1:
            due = (monday + timedelta(8), 18)
            tool = ASSIGNMENT_TOOLS[week // 3 % 3]
            following.append(self._activity("assignment", week, (tool,), due, weight=3))
        days = [(thursday, 14)]
        if SESSION_TOOLS[week % 6] == "meeting":
            days.append((friday, 10))
        sessions = [self._session(week, day, prework, tuple(following)) for day in days]
        return Week((*prework, *more, *following), tuple(sessions))

    def _activity(
        self,
        kind: str,
        week: int,
        tools: tuple[str, ...],
        due: tuple[date, int | None] | None,
        *,
        required: bool = True,
        weight: int = 1,
        passes: str | None = None,
    ) -> Activity:
        number = self._next()
        written, moment = (None, None) if due is None else _deadline(*due)
        tool = tools[week % len(tools)]
        home = EDX if tool == "openedx" else LMS
        return Activity(
            number=number,
            id=f"{home}/mod/{PATHS[kind]}?id={self.number * 1000 + number}",
            kind=kind,
            tool=tool,
            week=week,
            due=moment,
            written=written,
            required=required,
            weight=weight,
            pass_mark=passes,
        )

    def _session(
        self,
        week: int,
        begins: tuple[date, int],
        prework: tuple[Activity, ...],
        following: tuple[Activity, ...],
    ) -> Session:
        number, tool = self._next(), SESSION_TOOLS[week % 6]
        starts = local(*begins)
        ends = starts + 90 * MINUTE
        opened, closed = _held(tool, week, starts, ends)
        site = JISC if tool == "jisc" else MEET
        return Session(
            number=number,
            id=f"{site}/course-{self.number}/session-{number}",
            tool=tool,
            week=week,
            starts=starts,
            ends=ends,
            opened=opened,
            closed=closed,
            group=f"week-{week}" if tool == "meeting" else None,
            rooms=_rooms(tool, self.number),
            instance=f"0e1f{self.number:04x}-0000-4000-8000-{number:012x}",
            named=tool == "bbb" and week % 12 == 6,
            minutes=ATTENDANCE[week % 4][0],
            share=ATTENDANCE[week % 4][1],
            recording=f"{LMS}/mod/url/view.php?id={self.number * 1000 + number}",
            prepares=() if week == 0 else prework,
            reinforces=following,
            within_days=14 if week % 2 else 7,
        )

    def _next(self) -> int:
        self._steps += 1
        return self._steps


def mode_of(session: Session) -> str:
    """Return whether people meet in a room or online."""
    return "in-person" if session.tool in IN_PERSON else "live-online"


def local(day: date, hour: int = 0) -> int:
    """Return the moment of an hour of a day on the programme's clock."""
    return int(datetime.combine(day, time(hour), ZONE).timestamp()) * 1000


def after(day: date) -> int:
    """Return the first moment after a day on the programme's clock."""
    return local(day + timedelta(days=1))


def _deadline(day: date, hour: int | None) -> tuple[str, int]:
    if hour is None:  # the whole day is in time
        return day.isoformat(), after(day)
    return f"{day.isoformat()}T{hour:02d}:00:00", local(day, hour)


def _held(tool: str, week: int, starts: int, ends: int) -> tuple[int | None, int | None]:
    """Return when the tool says that the meeting began and ended."""
    if tool == "bbb" and week % 12 == 6:
        return starts + 2 * MINUTE, ends - 6 * MINUTE
    early, over = {
        "bbb": (10 * MINUTE, 8 * MINUTE),
        "zoom": (5 * MINUTE + 417, 3 * MINUTE + 250),
        "meeting": (3 * MINUTE, 4 * MINUTE),
    }.get(tool, (None, None))
    if early is None or over is None:
        return None, None
    return starts - early, ends + over


def _rooms(tool: str, number: int) -> tuple[str, ...]:
    room = f"{BBB}/room/{number}"
    return {
        "bbb": (room,),
        # Moodle tells of the same room under an address of its own.
        "meeting": (f"{LMS}/mod/bigbluebuttonbn/view.php?id={number}", room),
        "facetoface": (f"{LMS}/mod/facetoface/view.php?id={number}",),
    }.get(tool, ())
