"""A record: what one statement says about learning, in the words that reports use.

`classify` (in `vocabulary.py`) turns statements into records; everything after it reads only these.
Times are integers: microseconds since 1970-01-01T00:00Z; durations are integers of milliseconds.
"""

from typing import Literal

import msgspec

RecordKind = Literal[
    "attended",  # presence, said by a register or a meeting tool (duration where known)
    "not-attended",  # an explicit absence
    "join",  # a stay begins
    "leave",  # a stay ends
    "session-open",  # the meeting itself began (no learner)
    "session-close",  # the meeting itself ended (no learner)
    "completed",
    "completion-retracted",
    "passed",
    "quiz-scored",
    "item-answered",
    "submitted",
    "graded",  # given by somebody else: no engagement of the learner
    "posted",
    "posted-edited",
    "posted-deleted",
    "asked",
    "answered-poll",
    "raised-hand",
    "interacted-live",
    "viewed",
    "progressed",
    "started",
    "left-content",
    "interacted",
    "voted",
    "help-sought",
    "feedback-received",
    "registered",
    "unregistered",
    "login",
    "logout",
    "credential",
    "waived",  # declared as satisfied by somebody else
    "other",  # a verb that no rule knows: the learner did something
]

RecordMode = Literal["async", "live-online", "in-person", "unknown"]

NO_ENGAGEMENT: frozenset[RecordKind] = frozenset(
    {
        "not-attended",
        "session-open",
        "session-close",
        "graded",
        "registered",
        "unregistered",
        "login",
        "logout",
        "credential",
        "waived",
    }
)
"""Kinds that say something about a learner (or a meeting) without the learner having done anything."""

SCORING: frozenset[RecordKind] = frozenset({"quiz-scored", "passed", "completed"})
"""Kinds whose score, where they bear one, is that of the activity as a whole.

A cmi5 `passed` or a SCORM `completed` completes content *and* may be the result of a quiz.
"""


class Record(msgspec.Struct, frozen=True, array_like=True):
    """One statement, classified. `actor` is its canonical key (`lrs.xapi.actor.actor_key`)."""

    position: int
    statement: str
    stored: int
    timestamp: int
    actor: str
    name: str | None
    kind: RecordKind
    rule: str
    """The id of the vocabulary rule that chose `kind`."""
    mode: RecordMode
    mode_rule: str
    object: str
    """The object's activity IRI (of a SubStatement or non-activity: empty)."""
    parents: tuple[str, ...] = ()
    groupings: tuple[str, ...] = ()
    registration: str | None = None
    session: str | None = None
    """The tool's own id of the meeting's instance or of the content's launch."""
    score: float | None = None
    """Normalised: 0..1, by the contract's rule."""
    success: bool | None = None
    completion: bool | None = None
    duration: int | None = None
    """Milliseconds; None where the producer gives none, or only a planned one."""
    held: tuple[int, int] | None = None
    """When the meeting really took place, where the tool says so."""
    count: int = 1
    """How many acts of one kind the statement sums up: three raised hands in one session."""


def by_time(record: Record) -> tuple[int, str]:
    """Return what orders records: when it happened, then the statement's id (docs/adr/0013).

    A position would tell in which order statements arrived, which must not change a report.
    """
    return record.timestamp, record.statement
