"""The audit trail on both engines: what is told, by what it is found, page by page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lrs.audit.history import action_of
from lrs.documents import DocumentKey
from lrs.events import EVENTS
from lrs.index import Owner
from lrs.main import open_store, open_views
from lrs.settings import Settings
from lrs.store import Store
from projections import history_search as module
from projections.database import SQL, Database
from projections.history import History, Search
from projections.postgres import PostgresTransaction, _postgres
from projections.runner import Runner, rebuild_views
from projections.sqlite import SqliteTransaction
from tests.projections import course
from tests.store.statements import record, referring, statement, voiding

ADA = "mailto:ada@example.org"
STATE = DocumentKey(
    Owner("state", "https://example.org/a", "mbox|mailto:ada@example.org", None), "bookmark"
)


class House:
    """A store with its views."""

    def __init__(self, store: Store, views: Database) -> None:
        self.store = store
        self.views = views

    def search(self, **wanted: Any) -> list[dict[str, Any]]:
        return list(self.page(**wanted)["events"])

    def page(self, **wanted: Any) -> dict[str, Any]:
        Runner(self.store.log, self.views).catch_up()
        return History(self.store.log, self.views).search(Search(**wanted))

    def actions(self, **wanted: Any) -> list[str]:
        return [each["action"] for each in self.search(**wanted)]


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with open_store(settings) as store, open_views(settings) as views:
        yield House(store, views)


def store_document(house: House, content: bytes, by: str = "lms") -> None:
    house.store.documents.put(STATE, content, "text/plain", lambda _: None, by=by)


def test_every_kind_of_event_has_an_action_of_its_own() -> None:
    actions = [action_of(kind.TOPIC) for kind in EVENTS]
    assert len(set(actions)) == len(actions)
    assert all(action.count(".") == 1 for action in actions)
    assert {"statement.recorded", "program.planned", "people.linked"} <= set(actions)


def test_a_statement_is_told_with_both_times_and_both_who(house: House) -> None:
    (sent,) = record(house.store, statement(timestamp="2020-02-02T02:02:02Z"))
    (told,) = house.search(action="statement.recorded")
    assert (told["principal"], told["actor"]) == ("tester", ADA)
    assert told["timestamp"] == "2020-02-02T02:02:02Z"
    assert told["stored"] > "2026"
    assert told["what"]["statement"] == told["stream"] == str(sent)
    assert (told["version"], told["erased"]) == (1, False)


def test_the_role_is_what_the_credential_might_do_then(house: House) -> None:
    house.store.credentials.create("clerk", ["people/write"], key="k1", secret="s")
    house.store.people.link([ADA, "mailto:a@example.org"], reason="asked", by="k1")
    house.store.credentials.create("clerk", ["all"], key="k1", secret="s")
    house.store.people.unlink(ADA, reason="mistaken", by="k1")
    linked, unlinked = (house.search(action=each) for each in ("people.linked", "person.unlinked"))
    assert (linked[0]["role"], unlinked[0]["role"]) == (["people/write"], ["all"])


def test_secrets_and_their_hashes_are_told_to_nobody(house: House) -> None:
    house.store.credentials.create("clerk", ["all"], key="k1", secret="s", reason="new clerk")
    told = house.search(action="credential.created")[-1]
    assert "scrypt" not in str(told)
    assert (told["what"]["key"], told["reason"]) == ("k1", "new clerk")


def test_a_document_is_told_as_old_and_new(house: House) -> None:
    store_document(house, b"one")
    store_document(house, b"three")
    house.store.documents.delete(STATE, lambda _: None, by="lms")
    first, second, gone = house.search(person=ADA)
    assert "old" not in first["what"]
    assert (second["what"]["old"]["bytes"], second["what"]["new"]["bytes"]) == (3, 5)
    assert (gone["action"], gone["what"]["old"]["version"]) == ("document.deleted", 2)


def test_a_plan_is_told_with_what_it_changed(house: House) -> None:
    house.store.programs.plan(course.document(), by="planner")
    house.store.programs.plan(course.document(title="Another"), by="planner", reason="renamed")
    told = house.search(action="program.planned", reason="RENAMED")[0]
    assert list(told["what"]["changes"]) == [{"path": "title", "old": "A course", "new": "Another"}]
    assert "document" not in told["what"]


def test_a_person_is_found_under_every_actor_of_theirs_and_nobody_else_is(house: House) -> None:
    account = {"account": {"homePage": "https://a.example.org", "name": "7"}}
    (mine,) = record(house.store, statement() | {"actor": account})
    record(house.store, statement(), statement(actor="bo"))
    house.store.people.link([ADA, "https://a.example.org::7"], reason="asked", by="clerk")
    for actor in (ADA, "https://a.example.org::7"):
        assert house.actions(person=actor) == [
            "statement.recorded",
            "statement.recorded",
            "people.linked",
        ]
    assert house.search(person=ADA)[0]["stream"] == str(mine)
    assert house.actions(person="mailto:bo@example.org") == ["statement.recorded"]
    person = History(house.store.log, house.views).actors_of(ADA)
    assert person >= {ADA, "https://a.example.org::7"}


def test_whoever_voids_concerns_the_person_whose_record_it_was(house: House) -> None:
    mine = statement()
    record(house.store, mine)
    record(house.store, voiding(mine["id"], actor="admin"))
    assert house.actions(person=ADA) == ["statement.recorded", "statement.voided"]
    assert house.actions(action="statement.voided") == ["statement.voided"]


def test_a_plan_concerns_those_whom_it_changed(house: House) -> None:
    house.store.programs.plan(course.document(), by="planner")
    document = course.document()
    document["cohorts"][0]["learners"][1]["withdrawn"] = "2026-10-10"
    del document["cohorts"][0]["learners"][4]
    house.store.programs.plan(document, by="planner")
    both = ["program.planned", "program.planned"]
    assert house.actions(person="mailto:bo@example.org") == both
    assert house.actions(person="mailto:eva@example.org") == both
    assert house.actions(person=ADA) == ["program.planned"]


def test_conditions_hold_together(house: House) -> None:
    house.store.people.link([ADA, "mailto:x@example.org"], reason="100% sure", by="clerk")
    house.store.people.link([ADA, "mailto:y@example.org"], reason="100 sure", by="boss")
    record(house.store, statement())
    assert len(house.search(person=ADA)) == 3
    assert len(house.search(person=ADA, principal="clerk", action="people.linked")) == 1
    assert house.search(person=ADA, principal="clerk", action="statement.recorded") == []
    assert [each["principal"] for each in house.search(reason="100% S")] == ["clerk"]
    assert house.search(reason="100_") == []
    assert house.search(principal="boss", reason="100%") == []


def test_moments_bound_what_is_found_and_both_ends_count(house: House) -> None:
    record(house.store, statement(), statement(), statement())
    first, second, third = house.search(person=ADA)
    moment = datetime.fromisoformat(second["stored"])
    assert house.search(person=ADA, since=moment) == [second, third]
    assert house.search(person=ADA, until=moment) == [first, second]
    assert house.search(since=moment, until=moment) == [second]
    assert house.search(since=moment + timedelta(days=1)) == []
    assert house.search(person=ADA, since=datetime(2000, 1, 1, tzinfo=UTC))[0] == first


@pytest.mark.parametrize("scan", [2, 1000])
def test_pages_add_up_to_the_whole(
    house: House, monkeypatch: pytest.MonkeyPatch, scan: int
) -> None:
    monkeypatch.setattr(module, "SCAN", scan)
    record(house.store, *(statement(actor=name) for name in ["ada", "bo"] * 5))
    for wanted in ({}, {"person": ADA}, {"principal": "tester", "person": ADA}):
        whole = house.search(**wanted)
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = house.page(**wanted, after=after, limit=3)
            assert len(page["events"]) <= 3
            found += page["events"]
            after = page["next"]
        assert found == whole
    assert len(house.search(person=ADA)) == 5


def test_a_search_that_looks_at_too_much_gives_what_it_has_and_says_where_to_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(house.store, *(statement() for _ in range(6)), statement(actor="bo"))
    monkeypatch.setattr(module, "SCAN", 2)
    monkeypatch.setattr(module, "LARGEST_SCAN", 4)
    page = house.page(action="statement.recorded", principal="nobody")
    assert page["events"] == []
    wanted = {"person": "mailto:bo@example.org"}
    page = house.page(principal="tester", **wanted)
    assert [each["actor"] for each in page["events"]] == ["mailto:bo@example.org"]


def test_the_index_rebuilt_finds_the_same(house: House) -> None:
    record(house.store, statement(), referring(str(uuid4())))
    house.store.people.link([ADA, "mailto:x@example.org"], reason="asked", by="clerk")
    searches: tuple[dict[str, Any], ...] = (
        {},
        {"person": ADA},
        {"reason": "ask"},
        {"principal": "clerk"},
    )
    before = [house.search(**each) for each in searches]
    rebuild_views(house.store.log, house.views, lambda done, end: None)
    assert [house.search(**each) for each in searches] == before


def test_what_refers_to_a_statement_is_known(house: House) -> None:
    mine = statement()
    record(house.store, mine)
    record(house.store, referring(mine["id"], actor="bo"))
    end = house.page()["position"]
    found = History(house.store.log, house.views).referring([UUID(mine["id"])])
    assert found == {UUID(mine["id"]): [end]}


def test_a_reason_with_a_character_that_a_database_refuses_stops_nothing(house: House) -> None:
    house.store.people.link([ADA, "mailto:x@example.org"], reason="a\0b", by="clerk")
    assert house.actions(reason="A B") == ["people.linked"]
    assert house.search(reason="a b")[0]["reason"] == "a\0b"


def test_a_search_reads_its_page_from_the_index_in_order(house: House) -> None:
    with house.views.transaction(write=False) as views:
        if isinstance(views, PostgresTransaction):
            views.connection.execute("set local enable_seqscan = off")
            query = _postgres("history_of").replace(b"%(key)s", b"1").replace(b"%(after)s", b"0")
            query = query.replace(b"%(upto)s", b"9").replace(b"%(limit)s", b"5")
            plan = str(views.connection.execute(b"explain " + query).fetchall())
            assert "Index Only Scan" in plan
            assert "Sort" not in plan
        elif isinstance(views, SqliteTransaction):
            given = {"key": 1, "after": 0, "upto": 9, "limit": 5}
            rows = views.connection.execute("explain query plan " + SQL["history_of"], given)
            plan = str(rows.fetchall())
            assert "SEARCH history USING PRIMARY KEY (key=? AND position>? AND position<?)" in plan
            assert "TEMP B-TREE" not in plan
