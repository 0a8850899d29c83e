"""The log's recorder on PostgreSQL: an insert of our own, in binary, with the index beside it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.utils import retry
from psycopg import Cursor
from psycopg.rows import DictRow, tuple_row

from lrs.append import Append, Gone, Head, indexed, owner_of
from lrs.events import DocumentDeleted, DocumentStored
from lrs.indexing import IndexedStatement, IndexRows, Reference, Term
from lrs.postgres.columns import Chunks, Integers
from lrs.postgres.erasure import destroy
from lrs.postgres.index import PostgresStatementIndex
from lrs.sql import queries

SQL = queries("lrs.postgres", "log.sql")


class PostgresLogRecorder(PostgresApplicationRecorder):
    """Keeps the library's table lock and order; the transaction within is ours.

    No NOTIFY here: inside the transaction it would serialise commits over the whole cluster.
    """

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "event") -> None:
        super().__init__(datastore, events_table_name="event")
        self.index = PostgresStatementIndex(datastore)

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Append all, or nothing. Raises `eventsourcing.persistence.IntegrityError`.

        In place of the library's, whose pipeline costs more than it saves here, commits what was
        done before a fault of ours, and tells a taken place as a pipeline that was aborted.
        """
        append: Append = kwargs["append"]
        gone: Gone | None = kwargs.get("gone")
        with self.datastore.transaction(commit=True) as curs:
            self._append(curs, append)
            if gone is not None:
                destroy(curs, gone, PostgresRecorded(curs))
        return [entry.position for entry in append.entries]

    def _append(self, curs: Cursor[DictRow], append: Append) -> None:
        curs.execute(SQL["lock"], prepare=True)
        row = cast("DictRow", curs.fetchone())
        stored = append.stamp(Head(row["position"], row["stored"]), row["now"])
        curs.execute(
            SQL["insert_events"],
            (
                *append.head,
                Integers("q", [entry.position for entry in append.entries]),
                Chunks("uuid", [cast("UUID", event.originator_id).bytes for event in stored]),
                Integers("q", [event.originator_version for event in stored]),
                Chunks("text", [event.topic.encode() for event in stored]),
                Chunks("bytea", [event.state for event in stored]),
            ),
            prepare=True,
        )
        if curs.rowcount < len(stored):
            raise IntegrityError("the place of an event in its stream is taken: not unique")
        if append.statements():
            write_index(curs, append.index_rows(PostgresRecorded(curs)))
        for event in append.documents():
            _write_document(curs, event)

    def select_statements(self, ids: Sequence[UUID]) -> dict[UUID, StoredEvent]:
        """Return the first event of each of these streams that exists."""
        with self.datastore.cursor() as curs:
            return {
                event.originator_id: event
                for _, event in select_first_events(curs, ids)
                if isinstance(event.originator_id, UUID)
            }

    def select_positions(self, positions: Sequence[int]) -> list[tuple[int, StoredEvent]]:
        """Return (position, event) of these positions, in order."""
        with self.datastore.cursor() as curs:
            rows = curs.execute(
                SQL["events_at"], (Integers("q", positions),), prepare=True, binary=True
            )
            return _stored(rows)

    def head(self) -> Head:
        """Return the last committed position and its time."""
        row = self._head_row()
        return Head(row["position"], row["stored"])

    def log_id(self) -> UUID:
        """Return the random identity that this log was born with."""
        return cast("UUID", self._head_row()["log_id"])

    def max_notification_id(self) -> int | None:
        """Return the last committed position; None when the log is empty."""
        return self.head().position or None

    def _head_row(self) -> DictRow:
        with self.datastore.cursor() as curs:
            return cast("DictRow", curs.execute(SQL["head"], prepare=True).fetchone())


class PostgresRecorded:
    """What is recorded, as the transaction that holds the lock sees it."""

    def __init__(self, curs: Cursor[DictRow]) -> None:
        self._curs = curs

    def referring_to(self, targets: Sequence[UUID]) -> list[Reference]:
        """Return the references to any of the targets."""
        with self._curs.connection.cursor(row_factory=tuple_row) as curs:
            rows = curs.execute(SQL["references_to"], (list(targets),), prepare=True)
            return [Reference(*row) for row in rows]

    def statements(self, ids: Sequence[UUID]) -> list[IndexedStatement]:
        """Return those of the statements that are recorded."""
        found = (indexed(at, event) for at, event in select_first_events(self._curs, ids))
        return [statement for statement in found if statement is not None]


def select_first_events(
    curs: Cursor[DictRow], ids: Sequence[UUID]
) -> list[tuple[int, StoredEvent]]:
    """Return (position, first event) of each of these streams that exists."""
    return _stored(curs.execute(SQL["first_events"], (list(ids),), prepare=True, binary=True))


def _stored(rows: Iterable[DictRow]) -> list[tuple[int, StoredEvent]]:
    return [
        (
            row["notification_id"],
            StoredEvent(
                originator_id=row["originator_id"],
                originator_version=row["originator_version"],
                topic=row["topic"],
                state=bytes(row["state"]),
            ),
        )
        for row in rows
    ]


def write_index(curs: Cursor[DictRow], rows: IndexRows) -> None:
    """Write what an append changes in the index, in the append's own transaction."""
    listed, terms = _listed(rows.listed), _terms(rows.terms)
    if rows.fresh:
        _execute(curs, "insert_fresh", (*listed, *terms[:3]))
        return
    _execute(curs, "insert_statements", listed)
    _execute(curs, "insert_terms", terms)
    if rows.references:
        _execute(curs, "insert_references", _references(rows.references))
    if rows.unlisted:
        _execute(curs, "delete_statements", (Integers("q", rows.unlisted),))
        _execute(curs, "delete_terms", _terms(rows.removed))


def _write_document(curs: Cursor[DictRow], event: DocumentStored | DocumentDeleted) -> None:
    if isinstance(event, DocumentDeleted):
        _execute(curs, "drop_document", (event.originator_id,))
        return
    owner = owner_of(event)
    activity, agent = owner.keys
    row = (
        event.originator_id,
        owner.resource,
        activity,
        agent,
        owner.registration,
        event.document_id,
        event.timestamp,
    )
    _execute(curs, "put_document", row)


def _execute(curs: Cursor[DictRow], query: str, parameters: tuple[Any, ...]) -> None:
    curs.execute(SQL[query], parameters, prepare=True)


def _listed(rows: list[tuple[int, datetime]]) -> tuple[Any, ...]:
    return Integers("q", [position for position, _ in rows]), [stored for _, stored in rows]


def _terms(rows: list[Term]) -> tuple[Any, ...]:
    return (
        Integers("h", [row[0] for row in rows]),
        Integers("q", [row[1] for row in rows]),
        Integers("q", [row[2] for row in rows]),
        Integers("q", [row[3] for row in rows]),
    )


def _references(rows: list[Reference]) -> tuple[Any, ...]:
    return (
        [row.target for row in rows],
        Integers("q", [row.position for row in rows]),
        [row.source for row in rows],
        [row.voids for row in rows],
    )
