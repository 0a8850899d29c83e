"""Attendance comes in: statements of an import, recorded once, with what they correct voided.

The statements are an adapter's; this module knows the store but no adapter. With what is new of an
import, the files themselves and an `AttendanceImported` go into the log, in one append.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, Protocol
from uuid import UUID, uuid5

import orjson
from eventsourcing.persistence import IntegrityError, PersistenceError

from lrs.append import StatementDraft
from lrs.attachments import attachment_events
from lrs.credentials import OWN_SCOPES, Principal
from lrs.errors import Conflict, NotFound, StatementConflict, Unavailable
from lrs.events import (
    AttachmentStored,
    AttendanceImported,
    AttendanceWarning,
    ImportedFile,
    ImportEvidence,
)
from lrs.log import stream_id
from lrs.plan import Session, read_plan
from lrs.store import Store
from lrs.xapi.equivalence import equivalent
from lrs.xapi.multipart import Attachment
from lrs.xapi.query import StatementQuery
from lrs.xapi.statement import VOIDED
from lrs.xapi.versions import Version

PAGE = 500
ATTEMPTS = 5
IMPORTER = Principal("attendance-import", "Attendance import", frozenset({"all"} | OWN_SCOPES))
"""Vouches for the statements of all imports, so that each corrects the ones before, whoever
uploads; who did is the principal of the `AttendanceImported`."""

File = tuple[str | None, bytes]
"""A file's name, where it has one, and its content."""
Advance = Callable[[int, int], None]


class Prepared(Protocol):
    """What an adapter makes of the files about one meeting."""

    @property
    def tool(self) -> str:
        """The adapter's name."""

    @property
    def adapter_version(self) -> str:
        """It changes with what the adapter writes."""

    @property
    def meeting(self) -> str:
        """The activity that all statements about the meeting have in their context."""

    @property
    def replaces(self) -> Sequence[str]:
        """Other activities whose earlier statements are replaced too, where new ones tell the same."""

    @property
    def files(self) -> Sequence[File]:
        """The files as they came."""

    @property
    def statements(self) -> Sequence[Mapping[str, Any]]:
        """What is to be recorded; ids cover the content."""

    @property
    def evidence(self) -> Sequence[tuple[Sequence[str], Sequence[tuple[int, int]]]]:
        """For each person the statements' ids and the rows: (file from 0, line from 1)."""

    @property
    def warnings(self) -> Sequence[tuple[str, int | None, int | None]]:
        """Each one's code, file (from 0) and line (from 1)."""

    @property
    def shown(self) -> dict[str, Any]:
        """The dry run of the contract."""


class Adapters(Protocol):
    """What reads attendance files; `adapters.intake` does."""

    def prepare(
        self,
        tool: str,
        files: Sequence[File],
        *,
        program: str,
        session: Session,
        timezone: str | None = None,
        date_order: str | None = None,
    ) -> Sequence[Prepared]:
        """Return what files say, for each meeting. Raises `InvalidInput`, `UnreadableAttendance`."""

    def replaced(
        self, earlier: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
    ) -> list[str]:
        """Return the ids of earlier statements that new ones about the same do not bear out."""


class Upload(NamedTuple):
    """Files to import, and what the caller says about them."""

    tool: str
    files: Sequence[File]
    program: str
    session: str
    timezone: str | None = None
    date_order: str | None = None


class Imported(NamedTuple):
    """How many statements of an import were new, known already, or are now void."""

    stored: int
    already_stored: int
    voided: int


def import_files(
    store: Store, adapters: Adapters, upload: Upload, *, by: str, dry: bool = False
) -> list[dict[str, Any]]:
    """Import files and return, for each meeting in them, the contract's dry run and the counts.

    A dry run records nothing and has no counts. Raises what `prepare_files` and `record_files` do.
    """
    prepared = prepare_files(store, adapters, upload)
    if dry:
        return [each.shown for each in prepared]
    return record_files(store, adapters, upload, prepared, by=by)


def prepare_files(store: Store, adapters: Adapters, upload: Upload) -> Sequence[Prepared]:
    """Return what an import of files would record, for each meeting in them.

    Raises `NotFound` for an unknown program or session, `InvalidInput` for an unknown option and
    `UnreadableAttendance` for a refused file, which stops them all.
    """
    return adapters.prepare(
        upload.tool,
        upload.files,
        program=upload.program,
        session=planned_session(store, upload.program, upload.session),
        timezone=upload.timezone,
        date_order=upload.date_order,
    )


def record_files(
    store: Store,
    adapters: Adapters,
    upload: Upload,
    prepared: Sequence[Prepared],
    *,
    by: str,
    advance: Advance = lambda _done, _total: None,
) -> list[dict[str, Any]]:
    """Record each meeting, whole or not at all, and return its dry run with the counts.

    `by` is the principal's key; `advance` is told (meetings done, of how many). Raises `Conflict`.
    """
    outcomes = []
    for number, each in enumerate(prepared, start=1):
        counts = record_import(store, adapters, each, upload, by)
        outcomes.append(each.shown | counts._asdict())
        advance(number, len(prepared))
    return outcomes


def planned_session(store: Store, program: str, session: str) -> Session:
    """Return a session of a program's plan. Raises `NotFound`."""
    plan = read_plan(store.programs.document(program))
    for each in plan.sessions:
        if each.id == session:
            return each
    raise NotFound(f"the program {program!r} has no session {session!r}", "session")


def record_import(
    store: Store, adapters: Adapters, prepared: Prepared, upload: Upload, by: str
) -> Imported:
    """Record what is new of an import of one meeting, all or none, and void what it replaces.

    What a correction voided and a later one brings back is recorded under a new id. Where nothing
    is new, no statement and no file, nothing is stored. Raises `Unavailable`, and `Conflict` when
    others keep importing the same meeting at the same moment.
    """
    for _ in range(ATTEMPTS):
        # Another import may be recorded meanwhile; then compare again, knowing it.
        news = _News(store, adapters, prepared)
        files = news.files(by)
        if not files and not news.statements:
            return news.counts
        try:
            store.log.append([*files, news.event(upload, by), *news.statements])
        except IntegrityError:
            continue
        except PersistenceError as error:
            raise Unavailable(f"the store cannot write: {error}") from None
        return news.counts
    raise Conflict("others keep importing this meeting at the same moment; try again")


class _News:
    """What an import of one meeting brings that is not recorded yet."""

    def __init__(self, store: Store, adapters: Adapters, prepared: Prepared) -> None:
        self._store = store
        self._prepared = prepared
        self._stream = stream_id(f"attendance {prepared.meeting}")
        last = store.log.last(self._stream)
        # Taken before anything is compared: an import recorded from here on takes the next version.
        self._version = 1 if last is None else last.originator_version + 1
        activities = (prepared.meeting, *prepared.replaces)
        earlier = [each for activity in activities for each in _about(store, activity)]
        self._ids = _standing_ids(store, earlier, prepared.statements)
        wanted = [{**each, "id": self._ids[each["id"]]} for each in prepared.statements]
        voids = [_void(store, gone) for gone in adapters.replaced(earlier, wanted)]
        body = orjson.dumps([*wanted, *voids])
        self.statements = _unrecorded(store, store.statements.draft(body, IMPORTER, Version.V2_0))
        ids = {str(each.draft.id) for each in self.statements}
        stored = len(ids.intersection(self._ids.values()))
        self.counts = Imported(stored, len(wanted) - stored, len(ids) - stored)

    def files(self, by: str) -> list[AttachmentStored]:
        """Return the events that store those files that are not stored yet, each once."""
        found = {sha256(content).hexdigest(): content for _, content in self._prepared.files}
        events = attachment_events([Attachment(*each) for each in found.items()], by)
        stored = self._store.log.attachments([each.originator_id for each in events])
        return [each for each in events if each.originator_id not in stored]

    def event(self, upload: Upload, by: str) -> AttendanceImported:
        """Return the event that tells of the import."""
        return AttendanceImported(
            originator_id=self._stream,
            originator_version=self._version,
            principal=by,
            tool=self._prepared.tool,
            adapter_version=self._prepared.adapter_version,
            program=upload.program,
            session=upload.session,
            meeting=self._prepared.meeting,
            files=tuple(
                ImportedFile(name, sha256(content).hexdigest(), len(content))
                for name, content in self._prepared.files
            ),
            evidence=tuple(
                ImportEvidence(tuple(UUID(self._ids[each]) for each in ids), tuple(rows))
                for ids, rows in self._prepared.evidence
            ),
            warnings=tuple(AttendanceWarning(*each) for each in self._prepared.warnings),
            **self.counts._asdict(),
        )


def _about(store: Store, meeting: str) -> Iterator[dict[str, Any]]:
    """Yield the recorded statements of imports about a meeting that are not voided."""
    query = StatementQuery(activity=meeting, related_activities=True, ascending=True)
    while True:
        page = store.log.index.page(query, PAGE, store.statements.mine(IMPORTER))
        yield from map(orjson.loads, page.statements)
        if page.cursor is None:
            return
        query = StatementQuery(
            activity=meeting, related_activities=True, ascending=True, cursor=page.cursor
        )


def _standing_ids(
    store: Store, standing: Sequence[Mapping[str, Any]], statements: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Return each statement's id by its id or, where that is voided, a next one that is not."""
    ids = [each["id"] for each in statements]
    known = {str(each) for each in store.log.statements([UUID(each) for each in ids])}
    doubtful = known - {each["id"] for each in standing}
    return {each: _standing_id(store, each) if each in doubtful else each for each in ids}


def _standing_id(store: Store, statement_id: str) -> str:
    while (found := store.log.index.find(UUID(statement_id))) and found.voided:
        statement_id = str(uuid5(UUID(statement_id), "recorded again"))
    return statement_id


def _unrecorded(store: Store, drafts: Sequence[StatementDraft]) -> list[StatementDraft]:
    """Return the drafts that are not recorded yet. Raises `StatementConflict`."""
    known = store.log.statements([each.draft.id for each in drafts])
    for each in drafts:
        recorded = known.get(each.draft.id, each.draft.body)
        if recorded is None or not equivalent(recorded, each.draft.body):
            raise StatementConflict(each.draft.id)
    return [each for each in drafts if each.draft.id not in known]


def _void(store: Store, statement_id: str) -> dict[str, Any]:
    return {
        # The same correction twice voids once.
        "id": str(uuid5(UUID(statement_id), "voided by a corrected import")),
        "actor": orjson.loads(store.statements.authority(IMPORTER)),
        "verb": {"id": VOIDED, "display": {"en": "voided"}},
        "object": {"objectType": "StatementRef", "id": statement_id},
    }
