"""The ground truth: what is so because of what learners did, by the definitions of the contract.

Nothing of the projections is used here, and scores are exact fractions.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from tests.simulation.deeds import Deed
from tests.simulation.people import Person
from tests.simulation.programme import DAY, MINUTE, Activity, Programme, Session, local

AT_RISK = 7 * DAY
DROPPED = 14 * DAY

NO_ENGAGEMENT = frozenset({"grade", "waive", "miss", "enrol", "login", "sign-up", "try-room"})
PRESENCE = frozenset({"stay", "present", "attend", "attend-part", "miss"})
RANK = ("absent", "partial", "attended")


class Fact(NamedTuple):
    """That something was done, when, and with which score."""

    at: int
    score: Fraction | None = None


class Attendance(NamedTuple):
    """A learner's attendance of a session."""

    state: str
    present: int = 0


class Readiness(NamedTuple):
    """A learner before a session; facts by activity, None: never done."""

    state: str
    share: float
    facts: dict[Activity, Fact | None]


class Life:
    """Everything that is true of one learner of a programme."""

    def __init__(self, programme: Programme, person: Person, deeds: Sequence[Deed]) -> None:
        self.programme = programme
        self.person = person
        self.deeds = deeds
        self._on: dict[int, list[Deed]] = {}
        for deed in deeds:
            if deed.step is not None:
                self._on.setdefault(deed.step.number, []).append(deed)

    def upto(self, horizon: int) -> "Life":
        """Return what is true if nothing happens after a moment."""
        return Life(self.programme, self.person, [d for d in self.deeds if d.at <= horizon])

    def on(self, step: Activity | Session) -> Sequence[Deed]:
        """Return what was done on a step, in order of time."""
        return self._on.get(step.number, ())

    # ------------------------------------------------------------ self-paced

    def done(self, activity: Activity, by: int | None = None) -> Fact | None:
        """Return by what an activity is done, as it stood at a moment or stands in the end."""
        deeds = [deed for deed in self.on(activity) if by is None or deed.at <= by]
        if activity.kind == "quiz":
            return _passed(activity, deeds)
        if activity.kind == "post":
            deleted = {deed.label for deed in deeds if deed.kind == "unpost"}
            posts = [d.at for d in deeds if d.kind == "post" and d.label not in deleted]
            return Fact(min(posts)) if posts else None
        fact: Fact | None = None
        for deed in deeds:
            if deed.kind == "unfinish":
                fact = None
            elif deed.kind in {"finish", "submit"}:
                fact = fact or Fact(deed.at)
        return fact

    @cached_property
    def facts(self) -> dict[Activity, Fact]:
        """What was done in the end."""
        found = ((a, self.done(a)) for a in self.programme.activities)
        return {activity: fact for activity, fact in found if fact is not None}

    def on_time(self, activity: Activity) -> bool:
        """Tell whether an activity was done by its deadline; without one any time will do."""
        fact = self.facts.get(activity)
        return fact is not None and (activity.due is None or fact.at <= activity.due)

    def graded(self, activity: Activity) -> bool:
        """Tell whether somebody graded what they submitted."""
        return any(deed.kind == "grade" for deed in self.on(activity))

    def score(self) -> Fraction | None:
        """Return the mean over quizzes of the best score."""
        best = []
        for activity in self.programme.activities:
            scores = [normalised(d) for d in self.on(activity) if d.kind == "attempt"]
            if scores:
                best.append(max(scores))
        return sum(best, Fraction(0)) / len(best) if best else None

    def time_on_content(self) -> int:
        """Return the milliseconds that tools measured, attempt by attempt."""
        return sum(
            deed.spent or 0 for activity in self.programme.activities for deed in self.on(activity)
        )

    def readiness(self, session: Session) -> Readiness:
        """Return how prepared they were when a session began, and since."""
        cutoff = session.starts
        early = {a: self.done(a, cutoff) for a in session.prepares}
        facts = {a: early[a] or self.done(a) for a in session.prepares}
        weight = sum(a.weight for a in session.prepares)
        in_time = sum(a.weight for a in session.prepares if early[a])
        if all(early.values()):
            state = "ready"
        elif all(facts.values()):
            state = "late"
        else:
            state = "partly" if any(facts.values()) else "not_started"
        return Readiness(state, in_time / weight if weight else 1.0, facts)

    # ------------------------------------------------------------ live

    def expected(self, session: Session) -> bool:
        """Tell whether they were enrolled and not withdrawn when a session began."""
        return not self.withdrawn(session.starts) and self.enrolled <= session.starts

    @property
    def enrolled(self) -> int:
        """The first moment of the enrolment."""
        if self.person.enrolled is None:
            return self.programme.begins
        return first_moment(self.person.enrolled)

    def withdrawn(self, at: int) -> bool:
        """Tell whether they were withdrawn at a moment."""
        day = self.person.withdrawn
        return day is not None and first_moment(day) <= at

    def attendance(self, session: Session) -> Attendance:
        """Return a session's attendance, once it is over."""
        deeds = [deed for deed in self.on(session) if deed.kind in PRESENCE]
        if any(deed.kind == "attend" for deed in deeds):
            return Attendance("attended")
        if any(deed.kind == "attend-part" for deed in deeds):
            return Attendance("partial")
        begins = min(session.starts, session.opened or session.starts)
        ends = max(session.ends, session.closed or session.ends)
        present = sum(min(deed.spent or 0, ends - begins) for deed in deeds)
        stays = [deed for deed in deeds if deed.kind == "stay"]
        present += _covered(stays, session.closed or session.ends, begins, ends)
        if not present:
            return Attendance("absent")
        enough = present >= session.minutes * MINUTE and present >= session.share * (ends - begins)
        return Attendance("attended" if enough else "partial", present)

    @cached_property
    def attendances(self) -> dict[Session, Attendance]:
        """The attendance of every session."""
        return {session: self.attendance(session) for session in self.programme.sessions}

    @cached_property
    def live(self) -> list[tuple[list[Session], Attendance]]:
        """The session groups that they were expected in, with the best attendance of each."""
        found = []
        for sessions in groups(self.programme):
            if any(self.expected(session) for session in sessions):
                each = [self.attendances[session] for session in sessions]
                best = max(each, key=lambda a: (RANK.index(a.state), a.present))
                found.append((sessions, best))
        return found

    def watched(self, session: Session) -> int | None:
        """Return when they first watched a session's recording."""
        return min((d.at for d in self.on(session) if d.kind == "watch"), default=None)

    def recordings(self) -> int:
        """Return how many groups they made up for by a recording."""
        return sum(
            attendance.state != "attended" and any(map(self.watched, sessions))
            for sessions, attendance in self.live
        )

    def contributions(self, kind: str) -> int:
        """Return how often they spoke up in sessions in one way."""
        return sum(deed.kind == kind for deed in self.deeds)

    def follow_up(self) -> tuple[int, int]:
        """Return how many follow-ups were expected and how many done."""
        expected = met = 0
        for sessions, _ in self.live:
            came = [s for s in sessions if self.attendances[s].state == "attended"]
            for activity in sessions[0].reinforces:
                expected += 1
                fact = self.facts.get(activity)
                met += fact is not None and any(
                    s.ends < fact.at <= s.ends + s.within_days * DAY for s in came or sessions
                )
        return expected, met

    @property
    def pattern(self) -> str:
        """How they learnt over the whole programme."""
        came = any(attendance.state == "attended" for _, attendance in self.live)
        names = {
            (True, True): "both",
            (True, False): "sync_only",
            (False, True): "async_only",
            (False, False): "neither",
        }
        return names[came, bool(self.facts)]


def normalised(deed: Deed) -> Fraction:
    """Return an attempt's score from 0 to 1."""
    assert deed.score is not None
    raw, low, high = (Fraction(text) for text in deed.score)
    return (raw - low) / (high - low)


def groups(programme: Programme) -> list[list[Session]]:
    """Return the sessions, alternatives together."""
    return [list(week.sessions) for week in programme.weeks]


def first_moment(day: date) -> int:
    """Return when a day begins on the programme's clock."""
    return local(day)


def _passed(activity: Activity, deeds: Iterable[Deed]) -> Fact | None:
    mark = Fraction(activity.pass_mark or "0")
    for deed in deeds:
        if deed.kind == "attempt" and normalised(deed) >= mark:
            return Fact(deed.at, normalised(deed))
    return None


def _covered(stays: Iterable[Deed], over: int, begins: int, ends: int) -> int:
    """Return how long at least one stay lay between two moments; without a leave it ends at `over`."""
    edges: list[tuple[int, int]] = []
    for deed in stays:
        until = over if deed.until is None else deed.until
        edges += [(deed.at, 1), (max(deed.at, until), -1)]
    total = inside = 0
    since = begins
    for at, step in sorted(edges):
        if inside:
            total += max(0, min(at, ends) - max(since, begins))
        inside += step
        since = at
    return total
