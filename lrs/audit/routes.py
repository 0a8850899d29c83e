"""Which events each route that changes something records: there is none without.

A test walks the server's routes and fails on one that is missing here. Requests that change nothing
(the same again) record nothing. Any of them may record `BearerMet` first.
"""

from collections.abc import Mapping

from lrs.events import (
    AttachmentStored,
    AttendanceImported,
    DocumentDeleted,
    DocumentStored,
    Event,
    LegalHoldReleased,
    LegalHoldSet,
    PayloadErased,
    PayloadReplaced,
    PeopleLinked,
    PersonUnlinked,
    ProgramPlanned,
    ProgramWithdrawn,
    StatementRecorded,
    WebhookMeetingOpened,
    WebhookMeetingSettled,
    WebhookReceived,
)

MUTATING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_DOCUMENTS = ("/xapi/activities/state", "/xapi/activities/profile", "/xapi/agents/profile")
RECORDS: Mapping[tuple[str, str], tuple[type[Event], ...]] = {
    ("POST", "/xapi/statements"): (StatementRecorded, AttachmentStored),
    ("PUT", "/xapi/statements"): (StatementRecorded, AttachmentStored),
    **{(method, path): (DocumentStored,) for path in _DOCUMENTS for method in ("PUT", "POST")},
    **{("DELETE", path): (DocumentDeleted,) for path in _DOCUMENTS},
    ("PUT", "/programs/{slug}"): (ProgramPlanned,),
    ("DELETE", "/programs/{slug}"): (ProgramWithdrawn,),
    ("POST", "/people/links"): (PeopleLinked,),
    ("POST", "/people/unlinks"): (PersonUnlinked,),
    ("POST", "/audit/erasures"): (PayloadErased, PayloadReplaced, ProgramPlanned),
    ("POST", "/audit/holds"): (LegalHoldSet,),
    ("POST", "/audit/holds/{hold}/release"): (LegalHoldReleased,),
    ("POST", "/attendance/{tool}"): (AttendanceImported, StatementRecorded, AttachmentStored),
    ("POST", "/webhooks/{tool}"): (
        WebhookReceived,
        WebhookMeetingOpened,
        WebhookMeetingSettled,
        StatementRecorded,
    ),
}
"""By method and path, as the routes are written; the alternate syntax of xAPI means one of these."""
