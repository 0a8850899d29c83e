"""The program document: what a programme plans, as everybody reads it.

Part of the published language: `lrs.programs` records documents, `projections` read them back.
All moments are aware datetimes in UTC; local times of the document are resolved on reading.
"""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from lrs.document_rules import Fields, actors_of, enrolment_of, validate_document, zone_of
from lrs.document_text import parse_document
from lrs.local_time import beginning, end

__all__ = [
    "REINFORCE_WITHIN_DAYS",
    "Activity",
    "Attendance",
    "Kind",
    "Learner",
    "Mode",
    "Needs",
    "Outcome",
    "Plan",
    "Rules",
    "Session",
    "parse_document",
    "read_plan",
    "validate_document",
]

Mode = Literal["async", "live-online", "in-person"]
Kind = Literal["content", "quiz", "post", "assignment"]
Needs = Literal["interaction", "information"]

REINFORCE_WITHIN_DAYS = 14
"""How long after a session its reinforcing work counts as follow-up, if the document is silent."""


class Rules(msgspec.Struct, frozen=True):
    """After how many days of silence a learner is flagged."""

    at_risk_after_days: int = 7
    dropped_after_days: int = 14


class Outcome(msgspec.Struct, frozen=True):
    """Something learners shall be able to do, and whether it takes interaction to learn it."""

    id: str
    title: str
    needs: Needs


class Learner(msgspec.Struct, frozen=True):
    """One human of a cohort, under every actor key that the document knows, the main one first."""

    actors: tuple[str, ...]
    name: str
    cohort: str
    enrolled: datetime | None
    """From this moment on; None: from the start of time (no date in learner or program)."""
    withdrawn: datetime | None
    """From this moment on no more."""
    timezone: str = "UTC"
    """On whose clock the learner lives (IANA): the learner's own, by default the program's."""


class Activity(msgspec.Struct, frozen=True):
    """A self-paced (or live) step: the object that the LMS names in its statements."""

    id: str
    title: str
    mode: Mode
    kind: Kind
    outcome: str | None
    required: bool
    weight: float
    due: datetime | None
    """The last moment in time (inclusive); a bare `due` date becomes the next local day's first."""
    minutes: float | None
    pass_mark: float | None
    """Quizzes only: the normalised score from which on it is done; None: any score."""


class Attendance(msgspec.Struct, frozen=True):
    """How much presence makes an attendance; both ends inclusive, zero means: any."""

    minutes: float = 0
    share: float = 0


class Session(msgspec.Struct, frozen=True):
    """A live step: people meet between two moments."""

    id: str
    title: str
    mode: Mode
    starts: datetime
    ends: datetime
    outcome: str | None
    prepares: tuple[str, ...]
    reinforces: tuple[str, ...]
    reinforce_within_days: int
    recording: str | None
    """Watching this makes up for the session; it is never attendance."""
    group: str
    """Sessions of one group are alternatives; a session without one is its own (by its id)."""
    match: tuple[str, ...]
    attendance: Attendance


class Plan(msgspec.Struct, frozen=True):
    """A whole programme. Activities and sessions keep the document's order."""

    slug: str
    title: str
    timezone: str
    starts: datetime | None
    ends: datetime | None
    """The first moment after the programme (a bare `ends` date includes its day whole)."""
    rules: Rules
    outcomes: tuple[Outcome, ...]
    cohorts: tuple[str, ...]
    learners: tuple[Learner, ...]
    activities: tuple[Activity, ...]
    sessions: tuple[Session, ...]


def read_plan(document: bytes) -> Plan:
    """Read a document that `validate_document` returned.

    Local times become moments in UTC (see `lrs.local_time`), and what the document leaves out gets
    its default: titles and names default to the id or main actor.
    """
    program = msgspec.json.decode(document)
    zone = zone_of(program)
    cohorts = program.get("cohorts", ())
    return Plan(
        slug=program["slug"],
        title=program.get("title", program["slug"]),
        timezone=zone.key,
        starts=_beginning(program.get("starts"), zone),
        ends=_end(program.get("ends"), zone),
        rules=Rules(**program.get("rules", {})),
        outcomes=tuple(_outcome(each) for each in program.get("outcomes", ())),
        cohorts=tuple(cohort["id"] for cohort in cohorts),
        learners=tuple(
            _learner(each, cohort["id"], program, zone)
            for cohort in cohorts
            for each in cohort.get("learners", ())
        ),
        activities=tuple(_activity(each, zone) for each in program.get("activities", ())),
        sessions=tuple(_session(each, zone) for each in program.get("sessions", ())),
    )


def _beginning(text: str | None, zone: ZoneInfo) -> datetime | None:
    return None if text is None else beginning(text, zone)


def _end(text: str | None, zone: ZoneInfo) -> datetime | None:
    return None if text is None else end(text, zone)


def _outcome(fields: Fields) -> Outcome:
    return Outcome(fields["id"], fields.get("title") or fields["id"], fields["needs"])


def _learner(fields: Fields, cohort: str, program: Fields, zone: ZoneInfo) -> Learner:
    actors = actors_of(fields)
    return Learner(
        actors=actors,
        name=fields.get("name", actors[0]),
        cohort=cohort,
        enrolled=_beginning(enrolment_of(fields, program), zone),
        withdrawn=_beginning(fields.get("withdrawn"), zone),
        timezone=fields.get("timezone", zone.key),
    )


def _activity(fields: Fields, zone: ZoneInfo) -> Activity:
    return Activity(
        id=fields["id"],
        title=fields.get("title") or fields["id"],
        mode=fields["mode"],
        kind=fields["kind"],
        outcome=fields.get("outcome"),
        required=fields.get("required", True),
        weight=fields.get("weight", 1),
        due=_end(fields.get("due"), zone),
        minutes=fields.get("minutes"),
        pass_mark=fields.get("pass"),
    )


def _session(fields: Fields, zone: ZoneInfo) -> Session:
    return Session(
        id=fields["id"],
        title=fields.get("title") or fields["id"],
        mode=fields["mode"],
        starts=beginning(fields["starts"], zone),
        ends=end(fields["ends"], zone),
        outcome=fields.get("outcome"),
        prepares=tuple(fields.get("prepares", ())),
        reinforces=tuple(fields.get("reinforces", ())),
        reinforce_within_days=fields.get("reinforce_within_days", REINFORCE_WITHIN_DAYS),
        recording=fields.get("recording"),
        group=fields.get("group") or fields["id"],
        match=tuple(fields.get("match", ())),
        attendance=Attendance(**fields.get("attendance", {})),
    )
