"""Readiness, by the definitions of the contract."""

import pytest

from lrs.errors import NotFound
from lrs.plan import Activity, Plan
from projections.rules.readiness import readiness
from tests.rules.course import (
    FORUM,
    LAB,
    PAGE,
    QUIZ,
    Course,
    activity,
    at,
    day,
    learner,
    of,
    only,
    plan,
    record,
    session,
)

CUTOFF = "10-09 14:00"
PREWORK = (PAGE, QUIZ)


def prepared(*activities: Activity, **changes: object) -> Plan:
    """Return a program whose session is prepared by these activities."""
    return plan(*activities, session(prepares=tuple(a.id for a in activities)), **changes)


TWO = (activity(PAGE), activity(QUIZ, "quiz", pass_mark=0.6))


def test_done_exactly_at_the_cutoff_is_in_time() -> None:
    found = Course(prepared(activity()), record("completed", PAGE, CUTOFF)).readiness()
    assert (only(found)["state"], found["cutoff"]) == ("ready", "2026-10-09T14:00:00Z")


def test_a_microsecond_later_is_late() -> None:
    late = record("completed", PAGE, f"{CUTOFF}:00.000001")
    row = only(Course(prepared(activity()), late).readiness())
    assert (row["state"], row["share"], row["missing"]) == ("late", 0, [])
    assert row["done"][0]["on_time"] is False


def test_the_statements_own_time_counts_and_what_was_known_then_is_told() -> None:
    offline = record("completed", PAGE, "10-08", stored=at("10-12"))
    row = only(Course(prepared(activity()), offline).readiness())
    assert (row["state"], row["known_at_cutoff"]) == ("ready", "not_started")


def test_what_was_stored_exactly_at_the_cutoff_was_known() -> None:
    just = record("completed", PAGE, "10-08", stored=at(CUTOFF))
    assert only(Course(prepared(activity()), just).readiness())["known_at_cutoff"] == "ready"


def test_states_and_counts() -> None:
    names = ("ready", "late", "partly", "idle")
    course = Course(
        prepared(*TWO, learners=tuple(map(learner, names))),
        record("completed", PAGE, "10-05", "ready"),
        record("quiz-scored", QUIZ, "10-06", "ready", score=0.6),
        record("completed", PAGE, "10-05", "late"),
        record("quiz-scored", QUIZ, "10-20", "late", score=0.6),
        record("completed", PAGE, "10-05", "partly"),
        record("quiz-scored", QUIZ, "10-06", "partly", score=0.59),
        record("viewed", PAGE, "10-05", "idle"),
    )
    found = course.readiness()
    states = {name: of(found, name)["state"] for name in names}
    assert states == {"ready": "ready", "late": "late", "partly": "partly", "idle": "not_started"}
    assert [found[key] for key in ("expected", "ready", "late", "partly", "not_started")] == [
        4,
        1,
        1,
        1,
        1,
    ]
    assert found["readiness"] == 0.25
    assert [item["missing"] for item in found["items"]] == [1, 2]
    assert [item["late"] for item in found["items"]] == [0, 1]


def test_the_share_is_weighted() -> None:
    heavy, light = activity(PAGE, weight=3), activity(FORUM, "post", weight=1)
    row = only(Course(prepared(heavy, light), record("completed", PAGE, "10-05")).readiness())
    assert (row["share"], row["state"], row["missing"]) == (0.75, "partly", [FORUM])


def test_a_share_is_not_rounded_away() -> None:
    sixth = [activity(f"{PAGE}{number}") for number in range(6)]
    row = only(Course(prepared(*sixth), record("completed", f"{PAGE}0", "10-05")).readiness())
    assert row["share"] == pytest.approx(1 / 6, rel=1e-9)


def test_only_required_prework_counts() -> None:
    course = Course(prepared(activity(PAGE), activity(FORUM, "post", required=False)))
    assert only(course.readiness())["missing"] == [PAGE]


def test_without_prework_everyone_is_ready() -> None:
    row = only(Course(plan(session())).readiness())
    assert (row["state"], row["share"]) == ("ready", 1)


def test_weights_of_zero_still_have_a_share() -> None:
    planned = prepared(activity(PAGE, weight=0))
    assert only(Course(planned).readiness())["share"] == 0
    assert only(Course(planned, record("completed", PAGE, "10-05")).readiness())["share"] == 1


def test_expected_are_those_enrolled_and_not_withdrawn_at_the_cutoff() -> None:
    learners = (
        learner("there", enrolled=day(CUTOFF)),
        learner("after", enrolled=day(f"{CUTOFF}:01")),
        learner("gone", withdrawn=day(CUTOFF)),
        learner("leaving", withdrawn=day(f"{CUTOFF}:01")),
        learner("always", enrolled=None),
    )
    found = Course(prepared(activity(), learners=learners)).readiness()
    expected = {row["name"] for row in found["learners"] if row.get("expected", True)}
    assert (found["expected"], expected) == (3, {"there", "leaving", "always"})


def test_nobody_expected_is_no_readiness() -> None:
    found = Course(prepared(activity(), learners=(learner("a", withdrawn=day("10-02")),)))
    assert found.readiness()["readiness"] is None


def test_what_was_undone_before_the_cutoff_was_not_ready() -> None:
    undone = record("completed", PAGE, "10-05"), record("completion-retracted", PAGE, CUTOFF)
    row = only(Course(prepared(activity()), *undone).readiness())
    assert (row["state"], row["missing"]) == ("not_started", [PAGE])


def test_what_is_undone_after_the_cutoff_was_ready_all_the_same() -> None:
    undone = record("completed", PAGE, "10-05"), record("completion-retracted", PAGE, "10-20")
    row = only(Course(prepared(activity()), *undone).readiness())
    assert (row["state"], row["share"], row["missing"]) == ("ready", 1, [])
    again = record("completed", PAGE, "10-21")
    assert only(Course(prepared(activity()), *undone, again).readiness())["state"] == "ready"


def test_due_met_is_about_the_deadline() -> None:
    due = prepared(activity(PAGE, due=day("10-08 18:00")), activity(FORUM, "post"))
    records = record("completed", PAGE, "10-08 18:00:01"), record("posted", FORUM, "10-05")
    page, forum = only(Course(due, *records).readiness())["done"]
    assert (page["on_time"], page["due_met"]) == (True, False)
    assert (forum["on_time"], forum["due_met"]) == (True, None)


def test_done_names_the_first_statement_that_qualifies_and_its_score() -> None:
    quiz = prepared(activity(QUIZ, "quiz", pass_mark=0.6))
    scored = [
        record("quiz-scored", QUIZ, f"10-0{n}", score=s) for n, s in ((2, 0.5), (3, 0.7), (4, 0.9))
    ]
    (done,) = only(Course(quiz, *scored).readiness())["done"]
    assert done["statement"] == scored[1].statement
    assert (done["activity"], done["score"]) == (QUIZ, 0.7)
    assert done["at"] == "2026-10-03T00:00:00Z"


def test_a_cohort_is_reported_alone() -> None:
    planned = prepared(
        activity(),
        cohorts=("spring", "autumn"),
        learners=(learner("b"), learner("a"), learner("c", cohort="spring")),
    )
    course = Course(planned)
    assert [row["name"] for row in course.readiness()["learners"]] == ["c", "a", "b"]
    assert [row["name"] for row in course.readiness("spring")["learners"]] == ["c"]


def test_an_unknown_session_or_cohort_is_not_found() -> None:
    course = Course(prepared(activity()))
    with pytest.raises(NotFound):
        course.readiness("winter")
    with pytest.raises(NotFound):
        readiness(course.plan, LAB + "x", [])
