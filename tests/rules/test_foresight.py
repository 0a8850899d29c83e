"""What could be known before a session began, how early work was done, how earlier sessions went."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.plan import Plan
from projections.record import Record
from tests.rules.course import (
    LAB,
    LAB_AGAIN,
    PAGE,
    QUIZ,
    Course,
    activity,
    at,
    learner,
    of,
    only,
    plan,
    record,
    session,
)

STATES = ("ready", "late", "partly", "not_started")
HOUR = 3_600_000_000
CUTOFF = "10-09 14:00"
TWO = (activity(PAGE), activity(QUIZ, "quiz"))


def prepared(*names: str) -> Plan:
    """Return a program whose session is prepared by two activities."""
    learners = tuple(map(learner, names or ("ada",)))
    return plan(*TWO, session(prepares=(PAGE, QUIZ)), learners=learners)


def states(counts: dict[str, Any]) -> dict[str, int]:
    """Return the states that anybody is in."""
    return {name: counts[name] for name in STATES if counts[name]}


def test_the_lead_is_the_time_before_the_cutoff_and_negative_after_it() -> None:
    course = Course(
        prepared("ada", "bo", "idle"),
        record("completed", PAGE, "10-08 14:00"),
        record("quiz-scored", QUIZ, "10-09 12:30"),
        record("completed", PAGE, "10-09 16:00", "bo"),
    )
    found = course.readiness()
    ada = of(found, "ada")
    assert [each["lead_hours"] for each in ada["done"]] == [24, 1.5]
    assert ada["lead_hours"] == 12.75
    assert of(found, "bo")["lead_hours"] == -2
    assert of(found, "idle")["lead_hours"] is None
    assert [item["lead_hours"] for item in found["items"]] == [11, 1.5]


def test_what_nobody_did_has_no_lead() -> None:
    assert [item["lead_hours"] for item in Course(prepared()).readiness()["items"]] == [None, None]


def test_what_was_known_at_the_cutoff_is_counted_beside_what_was_true() -> None:
    course = Course(
        prepared("offline", "online", "idle"),
        *(
            record(kind, iri, "10-08", who, stored=at(stored))
            for who, stored in (("offline", "10-12"), ("online", "10-08"))
            for kind, iri in (("completed", PAGE), ("quiz-scored", QUIZ))
        ),
    )
    found = course.readiness()
    assert states(found) == {"ready": 2, "not_started": 1}
    known = found["known_at_cutoff"]
    assert states(known) == {"ready": 1, "not_started": 2}
    assert (known["readiness"], known["differing"]) == (pytest.approx(1 / 3), 1)
    for state in STATES:
        rows = [row["known_at_cutoff"] for row in found["learners"]]
        assert known[state] == rows.count(state)


def test_a_day_and_an_hour_ahead_are_told_by_event_time_and_as_known() -> None:
    course = Course(
        prepared("early", "offline", "last minute"),
        record("completed", PAGE, "10-08 14:00", "early", stored=at("10-08 14:00")),
        record("quiz-scored", QUIZ, "10-09 12:00", "early"),
        record("completed", PAGE, "10-08 10:00", "offline", stored=at("10-09 13:00")),
        record("completed", PAGE, "10-09 13:30", "last minute"),
        record("quiz-scored", QUIZ, "10-09 13:30", "last minute"),
    )
    day, hour = course.readiness()["ahead"]
    assert (day["hours"], day["at"]) == (24, "2026-10-08T14:00:00Z")
    assert (hour["hours"], hour["at"]) == (1, "2026-10-09T13:00:00Z")
    assert states(day["known"]) == {"partly": 1, "not_started": 2}
    assert states(day["true"]) == {"partly": 2, "not_started": 1}
    assert states(hour["known"]) == {"ready": 1, "partly": 1, "not_started": 1}
    assert states(hour["true"]) == {"ready": 1, "partly": 1, "not_started": 1}
    assert (day["true"]["readiness"], hour["true"]["readiness"]) == (0, pytest.approx(1 / 3))


some_work = st.lists(
    st.builds(
        lambda what, done, stored, who: record(
            *what, at(CUTOFF) + done * HOUR // 2, who, stored=at(CUTOFF) + stored * HOUR // 2
        ),
        st.sampled_from(
            [("completed", PAGE), ("quiz-scored", QUIZ), ("completion-retracted", PAGE)]
        ),
        st.integers(-60, 6),
        st.integers(-60, 6),
        st.sampled_from(["ada", "bo"]),
    ),
    max_size=8,
)


@given(some_work)
def test_what_was_known_ahead_is_what_a_report_of_that_moment_says(records: list[Record]) -> None:
    names = ("ada", "bo")
    found = Course(prepared(*names), *records).readiness()
    ahead = {row["hours"]: row["known"] for row in found["ahead"]}
    for hours, known in {**ahead, 0: found["known_at_cutoff"]}.items():
        by_then = [one for one in records if one.stored <= at(CUTOFF) - hours * HOUR]
        then = Course(prepared(*names), *by_then).readiness()
        assert states(known) == states(then)


@given(some_work)
def test_what_was_true_ahead_is_what_would_be_if_nothing_had_happened_since(
    records: list[Record],
) -> None:
    names = ("ada", "bo")
    for row in Course(prepared(*names), *records).readiness()["ahead"]:
        moment = at(CUTOFF) - row["hours"] * HOUR
        by_then = [one for one in records if one.timestamp <= moment]
        assert states(row["true"]) == states(Course(prepared(*names), *by_then).readiness())


def test_the_history_is_what_the_reports_of_earlier_sessions_say() -> None:
    sessions = (
        session("third", "10-23 14:00", prepares=(PAGE,)),
        session(LAB_AGAIN, "10-16 14:00", prepares=(QUIZ,)),
        session("without", "10-12 14:00"),
        session(LAB, "10-09 14:00", prepares=(PAGE, QUIZ)),
    )
    learners = tuple(map(learner, ("ada", "bo")))
    records = record("completed", PAGE, "10-05"), record("quiz-scored", QUIZ, "10-10")
    reports = [
        Course(plan(*TWO, *sessions[n:], *sessions[:n], learners=learners), *records).readiness()
        for n in range(4)
    ]
    third, second, _, first = reports
    figures = ("expected", *STATES, "readiness")
    assert [row["id"] for row in third["history"]] == [LAB, LAB_AGAIN]
    for row, report in zip(third["history"], (first, second), strict=True):
        assert [row[name] for name in figures] == [report[name] for name in figures]
        assert row["starts"] == report["cutoff"]
    assert third["history"][0]["late"] == 1
    assert third["history"][1]["readiness"] == 0.5
    assert first["history"] == []


def test_a_cohort_has_its_own_history() -> None:
    planned = plan(
        *TWO,
        session(LAB_AGAIN, "10-16 14:00", prepares=(QUIZ,)),
        session(LAB, prepares=(PAGE,)),
        cohorts=("autumn", "spring"),
        learners=(learner("ada"), learner("bo", cohort="spring")),
    )
    course = Course(planned, record("completed", PAGE, "10-05"))
    history = {cohort: course.readiness(cohort)["history"] for cohort in ("autumn", "spring")}
    assert [row["readiness"] for row in history["autumn"]] == [1]
    assert [row["readiness"] for row in history["spring"]] == [0]


def test_without_learners_there_are_no_figures_and_no_errors() -> None:
    found = Course(plan(*TWO, session(prepares=(PAGE,)), learners=())).readiness()
    assert found["known_at_cutoff"]["readiness"] is None
    assert all(row["known"]["readiness"] is None for row in found["ahead"])
    with pytest.raises(ValueError, match="not enough values"):
        only(found)
