"""A small course and its records, for tests of the rules. Local noon of 2026-10-05 is `at("10-05")`."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from lrs.plan import Activity, Attendance, Learner, Outcome, Plan, Rules, Session
from projections.record import Record
from projections.rules.cohorts import Member, members
from projections.rules.combined import combined
from projections.rules.dropoff import drop_off
from projections.rules.identity import Identities
from projections.rules.moments import micros
from projections.rules.presence import Held, held
from projections.rules.readiness import readiness
from projections.rules.route import Routes
from projections.rules.trace import Located, Trace

LOG = UUID("6f1c1f0e-0a51-4b6e-9d3e-2f6f2a3b4c5d")
SITE = "https://lms.example.org"
PAGE, QUIZ, FORUM, ESSAY = (f"{SITE}/mod/{name}/view.php?id=1" for name in ("p", "q", "f", "a"))
LAB, LAB_AGAIN = (f"https://meet.example.org/lab/{name}" for name in ("1", "2"))
ROOM = "https://bbb.example.org/room/7"
RECORDING = f"{SITE}/mod/url/view.php?id=11"
MINUTE = timedelta(minutes=1)

_numbers = itertools.count(1)


def day(text: str) -> datetime:
    """Return a moment of 2026 in UTC: `10-09`, `10-09 14:00` or `10-09 14:00:01.5`."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def at(text: str) -> int:
    """Return a moment of 2026 in microseconds."""
    return micros(day(text))


def key(name: str) -> str:
    """Return the actor key of a person of the course."""
    return f"mailto:{name}@example.org"


def learner(name: str, **changes: Any) -> Learner:
    """Return a learner enrolled on the first day."""
    fields: dict[str, Any] = {"enrolled": day("10-01"), "withdrawn": None, "cohort": "autumn"}
    return Learner(**{"actors": (key(name),), "name": name, **fields, **changes})


def activity(iri: str = PAGE, kind: Any = "content", **changes: Any) -> Activity:
    """Return a required self-paced activity without a due date."""
    fields: dict[str, Any] = {
        "title": iri,
        "mode": "async",
        "outcome": None,
        "required": True,
        "weight": 1,
        "due": None,
        "minutes": None,
        "pass_mark": None,
    }
    return Activity(**{"id": iri, "kind": kind, **fields, **changes})


def session(iri: str = LAB, starts: str = "10-09 14:00", **changes: Any) -> Session:
    """Return an online session of an hour that asks for nothing in particular."""
    fields: dict[str, Any] = {
        "title": iri,
        "mode": "live-online",
        "starts": day(starts),
        "ends": day(starts) + timedelta(hours=1),
        "outcome": None,
        "prepares": (),
        "reinforces": (),
        "reinforce_within_days": 14,
        "recording": None,
        "group": iri,
        "match": (),
        "attendance": Attendance(),
    }
    return Session(**{"id": iri, **fields, **changes})


def plan(*steps: Activity | Session, **changes: Any) -> Plan:
    """Return a program of October with these steps; by default only Ada learns in it."""
    fields: dict[str, Any] = {
        "slug": "course",
        "title": "Course",
        "timezone": "UTC",
        "starts": day("10-01"),
        "ends": day("11-01"),
        "rules": Rules(),
        "outcomes": (),
        "cohorts": ("autumn",),
        "learners": (learner("ada"),),
        "activities": tuple(step for step in steps if isinstance(step, Activity)),
        "sessions": tuple(step for step in steps if isinstance(step, Session)),
    }
    return Plan(**{**fields, **changes})


def outcome(iri: str, needs: Any) -> Outcome:
    """Return an outcome."""
    return Outcome(iri, iri, needs)


def record(kind: Any, iri: str, when: str | int, who: str = "ada", **changes: Any) -> Record:
    """Return a record of a person of the course, stored a second after it happened."""
    position = next(_numbers)
    timestamp = at(when) if isinstance(when, str) else when
    fields: dict[str, Any] = {
        "position": position,
        "statement": f"statement-{position:08}",
        "stored": timestamp + 1_000_000,
        "actor": key(who),
        "name": who,
        "rule": "test",
        "mode": "async",
        "mode_rule": "test",
    }
    return Record(**{"timestamp": timestamp, "kind": kind, "object": iri, **fields, **changes})


def traces_of(
    planned: Plan, records: Iterable[Record], identities: Identities | None = None
) -> dict[str, Trace]:
    """Return the traces that records leave on a program, by person."""
    routes = Routes([planned], identities or Identities(LOG, [planned]))
    located: dict[str, list[Located]] = {}
    for each in records:
        for routed in routes.route(each):
            if routed.matched:
                located.setdefault(routed.person, []).append(Located(each, routed.places))
    return {person: Trace(found) for person, found in located.items()}


def held_of(planned: Plan, traces: dict[str, Trace]) -> dict[str, Held]:
    """Return when each session took place, by all that was left."""
    return {
        one.id: held(one, [on.record for trace in traces.values() for on in trace.on(one.id)])
        for one in planned.sessions
    }


class Course:
    """A program and what was recorded; answers reports."""

    def __init__(
        self, planned: Plan, *records: Record, links: Iterable[Iterable[str]] = ()
    ) -> None:
        self.plan = planned
        self.identities = Identities(LOG, [planned], [frozenset(link) for link in links])
        self.traces = traces_of(planned, records, self.identities)
        self.held = held_of(planned, self.traces)

    def members(self, cohort: str | None = None) -> list[Member]:
        return members(self.plan, self.traces, self.identities, cohort)

    def readiness(self, cohort: str | None = None) -> dict[str, Any]:
        return readiness(self.plan, self.plan.sessions[0].id, self.members(cohort))

    def drop_off(self, when: str = "11-01", cohort: str | None = None) -> dict[str, Any]:
        return drop_off(self.plan, self.members(cohort), self.held, at(when))

    def combined(self, when: str = "11-01", cohort: str | None = None) -> dict[str, Any]:
        return combined(self.plan, self.members(cohort), self.held, at(when))


def of(report: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a learner's row."""
    (row,) = [each for each in report["learners"] if each["name"] == name]
    return dict(row)


def only(report: dict[str, Any]) -> dict[str, Any]:
    """Return the row of the only learner."""
    (row,) = report["learners"]
    return dict(row)
