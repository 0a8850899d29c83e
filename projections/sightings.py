"""What a log shows of a course that nobody planned: people, things, meetings; gathered in one pass.

Memory is bounded whatever the log's length: beyond the limits below, what is new is counted and left
out. A statement that is voided later has been seen all the same; this is a guess's raw material.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeVar

from lrs.xapi.actor import actor_key
from lrs.xapi.languages import choose_language
from projections.facts import JSON, Facts
from projections.gatherings import Room
from projections.record import NO_ENGAGEMENT, Record, RecordKind

MOST_ACTORS = 20_000
MOST_THINGS = 5_000
MOST_ROOMS = 200
MOST_COURSES = 1_000
MOMENTS = 200
"""So many moments of a thing are kept, the first ones to arrive."""
PEOPLE = 5
"""Up to so many of the people who touched a thing are told apart."""

STRONG: dict[RecordKind, str] = {
    "quiz-scored": "quiz",
    "submitted": "assignment",
    "posted": "post",
    "completed": "content",
    "passed": "content",
}
"""What makes something an activity, and of which kind: the first of these that was seen."""

_WEAK: frozenset[RecordKind] = frozenset(
    {"viewed", "progressed", "started", "left-content", "interacted"}
)
_PRESENT: frozenset[RecordKind] = frozenset(
    {"attended", "join", "leave", "session-open", "session-close"}
)
_TELLING: frozenset[RecordKind] = frozenset({"registered", "unregistered", "not-attended"})
_CMI5 = "https://w3id.org/xapi/cmi5/"
"""Its statements have their own content's publisher id in the grouping, and no course."""
_COURSES = frozenset({"course", "program"})
_CONTAINERS = _COURSES | {
    "section",
    "lms",
    "site",
    "source",
    "block",
    "group",
    "grouping",
    "profile",
}
_PARTS = frozenset(
    {"attempt", "lesson-session", "submission", "cmi.interaction", "question", "objective"}
)
"""The last words of activity types: what lies above a module, and what one person does in it."""


@dataclass(slots=True)
class Seen:
    """An actor. Moments are microseconds since the epoch."""

    key: str
    name: str | None = None
    courses: set[str] = field(default_factory=set)
    first: int | None = None
    last: int | None = None
    """Of the actor's own deeds."""
    registered: int | None = None
    unregistered: int | None = None
    alone: bool = False
    """Whether the actor did anything outside of meetings."""


@dataclass(slots=True)
class Thing:
    """Something that people did by themselves."""

    iri: str
    title: str | None = None
    kinds: Counter[RecordKind] = field(default_factory=Counter)
    courses: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    moments: list[int] = field(default_factory=list)


_T = TypeVar("_T")


class Sightings:
    """Takes in classified statements, in any order."""

    def __init__(self) -> None:
        self.statements = 0
        self.actors: dict[str, Seen] = {}
        self.things: dict[str, Thing] = {}
        self.rooms: dict[str, Room] = {}
        self.courses: Counter[str] = Counter()
        self.titles: dict[str, str] = {}
        """Of courses."""
        self.staff: dict[str, str | None] = {}
        """Who graded, taught or opened meetings, with their names."""
        self.left_out: Counter[str] = Counter()
        """How many sightings of each sort were beyond a limit."""

    def add(self, statement: JSON, record: Record) -> None:
        """Take in a statement and what `classify` made of it."""
        facts = Facts(statement)
        self.statements += 1
        course = self._course(facts)
        self._note_staff(facts, record)
        self._note_actor(record, course)
        if not record.object:
            return
        if record.kind in _PRESENT:
            self._note_meeting(facts, record, course)
        elif record.mode not in {"live-online", "in-person"} and (
            record.kind in STRONG or record.kind in _WEAK
        ):
            self._note_thing(facts, record, course)

    def _course(self, facts: Facts) -> str | None:
        above = [facts.object, *facts.parents, *facts.groupings]
        found = next((each for each in above if last_word(each) in _COURSES), None)
        if found is None and not any(each.startswith(_CMI5) for each in facts.categories):
            found = next((each for each in facts.groupings if not last_word(each)), None)
        if found is None:
            return None
        iri: str = found["id"]
        if iri not in self.courses and len(self.courses) >= MOST_COURSES:
            self.left_out["courses"] += 1
            return None
        self.courses[iri] += 1
        if iri not in self.titles and (title := title_of(found)):
            self.titles[iri] = title
        return iri

    def _note_staff(self, facts: Facts, record: Record) -> None:
        agents = [facts.context["instructor"]] if "instructor" in facts.context else []
        if record.kind in {"graded", "session-open", "session-close"}:
            agents.append(facts.statement["actor"])
        for agent in agents:
            key = actor_key(agent)
            # Of a grade the record's actor is the learner, whoever the statement's is.
            learner = record.kind == "graded" and key == record.actor
            if key and not learner and len(self.staff) < MOST_ACTORS:
                self.staff[key] = agent.get("name") or self.staff.get(key)

    def _note_actor(self, record: Record, course: str | None) -> None:
        engaged = record.kind not in NO_ENGAGEMENT
        if not record.actor or not (engaged or record.kind in _TELLING):
            return
        if (actor := self._get(self.actors, record.actor, Seen, MOST_ACTORS, "actors")) is None:
            return
        actor.name = record.name or actor.name
        if course is not None:
            actor.courses.add(course)
        at = record.timestamp
        if engaged:
            actor.first = at if actor.first is None else min(actor.first, at)
            actor.last = at if actor.last is None else max(actor.last, at)
            actor.alone = actor.alone or record.kind not in _PRESENT
        elif record.kind == "registered":
            actor.registered = at if actor.registered is None else min(actor.registered, at)
        elif record.kind == "unregistered":
            actor.unregistered = max(actor.unregistered or at, at)

    def _note_meeting(self, facts: Facts, record: Record, course: str | None) -> None:
        if (room := self._get(self.rooms, record.object, Room, MOST_ROOMS, "meetings")) is None:
            return
        room.title = room.title or title_of(facts.object)
        if course is not None:
            room.courses[course] += 1
        if not room.add(record):
            self.left_out["dates of meetings"] += 1

    def _note_thing(self, facts: Facts, record: Record, course: str | None) -> None:
        target = step_of(facts, record, course)
        if target is None or target["id"] == course:
            return
        if (
            thing := self._get(self.things, target["id"], Thing, MOST_THINGS, "activities")
        ) is None:
            return
        thing.title = thing.title or title_of(target)
        thing.kinds[record.kind] += 1
        if course is not None:
            thing.courses[course] += 1
        if len(thing.people) < PEOPLE:
            thing.people.add(record.actor)
        if len(thing.moments) < MOMENTS:
            thing.moments.append(record.timestamp)

    def _get(
        self, known: dict[str, _T], key: str, make: "type[_T]", most: int, what: str
    ) -> _T | None:
        if (found := known.get(key)) is not None:
            return found
        if len(known) >= most:
            self.left_out[what] += 1
            return None
        found = known[key] = make(key)  # type: ignore[call-arg] # each is made from its key
        return found


def step_of(facts: Facts, record: Record, course: str | None) -> JSON | None:
    """Return the activity that a planner would name: the quiz of an attempt, the forum of a post.

    None for a container, and for a mere view of something inside a module.
    """
    above = [
        each
        for each in (*facts.parents, *facts.groupings)
        if last_word(each) not in _CONTAINERS and each["id"] != course
    ]
    inside = last_word(facts.object) in _PARTS or record.kind == "posted"
    if above and inside:
        return above[0]
    if last_word(facts.object) in _CONTAINERS or (facts.parents and above and record.kind in _WEAK):
        return None
    return facts.object


def last_word(activity: JSON) -> str:
    """Return the last word of an activity's type, by which vocabularies agree more than by the whole."""
    kind: str = (activity.get("definition") or {}).get("type", "")
    return kind.rstrip("/").rpartition("/")[2]


def title_of(activity: JSON) -> str | None:
    """Return an activity's name, English where it has one."""
    names: dict[str, str] = (activity.get("definition") or {}).get("name") or {}
    if not names:
        return None
    return names[choose_language(names, "en")].strip() or None
