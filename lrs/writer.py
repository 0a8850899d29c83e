"""The coalescing writer: many requests, one commit.

An append holds the log's lock until its commit is on disk, so appends cannot share a flush by
themselves. Here, whatever has gathered while the last commit ran goes into the next one. Each
request stays atomic: duplicates inside a group are settled here, and a conflict fails only the
request that brought it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple, Self
from uuid import UUID

from eventsourcing.persistence import IntegrityError, PersistenceError

from lrs.append import StatementDraft
from lrs.errors import LRSError, StatementConflict, Unavailable
from lrs.events import AttachmentStored
from lrs.log import EventLog
from lrs.xapi.equivalence import equivalent

GROUP_STATEMENTS = 2_000
GROUP_BYTES = 16 * 1024 * 1024
"""On its way to the disk a group exists several times over."""
QUEUED_BYTES = 256 * 1024 * 1024
RACES = 5


class Request(NamedTuple):
    """One client's statements, to be recorded together or not at all."""

    drafts: Sequence[StatementDraft]
    attachments: Sequence[AttachmentStored]
    size: int
    done: "Future[None]"


class Writer:
    """Records statements from any thread; a thread of its own commits them."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._queue: SimpleQueue[Request | None] = SimpleQueue()
        self._queued = 0
        self.recorded = 0
        """How many statements this writer has appended; read it from any thread."""
        self._lock = Lock()
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(
        self, drafts: Sequence[StatementDraft], attachments: Sequence[AttachmentStored] = ()
    ) -> "Future[None]":
        """Queue statements with their attachments; the future is done when they are durable.

        A statement recorded before with equal content counts as recorded. The future raises
        `StatementConflict` (nothing of this request is recorded then) or `Unavailable`.
        Raises `Unavailable` at once when too much is queued.
        """
        size = sum(len(each.draft.body) for each in drafts)
        size += sum(len(each.content) for each in attachments)
        with self._lock:
            if self._queued and self._queued + size > QUEUED_BYTES:
                raise Unavailable("too many statements are waiting to be written; try again later")
            self._queued += size
        request = Request(drafts, attachments, size, Future())
        self._queue.put(request)
        return request.done

    @property
    def queued(self) -> int:
        """The bytes of statements and attachments that wait to be written."""
        return self._queued

    def close(self) -> None:
        """Write what is queued, then stop."""
        self._queue.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        running = True
        while running:
            group, running = self._gather()
            if group:
                self._write(group)

    def _gather(self) -> tuple[list[Request], bool]:
        """Wait for a request and return it with whatever else waits; False: stop after these."""
        group: list[Request] = []
        count = size = 0
        waiting = self._queue.get()
        while waiting is not None:
            group.append(waiting)
            count, size = count + len(waiting.drafts), size + waiting.size
            if count >= GROUP_STATEMENTS or size >= GROUP_BYTES:
                return group, True
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _write(self, group: list[Request]) -> None:
        try:
            outcomes = self._record(group)
        except PersistenceError as error:
            failure = Unavailable(f"the store cannot write: {error}")
            outcomes = [failure] * len(group)
        with self._lock:
            self._queued -= sum(request.size for request in group)
        for request, outcome in zip(group, outcomes, strict=True):
            if outcome is None:
                request.done.set_result(None)
            else:
                request.done.set_exception(outcome)

    def _record(self, group: list[Request]) -> list[LRSError | None]:
        """Append what is new in the group; return each request's error, or None."""
        # Ids that clients chose are mostly new; asking first would cost every append a question.
        recorded: dict[UUID, bytes | None] = {}
        given = [each.draft.id for r in group for each in r.drafts if each.draft.given_id]
        for _ in range(RACES):
            with suppress(IntegrityError):
                return self._try(group, recorded)
            # Another process may record one of the ids meanwhile; then settle again, knowing it.
            recorded = self._log.statements(given) if given else {}
        return self._try(group, recorded)

    def _try(
        self, group: list[Request], recorded: Mapping[UUID, bytes | None]
    ) -> list[LRSError | None]:
        """Append what is not recorded; raise `IntegrityError` if something of it is, all the same."""
        drafts, outcomes = _settle(group, recorded)
        attachments = self._new_attachments(group, outcomes)
        if drafts or attachments:
            self._log.append([*attachments, *drafts])
            self.recorded += len(drafts)
        return outcomes

    def _new_attachments(
        self, group: list[Request], outcomes: list[LRSError | None]
    ) -> list[AttachmentStored]:
        """Return the attachments of requests that succeed, each once, that are not stored yet."""
        sent = {
            attachment.originator_id: attachment
            for request, outcome in zip(group, outcomes, strict=True)
            if outcome is None
            for attachment in request.attachments
        }
        stored = self._log.attachments(list(sent))
        return [attachment for stream, attachment in sent.items() if stream not in stored]


def _settle(
    group: list[Request], recorded: Mapping[UUID, bytes | None]
) -> tuple[list[StatementDraft], list[LRSError | None]]:
    """Return what of a group is neither recorded nor in it twice, and each request's outcome."""
    accepted: dict[UUID, StatementDraft] = {}
    outcomes: list[LRSError | None] = []
    for request in group:
        fresh: dict[UUID, StatementDraft] = {}
        try:
            for each in request.drafts:
                if not _is_recorded(each, recorded, accepted):
                    fresh[each.draft.id] = each
        except StatementConflict as conflict:
            outcomes.append(conflict)
        else:
            accepted |= fresh
            outcomes.append(None)
    return list(accepted.values()), outcomes


def _is_recorded(
    each: StatementDraft,
    recorded: Mapping[UUID, bytes | None],
    accepted: Mapping[UUID, StatementDraft],
) -> bool:
    """Return whether an equivalent statement has this id; raise `StatementConflict` if another has."""
    statement_id = each.draft.id
    if statement_id in recorded:
        known = recorded[statement_id]
    elif statement_id in accepted:
        known = accepted[statement_id].draft.body
    else:
        return False
    if known is None or not equivalent(known, each.draft.body):
        raise StatementConflict(statement_id)
    return True
