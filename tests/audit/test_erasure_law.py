"""The law of projections holds with erasures: incremental = rebuilt = live, to the last row."""

import threading
from contextlib import suppress
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs.audit.erasure import Wanted
from lrs.errors import NotFound
from lrs.main import open_erasures
from lrs.xapi.query import StatementQuery
from projections.database import TABLES, Database
from projections.postgres import PostgresDatabase
from projections.sqlite import SqliteTransaction
from tests.audit.erasing import ADA, WHY, House, house_of
from tests.conftest import ENGINES
from tests.projections import course
from tests.store.statements import record, referring, statement

NAMES = ("ada", "ada.private", "bo", "cem", "stranger")
PAIR = ["mailto:ada@example.org", "mailto:ada.private@example.org"]


@pytest.fixture(params=ENGINES, scope="module")
def houses(request: pytest.FixtureRequest, new_settings: Any) -> Any:
    """Return what makes the settings of an empty house."""
    return lambda: new_settings(request.param)


def rows(views: Database) -> dict[str, list[Any]]:
    """Return every row of every view, but for what tells of the views themselves."""
    found = {}
    with views.transaction(write=False) as transaction:
        assert isinstance(transaction, SqliteTransaction) or isinstance(views, PostgresDatabase)
        connection: Any = transaction.connection  # type: ignore[attr-defined] # both have one
        for table in set(TABLES) - {"tracking"}:
            listed = connection.execute(f"select * from {table}").fetchall()
            found[table] = sorted(tuple(map(repr, row)) for row in listed)
    return found


def _statements() -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(NAMES)
    mentioned = st.sampled_from(NAMES).map(
        lambda name: {"context": {"instructor": {"mbox": f"mailto:{name}@example.org"}}}
    )
    said = st.one_of(
        st.builds(course.completed, names),
        st.builds(course.scored, names, st.integers(0, 10)),
        st.builds(course.attended, names, st.integers(1, 70)),
    )
    return st.one_of(said, st.builds(lambda one, more: one | more, said, mentioned))


@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_incremental_is_rebuilt_is_live(houses: Any, data: st.DataObject) -> None:
    with house_of(houses()) as house:
        sent: list[dict[str, Any]] = []
        for turn in range(data.draw(st.integers(2, 6))):
            batch = data.draw(st.lists(_statements(), max_size=5))
            if data.draw(st.booleans()) and sent:
                target = data.draw(st.sampled_from(sent))
                by = {"mbox": f"mailto:{data.draw(st.sampled_from(NAMES))}@example.org"}
                batch.append(course.voiding(target) | {"actor": by})
            sent += batch
            if batch:
                record(house.store, *batch)
            if not turn or data.draw(st.booleans()):
                house.store.programs.plan(_plan(turn, data), by="test", reason="for Ada")
            if data.draw(st.booleans()):
                house.store.people.link(PAIR, reason="known", by="test")
            if data.draw(st.booleans()):
                house.runner.catch_up()
            if data.draw(st.booleans()):
                _erase(house, data, sent)
            if data.draw(st.booleans()):
                house.follow_anew()
        _agree(house)


def _plan(turn: int, data: st.DataObject) -> dict[str, Any]:
    document = course.document(title=f"Plan {turn}")
    learners = document["cohorts"][0]["learners"]
    if data.draw(st.booleans()):
        learners[0]["also"] = [PAIR[1]]
    if data.draw(st.booleans()):
        learners.pop(1)
    return document


def _erase(house: House, data: st.DataObject, sent: list[dict[str, Any]]) -> None:
    with suppress(NotFound):
        if data.draw(st.booleans()) and sent:
            house.erase(person=None, statement=UUID(data.draw(st.sampled_from(sent))["id"]))
        else:
            house.erase(f"mailto:{data.draw(st.sampled_from(NAMES))}@example.org")


def _agree(house: House) -> None:
    told = house.told()
    incremental = rows(house.views)
    house.rebuild()
    assert rows(house.views) == incremental
    assert house.told() == told
    live = house.at(house.store.log.head().position)
    standing = [orjson.loads(each) for each in told[: len(live)]]
    assert [each["learners"] for each in live] == [each["learners"] for each in standing]
    report, _ = house.verify()
    assert report.findings == []


@pytest.fixture(params=ENGINES)
def house(request: pytest.FixtureRequest, new_settings: Any) -> Any:
    with house_of(new_settings(request.param)) as opened:
        yield opened


def test_the_index_follows_through_references(house: House) -> None:
    """What inherits from what is gone, or from what is redacted, follows."""
    first = statement("said", "ada", context={"instructor": {"mbox": "mailto:bo@example.org"}})
    second = referring(first["id"], actor="bo")
    third = referring(second["id"], actor="cem")
    taught = statement("did", "cem", context={"instructor": {"mbox": ADA}})
    about = referring(taught["id"], actor="bo")
    record(house.store, third, second, first, taught, about)
    house.erase()
    for verb, expected in (("said", []), ("did", [about, taught]), ("confirmed", None)):
        page = house.store.log.index.page(
            StatementQuery(verb=f"https://example.org/verbs/{verb}"), 100
        )
        ids = [orjson.loads(each)["id"] for each in page.statements]
        wanted = expected if expected is not None else [about, second, third]
        assert ids == [each["id"] for each in wanted]
    for agent, expected in (("ada", []), ("bo", [about, second, third])):
        page = house.store.log.index.page(
            StatementQuery(agent=f"mbox|mailto:{agent}@example.org", related_agents=True), 100
        )
        assert [orjson.loads(each)["id"] for each in page.statements] == [
            each["id"] for each in expected
        ]


def test_an_erasure_that_fails_midway_changes_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(house.store, statement(), statement(actor="bo"))
    before = house.store.log.read()

    def fail(_: bytes) -> bytes:
        raise RuntimeError("the disk is full")

    for engine in ("sqlite", "postgres"):
        monkeypatch.setattr(f"lrs.{engine}.erasure.without_body", fail)
    with pytest.raises(RuntimeError):
        house.erase()
    assert house.store.log.read() == before
    monkeypatch.undo()
    assert len(house.store.log.index.page(StatementQuery(), 10).statements) == 2
    assert house.erase()["events"] == 1


def test_others_write_while_somebody_is_erased_and_nothing_of_theirs_is_lost(house: House) -> None:
    record(house.store, *(statement() for _ in range(50)))
    stop = threading.Event()
    sent: list[UUID] = []

    def write() -> None:
        while not stop.is_set():
            sent.extend(record(house.store, statement(actor="bo"), statement(actor="cem")))

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        receipt = house.erase()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert receipt["counts"] == {"statements": 50}
    assert all(house.store.log.index.find(each) for each in sent)
    assert house.verify()[0].findings == []


def test_two_who_erase_the_same_at_once_erase_it_once(house: House) -> None:
    record(house.store, *(statement() for _ in range(20)))
    receipts: list[Any] = []

    def erase() -> None:
        with suppress(NotFound):
            erasures = open_erasures(house.store.log)
            receipts.append(erasures.erase(Wanted(**WHY, person=ADA), by="dpo"))

    threads = [threading.Thread(target=erase) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each["events"] for each in receipts] == [20]
    assert house.erasures.receipts() == receipts
