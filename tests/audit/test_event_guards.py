"""Events are facts: the database itself refuses to change or remove one, on both engines."""

import sqlite3
from typing import Any

import psycopg
import pytest
from eventsourcing.sqlite import SQLiteApplicationRecorder

from lrs.audit.erasure import Wanted
from lrs.main import open_erasures
from lrs.sealing import without_body
from lrs.settings import Settings
from lrs.store import Store
from tests.audit.erasing import ADA, WHY
from tests.store.statements import record, statement

REFUSED = [
    "update event set state = :state",
    "update event set topic = 'Other'",
    "update event set :position = :position + 100",
    "update event set originator_version = 7",
    "delete from event",
]


def run(settings: Settings, *texts: str, state: bytes = b"\x97") -> None:
    """Run SQL in one transaction, as anybody who has the application's connection could."""
    if settings.sqlite_path is not None:
        connection: Any = sqlite3.connect(settings.sqlite_path, isolation_level=None)
        connection.execute("begin immediate")
        position, written = "rowid", f"x'{state.hex()}'"
    else:
        connection = psycopg.connect(settings.database_url)
        position, written = "notification_id", f"'\\x{state.hex()}'"
    try:
        for text in texts:
            connection.execute(text.replace(":position", position).replace(":state", written))
        connection.commit()
    finally:
        connection.close()


@pytest.fixture
def errors() -> tuple[type[Exception], ...]:
    return (sqlite3.IntegrityError, psycopg.Error)


@pytest.mark.parametrize("text", REFUSED)
def test_no_event_is_changed_or_removed(
    store: Store, settings: Settings, errors: Any, text: str
) -> None:
    record(store, statement())
    before = store.log.read()
    with pytest.raises(errors, match="facts"):
        run(settings, text)
    assert store.log.read() == before


def test_the_events_are_not_truncated(store: Store, settings: Settings, errors: Any) -> None:
    record(store, statement())
    if isinstance(store.log.recorder, SQLiteApplicationRecorder):
        return  # SQLite's truncation is a DELETE
    with pytest.raises(errors, match="facts"):
        run(settings, "truncate event")


def test_an_erasure_may_shorten_a_state_and_do_nothing_else(
    store: Store, settings: Settings, errors: Any
) -> None:
    record(store, statement())
    (*_, last) = store.log.read()
    sqlite = settings.sqlite_path is not None
    allow = (
        "insert into erasing (only_row) values (1)"
        if sqlite
        else "select set_config('lrs.erasing', 'on', true)"
    )
    end = "delete from erasing" if sqlite else "select 1"
    state = without_body(last.state)
    where = f" where :position = {last.id}"
    for text in (REFUSED[1], REFUSED[2], REFUSED[3], REFUSED[4]):
        with pytest.raises(errors, match="facts"):
            run(settings, allow, text + where, end)
    with pytest.raises(errors, match="facts"):
        run(settings, allow, REFUSED[0] + where, end, state=last.state + b"x")
    run(settings, allow, REFUSED[0] + where, end, state=state)
    assert store.log.read()[-1].state == state


def test_what_lets_an_erasure_in_ends_with_it(
    store: Store, settings: Settings, errors: Any
) -> None:
    record(store, statement())
    open_erasures(store.log).erase(Wanted(**WHY, person=ADA), by="dpo")
    with pytest.raises(errors, match="facts"):
        run(settings, "update event set state = :state")
