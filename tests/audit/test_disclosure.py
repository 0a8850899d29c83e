"""The disclosure log: coalesced, bounded, and told by the server without anybody waiting."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from eventsourcing.persistence import PersistenceError
from msgspec import structs

from lrs.audit import disclosure as module
from lrs.audit.disclosure import Disclosure, Disclosures, disclose
from lrs.events import RecordsDisclosed
from lrs.settings import Settings
from lrs.store import Store
from tests.conftest import ENGINES, Server, serving
from tests.projections import course
from tests.store.statements import record, statement

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def read(**parameters: str) -> Disclosure:
    return Disclosure("auditor", "GET /xapi/statements", parameters, 10)


def told(store: Store) -> list[RecordsDisclosed]:
    events = (entry.event for entry in store.log.entries())
    return [event for event in events if isinstance(event, RecordsDisclosed)]


def test_the_first_read_is_told_at_the_next_flush_and_its_repetitions_once_a_minute(
    store: Store,
) -> None:
    disclosures = Disclosures(store.log)
    disclosures.note(read(verb="v"), at(0))
    assert disclosures.flush(now=at(5)) == 1
    for second in range(10, 50):
        disclosures.note(read(verb="v"), at(second))
        assert disclosures.flush(now=at(second + 0.5)) == 0
    assert disclosures.flush(now=at(60)) == 1
    first, rest = told(store)
    assert (first.reads, first.records, first.first, first.last) == (1, 10, at(0), at(0))
    assert (rest.reads, rest.records, rest.first, rest.last) == (40, 400, at(10), at(49))
    assert (rest.principal, rest.route, rest.parameters) == (
        "auditor",
        "GET /xapi/statements",
        {"verb": "v"},
    )


def test_turning_pages_is_one_question_and_another_filter_another(store: Store) -> None:
    disclosures = Disclosures(store.log)
    for cursor in ("10", "20", "30"):
        disclosures.note(read(verb="v", cursor=cursor, limit="5"), at(0))
    disclosures.note(read(verb="w"), at(0))
    assert disclosures.flush(now=at(1)) == 2
    assert {(e.parameters["verb"], e.reads) for e in told(store)} == {("v", 3), ("w", 1)}


def test_statements_asked_for_one_by_one_are_named_in_one_event(store: Store) -> None:
    disclosures = Disclosures(store.log)
    for number in range(module.STATEMENTS + 5):
        disclosures.note(read(statementId=str(number)), at(0))
    disclosures.flush(now=at(1))
    (event,) = told(store)
    assert event.reads == module.STATEMENTS + 5
    assert event.statements == tuple(map(str, range(module.STATEMENTS)))


def test_different_questions_without_end_are_bounded_and_none_is_lost(store: Store) -> None:
    disclosures = Disclosures(store.log)
    for number in range(3 * module.LARGEST):
        disclosures.note(read(agent=str(number)), at(0))
    assert disclosures.flush(now=at(1)) == module.LARGEST + 1
    events = told(store)
    assert sum(event.reads for event in events) == 3 * module.LARGEST
    assert "*" in events[-1].parameters


def test_what_is_over_is_forgotten(store: Store) -> None:
    disclosures = Disclosures(store.log)
    disclosures.note(read(), at(0))
    disclosures.flush(now=at(1))
    disclosures.flush(now=at(61))
    disclosures.note(read(), at(100))
    assert disclosures.flush(now=at(101)) == 1
    assert [event.first for event in told(store)] == [at(0), at(100)]


def test_a_store_that_is_away_loses_no_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    disclosures = Disclosures(store.log)
    disclosures.note(read(), at(0))

    def away(events: object) -> None:
        raise PersistenceError

    with monkeypatch.context() as patch:
        patch.setattr(store.log, "append", away)
        with pytest.raises(PersistenceError):
            disclosures.flush(now=at(1))
    disclosures.note(read(), at(2))
    disclosures.flush(now=at(3))
    assert [event.reads for event in told(store)] == [2]


def test_reads_while_an_append_is_under_way_count_for_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    disclosures = Disclosures(store.log)
    append = store.log.append

    def meanwhile(events: Any) -> Any:
        disclosures.note(read(statementId="second"), at(1))
        return append(events)

    disclosures.note(read(statementId="first"), at(0))
    with monkeypatch.context() as patch:
        patch.setattr(store.log, "append", meanwhile)
        disclosures.flush(now=at(1))
    disclosures.flush(whole=True, now=at(2))
    assert [(e.reads, e.records, e.statements) for e in told(store)] == [
        (1, 10, ("first",)),
        (1, 10, ("second",)),
    ]


def test_two_processes_never_want_the_same_place(store: Store) -> None:
    for _ in range(3):
        disclose(store.log, read())
    assert len({event.originator_id for event in told(store)}) == 3


def test_the_position_is_that_at_the_time_of_the_read(store: Store) -> None:
    record(store, statement())
    disclosures = Disclosures(store.log)
    before = store.log.head().position
    disclosures.note(read(), at(0))
    record(store, statement())
    disclosures.flush(whole=True)
    assert told(store)[0].position == before


@pytest.fixture(params=ENGINES, scope="module")
def noting(
    request: pytest.FixtureRequest, new_settings: Callable[[str], Settings]
) -> Iterator[Server]:
    """A server that tells of every read, soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FLUSH_SECONDS", 0.05)
        settings = structs.replace(new_settings(request.param), disclosure_log="all")
        with serving(settings) as running:
            running.client.put("/programs/course", json=course.document()).raise_for_status()
            yield running


def disclosed(server: Server, route: str) -> list[dict[str, Any]]:
    answer = server.client.get("/audit/history", params={"action": "records.disclosed"}).json()
    return [each["what"] for each in answer["events"] if each["what"]["route"] == route]


@pytest.mark.parametrize(
    ("path", "parameters", "records"),
    [
        ("/xapi/statements", {"verb": "https://example.org/verbs/did"}, 2),
        ("/reports/drop-off", {"program": "course"}, 5),
        ("/programs/course", {}, None),
        ("/people", {"actor": "mailto:ada@example.org"}, None),
        ("/xapi/agents", {"agent": '{"mbox":"mailto:ada@example.org"}'}, None),
        ("/audit/history", {"reason": "none such"}, 0),
    ],
)
def test_a_read_over_http_is_told_with_its_filter_and_count(
    noting: Server,
    wait_until: Callable[..., None],
    path: str,
    parameters: dict[str, str],
    records: int | None,
) -> None:
    noting.client.post("/xapi/statements", json=[statement(), statement()]).raise_for_status()
    wait_until(lambda: noting.client.get("/reports/drop-off?program=course").status_code == 200)
    if path == "/xapi/statements":
        parameters = parameters | {"limit": "2"}
    noting.client.get(path, params=parameters).raise_for_status()
    wanted = {name: value for name, value in parameters.items() if name != "limit"}

    def known() -> bool:
        found = [each for each in disclosed(noting, f"GET {path}") if each["parameters"] == wanted]
        return bool(found) and found[0]["records"] in {records, (records or 0) * found[0]["reads"]}

    wait_until(known)


def test_what_was_refused_or_holds_nobodys_records_is_not_told(
    noting: Server, wait_until: Callable[..., None]
) -> None:
    assert noting.client.get("/reports/drop-off?program=none-such").status_code == 404
    with noting.anyone() as stranger:
        assert stranger.get("/audit/history?reason=stranger").status_code == 401
        stranger.get("/xapi/about").raise_for_status()
    noting.client.get("/audit/history?reason=marker").raise_for_status()

    def marked() -> bool:
        told = disclosed(noting, "GET /audit/history")
        return any(each["parameters"].get("reason") == "marker" for each in told)

    wait_until(marked)
    reports = disclosed(noting, "GET /reports/drop-off")
    assert all(each["parameters"]["program"] != "none-such" for each in reports)
    histories = disclosed(noting, "GET /audit/history")
    assert all(each["parameters"].get("reason") != "stranger" for each in histories)
    assert disclosed(noting, "GET /xapi/about") == []


def test_a_server_that_stops_tells_what_it_still_has(
    new_settings: Callable[[str], Settings],
) -> None:
    settings = structs.replace(new_settings("sqlite"), disclosure_log="all")
    with serving(settings) as running:
        running.client.get("/xapi/statements").raise_for_status()
    with serving(settings) as running:
        (what,) = disclosed(running, "GET /xapi/statements")
    assert what["reads"] == 1
