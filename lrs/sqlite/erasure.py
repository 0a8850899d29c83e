"""What an erasure destroys in the log's file, in the transaction that tells of it."""

import orjson
from eventsourcing.sqlite import SQLiteCursor

from lrs.append import Gone
from lrs.indexing import Recorded
from lrs.reindexing import index_changes
from lrs.sealing import without_body
from lrs.sql import queries

SQL = queries("lrs.sqlite", "erasure.sql")
LOG = queries("lrs.sqlite", "log.sql")


def destroy(c: SQLiteCursor, gone: Gone, recorded: Recorded) -> None:
    """Destroy bodies, their salts and every row of the index that was made of them."""
    # What is freed is overwritten, in this transaction already.
    c.execute("pragma secure_delete = on")
    _unindex(c, gone, recorded)
    c.executemany(LOG["drop_document"], [(stream.hex,) for stream in gone.documents])
    c.execute(LOG["events_at"], (orjson.dumps(list(gone.targets)).decode(),))
    rows = zip(sorted(gone.targets), c.fetchall(), strict=True)
    states = [(without_body(row["state"]), position) for position, row in rows]
    c.execute(SQL["begin_erasing"])
    c.executemany(SQL["set_state"], states)
    c.execute(SQL["end_erasing"])


def _unindex(c: SQLiteCursor, gone: Gone, recorded: Recorded) -> None:
    changes = index_changes(gone.statements, recorded)
    c.executemany(LOG["delete_statement"], [(position,) for position in changes.unlisted])
    c.executemany(LOG["delete_term"], changes.removed)
    positions = sorted({term.position for term in changes.added})
    c.execute(SQL["listed"], (orjson.dumps(positions).decode(),))
    listed = {row["position"] for row in c.fetchall()}
    c.executemany(LOG["insert_term"], [each for each in changes.added if each.position in listed])
    c.executemany(SQL["delete_reference"], [(target.hex, at) for target, at in changes.references])
