"""The log's recorder on SQLite: one immediate transaction for events and index."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import orjson
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor, SQLiteDatastore

from lrs.append import Append, Head, indexed, owner_of
from lrs.events import DocumentDeleted, DocumentStored
from lrs.indexing import IndexedStatement, IndexRows, Reference
from lrs.sealing import from_micros, to_micros
from lrs.sql import queries
from lrs.sqlite.erasure import destroy
from lrs.sqlite.index import SQLiteStatementIndex

SQL = queries("lrs.sqlite", "log.sql")


class SQLiteLogRecorder(SQLiteApplicationRecorder):
    """The library's recorder with positions of our own and the index beside the events."""

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str = "event") -> None:
        super().__init__(datastore, events_table_name)
        self.index = SQLiteStatementIndex(datastore)

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int]:
        append: Append = kwargs["append"]
        c.execute(SQL["lock_head"])
        row = c.fetchone()
        stored = append.stamp(Head(row["position"], from_micros(row["stored"])), datetime.now(UTC))
        c.executemany(
            SQL["insert_event"],
            [
                (entry.position, _hex(event), event.originator_version, event.topic, event.state)
                for entry, event in zip(append.entries, stored, strict=True)
            ],
        )
        position, moment = append.head
        c.execute(SQL["move_head"], (position, to_micros(moment)))
        if append.statements():
            write_index(c, append.index_rows(SQLiteRecorded(c)))
        for each in append.documents():
            _write_document(c, each)
        if gone := kwargs.get("gone"):
            destroy(c, gone, SQLiteRecorded(c))
        return [entry.position for entry in append.entries]

    def select_statements(self, ids: Sequence[UUID]) -> dict[UUID, StoredEvent]:
        """Return the first event of each of these streams that exists."""
        with self.datastore.transaction(commit=False) as c:
            return {
                event.originator_id: event
                for _, event in select_first_events(c, ids)
                if isinstance(event.originator_id, UUID)
            }

    def select_positions(self, positions: Sequence[int]) -> list[tuple[int, StoredEvent]]:
        """Return (position, event) of these positions, in order."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(SQL["events_at"], (orjson.dumps(positions).decode(),))
            return _stored(c)

    def head(self) -> Head:
        """Return the last committed position and its time."""
        row = self._head_row()
        return Head(row["position"], from_micros(row["stored"]))

    def log_id(self) -> UUID:
        """Return the random identity that this log was born with."""
        return UUID(self._head_row()["log_id"])

    def _head_row(self) -> Any:
        with self.datastore.transaction(commit=False) as c:
            c.execute(SQL["head"])
            return c.fetchone()


class SQLiteRecorded:
    """What is recorded, as the append's own transaction sees it."""

    def __init__(self, c: SQLiteCursor) -> None:
        self._c = c

    def referring_to(self, targets: Sequence[UUID]) -> list[Reference]:
        """Return the references to any of the targets."""
        self._c.execute(SQL["references_to"], (_array(targets),))
        return [
            Reference(UUID(row["target"]), row["position"], UUID(row["source"]), bool(row["voids"]))
            for row in self._c.fetchall()
        ]

    def statements(self, ids: Sequence[UUID]) -> list[IndexedStatement]:
        """Return those of the statements that are recorded."""
        found = (indexed(at, event) for at, event in select_first_events(self._c, ids))
        return [statement for statement in found if statement is not None]


def select_first_events(c: SQLiteCursor, ids: Sequence[UUID]) -> list[tuple[int, StoredEvent]]:
    """Return (position, first event) of each of these streams that exists."""
    c.execute(SQL["first_events"], (_array(ids),))
    return _stored(c)


def _stored(c: SQLiteCursor) -> list[tuple[int, StoredEvent]]:
    return [
        (
            row["rowid"],
            StoredEvent(
                originator_id=UUID(row["originator_id"]),
                originator_version=row["originator_version"],
                topic=row["topic"],
                state=row["state"],
            ),
        )
        for row in c.fetchall()
    ]


def write_index(c: SQLiteCursor, rows: IndexRows) -> None:
    """Write what an append changes in the index, in the append's own transaction."""
    c.executemany(SQL["insert_statement"], [(at, to_micros(stored)) for at, stored in rows.listed])
    c.executemany(SQL["insert_term"], rows.terms)
    c.executemany(
        SQL["insert_reference"],
        [(row.target.hex, row.position, row.source.hex, row.voids) for row in rows.references],
    )
    c.executemany(SQL["delete_statement"], [(position,) for position in rows.unlisted])
    c.executemany(SQL["delete_term"], rows.removed)


def _write_document(c: SQLiteCursor, event: DocumentStored | DocumentDeleted) -> None:
    if isinstance(event, DocumentDeleted):
        c.execute(SQL["drop_document"], (event.originator_id.hex,))
        return
    owner = owner_of(event)
    row = (
        event.originator_id.hex,
        owner.resource,
        *owner.keys,
        owner.registration.hex if owner.registration else None,
        event.document_id,
        to_micros(cast("datetime", event.timestamp)),
    )
    c.execute(SQL["put_document"], row)


def _hex(event: StoredEvent) -> str:
    return cast("UUID", event.originator_id).hex


def _array(ids: Sequence[UUID]) -> str:
    return orjson.dumps([each.hex for each in ids]).decode()
