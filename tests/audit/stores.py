"""Real stores for tests of the evidence: statements recorded, trees grown, heads signed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self
from uuid import UUID

import orjson
import psycopg
from eventsourcing.sqlite import SQLiteApplicationRecorder

from lrs.audit.export import Evidence
from lrs.audit.ledger import Ledger
from lrs.audit.signer import Signer
from lrs.audit.tree import SignedHead, TreeStore
from lrs.main import open_evidence, open_ledger, open_signer, open_store, open_tree
from lrs.settings import Settings
from lrs.store import Store
from tests.store.statements import PRINCIPAL, VERSION, statement


class Audited(NamedTuple):
    """An open store with its tree; `key` is the signing key's file."""

    store: Store
    tree: TreeStore
    ledger: Ledger
    signer: Signer
    evidence: Evidence
    key: Path

    @classmethod
    def of(cls, store: Store, key: Path) -> Self:
        settings = Settings(database_url=store.settings.database_url, signing_key=key)
        log = store.log
        signer = open_signer(log, settings)
        return cls(store, open_tree(log), open_ledger(log), signer, open_evidence(log), key)

    def record(self, count: int, **more: Any) -> list[UUID]:
        """Record so many statements and return their ids."""
        sent = [statement(activity=str(number), **more) for number in range(count)]
        drafts = self.store.statements.draft(orjson.dumps(sent), PRINCIPAL, VERSION)
        self.store.statements.record(drafts).result(timeout=20)
        return [UUID(each["id"]) for each in sent]

    def sign(self) -> SignedHead:
        """Bring the tree up to date and sign it."""
        self.ledger.catch_up()
        head = self.signer.sign()
        assert head
        return head


@contextmanager
def audited(settings: Settings, key: Path) -> Iterator[Audited]:
    """Open a store of its settings."""
    with open_store(settings) as store:
        yield Audited.of(store, key)


class Rows:
    """The rows of a store, for whoever holds the database: SQL in which `:position` is the column."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sqlite = isinstance(store.log.recorder, SQLiteApplicationRecorder)
        self._take_guards_away()

    def _take_guards_away(self) -> None:
        """Drop what keeps the application, but no owner of a database, from changing events."""
        if not self._sqlite:
            self.run("alter table event disable trigger user")
            return
        guards = "select name from sqlite_master where type = 'trigger' and tbl_name = 'event'"
        for (name,) in self.run(guards):
            self.run(f"drop trigger {name}")

    def run(self, text: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement of SQL with `?` for parameters; return its rows."""
        column = "rowid" if self._sqlite else "notification_id"
        text = text.replace(":position", column)
        if self._sqlite:
            recorder = self._store.log.recorder
            assert isinstance(recorder, SQLiteApplicationRecorder)
            with recorder.datastore.transaction(commit=True) as cursor:
                cursor.execute(text, parameters)
                return [tuple(row) for row in cursor.fetchall()]
        url = self._store.settings.database_url
        with psycopg.connect(url) as connection:
            done = connection.execute(text.replace("?", "%s").encode(), parameters)
            return done.fetchall() if done.description else []

    def stream(self, stream: UUID) -> Any:
        """Return a stream's id as it is stored."""
        return stream.hex if self._sqlite else stream
