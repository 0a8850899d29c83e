"""The statement index against a plain reading of the specification, on both engines."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs.main import open_store
from lrs.settings import Settings
from lrs.store import Store
from lrs.xapi.query import parse_query
from tests.store.statements import VERSION, VOIDED, record, referring, statement, voiding


def page(store: Store, limit: int = 1000, **parameters: str) -> list[dict[str, Any]]:
    query = parse_query(list(parameters.items()), VERSION)
    return [orjson.loads(each) for each in store.log.index.page(query, limit).statements]


def ids(store: Store, **parameters: str) -> list[str]:
    return [each["id"] for each in page(store, **parameters)]


def agent(name: str) -> str:
    return orjson.dumps({"mbox": f"mailto:{name}@example.org"}).decode()


def verb(name: str) -> str:
    return f"https://example.org/verbs/{name}"


def test_each_filter_finds_its_statements_newest_first(store: Store) -> None:
    registration = "12345678-1234-4234-8234-123456789abc"
    first = statement("read", "ada", "1", context={"registration": registration})
    second = statement("read", "bo", "2")
    third = statement("left", "ada", "2")
    record(store, first, second, third)
    assert ids(store) == [third["id"], second["id"], first["id"]]
    assert ids(store, ascending="true") == [first["id"], second["id"], third["id"]]
    assert ids(store, verb=verb("read")) == [second["id"], first["id"]]
    assert ids(store, agent=agent("ada")) == [third["id"], first["id"]]
    assert ids(store, activity="https://example.org/activities/2") == [third["id"], second["id"]]
    assert ids(store, registration=registration.upper()) == [first["id"]]
    assert ids(store, agent=agent("ada"), verb=verb("read")) == [first["id"]]
    assert ids(store, agent=agent("bo"), verb=verb("left")) == []


def test_related_filters_look_into_the_context(store: Store) -> None:
    course = {"id": "https://example.org/activities/course"}
    teacher = {"mbox": "mailto:teacher@example.org"}
    inside = statement(context={"instructor": teacher, "contextActivities": {"grouping": [course]}})
    itself = statement("opened", "teacher", "course")
    record(store, inside, itself)
    assert ids(store, activity=course["id"]) == [itself["id"]]
    assert ids(store, activity=course["id"], related_activities="true") == [
        itself["id"],
        inside["id"],
    ]
    assert ids(store, agent=agent("teacher")) == [itself["id"]]
    assert ids(store, agent=agent("teacher"), related_agents="true") == [itself["id"], inside["id"]]


def test_pages_are_cut_by_position_and_stay_while_others_write(store: Store) -> None:
    sent = [statement("read") for _ in range(25)]
    record(store, *sent)
    seen: list[str] = []
    parameters = {"verb": verb("read")}
    while True:
        found = store.log.index.page(parse_query(list(parameters.items()), VERSION), 10)
        seen += [orjson.loads(each)["id"] for each in found.statements]
        if found.cursor is None:
            break
        parameters["cursor"] = str(found.cursor)
        record(store, statement("read"))
    assert seen == [each["id"] for each in reversed(sent)]


def test_since_is_exclusive_and_until_inclusive(store: Store) -> None:
    sent = [statement() for _ in range(3)]
    record(store, *sent)
    stored = {each["id"]: each["stored"] for each in page(store)}
    middle = stored[sent[1]["id"]]
    assert ids(store, since=middle) == [sent[2]["id"]]
    assert ids(store, until=middle) == [sent[1]["id"], sent[0]["id"]]
    assert ids(store, since=middle, until=middle) == []


def test_a_voided_statement_is_found_only_by_its_id(store: Store) -> None:
    gone, kept = statement("read"), statement("read")
    record(store, gone, kept)
    void = voiding(gone["id"])
    record(store, void)
    assert ids(store) == [void["id"], kept["id"]]
    assert ids(store, verb=verb("read")) == [void["id"], kept["id"]]
    found = store.log.index.find(UUID(gone["id"]))
    assert found is not None
    assert found.voided
    assert not store.log.index.find(UUID(void["id"])).voided


def test_a_void_may_come_before_what_it_voids(store: Store) -> None:
    late = statement("read")
    void = voiding(late["id"])
    record(store, void)
    record(store, late)
    assert ids(store) == [void["id"]]
    assert ids(store, verb=verb("read")) == [void["id"]]


def test_a_voiding_statement_is_never_voided(store: Store) -> None:
    target = statement()
    void = voiding(target["id"])
    second = voiding(void["id"])
    record(store, target, void, second)
    assert ids(store) == [second["id"], void["id"]]
    assert not store.log.index.find(UUID(void["id"])).voided


def test_conditions_are_met_jointly_by_one_statement(store: Store) -> None:
    target = statement("read", "ada")
    about = referring(target["id"], "confirmed", actor="bo")
    record(store, target, about)
    assert ids(store, agent=agent("ada"), verb=verb("read")) == [about["id"], target["id"]]
    assert ids(store, agent=agent("bo"), verb=verb("read")) == []


def test_references_in_a_circle_end(store: Store) -> None:
    one = statement("read")
    other = referring(one["id"], "confirmed")
    one |= {"object": {"objectType": "StatementRef", "id": other["id"]}}
    record(store, one)
    record(store, other)
    assert set(ids(store, verb=verb("read"))) == {one["id"], other["id"]}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, new_settings: Callable[[str], Settings]):
    with open_store(new_settings(request.param)) as opened:
        yield opened


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_index_agrees_with_the_specification_read_plainly(
    shared: Store, data: st.DataObject
) -> None:
    """Any web of references and voids, arriving in any order and batching."""
    salt = uuid4().hex  # not drawn: a repeated example must not meet its own statements
    statements = data.draw(_webs(salt))
    order = data.draw(st.permutations(statements))
    while order:
        size = data.draw(st.integers(1, len(order)))
        record(shared, *order[:size])
        order = order[size:]
    for name in ("came", "went"):
        for actor in ("ada", "bo"):
            wanted = {"verb": verb(name + salt), "agent": agent(actor + salt)}
            assert set(ids(shared, **wanted)) == _expected(statements, wanted)
            assert set(ids(shared, verb=wanted["verb"])) == _expected(
                statements, {"verb": wanted["verb"]}
            )


@st.composite
def _webs(draw: st.DrawFn, salt: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    count = draw(st.integers(1, 6))
    fresh = [statement()["id"] for _ in range(count)]
    for own in fresh:
        each = statement(
            draw(st.sampled_from(["came", "went"])) + salt,
            draw(st.sampled_from(["ada", "bo"])) + salt,
        ) | {"id": own}
        kind = draw(st.sampled_from(["plain", "refers", "refers", "voids"]))
        others = [other for other in fresh if other != own]
        if kind != "plain" and others:
            target = draw(st.sampled_from(others))
            each["object"] = {"objectType": "StatementRef", "id": target}
            if kind == "voids":
                each["verb"] = {"id": VOIDED}
        made.append(each)
    return made


def _expected(statements: list[dict[str, Any]], wanted: dict[str, str]) -> set[str]:
    known = {each["id"]: each for each in statements}
    voids = [s for s in statements if s["verb"]["id"] == VOIDED]
    voided = {s["object"]["id"] for s in voids} - {s["id"] for s in voids}

    def meets(each: dict[str, Any]) -> bool:
        if "agent" in wanted and agent_of(each) != wanted["agent"]:
            return False
        return "verb" not in wanted or each["verb"]["id"] == wanted["verb"]

    def agent_of(each: dict[str, Any]) -> str:
        return orjson.dumps({"mbox": each["actor"]["mbox"]}).decode()

    def chain(each: dict[str, Any]) -> list[dict[str, Any]]:
        seen = [each]
        while each["object"].get("objectType") == "StatementRef":
            target = known.get(each["object"]["id"])
            if target is None or target in seen:
                break
            seen.append(target)
            each = target
        return seen

    return {s["id"] for s in statements if s["id"] not in voided and any(map(meets, chain(s)))}


def test_what_is_consistent_through_is_true_and_moves_on_by_itself(store: Store) -> None:
    record(store, statement())
    first = store.log.index.consistent_through()
    assert first > store.log.head().stored
    assert store.log.index.consistent_through() > first
    record(store, statement())
    assert store.log.head().stored > first


def test_while_others_append_no_answer_promises_too_much(store: Store) -> None:
    """Whatever was promised before a read is complete in the read."""
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            record(store, statement("counted"), statement("counted"))

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    promises: list[tuple[datetime, int]] = []
    for _ in range(40):
        through = store.log.index.consistent_through()
        promises.append((through, store.log.head().position))
    stop.set()
    for writer in writers:
        writer.join()
    for through, position in promises:
        assert store.log.position_at(through) <= position
