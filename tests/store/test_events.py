"""Every shape of event ever written stays readable: one golden file for each.

A golden file holds the topic and the state, in hexadecimal, as they were stored. Files are added,
never changed.
"""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent

from lrs.events import (
    EVENTS,
    AttachmentStored,
    AttendanceImported,
    AttendanceWarning,
    BearerMet,
    CredentialCreated,
    CredentialRevoked,
    DocumentDeleted,
    DocumentStored,
    Event,
    ImportedFile,
    ImportEvidence,
    LegalHoldReleased,
    LegalHoldSet,
    PayloadErased,
    PayloadReplaced,
    PeopleLinked,
    PersonUnlinked,
    PlanChange,
    ProgramPlanned,
    ProgramWithdrawn,
    RecordsDisclosed,
    RetentionClassSet,
    StatementRecorded,
    WebhookMeetingOpened,
    WebhookMeetingSettled,
    WebhookReceived,
)
from lrs.sealing import SealingMapper

GOLDEN = Path(__file__).parents[1] / "golden" / "events"
MAPPER = SealingMapper(transcoder=None)
STREAM = UUID("11111111-2222-4333-8444-555555555555")
HEADER = {
    "originator_id": STREAM,
    "originator_version": 3,
    "timestamp": datetime(2026, 10, 9, 14, 0, 0, 123456, tzinfo=UTC),
    "principal": "key-1",
}
EXAMPLES: dict[str, Event] = {
    "statement_recorded_1": StatementRecorded(**HEADER, statement=b'{"id": "x", "n": 1.10}'),
    "attachment_stored_1": AttachmentStored(**HEADER, content=b"\x00\xffbytes"),
    "document_stored_1": DocumentStored(
        **HEADER,
        resource="state",
        activity="https://example.org/a",
        agent="mbox|mailto:a@example.org",
        registration=None,
        document_id="bookmark",
        content_type="application/json",
        content=b'{"page": 1}',
    ),
    "document_deleted_1": DocumentDeleted(
        **HEADER,
        resource="state",
        activity="https://example.org/a",
        agent="mbox|mailto:a@example.org",
        registration=None,
        document_id="bookmark",
    ),
    "program_planned_1": ProgramPlanned(
        **HEADER, slug="course", document=msgspec.Raw(b'{"slug":"course"}')
    ),
    "program_planned_2": ProgramPlanned(
        **HEADER,
        slug="course",
        document=msgspec.Raw(b'{"slug":"course","title":"A course"}'),
        changes=(PlanChange("title", None, "A course"),),
    ),
    "program_withdrawn_1": ProgramWithdrawn(**HEADER, slug="course"),
    "payload_erased_1": PayloadErased(
        **HEADER,
        targets=(3, 5),
        redacted=(5,),
        person="6f1c1b1e-5c1f-5f0e-9d86-1f2e3d4c5b6a",
        reason="asked to",
        legal_basis="GDPR 17(1)(b)",
        counts={"statements": 1, "statements_redacted": 1},
    ),
    "payload_erased_2": PayloadErased(
        **HEADER,
        targets=(3,),
        statement=STREAM,
        retention_class="chat",
        reason="expired",
        legal_basis="retention class chat",
    ),
    "payload_replaced_1": PayloadReplaced(
        **HEADER,
        stream=STREAM,
        version=1,
        position=5,
        topic="StatementRecorded",
        body=msgspec.Raw(b'{"id": "x", "n": 1.10}'),
    ),
    "legal_hold_set_1": LegalHoldSet(
        **HEADER,
        hold=STREAM,
        person="6f1c1b1e-5c1f-5f0e-9d86-1f2e3d4c5b6a",
        actors=("7f1c1b1e-5c1f-5f0e-9d86-1f2e3d4c5b6a",),
        reason="a dispute",
    ),
    "legal_hold_set_2": LegalHoldSet(**HEADER, hold=STREAM, statement=STREAM, reason="a dispute"),
    "legal_hold_released_1": LegalHoldReleased(**HEADER, hold=STREAM, reason="settled"),
    "retention_class_set_1": RetentionClassSet(
        **HEADER,
        name="chat",
        verbs=("https://example.org/verbs/posted",),
        activities=("https://example.org/a",),
        types=("https://example.org/types/chat",),
        keep_days=90,
        reason="policy 3",
    ),
    "people_linked_1": PeopleLinked(
        **HEADER, actors=("mailto:a@example.org", "mailto:b@example.org"), reason="asked"
    ),
    "person_unlinked_1": PersonUnlinked(**HEADER, actor="mailto:a@example.org", reason="mistaken"),
    "credential_created_1": CredentialCreated(
        **HEADER, key="key-2", name="LMS", secret_hash="scrypt:00:00", scopes=("all",)
    ),
    "credential_revoked_1": CredentialRevoked(**HEADER, key="key-2"),
    "program_planned_3": ProgramPlanned(
        **HEADER, slug="course", document=msgspec.Raw(b'{"slug":"course"}'), reason="moved"
    ),
    "program_withdrawn_2": ProgramWithdrawn(**HEADER, slug="course", reason="over"),
    "credential_created_2": CredentialCreated(
        **HEADER,
        key="key-3",
        name="Auditor",
        secret_hash="scrypt:00:00",
        scopes=("audit/read",),
        expires=datetime(2026, 12, 1, tzinfo=UTC),
        reason="yearly audit",
    ),
    "credential_revoked_2": CredentialRevoked(**HEADER, key="key-2", reason="left"),
    "bearer_met_1": BearerMet(
        **HEADER,
        key="https://id.example.org|ada",
        scopes=("statements/read/mine", "statements/write"),
    ),
    "records_disclosed_1": RecordsDisclosed(
        **HEADER,
        route="GET /xapi/statements",
        parameters={"agent": '{"mbox":"mailto:a@example.org"}'},
        statements=("11111111-2222-4333-8444-555555555555",),
        reads=2,
        records=40,
        first=datetime(2026, 10, 9, 14, 0, tzinfo=UTC),
        last=datetime(2026, 10, 9, 14, 0, 5, tzinfo=UTC),
        position=7,
    ),
    "webhook_received_1": WebhookReceived(
        **HEADER,
        tool="zoom",
        instance="4444AAAiAAAAAiAiAiiAii==",
        delivery="ab" * 32,
        ends=False,
        program="course",
        session="https://example.org/lab",
        facts=msgspec.Raw(b'[{"kind":"started","at":"2026-10-09T12:00:00Z"}]'),
    ),
    "webhook_meeting_opened_1": WebhookMeetingOpened(
        **HEADER, tool="zoom", instance="4444AAAiAAAAAiAiAiiAii=="
    ),
    "webhook_meeting_settled_1": WebhookMeetingSettled(
        **HEADER,
        tool="zoom",
        instance="4444AAAiAAAAAiAiAiiAii==",
        program="course",
        session="https://example.org/lab",
        outcome="recorded",
    ),
    "attendance_imported_1": AttendanceImported(
        **HEADER,
        tool="zoom",
        adapter_version="2",
        program="course",
        session="https://example.org/lab",
        meeting="urn:bichron:meeting:zoom:0f4b2e0a-7c0e-5b8e-9d43-0a1b2c3d4e5f",
        files=(ImportedFile("participants.csv", "ab" * 32, 1234), ImportedFile(None, "cd" * 32, 1)),
        evidence=(ImportEvidence((STREAM,), ((0, 5), (1, 7))),),
        warnings=(AttendanceWarning("no_leave", 0, 5), AttendanceWarning("not_here", None, None)),
        stored=3,
        already_stored=1,
        voided=2,
    ),
}


def read(name: str) -> Event:
    topic, state = (GOLDEN / f"{name}.txt").read_text(encoding="ascii").split()
    stored = StoredEvent(STREAM, 3, topic, bytes.fromhex(state))
    return MAPPER.to_domain_event(stored)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_event_written_long_ago_reads_as_it_was(name: str) -> None:
    assert comparable(read(name)) == comparable(EXAMPLES[name])


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_sealed_is_read_back(name: str) -> None:
    sealed = MAPPER.to_stored_event(EXAMPLES[name])
    assert comparable(MAPPER.to_domain_event(sealed)) == comparable(EXAMPLES[name])


def test_every_kind_of_event_has_an_example() -> None:
    assert {type(example) for example in EXAMPLES.values()} == set(EVENTS)
    assert {file.stem for file in GOLDEN.iterdir()} == set(EXAMPLES)


def test_only_stamped_events_are_sealed() -> None:
    with pytest.raises(ValueError, match="stamps"):
        MAPPER.to_stored_event(msgspec.structs.replace(EXAMPLES["people_linked_1"], timestamp=None))


def comparable(event: Event) -> dict[str, object]:
    fields = msgspec.structs.asdict(event)
    return {
        name: bytes(value) if isinstance(value, msgspec.Raw) else value
        for name, value in fields.items()
    } | {"kind": type(event).__name__}
