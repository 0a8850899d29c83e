"""The published language: every kind of event that the log holds.

Events are facts and these structs are a storage format: add fields with defaults, never rename or
remove; `tests/golden/events` keeps one example of every shape ever written.

Every event has four parts that outlive erasure (its type, its stream and version, the moment it
was stored, the principal who caused it) and a body, which is JSON. See `lrs.sealing`.
"""

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

import msgspec
from eventsourcing.utils import register_topic


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What every event has."""

    TOPIC: ClassVar[str]

    originator_id: UUID
    originator_version: int
    timestamp: datetime | None = None
    """The moment it was stored: UTC, strictly increasing over the log; None until the log stamps it."""
    principal: str
    """Who caused it: the key of the authenticated credential, or `system`."""

    def stamped(self, at: datetime) -> Self:
        """Return the event as stored at `at`."""
        return msgspec.structs.replace(self, timestamp=at)


class StatementRecorded(Event, frozen=True, kw_only=True):
    """A valid statement, completed by the LRS, byte for byte as accepted. The body is the statement."""

    TOPIC = "StatementRecorded"

    statement: bytes


class AttachmentStored(Event, frozen=True, kw_only=True):
    """The bytes of an attachment, once for each content. The body is the content."""

    TOPIC = "AttachmentStored"

    content: bytes


class DocumentStored(Event, frozen=True, kw_only=True):
    """A document of the state or a profile resource was stored: a new version of it, whole."""

    TOPIC = "DocumentStored"

    resource: str
    """`state`, `activity-profile` or `agent-profile`."""
    activity: str | None
    agent: str | None
    """The agent's term, see `lrs.xapi.filters.agent_term`."""
    registration: str | None
    document_id: str
    content_type: str
    content: bytes


class DocumentDeleted(Event, frozen=True, kw_only=True):
    """A document was deleted; its versions stay in the log."""

    TOPIC = "DocumentDeleted"

    resource: str
    activity: str | None
    agent: str | None
    registration: str | None
    document_id: str


class PlanChange(msgspec.Struct, frozen=True):
    """What differs at one place of a program document; None where there is, or was, nothing."""

    path: str
    """As in errors, but list items go by what identifies them: `sessions[https://…].starts`."""
    old: Any = None
    new: Any = None


class ProgramPlanned(Event, frozen=True, kw_only=True):
    """A program was planned, or planned anew: the whole document, normalised."""

    TOPIC = "ProgramPlanned"

    slug: str
    document: msgspec.Raw
    """The program document of the contract as JSON; `lrs.plan.read_plan` reads it."""
    changes: tuple[PlanChange, ...] = ()
    """What differs from the document in force before; none for a program that there was not."""
    reason: str | None = None


class ProgramWithdrawn(Event, frozen=True, kw_only=True):
    """A program was taken back; its history stays."""

    TOPIC = "ProgramWithdrawn"

    slug: str
    reason: str | None = None


class PeopleLinked(Event, frozen=True, kw_only=True):
    """Somebody decided that these actors are one person. Actor keys as in `lrs.xapi.actor`."""

    TOPIC = "PeopleLinked"

    actors: tuple[str, ...]
    reason: str


class PersonUnlinked(Event, frozen=True, kw_only=True):
    """Somebody decided that this actor is not who it had been linked to."""

    TOPIC = "PersonUnlinked"

    actor: str
    reason: str


class CredentialCreated(Event, frozen=True, kw_only=True):
    """A credential was made. The secret itself is never stored."""

    TOPIC = "CredentialCreated"

    key: str
    name: str
    secret_hash: str
    scopes: tuple[str, ...]
    expires: datetime | None = None
    """From this moment on it is refused; None: never."""
    reason: str | None = None


class CredentialRevoked(Event, frozen=True, kw_only=True):
    """A credential was revoked."""

    TOPIC = "CredentialRevoked"

    key: str
    reason: str | None = None


class BearerMet(Event, frozen=True, kw_only=True):
    """Whoever has a token of the issuer changes something first, or with other scopes than before."""

    TOPIC = "BearerMet"

    key: str
    scopes: tuple[str, ...]


class RecordsDisclosed(Event, frozen=True, kw_only=True):
    """The principal read or exported records of people: the same reads of a minute, told together.

    The log tells of it a little later than it happened. Streams have no meaning here.
    """

    TOPIC = "RecordsDisclosed"

    route: str
    """`GET /reports/readiness`, or the command: `lrs report readiness`."""
    parameters: dict[str, str]
    """What was asked for, without paging; `{"*": …}` where too many different things were."""
    statements: tuple[str, ...] = ()
    """The ids of statements that were asked for one by one, or the first of them."""
    reads: int
    records: int | None = None
    """How many records were answered in all, where that is counted."""
    first: datetime
    last: datetime
    position: int
    """The end of the log at the first of the reads."""


class ImportedFile(msgspec.Struct, frozen=True):
    """A file of an import; its content is the `AttachmentStored` with this SHA-256."""

    name: str | None
    sha256: str
    size: int
    """In bytes."""


class ImportEvidence(msgspec.Struct, frozen=True):
    """Where the statements about one person come from: rows as (file from 0, line from 1)."""

    statements: tuple[UUID, ...]
    rows: tuple[tuple[int, int], ...]


class AttendanceWarning(msgspec.Struct, frozen=True):
    """Something that a person should look at. Its words, which may name people, are in no event."""

    code: str
    file: int | None
    line: int | None


class AttendanceImported(Event, frozen=True, kw_only=True):
    """Files of a meeting tool were imported; stored in one append with what was new in them.

    Each meeting has a stream of its own.
    """

    TOPIC = "AttendanceImported"

    tool: str
    adapter_version: str
    program: str
    session: str
    meeting: str
    """The activity that all statements about the meeting have in their context."""
    files: tuple[ImportedFile, ...]
    evidence: tuple[ImportEvidence, ...]
    warnings: tuple[AttendanceWarning, ...]
    stored: int
    already_stored: int
    voided: int


class WebhookReceived(Event, frozen=True, kw_only=True):
    """A meeting tool told something of a meeting while it went on.

    Each instance of a meeting has a stream of its own. Once `WebhookMeetingSettled` follows in it,
    all before is dealt with.
    """

    TOPIC = "WebhookReceived"

    tool: str
    instance: str
    """The tool's name of the instance."""
    delivery: str
    """The same for the same told again: SHA-256, hexadecimal."""
    ends: bool
    """It tells that the meeting has ended."""
    program: str | None
    session: str | None
    """The session that the call was addressed to; None: the meeting finds its own."""
    facts: msgspec.Raw
    """What was told, without what is not kept, as JSON; `adapters.webhooks` reads it."""


class WebhookMeetingOpened(Event, frozen=True, kw_only=True):
    """Webhooks tell of a meeting that is to be settled. All such events are of one stream."""

    TOPIC = "WebhookMeetingOpened"

    tool: str
    instance: str


class WebhookMeetingSettled(Event, frozen=True, kw_only=True):
    """What webhooks told of a meeting so far is recorded: in the meeting's stream and in that of all."""

    TOPIC = "WebhookMeetingSettled"

    tool: str
    instance: str
    program: str
    session: str
    outcome: str
    """`recorded`, `nobody` (was there), or `reported`: a report told of it already, and counts."""


class PayloadErased(Event, frozen=True, kw_only=True):
    """Payloads were destroyed, for good: bodies, their salts, and all that was derived from them.

    All such events are of one stream. Nothing in one names a person but by the opaque person id.
    """

    TOPIC = "PayloadErased"

    targets: tuple[int, ...]
    """The positions whose bodies are gone, all smaller than this event's own."""
    redacted: tuple[int, ...] = ()
    """Positions that are read otherwise from now on: each has a `PayloadReplaced`, or had one."""
    person: str | None = None
    statement: UUID | None = None
    retention_class: str | None = None
    """What was asked for: a person, one statement, or what a retention class lets go."""
    reason: str
    legal_basis: str
    counts: dict[str, int] = {}
    """How many of each kind are gone, or are read otherwise (`…_redacted`)."""


class PayloadReplaced(Event, frozen=True, kw_only=True):
    """What an erased event says without the person; it holds from the moment of that event on.

    Each erased event has a stream of its own for these; the last one counts.
    """

    TOPIC = "PayloadReplaced"

    stream: UUID
    version: int
    position: int
    """The erased event's place in its stream and in the log."""
    topic: str
    body: msgspec.Raw
    """In place of the erased body."""


class LegalHoldSet(Event, frozen=True, kw_only=True):
    """What is recorded of a person, or one statement, must not be erased until this is released."""

    TOPIC = "LegalHoldSet"

    hold: UUID
    person: str | None = None
    """The opaque person id."""
    actors: tuple[str, ...] = ()
    """Opaque ids of the person's actors, so that the hold outlives links and changed plans."""
    statement: UUID | None = None
    reason: str


class LegalHoldReleased(Event, frozen=True, kw_only=True):
    """A legal hold is over."""

    TOPIC = "LegalHoldReleased"

    hold: UUID
    reason: str


class RetentionClassSet(Event, frozen=True, kw_only=True):
    """For how long a class of statements is kept: those that meet every list that is not empty."""

    TOPIC = "RetentionClassSet"

    name: str
    verbs: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    """The object, or an activity in the context."""
    types: tuple[str, ...] = ()
    """The object's activity type."""
    keep_days: int | None
    """Counted from when a statement was stored; None: the class is dropped."""
    reason: str


class Erased(Event, frozen=True, kw_only=True):
    """What is left of an event whose body was destroyed, and that nothing replaces. Never stored."""

    topic: str


EVENTS: tuple[type[Event], ...] = (
    StatementRecorded,
    AttachmentStored,
    DocumentStored,
    DocumentDeleted,
    ProgramPlanned,
    ProgramWithdrawn,
    PeopleLinked,
    PersonUnlinked,
    CredentialCreated,
    CredentialRevoked,
    BearerMet,
    RecordsDisclosed,
    WebhookReceived,
    WebhookMeetingOpened,
    WebhookMeetingSettled,
    AttendanceImported,
    PayloadErased,
    PayloadReplaced,
    LegalHoldSet,
    LegalHoldReleased,
    RetentionClassSet,
)

for _event in EVENTS:
    # Topics are stored, so they must not depend on where a class lives today.
    register_topic(_event.TOPIC, _event)
