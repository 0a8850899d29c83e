"""Combined: both halves of each learner, follow-up, patterns, outcomes, feedback."""

from typing import Any

import pytest

from lrs.plan import Attendance
from tests.rules.course import (
    ESSAY,
    FORUM,
    LAB,
    LAB_AGAIN,
    PAGE,
    QUIZ,
    RECORDING,
    ROOM,
    Course,
    activity,
    day,
    learner,
    of,
    only,
    outcome,
    plan,
    record,
    session,
)


def there(iri: str = LAB, when: str = "10-09 14:00", who: str = "ada", minutes: int = 60) -> Any:
    return record("attended", iri, when, who, duration=minutes * 60_000)


def test_attendance_counts_the_groups_one_was_expected_at() -> None:
    planned = plan(
        session(LAB, attendance=Attendance(share=0.5)),
        session(LAB_AGAIN, "10-16 14:00", attendance=Attendance(share=0.5)),
        session("third", "10-20 14:00"),
        session("later", "10-30 14:00"),
        learners=(learner("ada"), learner("new", enrolled=day("10-10"))),
    )
    found = Course(planned, there(), there(LAB_AGAIN, "10-16 14:00", minutes=29)).combined("10-25")
    ada = of(found, "ada")["sync"]
    assert [ada[k] for k in ("expected", "attended", "partial", "absent")] == [4, 1, 1, 1]
    assert ada["minutes"] == 89
    assert of(found, "new")["sync"]["expected"] == 3
    assert found["totals"]["sync"]["expected"] == 7


def test_alternatives_count_once_by_the_best() -> None:
    planned = plan(
        session(LAB, group="g", attendance=Attendance(share=0.5)),
        session(LAB_AGAIN, "10-16 14:00", group="g", attendance=Attendance(share=0.5)),
    )
    records = there(minutes=10), there(LAB_AGAIN, "10-16 14:00", minutes=50)
    row = only(Course(planned, *records).combined())["sync"]
    assert [row[k] for k in ("expected", "attended", "partial", "absent")] == [1, 1, 0, 0]
    assert row["minutes"] == 50


def test_a_watched_recording_is_counted_where_the_session_was_missed() -> None:
    planned = plan(session(LAB, recording=RECORDING))
    watched = record("viewed", RECORDING, "10-12")
    missed = only(Course(planned, watched).combined())["sync"]
    attended = only(Course(planned, watched, there()).combined())["sync"]
    assert (missed["recordings"], missed["absent"]) == (1, 1)
    assert (attended["recordings"], attended["attended"]) == (0, 1)


def test_attendance_without_minutes_is_zero_in_sums() -> None:
    register = record("attended", LAB, "10-09 14:00")
    row = only(Course(plan(session()), register).combined())["sync"]
    assert (row["attended"], row["minutes"]) == (1, 0)


def test_participation_counts_each_thing_said_once() -> None:
    planned = plan(session(LAB, match=(ROOM,)), activity(FORUM, "post"))
    message = "https://bbb.example.org/message/"
    records = [
        record("posted", f"{message}1", "10-09 14:01", parents=(ROOM,)),
        record("posted", f"{message}1", "10-09 14:01", parents=(ROOM,)),
        record("posted", f"{message}2", "10-09 14:02", parents=(ROOM,)),
        record("asked", ROOM, "10-09 14:03"),
        record("answered-poll", f"{message}3", "10-09 14:04", parents=(ROOM,)),
        record("raised-hand", ROOM, "10-09 14:05"),
        record("posted", FORUM, "10-09 14:05"),
    ]
    row = only(Course(planned, *records).combined())["sync"]
    assert row["participation"] == {"posts": 2, "questions": 1, "polls": 1, "hands": 1}


def test_the_self_paced_half() -> None:
    planned = plan(
        activity(PAGE, due=day("10-05")),
        activity(QUIZ, "quiz", due=day("10-05"), pass_mark=0.5),
        activity(f"{QUIZ}2", "quiz", required=False),
        activity(FORUM, "post", mode="live-online"),
        session(),
    )
    records = [
        record("completed", PAGE, "10-05"),
        record("quiz-scored", QUIZ, "10-06", score=0.5),
        record("quiz-scored", QUIZ, "10-07", score=0.8),
        record("quiz-scored", f"{QUIZ}2", "10-07", score=0.4),
    ]
    row = only(Course(planned, *records[:3]).combined())["async"]
    assert [row[k] for k in ("assigned", "completed", "on_time", "late")] == [3, 2, 1, 1]
    assert row["score"] == pytest.approx(0.8)
    assert only(Course(planned, *records).combined())["async"]["score"] == pytest.approx(0.6)
    assert only(Course(planned).combined())["async"]["score"] is None


REINFORCED = session(LAB, reinforces=(FORUM,), reinforce_within_days=7)


@pytest.mark.parametrize(
    ("when", "done"),
    [
        ("10-09 15:00", 0),
        ("10-09 15:00:00.000001", 1),
        ("10-16 15:00", 1),
        ("10-16 15:00:00.000001", 0),
    ],
)
def test_follow_up_is_done_after_the_planned_end_and_within_its_days(when: str, done: int) -> None:
    planned = plan(activity(FORUM, "post"), REINFORCED)
    row = only(Course(planned, record("posted", FORUM, when)).combined())
    assert row["follow_up"] == {"expected": 1, "done": done}


def test_follow_up_is_only_what_is_done_for_the_first_time() -> None:
    planned = plan(activity(FORUM, "post"), REINFORCED)
    records = record("posted", FORUM, "10-05"), record("posted", f"{FORUM}", "10-10")
    assert only(Course(planned, *records).combined())["follow_up"]["done"] == 0


def test_follow_up_of_alternatives_is_expected_once_after_the_one_attended() -> None:
    planned = plan(
        activity(FORUM, "post"),
        session(LAB, group="g", reinforces=(FORUM,), reinforce_within_days=2),
        session(LAB_AGAIN, "10-16 14:00", group="g", reinforces=(FORUM,), reinforce_within_days=2),
    )
    second = there(LAB_AGAIN, "10-16 14:00")
    for when, done in (("10-10", 0), ("10-17", 1)):
        row = only(Course(planned, second, record("posted", FORUM, when)).combined())
        assert row["follow_up"] == {"expected": 1, "done": done}


@pytest.mark.parametrize(
    ("attended", "did", "pattern"),
    [
        (True, True, "both"),
        (True, False, "sync_only"),
        (False, True, "async_only"),
        (False, False, "neither"),
    ],
)
def test_patterns(attended: bool, did: bool, pattern: str) -> None:
    planned = plan(activity(PAGE), session(attendance=Attendance(share=0.5)))
    records = [there(minutes=60 if attended else 10)]
    records += [record("completed", PAGE, "10-05")] if did else []
    found = Course(planned, *records).combined()
    assert only(found)["pattern"] == pattern
    assert found["patterns"] == {
        each: int(each == pattern) for each in ("both", "sync_only", "async_only", "neither")
    }


@pytest.mark.parametrize(
    ("needs", "steps", "fit"),
    [
        ("interaction", ("activity",), "lacks_interaction"),
        ("interaction", ("activity", "session"), "fits"),
        ("interaction", ("session",), "fits"),
        ("information", ("session",), "live_only"),
        ("information", ("activity", "session"), "fits"),
        ("information", ("activity",), "fits"),
    ],
)
def test_mode_fit(needs: str, steps: tuple[str, ...], fit: str) -> None:
    made = {"activity": activity(outcome="o"), "session": session(outcome="o")}
    planned = plan(*(made[each] for each in steps), outcomes=(outcome("o", needs),))
    (row,) = Course(planned).combined()["outcomes"]
    assert (row["id"], row["needs"], row["fit"]) == ("o", needs, fit)
    modes = {"activity": "async", "session": "live-online"}
    assert row["modes"] == sorted(modes[each] for each in steps)


def test_how_an_outcome_went() -> None:
    planned = plan(
        activity(PAGE, outcome="o"),
        activity(QUIZ, "quiz", outcome="o"),
        session(outcome="o"),
        outcomes=(outcome("o", "interaction"), outcome("none", "information")),
        learners=(learner("ada"), learner("bo")),
    )
    row, empty = Course(planned, record("completed", PAGE, "10-05"), there()).combined()["outcomes"]
    assert (row["completion"], row["attendance"]) == (0.25, 0.5)
    assert (empty["completion"], empty["attendance"]) == (None, None)


def test_feedback_waits_from_work_to_grade_and_open_work_is_censored() -> None:
    planned = plan(activity(ESSAY, "assignment"), learners=tuple(map(learner, ("a", "b", "c"))))
    handed_in = [record("submitted", ESSAY, "10-05 12:00", who) for who in ("a", "b", "c")]
    graded = [
        record("graded", ESSAY, "10-05 14:00", "a"),
        record("graded", ESSAY, "10-05 15:00", "b"),
    ]
    one = Course(planned, *handed_in, graded[0]).combined()["totals"]["feedback"]
    assert (one["graded"], one["open"], one["median_hours"]) == (1, 2, None)
    two = Course(planned, *handed_in, *graded).combined()["totals"]["feedback"]
    assert (two["graded"], two["open"], two["median_hours"]) == (2, 1, 3)


def test_weeks_add_up_to_the_totals() -> None:
    planned = plan(
        activity(PAGE), activity(FORUM, "post"), session(LAB), session(LAB_AGAIN, "10-16 14:00")
    )
    records = (
        there(),
        there(LAB_AGAIN, "10-16 14:00"),
        record("completed", PAGE, "10-05"),
        record("posted", FORUM, "10-17"),
    )
    found = Course(planned, *records).combined()
    weeks = {week["week"]: week for week in found["weeks"]}
    assert weeks[0]["starts"] == "2026-10-01T00:00:00Z"
    assert [week for week in weeks if weeks[week]["active"]] == [0, 1, 2]
    assert found["totals"]["sync"]["attended"] == 2
    assert found["totals"]["async"]["completed"] == 2
