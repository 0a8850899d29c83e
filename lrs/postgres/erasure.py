"""What an erasure destroys in the log's tables, in the transaction that tells of it."""

from typing import Any

from psycopg import Cursor
from psycopg.rows import DictRow

from lrs.append import Gone
from lrs.indexing import Recorded, Term
from lrs.postgres.columns import Chunks, Integers
from lrs.reindexing import index_changes
from lrs.sealing import without_body
from lrs.sql import queries

SQL = queries("lrs.postgres", "erasure.sql")
LOG = queries("lrs.postgres", "log.sql")


def destroy(curs: Cursor[DictRow], gone: Gone, recorded: Recorded) -> None:
    """Destroy bodies, their salts and every row of the index that was made of them."""
    _unindex(curs, gone, recorded)
    _run(curs, SQL["drop_documents"], list(gone.documents))
    rows = _rows(curs, LOG["events_at"], Integers("q", gone.targets))
    states = [
        without_body(bytes(row["state"])) for _, row in zip(sorted(gone.targets), rows, strict=True)
    ]
    _run(curs, SQL["begin_erasing"])
    _run(
        curs,
        SQL["set_states"],
        Integers("q", [row["notification_id"] for row in rows]),
        Chunks("bytea", states),
    )


def _unindex(curs: Cursor[DictRow], gone: Gone, recorded: Recorded) -> None:
    changes = index_changes(gone.statements, recorded)
    _run(curs, LOG["delete_statements"], Integers("q", changes.unlisted))
    _run(curs, LOG["delete_terms"], *_columns(changes.removed))
    positions = Integers("q", sorted({term.position for term in changes.added}))
    listed = {row["position"] for row in _rows(curs, SQL["listed"], positions)}
    added = [each for each in changes.added if each.position in listed]
    _run(curs, LOG["insert_terms"], *_columns(added))
    targets = [target for target, _ in changes.references]
    places = Integers("q", [position for _, position in changes.references])
    _run(curs, SQL["delete_references"], targets, places)


def _columns(rows: list[Term]) -> tuple[Any, ...]:
    return (
        Integers("h", [row.kind for row in rows]),
        Integers("q", [row.key for row in rows]),
        Integers("q", [row.position for row in rows]),
        Integers("q", [row.via for row in rows]),
    )


def _run(curs: Cursor[DictRow], query: str, *parameters: Any) -> None:
    curs.execute(query.encode(), parameters, binary=True)


def _rows(curs: Cursor[DictRow], query: str, *parameters: Any) -> list[DictRow]:
    return curs.execute(query.encode(), parameters, binary=True).fetchall()
