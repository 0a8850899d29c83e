"""Copies of records for whoever inspects: what was recorded, word for word, and what became of it.

Each entry is an event told (see `lrs.audit.history`) with `original`, the statement or document as
it was stored (of a statement that was redacted, what is left), and `marks`: it was voided, amended
(a statement refers to it; a document has a later version) or erased, and by which event.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from lrs.audit.history import VOIDING, moment_shown
from lrs.errors import NotFound
from lrs.events import (
    AttachmentStored,
    DocumentDeleted,
    DocumentStored,
    PayloadErased,
    StatementRecorded,
)
from lrs.log import ERASURES, EventLog
from lrs.sealing import from_micros, unseal
from projections.history import LARGEST_PAGE, History, Search

DOCUMENTS = frozenset({DocumentStored.TOPIC, DocumentDeleted.TOPIC})


def copy_of_statement(log: EventLog, history: History, statement: UUID) -> dict[str, Any]:
    """Return a copy of one statement, voided, erased or not. Raises `NotFound`."""
    stored = log.recorder.select_events(statement, limit=1)
    if not stored or stored[0].topic != StatementRecorded.TOPIC:
        raise NotFound(f"no statement has the id {statement}")
    position = log.position_at(from_micros(unseal(stored[0].state).stored))
    history.search(Search(after=position, limit=1))  # waits for what may refer to it
    return _copy(log, {"statement": str(statement)}, _entries(log, history, [position]))


def copy_of_person(log: EventLog, history: History, person: str) -> dict[str, Any]:
    """Return a copy of all that the log tells of a person, in order; `person` as in `Search`."""
    entries: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = history.search(Search(person=person, after=after, limit=LARGEST_PAGE))
        positions = [each["position"] for each in page["events"]]
        entries += _entries(log, history, positions, page["events"])
        after = page["next"]
    return _copy(log, {"person": person, "actors": sorted(history.actors_of(person))}, entries)


def _copy(
    log: EventLog, subject: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    head = log.head()
    return {
        "log": str(log.log_id()),
        "position": head.position,
        "stored": moment_shown(head.stored),
        "subject": subject,
        "entries": entries,
    }


def _entries(
    log: EventLog,
    history: History,
    positions: Sequence[int],
    lines: Sequence[dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    lines = history.tell(positions) if lines is None else lines
    stored = dict(log.at(positions))
    statements = [
        UUID(line["stream"])
        for line in lines
        if stored[line["position"]].topic == StatementRecorded.TOPIC
    ]
    referring = history.referring(statements)
    others = sorted({position for found in referring.values() for position in found})
    told = {line["position"]: line for line in history.tell(others)}
    erasures = _erasures(log) if any(line["erased"] for line in lines) else {}
    entries = []
    for line in lines:
        event = stored[line["position"]]
        found = [told[position] for position in referring.get(UUID(line["stream"]), ())]
        marks = [*_marks(log, line, event, found)]
        if line["erased"]:
            marks.insert(0, _mark("erased", erasures.get(line["position"])))
        entries.append(line | {"marks": marks, "original": _original(log, event)})
    return entries


def _marks(
    log: EventLog,
    line: Mapping[str, Any],
    event: StoredEvent,
    referring: Sequence[Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    for other in referring:
        voids = other["action"] == VOIDING and line["action"] != VOIDING
        yield _mark("voided" if voids else "amended", other)
    if event.topic in DOCUMENTS:
        version = event.originator_version
        for later in log.recorder.select_events(stream_of(event), gt=version, lte=version + 1):
            sealed = unseal(later.state)
            moment = from_micros(sealed.stored)
            by = {
                "position": log.position_at(moment),
                "principal": sealed.principal,
                "stored": moment_shown(moment),
            }
            yield _mark("amended", by)


def stream_of(event: StoredEvent) -> UUID:
    """Return the stream of a stored event."""
    stream = event.originator_id
    return stream if isinstance(stream, UUID) else UUID(stream)


def _erasures(log: EventLog) -> dict[int, dict[str, Any]]:
    """Return by which event each body was erased last, by its position."""
    found: dict[int, dict[str, Any]] = {}
    for event in log.stream(ERASURES):
        if isinstance(event, PayloadErased) and event.timestamp:
            by = {
                "position": log.position_at(event.timestamp),
                "principal": event.principal,
                "stored": moment_shown(event.timestamp),
            }
            found |= dict.fromkeys((*event.targets, *event.redacted), by)
    return found


def _mark(mark: str, by: Mapping[str, Any] | None = None) -> dict[str, Any]:
    event = by or {}
    return {"mark": mark, **{name: event.get(name) for name in ("position", "principal", "stored")}}


def _original(log: EventLog, stored: StoredEvent) -> str | None:
    """Return what was stored as text; what is no text in base64; None where there is nothing."""
    content = unseal(stored.state).body
    if content is None and stored.topic == StatementRecorded.TOPIC:
        content = log.replacements.of(stream_of(stored), stored.originator_version)
    if content is None or stored.topic == DocumentDeleted.TOPIC:
        return None
    if stored.topic == DocumentStored.TOPIC:
        event = log.mapper.to_domain_event(stored)
        content = event.content if isinstance(event, DocumentStored) else b""
    elif stored.topic not in {StatementRecorded.TOPIC, AttachmentStored.TOPIC}:
        return None  # the line says it all
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"base64:{b64encode(content).decode()}"
