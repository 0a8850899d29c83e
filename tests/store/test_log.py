"""The promises of the log, on both engines."""

import hmac
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import orjson
import pytest
from eventsourcing.persistence import IntegrityError

from lrs.append import Append, Head
from lrs.errors import StatementConflict
from lrs.events import StatementRecorded
from lrs.log import EventLog, stream_id
from lrs.main import open_log, open_store
from lrs.sealing import SealingMapper, meta, unseal
from lrs.settings import Settings
from lrs.store import Store
from tests.store.statements import PRINCIPAL, VERSION, drafts, record, statement


def stored(log: EventLog) -> list[dict[str, object]]:
    return [
        orjson.loads(entry.event.statement)
        for entry in log.entries()
        if isinstance(entry.event, StatementRecorded)
    ]


def test_what_is_recorded_is_read_back_byte_for_byte_but_for_the_servers_fields(
    store: Store,
) -> None:
    sent = (
        b'{"actor": {"mbox": "mailto:a@example.org"}, "verb": {"id": "https://example.org/v"},'
        b' "object": {"id": "https://example.org/\\u00e9"},'
        b' "result": {"score": {"raw": 1.10, "max": 100000000000000000000000000000000000000001}}}'
    )
    store.log.append(store.statements.draft(sent, PRINCIPAL, VERSION))
    (entry,) = list(store.log.entries(after=1))
    assert isinstance(entry.event, StatementRecorded)
    assert sent.removeprefix(b"{").removesuffix(b"}") in entry.event.statement


def test_positions_are_dense_and_stored_times_strictly_increase(store: Store) -> None:
    for size in (1, 3, 2):
        record(store, *[statement() for _ in range(size)])
    entries = list(store.log.entries())
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    times = [entry.event.timestamp for entry in entries]
    assert all(earlier < later for earlier, later in pairwise(times))
    assert store.log.head() == Head(entries[-1].position, times[-1])


def test_stored_times_never_go_back_when_the_clock_does() -> None:
    append = Append([], SealingMapper(transcoder=None))
    append._drafts = [_Draft()]
    last = datetime(2030, 1, 1, tzinfo=UTC)
    append.stamp(Head(7, last), now=datetime(2020, 1, 1, tzinfo=UTC))
    assert append.head == Head(8, last + timedelta(microseconds=1))


class _Draft:
    def stamped(self, at: datetime) -> StatementRecorded:
        return StatementRecorded(
            originator_id=uuid4(),
            originator_version=1,
            timestamp=at,
            principal="x",
            statement=b"{}",
        )


def test_an_id_that_is_taken_appends_nothing(store: Store) -> None:
    known = statement()
    record(store, known)
    before = store.log.head()
    with pytest.raises(IntegrityError):
        store.log.append(drafts(store, statement(), known))
    assert store.log.head() == before
    record(store, statement())
    assert store.log.head().position == before.position + 1


def test_a_batch_with_a_conflict_stores_nothing_of_it(store: Store) -> None:
    known = statement()
    record(store, known)
    with pytest.raises(StatementConflict):
        record(store, statement(), known | {"verb": {"id": "https://example.org/verbs/left"}})
    assert len(stored(store.log)) == 1


def test_the_same_statement_again_is_recorded_once(store: Store) -> None:
    known = statement()
    record(store, known)
    record(store, known)
    record(store, known, statement())
    assert len(stored(store.log)) == 2


def test_concurrent_requests_are_each_atomic_and_none_is_lost(store: Store) -> None:
    contested = [statement(activity=str(n)) for n in range(40)]
    failures: list[Exception] = []

    def send(verb: str) -> None:
        for each in contested:
            try:
                record(
                    store, each | {"verb": {"id": f"https://example.org/verbs/{verb}"}}, statement()
                )
            except StatementConflict as conflict:
                failures.append(conflict)

    threads = [threading.Thread(target=send, args=(verb,)) for verb in ("came", "went", "stayed")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 80
    assert len(stored(store.log)) == 80


def test_two_processes_on_one_store_share_one_order(settings: Settings) -> None:
    with open_store(settings) as one, open_store(settings) as other:
        rounds = 15

        def send(store: Store) -> None:
            for _ in range(rounds):
                record(store, statement(), statement())

        threads = [threading.Thread(target=send, args=(store,)) for store in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        entries = [e for e in one.log.entries() if isinstance(e.event, StatementRecorded)]
        assert len(entries) == 4 * rounds
        times = [entry.event.timestamp for entry in entries]
        assert times == sorted(set(times))


def test_two_stores_racing_for_one_id_agree_on_one_statement(settings: Settings) -> None:
    with open_store(settings) as one, open_store(settings) as other:
        outcomes: list[str] = []

        def send(store: Store, verb: str, known: dict[str, object]) -> None:
            try:
                record(store, known | {"verb": {"id": f"https://example.org/verbs/{verb}"}})
                outcomes.append("recorded")
            except StatementConflict:
                outcomes.append("conflict")

        for _ in range(10):
            known = statement()
            threads = [
                threading.Thread(target=send, args=(one, "came", known)),
                threading.Thread(target=send, args=(other, "went", known)),
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sorted(outcomes) == ["conflict"] * 10 + ["recorded"] * 10


def test_a_moment_finds_its_position(store: Store) -> None:
    record(store, *[statement() for _ in range(20)])
    log = store.log
    for entry in log.entries():
        assert log.position_at(entry.event.timestamp) == entry.position
        assert (
            log.position_at(entry.event.timestamp - timedelta(microseconds=1)) == entry.position - 1
        )
    assert log.position_at(datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert log.position_at(datetime(2100, 1, 1, tzinfo=UTC)) == log.head().position


def test_every_event_carries_commitments_to_its_facts_and_its_body(store: Store) -> None:
    record(store, statement())
    for notification in store.log.read():
        sealed = unseal(notification.state)
        facts = meta(
            notification.topic,
            notification.originator_id,
            notification.originator_version,
            sealed.stored,
            sealed.principal,
        )
        assert sealed.meta_commitment == hmac.digest(sealed.meta_salt, facts, "sha256")
        assert sealed.body_commitment == hmac.digest(sealed.body_salt, sealed.body, "sha256")
        assert len(sealed.meta_salt) == len(sealed.body_salt) == 32


def test_a_log_keeps_its_identity(settings: Settings) -> None:
    log = open_log(settings)
    again = open_log(settings)
    assert log.log_id() == again.log_id()
    log.close()
    again.close()


def test_the_librarys_lockless_database_functions_stay_off(postgres, monkeypatch) -> None:
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "yes")
    log = open_log(Settings(database_url=postgres()))
    assert log.factory.datastore.enable_db_functions is False
    log.close()


def test_sqlite_flushes_at_every_commit(new_settings) -> None:
    log = open_log(new_settings("sqlite"))
    with log.factory.datastore.transaction(commit=False) as cursor:
        cursor.execute("pragma synchronous")
        assert cursor.fetchone()[0] == 2
        cursor.execute("pragma journal_mode")
        assert cursor.fetchone()[0] == "wal"
    log.close()


def test_a_streams_version_is_that_of_the_moment(store: Store) -> None:
    for number in range(5):
        store.credentials.create(f"number {number}", ["statements/write"])
    stream = stream_id("credentials")
    moments = [
        entry.event.timestamp
        for entry in store.log.entries()
        if entry.event.originator_id == stream and entry.event.timestamp
    ]
    assert len(moments) >= 5
    for version, moment in enumerate(moments, start=1):
        assert store.log.version_at(stream, moment) == version
        assert store.log.version_at(stream, moment - timedelta(microseconds=1)) == version - 1
    assert store.log.version_at(stream_id("nothing"), moments[-1]) == 0
