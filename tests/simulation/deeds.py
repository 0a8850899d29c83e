"""What learners do, week by week. Nothing here knows of statements or of reports.

Chance is keyed by (seed, course, learner, week): the order of asking does not matter. Figures after
OULAD (Kuzilek et al. 2017): leads, lateness, scores; attendance and pre-work fall over the weeks.
"""

from collections.abc import Iterator
from math import log
from random import Random
from typing import NamedTuple

from tests.simulation.people import NEVER, Person, chance
from tests.simulation.programme import DAY, HOUR, MINUTE, Activity, Programme, Session, Week

LAUNCHED = frozenset({"cmi5", "scorm"})
"""Tools that tell when somebody left a content."""
MEASURED = frozenset({"moodle", "cmi5"})
"""Tools that tell each attempt's duration under a name of its own."""
RETRACTABLE = frozenset({"moodle", "fr"})
STAYS = frozenset({"bbb", "zoom", "meeting"})

ATTENDANCE = (0.85, 0.60)
PREWORK = (0.75, 0.50)


class Score(NamedTuple):
    """Points as decimal text, so that nothing is lost."""

    raw: str
    low: str
    high: str


class Deed(NamedTuple):
    """Something a learner did (or somebody did to them), and when.

    Activities: view, finish, unfinish, waive (by the LMS), attempt, answer, empty-attempt, post,
    unpost, submit, grade (by a teacher).
    Sessions: stay (until None: the tool saw no leave), present (for `spent`), attend, attend-part,
    miss, watch (the recording), say, ask, vote, hand, sign-up, try-room. Neither: enrol, login.
    """

    kind: str
    step: Activity | Session | None
    at: int
    until: int | None = None
    spent: int | None = None
    score: Score | None = None
    label: int = 0
    """Tells attempts, posts and devices apart."""
    plain: bool = True
    """False: more than one device, so that nobody could tell a repeat from a second one."""


class Doer:
    """One learner in one week."""

    def __init__(self, programme: Programme, person: Person, number: int) -> None:
        self.rng = Random(f"{programme.seed}/{programme.number}/{person.number}/{number}")
        self.person = person
        self.week: Week = programme.weeks[number]
        self.number = number
        self.progress = number / max(1, len(programme.weeks) - 1)
        self.deadline = programme.ends - HOUR
        self.certain = person.behaviour == "completing"

    def deeds(self) -> Iterator[Deed]:
        """Yield the week's deeds in no particular order."""
        yield from self._administration()
        for activity in self.week.activities:
            yield from self._on_activity(activity)
        yield from self._on_sessions()

    def _administration(self) -> Iterator[Deed]:
        monday = self.week.sessions[0].starts - 3 * DAY
        if self.number == 0:
            yield Deed("enrol", None, monday - HOUR)
        yield Deed("login", None, monday + self._within(5 * DAY))
        content = self.week.activities[0]
        if content.tool == "cmi5" and self._odds(0.3):
            yield Deed("waive", content, monday)
        if self.week.sessions[0].tool == "bbb" and self._odds(0.05):
            yield Deed("try-room", self.week.sessions[0], monday - 4 * HOUR)

    # ------------------------------------------------------------ self-paced

    def _on_activity(self, activity: Activity) -> Iterator[Deed]:
        first, last = PREWORK
        base = first + (last - first) * self.progress
        habit = self.person.habit.work
        works = self._odds(chance(base, habit + 0.5 * self.person.diligence))
        if not activity.required and not self.certain:
            works = works and self._odds(0.6)
        if not works:
            if habit != NEVER or self.person.behaviour == "sync_only":
                yield from self._looks(activity)
            return
        at = self._moment(activity)
        yield from {
            "content": self._reads,
            "quiz": self._tries,
            "post": self._writes,
            "assignment": self._submits,
        }[activity.kind](activity, at)

    def _looks(self, activity: Activity) -> Iterator[Deed]:
        """Open it, or fail, and no more."""
        if self._odds(0.3):
            at = self._moment(activity)
            yield Deed("view", activity, at)
            if activity.kind == "quiz" and self._odds(0.4):
                yield Deed("empty-attempt", activity, at + 9 * MINUTE, label=90)
                if activity.pass_mark is not None:
                    yield self._attempt(activity, at + HOUR, Score("1", "0", "10"), 91)

    def _reads(self, activity: Activity, at: int) -> Iterator[Deed]:
        spent = self.rng.randrange(3 * MINUTE, 40 * MINUTE)
        yield Deed("view", activity, at - spent)
        yield self._finish(activity, at, spent)
        if activity.tool in RETRACTABLE and not self.certain and self._odds(0.12):
            yield Deed("unfinish", activity, at + self._within(3 * DAY, HOUR))
            if self._odds(0.5):
                yield self._finish(activity, at + 4 * DAY, spent, label=1)

    def _finish(self, activity: Activity, at: int, spent: int, label: int = 0) -> Deed:
        until = at + 2345 if activity.tool in LAUNCHED else None
        measured = spent if activity.tool == "cmi5" else None
        return Deed("finish", activity, at, until, measured, label=label)

    def _tries(self, activity: Activity, at: int) -> Iterator[Deed]:
        yield Deed("view", activity, at - 30 * MINUTE)
        tries = 1 + self.rng.randrange(3)
        for label in range(tries):
            score = self._score(best=self.certain and label == tries - 1)
            yield Deed("answer", activity, at - 7 * MINUTE + label * HOUR, label=label)
            yield self._attempt(activity, at + label * HOUR, score, label)

    def _attempt(self, activity: Activity, at: int, score: Score, label: int) -> Deed:
        spent = self.rng.randrange(2 * MINUTE, 25 * MINUTE)
        until = at + 1200 if activity.tool in LAUNCHED else None
        measured = spent if activity.tool in MEASURED else None
        return Deed("attempt", activity, at, until, measured, score, label)

    def _score(self, *, best: bool) -> Score:
        percent = 72.6 + 18.5 * (0.7 * self.person.ability + 0.71 * self.rng.gauss(0, 1))
        share = 1.0 if best else min(1.0, max(0.0, percent / 100))
        low, high, digits = self.rng.choice(
            ((0, 10, 0), (0, 10, 0), (0, 7, 1), (0, 40, 0), (1, 6, 0))
        )
        raw = round(low + share * (high - low), digits)
        return Score(f"{raw:g}", str(low), str(high))

    def _writes(self, activity: Activity, at: int) -> Iterator[Deed]:
        yield Deed("view", activity, at - 6 * MINUTE)
        yield Deed("post", activity, at, label=0)
        if self._odds(0.06):
            yield Deed("unpost", activity, at + self._within(DAY, MINUTE), label=0)
        if self._odds(0.2):
            yield Deed("post", activity, at + self._within(3 * DAY, MINUTE), label=1)

    def _submits(self, activity: Activity, at: int) -> Iterator[Deed]:
        yield Deed("view", activity, at - 50 * MINUTE)
        yield Deed("submit", activity, at)
        if self._odds(0.7):
            graded = at + self._within(9 * DAY, DAY)
            yield Deed("grade", activity, graded, score=self._score(best=False))

    def _moment(self, activity: Activity) -> int:
        """Return when: mostly a day ahead, sometimes exactly at the limit, sometimes after it."""
        session = self.week.sessions[0]
        due = activity.due or session.ends
        if self._odds(self.person.lateness):
            at = due + 1 + int(min(40 * DAY, self.rng.expovariate(log(2) / (7 * DAY))))
        elif self._odds(0.04):
            at = self.rng.choice((due, session.starts, session.starts + 1, session.ends))
        else:
            at = due - int(min(6 * DAY, self.rng.expovariate(log(2) / DAY)))
        return min(at, self.deadline - 3 * HOUR) if self.certain else at

    # ------------------------------------------------------------ live

    def _on_sessions(self) -> Iterator[Deed]:
        first, last = ATTENDANCE
        base = first + (last - first) * self.progress
        shift = self.person.habit.live + 0.5 * self.person.diligence
        missed = self.week.sessions
        if self._odds(chance(base, shift)):
            chosen = self._chosen()
            missed = tuple(each for each in missed if each not in chosen)
            for session in chosen:
                yield from self._attends(session)
        for session in self.week.sessions:
            if session.tool == "facetoface":
                yield Deed("sign-up", session, session.starts - HOUR)
        for session in missed:
            if session.tool == "jisc" and self._odds(0.7):
                yield Deed("miss", session, session.starts)
        if (self.certain or missed) and self._odds(self.person.habit.makes_up):
            session = self.week.sessions[-1]
            at = session.ends + self._within(5 * DAY, HOUR)
            yield Deed("watch", session, min(at, self.deadline) if self.certain else at)

    def _chosen(self) -> tuple[Session, ...]:
        sessions = self.week.sessions
        return sessions if self._odds(0.1) else (self.rng.choice(sessions),)

    def _attends(self, session: Session) -> Iterator[Deed]:
        if session.tool in STAYS:
            yield from self._stays(session)
        elif session.tool == "teams":
            spent = self.rng.randrange(5 * MINUTE, 100 * MINUTE)
            yield Deed("present", session, session.starts + self._within(MINUTE), spent=spent)
        elif session.tool == "jisc":
            yield Deed("attend", session, session.starts)
        else:
            kind = "attend-part" if self._odds(0.15) else "attend"
            yield Deed(kind, session, session.ends + 20 * MINUTE)
        if session.tool == "bbb":
            yield from self._contributes(session)

    def _stays(self, session: Session) -> Iterator[Deed]:
        joins = session.starts + self.rng.randrange(-12 * MINUTE, 15 * MINUTE)
        leaves = session.ends + self.rng.randrange(-15 * MINUTE, 12 * MINUTE)
        form = self.rng.random()
        if form < 0.08:
            yield Deed("stay", session, joins, joins + self._within(30 * MINUTE, MINUTE))
        elif form < 0.12:
            yield self._barely(session)
        elif form < 0.24:
            away = session.starts + 30 * MINUTE
            yield Deed("stay", session, joins, away)
            yield Deed("stay", session, away + self._within(40 * MINUTE, MINUTE), leaves, label=1)
        elif form < 0.32:
            yield Deed("stay", session, joins)
        elif form < 0.42:
            other = session.starts + self.rng.randrange(20 * MINUTE, 60 * MINUTE)
            ends = leaves + self.rng.randrange(-30 * MINUTE, 5 * MINUTE)
            yield Deed("stay", session, joins, leaves, plain=False)
            yield Deed("stay", session, other, max(ends, other + 1), label=1, plain=False)
        else:
            yield Deed("stay", session, joins, leaves)

    def _barely(self, session: Session) -> Deed:
        """Stay exactly as long as it takes to have attended, or a millisecond less."""
        begins = min(session.starts, session.opened or session.starts)
        ends = max(session.ends, session.closed or session.ends)
        needed = max(session.minutes * MINUTE, int((ends - begins) * session.share), MINUTE)
        joins = begins + 5 * MINUTE
        return Deed("stay", session, joins, joins + needed - self.rng.randrange(2))

    def _contributes(self, session: Session) -> Iterator[Deed]:
        for kind, most in (("say", 4), ("ask", 2), ("vote", 3), ("hand", 2)):
            for label in range(self.rng.randrange(most)):
                at = session.starts + (20 + 9 * label) * MINUTE + self._within(8 * MINUTE)
                yield Deed(kind, session, at, label=label)
        if session.named and self._odds(0.3):  # hours later the chat is still open
            yield Deed("say", session, session.ends + 3 * HOUR, label=9)

    def _odds(self, probability: float) -> bool:
        return self.rng.random() < probability

    def _within(self, span: int, least: int = 0) -> int:
        return least + self.rng.randrange(span)


def deeds_of(programme: Programme, person: Person) -> list[Deed]:
    """Return all that a person does in a programme, in order of time."""
    done = list(_farewell(programme, person))
    done += [
        deed
        for week in range(len(programme.weeks))
        for deed in Doer(programme, person, week).deeds()
        if person.arrives <= deed.at < person.leaves
    ]
    return sorted(done, key=lambda deed: deed.at)


def _farewell(programme: Programme, person: Person) -> Iterator[Deed]:
    """Let some who fall silent do so exactly as long before the end as makes a difference."""
    if person.behaviour == "fading" and person.number % 2:
        limit = (7 if person.number % 4 == 1 else 14) * DAY
        at = programme.ends - limit - person.number % 8 // 4
        if at < person.leaves or person.number % 3:
            yield Deed("view", programme.activities[0], at)
