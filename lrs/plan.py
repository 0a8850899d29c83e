"""The program document: what a programme plans, as everybody reads it.

Part of the published language: `lrs.programs` records documents, `projections` read them back.
All moments are aware datetimes in UTC; local times of the document are resolved on reading.
"""

from datetime import datetime
from typing import Literal

import msgspec

Mode = Literal["async", "live-online", "in-person"]
Kind = Literal["content", "quiz", "post", "assignment"]
Needs = Literal["interaction", "information"]


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
    """One human of a cohort, under every actor key the document knows; the first is the main one."""

    actors: tuple[str, ...]
    name: str
    cohort: str
    enrolled: datetime | None
    """From this moment on; None: from the start of time (no date in document, cohort or program)."""
    withdrawn: datetime | None


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
    group: str
    """Sessions of one group are alternatives; a session without a group is a group of its own (its id)."""
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


def validate_document(document: object) -> bytes:
    """Check a program document and return it normalised, as canonical JSON bytes.

    Raises `InvalidProgram` with the path of the first fault.
    """
    raise NotImplementedError


def read_plan(document: bytes) -> Plan:
    """Read a document that `validate_document` returned."""
    raise NotImplementedError
