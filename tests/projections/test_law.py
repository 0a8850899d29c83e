"""The law of projections, on both engines: incremental = rebuilt = live."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs.main import open_store, open_views
from lrs.settings import Settings
from lrs.store import Store
from projections.database import Database
from projections.reports import Query, Reports
from projections.rules.report import canonical
from projections.runner import Runner, rebuild_views
from tests.projections import course
from tests.projections.unmatched import unmatched_actors
from tests.store.statements import record

READINESS = Query("readiness", "course", course.SESSION)
QUERIES = (READINESS, Query("drop-off", "course"), Query("combined", "course"))


class House:
    """A store with its views, followed page by page."""

    def __init__(self, store: Store, views: Database) -> None:
        self.store = store
        self.views = views
        self.runner = Runner(store.log, views)
        self.reports = Reports(store.log, views)

    def report(self, query: Query) -> dict[str, Any]:
        self.runner.catch_up()
        return self.reports.get(query)

    def at(self, query: Query, position: int) -> dict[str, Any]:
        return self.reports.get(query._replace(as_of=f"position:{position}"))


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with open_store(settings) as store, open_views(settings) as views:
        yield House(store, views)


def people(report: dict[str, Any], field: str) -> dict[str, Any]:
    return {each["name"]: each[field] for each in report["learners"]}


def without_clock(report: dict[str, Any]) -> bytes:
    return canonical({name: value for name, value in report.items() if name != "as_of"})


def test_readiness_tells_who_has_done_what(house: House) -> None:
    house.store.programs.plan(course.document(), by="test")
    record(
        house.store,
        course.completed("ada"),
        course.scored("ada", 8),
        course.completed("bo"),
        course.scored("bo", 3),
        course.completed("cem", at="2026-10-10T10:00:00Z"),
        course.scored("cem", 6),
    )
    found = house.report(READINESS)
    assert people(found, "state") == {
        "Ada": "ready",
        "Bo": "partly",
        "Cem": "late",
        "Dan": "not_started",
        "Eva": "not_started",
    }
    assert (found["expected"], found["ready"], found["readiness"]) == (5, 1, 0.2)
    assert people(found, "missing")["Bo"] == [course.QUIZ]


def test_attendance_comes_from_registers_and_from_stays(house: House) -> None:
    house.store.programs.plan(course.document(), by="test")
    record(
        house.store,
        course.attended("ada", 55),
        course.attended("bo", 10),
        course.joined("cem", "2026-10-09T14:10:00Z"),
        course.joined("cem", "2026-10-09T14:50:00Z", "leave"),
        course.joined("dan", "2026-10-02T14:10:00Z"),
    )
    found = house.report(Query("combined", "course"))
    sync = people(found, "sync")
    assert [sync[name]["attended"] for name in ("Ada", "Bo", "Cem", "Dan")] == [1, 0, 1, 0]
    assert [sync[name]["minutes"] for name in ("Ada", "Bo", "Cem", "Dan")] == [55, 10, 40, 0]
    assert sync["Bo"]["partial"] == 1


def test_a_void_takes_a_record_back_and_a_late_target_stays_void(house: House) -> None:
    house.store.programs.plan(course.document(), by="test")
    early, late = course.completed("ada"), course.completed("bo")
    record(house.store, early)
    assert people(house.report(READINESS), "state")["Ada"] == "partly"
    record(house.store, course.voiding(early), course.voiding(late))
    house.runner.catch_up()
    record(house.store, late)
    states = people(house.report(READINESS), "state")
    assert states["Ada"] == states["Bo"] == "not_started"


def test_links_merge_all_records_at_once_and_unlinking_restores(house: House) -> None:
    house.store.programs.plan(course.document(), by="test")
    record(house.store, course.completed("ada.private"))
    before = house.report(READINESS)
    assert [each["actor"] for each in unmatched_actors(house.views)] == [
        "mailto:ada.private@example.org"
    ]
    pair = ["mailto:ada@example.org", "mailto:ada.private@example.org"]
    house.store.people.link(pair, reason="she said so", by="test")
    assert people(house.report(READINESS), "state")["Ada"] == "partly"
    assert unmatched_actors(house.views) == []
    house.store.people.unlink(pair[1], reason="it was her sister", by="test")
    after = house.report(READINESS)
    assert after["learners"] == before["learners"]
    assert len(unmatched_actors(house.views)) == 1


def test_a_plan_made_after_the_statements_counts_them(house: House) -> None:
    record(house.store, course.completed("ada"), course.scored("ada", 9))
    house.runner.catch_up()
    house.store.programs.plan(course.document(), by="test")
    assert people(house.report(READINESS), "state")["Ada"] == "ready"


def test_a_report_of_the_past_is_what_it_was(house: House) -> None:
    house.store.programs.plan(course.document(), by="test")
    record(house.store, course.completed("ada"))
    then = {query: house.report(query) for query in QUERIES}
    record(house.store, course.scored("ada", 9), course.attended("ada", 60))
    changed = course.document(title="Changed")
    changed["cohorts"][0]["learners"].pop()
    house.store.programs.plan(changed, by="test")
    house.store.people.link(["mailto:ada@example.org", "mailto:bo@example.org"], reason="x", by="t")
    rebuild_views(house.store.log, house.views, lambda *_: None)
    for query, report in then.items():
        assert house.report(query)["learners"] != report["learners"]
        replayed = house.at(query, report["position"])
        assert without_clock(replayed) == without_clock(report)
        assert house.at(query, report["position"]) == replayed


def test_as_of_a_moment_is_as_of_its_position(house: House) -> None:
    house.store.programs.plan(course.document(), by="test")
    record(house.store, course.completed("ada"))
    moment = house.store.log.head().stored
    record(house.store, course.scored("ada", 9))
    found = house.reports.get(READINESS._replace(as_of=moment.isoformat()))
    assert people(found, "state")["Ada"] == "partly"
    later = datetime(2100, 1, 1, tzinfo=UTC).isoformat()
    assert people(house.reports.get(READINESS._replace(as_of=later)), "state")["Ada"] == "ready"


def test_two_runners_on_one_place_count_each_event_once(house: House) -> None:
    house.store.programs.plan(course.document(), by="test")
    for _ in range(30):
        record(house.store, *[course.completed(name) for name in course.NAMES])
    runners = [Runner(house.store.log, house.views) for _ in range(2)]
    threads = [threading.Thread(target=runner.catch_up) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with house.views.transaction(write=False) as views:
        assert len(views.run("records_after", after=0, limit=10_000)) == 150
    assert people(house.report(READINESS), "state")["Ada"] == "partly"


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def houses(request: pytest.FixtureRequest, new_settings):
    """Return what opens an empty house; the engine's server is shared."""

    def create() -> Any:
        return new_settings(request.param)

    return create


def _statements() -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from([*course.NAMES, "stranger", "ada.private"])
    times = st.datetimes(datetime(2026, 9, 25), datetime(2026, 11, 5)).map(  # noqa: DTZ001
        lambda moment: moment.isoformat(timespec="seconds") + "Z"
    )
    hours = st.integers(0, 90).map(lambda m: f"2026-10-09T{13 + m // 60}:{m % 60:02d}:00Z")
    return st.one_of(
        st.builds(course.completed, names, times),
        st.builds(course.scored, names, st.integers(0, 10), times),
        st.builds(course.posted, names, times),
        st.builds(course.attended, names, st.integers(1, 70)),
        st.builds(course.joined, names, hours),
        st.builds(course.joined, names, hours, st.just("leave")),
    )


@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_incremental_is_rebuilt_is_live(houses: Any, data: st.DataObject) -> None:
    """Whatever happens in whatever order and in whatever pages."""
    chosen = houses()
    with open_store(chosen) as store, open_views(chosen) as views:
        house = House(store, views)
        sent: list[dict[str, Any]] = []
        planned = 0
        for _ in range(data.draw(st.integers(1, 6))):
            batch = data.draw(st.lists(_statements(), max_size=5))
            if sent and data.draw(st.booleans()):
                batch.append(course.voiding(data.draw(st.sampled_from(sent))))
            sent += batch
            if batch:
                record(store, *batch)
            if data.draw(st.booleans()) or not planned:
                planned += 1
                store.programs.plan(course.document(title=f"Plan {planned}"), by="test")
            if data.draw(st.booleans()):
                pair = ["mailto:ada@example.org", "mailto:ada.private@example.org"]
                store.people.link(pair, reason="known", by="test")
            if data.draw(st.booleans()):
                house.runner.catch_up()
        position = store.log.head().position
        incremental = [without_clock(house.report(query)) for query in QUERIES]
        strangers = unmatched_actors(views)
        live = [without_clock(house.at(query, position)) for query in QUERIES]
        rebuild_views(store.log, views, lambda *_: None)
        rebuilt = [without_clock(house.reports.get(query)) for query in QUERIES]
        assert incremental == rebuilt == live
        assert unmatched_actors(views) == strangers


@given(
    statements=st.lists(_statements(), min_size=2, max_size=12),
    minute=st.sampled_from(["2026-10-06T10:00:00Z", None]),
    random=st.randoms(use_true_random=False),
)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_order_of_arrival_changes_no_byte(
    houses: Any, statements: list[dict[str, Any]], minute: str | None, random: Any
) -> None:
    """Of the same statements in another order, also where all of them are of one moment."""
    if minute is not None:
        statements = [statement | {"timestamp": minute} for statement in statements]
    told = []
    for arriving in (statements, random.sample(statements, len(statements))):
        chosen = houses()
        with open_store(chosen) as store, open_views(chosen) as views:
            store.programs.plan(course.document(), by="test")
            for statement in arriving:
                record(store, statement)
            house = House(store, views)
            told.append([_anywhere(house.report(query)) for query in QUERIES])
    assert told[0] == told[1]


def _anywhere(report: dict[str, Any]) -> bytes:
    """Return a report without its clock, persons by their names: each store has ids of its own."""
    learners = [{**each, "person": each["name"]} for each in report["learners"]]
    return without_clock({**report, "learners": learners})
