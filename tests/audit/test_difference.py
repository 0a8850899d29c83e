"""Differences of reports: by rule on plain values, and from the log on both engines."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.main import open_store, open_views
from lrs.settings import Settings
from lrs.store import Store
from projections.comparison import compare
from projections.database import Database
from projections.difference import Cause, differences
from projections.reports import Query
from projections.runner import Runner
from tests.projections import course
from tests.store.statements import record

READINESS = Query("readiness", "course", course.SESSION)
OLD: dict[str, Any] = {
    "as_of": "2026-10-01T00:00:00Z",
    "position": 3,
    "ready": 1,
    "items": [{"activity": "quiz", "done": 1}, {"activity": "page", "done": 2}],
    "learners": [
        {"person": "p1", "state": "ready", "missing": [], "done": [{"activity": "quiz", "at": 1}]},
        {"person": "p2", "state": "partly", "missing": ["quiz"], "done": []},
    ],
}


def changed(**changes: Any) -> dict[str, Any]:
    return deepcopy(OLD) | changes


def test_equal_reports_of_two_moments_do_not_differ() -> None:
    later = changed(as_of="2026-11-01T00:00:00Z", position=900)
    assert differences(OLD, later, [Cause(5, whole=True)]) == []


def test_a_difference_names_its_place_by_what_identifies_it_not_by_order() -> None:
    new = deepcopy(OLD)
    new["learners"].reverse()
    new["items"].reverse()
    assert differences(OLD, new) == []
    new["learners"][1]["done"][0]["at"] = 2
    (found,) = differences(OLD, new)
    assert (found.path, found.old, found.new) == ("learners[p1].done[quiz].at", 1, 2)
    assert found.person == "p1"


def test_only_what_concerns_a_learner_is_behind_their_difference() -> None:
    new = deepcopy(OLD)
    new["learners"][1]["state"] = "ready"
    new["ready"] = 2
    causes = [
        Cause(4, frozenset({"p1"}), frozenset({"quiz"})),
        Cause(5, frozenset({"p2"}), frozenset({"quiz"})),
        Cause(6, whole=True),
    ]
    found = {each.path: each.causes for each in differences(OLD, new, causes)}
    assert found == {"ready": (4, 5, 6), "learners[p2].state": (5, 6)}


def test_what_happened_on_other_steps_is_not_behind_a_step() -> None:
    new = deepcopy(OLD)
    new["items"][0]["done"] = 2
    causes = [
        Cause(4, frozenset({"p1"}), frozenset({"page"})),
        Cause(5, frozenset({"p2"}), frozenset({"quiz"})),
    ]
    (found,) = differences(OLD, new, causes)
    assert (found.path, found.causes) == ("items[quiz].done", (5,))


def test_somebody_whose_id_changed_by_a_link_stays_one_learner() -> None:
    new = deepcopy(OLD)
    new["learners"][0] |= {"person": "p0", "state": "late"}
    causes = [Cause(7, frozenset({"p0"}))]
    found = {each.path: each for each in differences(OLD, new, causes, {"p0": "p1"})}
    assert set(found) == {"learners[p1].person", "learners[p1].state"}
    assert found["learners[p1].state"].causes == (7,)


def test_a_learner_who_is_gone_or_new_is_one_difference() -> None:
    found = differences(OLD, changed(learners=OLD["learners"][:1]))
    assert [(each.path, each.new) for each in found] == [("learners[p2]", None)]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=8,
)
REPORTS = st.dictionaries(st.sampled_from(["items", "learners", "ready", "as_of"]), VALUES)


@given(REPORTS, REPORTS)
def test_there_are_differences_only_where_values_differ_and_they_are_what_is_there(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert differences(old, old) == []
    found = differences(old, new)
    assert all(each.old != each.new for each in found)
    assert len({each.path for each in found}) == len(found)
    back = differences(new, old)
    assert {(e.path, str(e.old)) for e in found} == {(e.path, str(e.new)) for e in back}


class House:
    """A store with its views, up to date."""

    def __init__(self, store: Store, views: Database) -> None:
        self.store = store
        self.views = views

    def position(self) -> int:
        return self.store.log.head().position

    def compare(self, query: Query, first: int, last: int) -> dict[str, Any]:
        Runner(self.store.log, self.views).catch_up()
        since, until = f"position:{first}", f"position:{last}"
        return compare(self.store.log, self.views, query, since, until)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with open_store(settings) as store, open_views(settings) as views:
        store.programs.plan(course.document(), by="planner")
        yield House(store, views)


def causes_of(found: dict[str, Any], name: str, field: str) -> list[str]:
    told = {each["position"]: each for each in found["events"]}
    (difference,) = (
        each
        for each in found["differences"]
        if each["name"] == name and each["path"].endswith(field)
    )
    return [told[position]["action"] for position in difference["causes"]]


def test_a_statement_is_named_behind_the_state_that_it_changed(house: House) -> None:
    record(house.store, course.completed("ada"), course.completed("bo"))
    first = house.position()
    quiz = course.scored("ada", 8)
    record(house.store, course.scored("bo", 2), quiz, course.posted("cem"))
    found = house.compare(READINESS, first, house.position())
    state = next(each for each in found["differences"] if each["path"].endswith("].state"))
    assert (state["name"], state["old"], state["new"]) == ("Ada", "partly", "ready")
    told = {each["position"]: each for each in found["events"]}
    assert [told[at]["what"]["statement"] for at in state["causes"]] == [quiz["id"]]
    assert (found["from"]["position"], found["to"]["position"]) == (first, house.position())


def test_a_void_is_named_behind_what_it_took_away(house: House) -> None:
    quiz = course.scored("ada", 8)
    record(house.store, course.completed("ada"), quiz)
    first = house.position()
    record(house.store, course.voiding(quiz))
    found = house.compare(READINESS, first, house.position())
    assert causes_of(found, "Ada", "].state") == ["statement.voided"]


def test_a_changed_plan_is_named_with_its_reason(house: House) -> None:
    record(house.store, course.completed("ada"), course.scored("ada", 7))
    first = house.position()
    document = course.document()
    document["activities"][1]["pass"] = 0.9
    house.store.programs.plan(document, by="planner", reason="stricter")
    found = house.compare(READINESS, first, house.position())
    assert causes_of(found, "Ada", "].state") == ["program.planned"]
    (event,) = found["events"]
    assert (event["reason"], event["principal"]) == ("stricter", "planner")
    assert event["what"]["changes"][0]["new"] == 0.9


def test_a_link_is_named_behind_the_records_that_it_brought(house: House) -> None:
    stranger = {"account": {"homePage": "https://a.example.org", "name": "7"}}
    record(house.store, course.completed("ada") | {"actor": stranger})
    first = house.position()
    actors = ["mailto:ada@example.org", "https://a.example.org::7"]
    house.store.people.link(actors, reason="same desk", by="clerk")
    found = house.compare(READINESS, first, house.position())
    assert causes_of(found, "Ada", "].state") == ["people.linked"]
    whole = {f"learners[{each['person']}]" for each in found["differences"]}
    assert whole.isdisjoint(each["path"] for each in found["differences"])


def test_time_alone_is_behind_silence(house: House) -> None:
    record(house.store, course.completed("ada"))
    Runner(house.store.log, house.views).catch_up()
    moments = "2099-01-01T00:00:00Z", "2099-03-01T00:00:00Z"
    query = Query("drop-off", "course")
    house.store.programs.plan(course.document(ends="2100-01-01"), by="planner")
    found = compare(house.store.log, house.views, query, *moments)
    silent = [each for each in found["differences"] if each["path"].endswith("silent_days")]
    assert [each["name"] for each in silent] == ["Ada"]
    assert silent[0]["causes"] == []
    assert found["events"] == []
