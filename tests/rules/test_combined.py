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


def test_a_weeks_late_work_make_ups_and_contributions_are_told() -> None:
    planned = plan(
        activity(PAGE, due=day("10-07")),
        activity(FORUM, "post"),
        session(LAB, recording=RECORDING),
        learners=(learner("ada"), learner("bo")),
    )
    records = (
        there(),
        record("asked", LAB, "10-09 14:30", count=3),
        record("viewed", RECORDING, "10-20", "bo"),
        record("completed", PAGE, "10-07"),
        record("completed", PAGE, "10-09", "bo"),
        record("posted", FORUM, "10-09"),
    )
    weeks = {row["week"]: row for row in Course(planned, *records).combined()["weeks"]}
    figures = ("completed", "late", "recordings", "contributions")
    assert [weeks[0][name] for name in figures] == [1, 0, 0, 0]
    assert [weeks[1][name] for name in figures] == [2, 1, 1, 3]
    assert [weeks[2][name] for name in figures] == [0, 0, 0, 0]


def test_lateness_is_the_median_of_what_was_late() -> None:
    due = day("10-05")
    planned = plan(
        *(activity(f"{PAGE}{n}", due=due) for n in range(4)),
        activity(FORUM, "post", mode="in-person", due=due),
        learners=(learner("ada"), learner("bo")),
    )
    records = [
        record("completed", f"{PAGE}0", "10-05 00:00"),
        record("completed", f"{PAGE}1", "10-05 02:00"),
        record("completed", f"{PAGE}2", "10-05 06:00"),
        record("posted", FORUM, "10-25"),
        record("completed", f"{PAGE}1", "10-06", "bo"),
    ]
    found = Course(planned, *records).combined()
    assert (of(found, "ada")["async"]["late"], of(found, "ada")["async"]["late_hours"]) == (2, 4)
    assert (found["totals"]["async"]["late"], found["totals"]["async"]["late_hours"]) == (3, 6)
    assert only(Course(plan(activity(PAGE))).combined())["async"]["late_hours"] is None


def test_each_learner_has_their_own_wait_for_feedback() -> None:
    planned = plan(activity(ESSAY, "assignment"), learners=(learner("ada"), learner("bo")))
    records = [record("submitted", ESSAY, "10-05 12:00", who) for who in ("ada", "bo")]
    records.append(record("graded", ESSAY, "10-05 14:00"))
    found = Course(planned, *records).combined()
    assert of(found, "ada")["feedback"] == {"graded": 1, "open": 0, "median_hours": 2}
    assert of(found, "bo")["feedback"] == {"graded": 0, "open": 1, "median_hours": None}
    assert found["totals"]["feedback"] == {"graded": 1, "open": 1, "median_hours": 2}


def test_open_work_is_not_left_out_of_the_median() -> None:
    """A mean over graded work alone would say an hour, while three of four wait for weeks."""
    names = ("a", "b", "c", "d")
    planned = plan(activity(ESSAY, "assignment"), learners=tuple(map(learner, names)))
    records = [record("submitted", ESSAY, "10-05 12:00", who) for who in names]
    records.append(record("graded", ESSAY, "10-05 13:00", "a"))
    assert Course(planned, *records).combined()["totals"]["feedback"]["median_hours"] is None


TWO_COHORTS = plan(
    activity(PAGE, due=day("10-06")),
    activity(QUIZ, "quiz"),
    session(LAB),
    cohorts=("spring", "autumn"),
    learners=(learner("ada"), learner("bo"), learner("cem", cohort="spring")),
)
COHORTS_DID = (
    there(),
    there(who="cem", minutes=30),
    record("asked", LAB, "10-09 14:30"),
    record("completed", PAGE, "10-05"),
    record("completed", PAGE, "10-07", "cem"),
    record("quiz-scored", QUIZ, "10-08", "bo", score=0.5),
    record("quiz-scored", QUIZ, "10-08", "cem", score=1.0),
)


def test_a_cohorts_row_is_what_its_own_report_says() -> None:
    course = Course(TWO_COHORTS, *COHORTS_DID)
    rows = course.combined()["cohorts"]
    assert [(row["id"], row["learners"]) for row in rows] == [("spring", 1), ("autumn", 2)]
    for row in rows:
        own = course.combined(cohort=row["id"])
        assert row == {"id": row["id"], **own["totals"], "patterns": own["patterns"]}
        assert own["cohorts"] == [row]


def test_cohorts_add_up_to_the_whole() -> None:
    found = Course(TWO_COHORTS, *COHORTS_DID).combined()
    for part, names in {
        "sync": ("expected", "attended", "partial", "absent", "minutes", "recordings"),
        "async": ("assigned", "completed", "on_time", "late", "minutes"),
    }.items():
        for name in names:
            whole = sum(row[part][name] for row in found["cohorts"])
            assert whole == found["totals"][part][name]
            assert whole == sum(row[part][name] for row in found["learners"])
    for pattern, count in found["patterns"].items():
        assert count == sum(row["patterns"][pattern] for row in found["cohorts"])


def test_an_outcome_tells_lateness_scores_and_make_ups() -> None:
    planned = plan(
        activity(PAGE, outcome="o", due=day("10-06")),
        activity(QUIZ, "quiz", outcome="o"),
        session(outcome="o", recording=RECORDING),
        outcomes=(outcome("o", "interaction"), outcome("none", "information")),
        learners=(learner("ada"), learner("bo")),
    )
    records = (
        record("completed", PAGE, "10-07"),
        record("quiz-scored", QUIZ, "10-05", score=0.5),
        record("quiz-scored", QUIZ, "10-05", "bo", score=0.75),
        record("viewed", RECORDING, "10-12", "bo"),
        there(),
    )
    row, empty = Course(planned, *records).combined()["outcomes"]
    assert row["late"] == pytest.approx(1 / 3)
    assert (row["score"], row["made_up"]) == (0.625, 0.5)
    assert [empty[name] for name in ("late", "score", "made_up")] == [None] * 3


def test_a_programme_without_learners_has_empty_figures() -> None:
    found = Course(plan(activity(PAGE), session(), learners=())).combined()
    assert (found["totals"]["learners"], found["cohorts"], found["hours"]) == (0, [], [])
    assert found["totals"]["sync"]["gini"] is None
    assert found["sessions"][0]["expected"] == 0
