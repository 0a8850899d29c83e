"""Drop-off: the path, the funnel, the states and the clock, by the definitions of the contract."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.plan import Rules
from projections.rules.path import path
from projections.rules.standing import RULES
from tests.rules.course import (
    FORUM,
    LAB,
    LAB_AGAIN,
    PAGE,
    QUIZ,
    RECORDING,
    Course,
    activity,
    day,
    key,
    learner,
    of,
    only,
    plan,
    record,
    session,
)


def test_the_path_goes_by_due_date_and_start_and_by_the_plan_where_undated() -> None:
    planned = plan(
        activity("last", due=day("10-20")),
        activity("after last"),
        activity("first", due=day("10-02")),
        session(LAB, "10-09 14:00"),
    )
    assert [step.item.id for step in path(planned)] == ["first", LAB, "last", "after last"]


def test_what_is_due_when_a_session_starts_comes_before_it() -> None:
    planned = plan(activity(PAGE, due=day("10-09 14:00")), session(LAB, "10-09 14:00"))
    assert [step.item.id for step in path(planned)] == [PAGE, LAB]


FUNNEL = (activity(PAGE, due=day("10-05")), session(LAB), activity(FORUM, "post", due=day("10-20")))


def test_a_step_is_reached_by_a_record_on_it_or_on_a_later_one() -> None:
    names = ("none", "page", "lab", "forum")
    course = Course(
        plan(*FUNNEL, learners=tuple(map(learner, names))),
        record("viewed", PAGE, "10-04", "page"),
        record("join", LAB, "10-09 14:00", "lab"),
        record("posted", FORUM, "10-10", "forum"),
    )
    found = course.drop_off()
    assert found["enrolled"] == 4
    assert [step["reached"] for step in found["steps"]] == [3, 2, 1]
    assert [step["completed"] for step in found["steps"]] == [0, 1, 1]
    losses = [step["loss"] for step in found["steps"]]
    assert losses == pytest.approx([1 / 4, 1 / 3, 1 / 2], rel=1e-9)
    furthest = [of(found, name)["furthest_step"] for name in names]
    assert furthest == [None, PAGE, LAB, FORUM]


def test_a_loss_from_nobody_is_none() -> None:
    found = Course(plan(*FUNNEL)).drop_off()
    assert [step["loss"] for step in found["steps"]] == [1, None, None]


@pytest.mark.parametrize("kind", ["not-attended", "registered", "login", "graded", "unregistered"])
def test_what_the_learner_did_not_do_is_no_engagement(kind: Any) -> None:
    row = only(Course(plan(*FUNNEL), record(kind, LAB, "10-09 14:00")).drop_off())
    assert (row["state"], row["furthest_step"]) == ("not_started", None)


def test_the_withdrawn_are_enrolled_all_the_same() -> None:
    planned = plan(*FUNNEL, learners=(learner("a"), learner("b", withdrawn=day("10-05"))))
    found = Course(planned).drop_off()
    assert (found["enrolled"], found["states"]["withdrawn"]) == (2, 1)


@pytest.mark.parametrize(
    ("now", "state", "silent"),
    [
        ("10-12 11:59:59", "active", 6),
        ("10-12 12:00", "at_risk", 7),
        ("10-19 11:59:59", "at_risk", 13),
        ("10-19 12:00", "dropped", 14),
    ],
)
def test_silence_is_counted_to_the_hour(now: str, state: str, silent: int) -> None:
    row = only(Course(plan(*FUNNEL), record("viewed", PAGE, "10-05 12:00")).drop_off(now))
    assert (row["state"], row["silent_days"]) == (state, silent)
    assert row["last_activity"] == "2026-10-05T12:00:00Z"


def test_the_program_says_how_long_a_silence_may_be() -> None:
    patient = plan(*FUNNEL, rules=Rules(at_risk_after_days=10, dropped_after_days=20))
    course = Course(patient, record("viewed", PAGE, "10-05"))
    states = [only(course.drop_off(now))["state"] for now in ("10-14", "10-15", "10-25")]
    assert states == ["active", "at_risk", "dropped"]


def test_nothing_after_the_programs_end_counts_for_the_state() -> None:
    course = Course(
        plan(*FUNNEL, ends=day("10-11")),
        record("viewed", PAGE, "10-05"),
        record("viewed", PAGE, "10-20"),
    )
    row = only(course.drop_off("10-31"))
    assert (row["state"], row["silent_days"]) == ("active", 6)
    assert row["last_activity"] == "2026-10-05T00:00:00Z"


def test_a_retraction_after_the_end_undoes_nothing() -> None:
    course = Course(
        plan(activity(PAGE), ends=day("10-11")),
        record("completed", PAGE, "10-05"),
        record("completion-retracted", PAGE, "10-20"),
    )
    found = course.drop_off("10-31")
    assert only(found)["state"] == "completed"
    assert found["steps"][0]["completed"] == 1


def test_what_is_reached_after_the_end_is_not_reached() -> None:
    course = Course(plan(*FUNNEL, ends=day("10-11")), record("posted", FORUM, "10-20"))
    found = course.drop_off("10-31")
    assert only(found)["furthest_step"] is None
    assert [step["reached"] for step in found["steps"]] == [0, 0, 0]


ALL = (
    record("completed", PAGE, "10-04"),
    record("join", LAB, "10-09 14:00"),
    record("leave", LAB, "10-09 15:00"),
)


def test_completed_is_every_required_activity_and_every_group() -> None:
    optional = activity(QUIZ, "quiz", required=False)
    planned = plan(activity(PAGE), optional, session(LAB))
    assert only(Course(planned, *ALL).drop_off("10-10"))["state"] == "completed"
    assert only(Course(planned, *ALL[1:]).drop_off("10-10"))["state"] == "active"
    assert only(Course(planned, *ALL[:1]).drop_off("10-10"))["state"] == "active"


def test_the_statements_behind_a_completion_are_named() -> None:
    row = only(Course(plan(activity(PAGE), session(LAB)), *ALL).drop_off("10-10"))
    assert set(row["evidence"]) >= {ALL[0].statement}


def test_a_recording_makes_up_for_a_session() -> None:
    planned = plan(activity(PAGE), session(LAB, recording=RECORDING))
    watched = record("viewed", RECORDING, "10-12")
    found = Course(planned, ALL[0], watched).drop_off("10-13")
    assert only(found)["state"] == "completed"
    assert found["steps"][1]["completed"] == 1


def test_one_of_a_group_is_enough() -> None:
    planned = plan(session(LAB, group="g"), session(LAB_AGAIN, "10-16 14:00", group="g"))
    assert only(Course(planned, *ALL[1:]).drop_off("10-20"))["state"] == "completed"


def test_withdrawal_comes_before_everything() -> None:
    gone = plan(activity(PAGE), learners=(learner("ada", withdrawn=day("10-20")),))
    course = Course(gone, record("completed", PAGE, "10-04"))
    assert only(course.drop_off("10-19"))["state"] == "completed"
    assert only(course.drop_off("10-20"))["state"] == "withdrawn"


def test_the_states_add_up_to_the_enrolled() -> None:
    names = ("silent", "done", "new", "gone")
    learners = (*map(learner, names[:3]), learner("gone", withdrawn=day("10-02")))
    course = Course(
        plan(activity(PAGE), learners=learners),
        record("viewed", PAGE, "10-04", "silent"),
        record("completed", PAGE, "10-04", "done"),
    )
    found = course.drop_off("10-31")
    assert found["states"] == {
        "active": 0,
        "at_risk": 0,
        "dropped": 1,
        "completed": 1,
        "withdrawn": 1,
        "not_started": 1,
    }
    assert sum(found["states"].values()) == found["enrolled"]


def lives(found: dict[str, Any]) -> set[tuple[int, int, int]]:
    """Return (week, dropped, censored) of every week in which something happened."""
    rows = ((row["week"], row["dropped"], row["censored"]) for row in found["survival"])
    return {row for row in rows if row[1] or row[2]}


@pytest.mark.parametrize(
    ("records", "now", "life"),
    [
        ([("viewed", PAGE, "10-14 23:59:59")], "11-01", (1, 1, 0)),  # dropped: the last record
        ([("viewed", PAGE, "10-15")], "11-01", (2, 1, 0)),
        ([("viewed", PAGE, "10-15")], "10-16", (2, 0, 1)),  # active: the horizon
        ([("viewed", PAGE, "09-20")], "11-01", (0, 1, 0)),  # before the enrolment: no week
        ([], "10-14 23:59:59", (1, 0, 1)),  # not started yet
        ([], "10-15", (0, 1, 0)),  # never started
        ([("completed", PAGE, "10-08")], "11-01", (1, 0, 1)),  # completed: the latest needed
    ],
)
def test_the_clock_runs_in_whole_weeks_from_enrolment(
    records: list[Any], now: str, life: tuple[int, int, int]
) -> None:
    course = Course(plan(activity(PAGE)), *(record(*each) for each in records))
    assert lives(course.drop_off(now)) == {life}


def test_the_withdrawn_are_censored_when_they_withdrew() -> None:
    gone = plan(activity(PAGE), learners=(learner("ada", withdrawn=day("10-16")),))
    assert lives(Course(gone).drop_off()) == {(2, 0, 1)}


def test_a_session_completes_at_its_planned_end() -> None:
    planned = plan(session(LAB, "10-14 23:30"))
    joined = record("join", LAB, "10-14 23:30"), record("leave", LAB, "10-15 00:30")
    assert lives(Course(planned, *joined).drop_off()) == {(2, 0, 1)}


def test_linked_actors_are_one_learner() -> None:
    private = key("ada.private")
    records = (record("completed", PAGE, "10-05", actor=private),)
    planned = plan(activity(PAGE))
    assert only(Course(planned, *records).drop_off())["state"] == "not_started"
    linked = Course(planned, *records, links=[(key("ada"), private)])
    assert only(linked.drop_off())["state"] == "completed"


@pytest.mark.parametrize(
    ("now", "state", "after_days", "since"),
    [
        ("10-12 11:59:59", "active", 7, "2026-10-05T12:00:00Z"),
        ("10-12 12:00", "at_risk", 7, "2026-10-12T12:00:00Z"),
        ("10-25 12:00", "dropped", 14, "2026-10-19T12:00:00Z"),
    ],
)
def test_the_rule_behind_a_flag_is_told_with_its_figures(
    now: str, state: str, after_days: int, since: str
) -> None:
    row = only(Course(plan(*FUNNEL), record("viewed", PAGE, "10-05 12:00")).drop_off(now))
    assert row["state"] == state
    assert row["rule"] == {"text": RULES[state], "after_days": after_days, "since": since}


def test_the_rule_behind_an_end_tells_when_it_came() -> None:
    learners = (learner("ada"), learner("gone", withdrawn=day("10-20")), learner("never"))
    course = Course(plan(activity(PAGE), learners=learners), record("completed", PAGE, "10-04"))
    found = course.drop_off("10-31")
    rules = {row["state"]: row["rule"] for row in found["learners"]}
    assert {state: (rule["after_days"], rule["since"]) for state, rule in rules.items()} == {
        "completed": (None, "2026-10-04T00:00:00Z"),
        "withdrawn": (None, "2026-10-20T00:00:00Z"),
        "not_started": (None, None),
    }
    assert all(rule["text"] == RULES[state] for state, rule in rules.items())
    assert set(RULES) == set(found["states"])


def test_live_and_self_paced_steps_tell_what_each_lost() -> None:
    names = ("none", "page", "lab", "forum")
    course = Course(
        plan(*FUNNEL, learners=tuple(map(learner, names))),
        record("completed", PAGE, "10-04", "page"),
        record("attended", LAB, "10-09 14:00", "lab"),
        record("posted", FORUM, "10-10", "forum"),
    )
    live, own = course.drop_off()["modes"]
    assert live == {
        "mode": "live",
        "steps": 1,
        "came": 3,
        "lost": 1,
        "completed": 1,
        "loss": pytest.approx(1 / 3),
        "completion": 0.25,
    }
    assert own == {
        "mode": "self_paced",
        "steps": 2,
        "came": 6,
        "lost": 2,
        "completed": 2,
        "loss": pytest.approx(1 / 3),
        "completion": 0.25,
    }


def test_a_step_to_come_has_lost_nobody_yet() -> None:
    planned = plan(*FUNNEL, session("later", "10-25 14:00"))
    course = Course(planned, record("completed", PAGE, "10-04"))
    live, own = course.drop_off("10-08")["modes"]
    assert (live["steps"], live["lost"], live["completion"]) == (0, 0, None)
    assert (own["steps"], own["lost"], own["completion"]) == (1, 0, 1)
    live, own = course.drop_off("10-09 14:00")["modes"]
    assert (live["steps"], live["came"], live["lost"]) == (1, 1, 1)


def test_a_mode_without_steps_lost_nobody() -> None:
    live, _ = Course(plan(activity(PAGE))).drop_off()["modes"]
    assert (live["steps"], live["loss"], live["completion"]) == (0, None, None)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=8))
def test_what_the_modes_lost_is_who_stopped_on_the_way(touched: list[tuple[int, int]]) -> None:
    names = tuple("abcd")
    steps = (PAGE, LAB, FORUM)
    records = [record("viewed", steps[n], "10-04", names[who]) for n, who in touched]
    found = Course(plan(*FUNNEL, learners=tuple(map(learner, names))), *records).drop_off()
    lost = sum(row["lost"] for row in found["modes"])
    assert lost == found["enrolled"] - found["steps"][-1]["reached"]
