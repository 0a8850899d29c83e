"""What a changed document says that it changed: exactly what makes the new out of the old."""

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.document_rules import actors_of
from lrs.events import PlanChange
from lrs.plan import validate_document
from lrs.plan_changes import ITEMS, plan_changes, written
from tests.plan.documents import FORUM, FULL, LAB, MINIMAL, QUIZ, put, without

LEARNERS = ("cohorts", 0, "learners")
ADA = "cohorts[autumn].learners[mailto:ada@example.org]"
BO = "cohorts[autumn].learners[https://lms.example.org::42]"
_STEP = re.compile(r"\[([^]]*)\]|([^.\[]+)")
Document = dict[str, Any]


def normalised(document: Document) -> Document:
    found: Document = json.loads(validate_document(document))
    return found


def between(old: Document, new: Document) -> dict[str, tuple[Any, Any]]:
    found = plan_changes(normalised(old), normalised(new))
    assert len({each.path for each in found}) == len(found)
    return {each.path: (each.old, each.new) for each in found}


def opened(value: Any) -> Any:
    """Return a document whose lists of items are objects by the items' names."""
    if not isinstance(value, dict):
        return value
    return {
        key: {name_of(each): opened(each) for each in inner} if key in ITEMS else opened(inner)
        for key, inner in value.items()
    }


def closed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {
        key: [closed(each) for each in inner.values()] if key in ITEMS else closed(inner)
        for key, inner in value.items()
    }


def name_of(item: Document) -> str:
    return str(item["id"]) if "id" in item else actors_of(item)[0]


def applied(document: Document, changes: tuple[PlanChange, ...]) -> Document:
    whole = opened(deepcopy(document))
    for change in changes:
        *way, last = [item or key for item, key in _STEP.findall(change.path)]
        place = whole
        for step in way[:-1] if last == "order" else way:
            place = place.setdefault(step, {})
        if last == "order":
            items = place[way[-1]]
            assert sorted(items) == sorted(change.old) == sorted(change.new)
            place[way[-1]] = {name: items[name] for name in change.new}
        elif change.new is None:
            del place[last]
        elif last in ITEMS:
            place[last] = opened({last: change.new})[last]
        else:
            place[last] = opened(change.new)
    return closed(whole)  # type: ignore[no-any-return] # an object closes to an object


iris = st.sampled_from([f"https://lms.example.org/{name}" for name in "abcd"])
words = st.sampled_from("vwxyz")


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries({}, optional=optional)


def items(strategy: st.SearchStrategy[Document]) -> st.SearchStrategy[list[Document]]:
    return st.lists(strategy, max_size=4, unique_by=lambda item: item["id"])


@st.composite
def learners(draw: st.DrawFn) -> list[Document]:
    """Draw learners who are known by some of the actors of one pool."""
    pool = draw(st.permutations([f"mailto:{name}@example.org" for name in "abcdef"]))
    found = []
    while pool and draw(st.integers(0, 3)) > 0:
        main, *also = [pool.pop() for _ in range(min(len(pool), draw(st.integers(1, 3))))]
        more = draw(some(name=words, enrolled=st.just("2026-10-01"), timezone=st.just("UTC")))
        found.append({"mbox": main, "also": also, **more})
    return found


@st.composite
def documents(draw: st.DrawFn) -> Document:
    activity = st.fixed_dictionaries(
        {"id": iris, "mode": st.just("async"), "kind": st.sampled_from(["content", "post"])},
        optional={"title": words, "required": st.booleans(), "weight": st.integers(1, 3)},
    )
    session = st.fixed_dictionaries(
        {
            "id": iris.map(lambda iri: f"{iri}/live"),
            "mode": st.just("in-person"),
            "starts": st.sampled_from(["2026-10-01", "2026-10-02T10:00"]),
            "ends": st.just("2026-10-03"),
        },
        optional={
            "match": st.lists(iris, unique=True, max_size=2),
            "attendance": some(minutes=st.integers(0, 9), share=st.sampled_from([0, 0.5, 1])),
        },
    )
    cohort = st.fixed_dictionaries({"id": words}, optional={"title": st.nothing()})
    document = draw(
        some(
            title=words,
            rules=some(at_risk_after_days=st.integers(1, 9)),
            activities=items(activity),
            sessions=items(session),
            cohorts=items(cohort),
        )
    )
    if document.get("cohorts") and draw(st.booleans()):
        document["cohorts"][0]["learners"] = draw(learners())
    return normalised({"slug": "course", **document})


@given(documents(), documents())
def test_applied_to_the_old_document_the_changes_give_the_new_one(
    old: Document, new: Document
) -> None:
    found = plan_changes(old, new)
    assert validate_document(applied(old, found)) == validate_document(new)
    assert bool(found) == (old != new)


@given(documents())
def test_a_document_differs_in_nothing_from_itself(document: Document) -> None:
    assert plan_changes(document, deepcopy(document)) == ()


@given(documents(), documents())
def test_a_change_there_and_back_names_the_same_values(old: Document, new: Document) -> None:
    assert bool(plan_changes(old, new)) == bool(plan_changes(new, old))
    for change in plan_changes(old, new):
        assert change.old != change.new
        assert written(change).startswith(change.path)


@pytest.mark.parametrize(
    ("document", "path", "values"),
    [
        (put("Managers", "title"), "title", ("New manager programme", "Managers")),
        (
            put("2026-10-09T13:30", "sessions", 0, "starts"),
            f"sessions[{LAB}].starts",
            ("2026-10-09T14:00:00", "2026-10-09T13:30:00"),
        ),
        (
            put(10, "sessions", 0, "attendance", "minutes"),
            f"sessions[{LAB}].attendance.minutes",
            (5, 10),
        ),
        (put([], "sessions", 0, "prepares"), f"sessions[{LAB}].prepares", ([QUIZ], [])),
        (put("2026-11-02", *LEARNERS, 0, "withdrawn"), f"{ADA}.withdrawn", (None, "2026-11-02")),
        (put("Asia/Tokyo", *LEARNERS, 1, "timezone"), f"{BO}.timezone", (None, "Asia/Tokyo")),
        (without("activities", 0, "due"), f"activities[{QUIZ}].due", ("2026-10-08T18:00:00", None)),
        (
            put({"id": "spring"}, "cohorts", 2),
            "cohorts[spring]",
            (None, {"id": "spring"}),
        ),
    ],
)
def test_a_change_names_its_place_and_both_values(
    document: Document, path: str, values: tuple[Any, Any]
) -> None:
    assert between(FULL, document) == {path: values}


def test_learners_come_and_go_by_their_key() -> None:
    cem = {"name": "Cem", "mbox": "mailto:cem@example.org"}
    found = between(FULL, put(cem, *LEARNERS, 0))
    assert found == {
        ADA: (normalised(FULL)["cohorts"][0]["learners"][0], None),
        "cohorts[autumn].learners[mailto:cem@example.org]": (None, cem),
        "cohorts[autumn].learners.order": (
            ["https://lms.example.org::42", "mailto:cem@example.org"],
            ["mailto:cem@example.org", "https://lms.example.org::42"],
        ),
    }


def test_a_learner_with_a_new_main_address_is_still_the_same_learner() -> None:
    found = between(FULL, put("mailto:bo@example.org", *LEARNERS, 1, "mbox"))
    assert found == {f"{BO}.mbox": (None, "mailto:bo@example.org")}


def test_a_learner_who_changes_the_cohort_leaves_one_and_comes_to_the_other() -> None:
    moved = deepcopy(FULL)
    ada = moved["cohorts"][0]["learners"].pop(0)
    moved["cohorts"][1]["learners"] = [ada]
    key = "learners[mailto:ada@example.org]"
    assert between(FULL, moved).keys() == {f"cohorts[autumn].{key}", f"cohorts[winter].{key}"}


def test_another_order_of_steps_is_a_change() -> None:
    turned = put(FULL["activities"][::-1], "activities")
    assert between(FULL, turned) == {"activities.order": ([QUIZ, FORUM], [FORUM, QUIZ])}


def test_what_is_added_to_nothing_is_added_one_by_one() -> None:
    bare = {**MINIMAL, "outcomes": FULL["outcomes"]}
    assert between(MINIMAL, bare) == {"outcomes[coaching]": (None, FULL["outcomes"][0])}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (PlanChange("title", "Old", "New"), "title: Old → New"),
        (PlanChange("rules.at_risk_after_days", None, 5), "rules.at_risk_after_days: nothing → 5"),
        (PlanChange("sessions[x].match", ["a"], None), 'sessions[x].match: ["a"] → nothing'),
        (PlanChange("activities[x]", None, {"title": "Quiz"}), "activities[x]: added Quiz"),
        (
            PlanChange("rules", None, {"at_risk_after_days": 5}),
            'rules: added {"at_risk_after_days":5}',
        ),
        (
            PlanChange("activities.order", ["x", "y"], ["y", "x"]),
            "activities.order: in another order",
        ),
        (PlanChange("activities[x]", {"id": "x"}, None), "activities[x]: removed"),
    ],
)
def test_a_change_is_one_line_for_people(change: PlanChange, line: str) -> None:
    assert written(change) == line
