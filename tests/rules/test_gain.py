"""Scores after a session against before it, of those who were there and of those who were not."""

from typing import Any

import pytest

from tests.rules.course import LAB, QUIZ, Course, activity, learner, only, plan, record, session

AFTER = f"{QUIZ}2"
QUIZZES = (activity(QUIZ, "quiz"), activity(AFTER, "quiz"))
NOTHING = {"sessions": 0, "before": None, "after": None, "change": None}


def scored(iri: str, when: str, score: float, who: str = "ada") -> Any:
    return record("quiz-scored", iri, when, who, score=score)


def there(who: str = "ada") -> Any:
    return record("attended", LAB, "10-09 14:00", who, duration=3_600_000)


def gain(*records: Any, **changes: Any) -> Any:
    around: dict[str, Any] = {"prepares": (QUIZ,), "reinforces": (AFTER,), **changes}
    return only(Course(plan(*QUIZZES, session(**around)), *records).combined())["gain"]


def test_a_gain_is_the_best_after_less_the_best_before() -> None:
    found = gain(
        there(),
        scored(QUIZ, "10-05", 0.3),
        scored(QUIZ, "10-06", 0.5),
        scored(AFTER, "10-12", 0.8),
        scored(AFTER, "10-13", 0.6),
    )
    assert found["attended"] == {
        "sessions": 1,
        "before": 0.5,
        "after": 0.8,
        "change": pytest.approx(0.3),
    }
    assert found["not_attended"] == NOTHING


@pytest.mark.parametrize("only_side", [scored(QUIZ, "10-05", 0.5), scored(AFTER, "10-12", 0.5)])
def test_one_side_alone_is_no_gain(only_side: Any) -> None:
    assert gain(there(), only_side) == {"attended": NOTHING, "not_attended": NOTHING}


@pytest.mark.parametrize(
    ("before", "after", "sessions"),
    [
        ("10-09 14:00", "10-09 15:00:01", 1),
        ("10-09 14:00:01", "10-10", 0),
        ("10-05", "10-09 15:00", 0),
        ("10-05", "10-11 15:00", 1),
        ("10-05", "10-11 15:00:01", 0),
    ],
)
def test_before_ends_with_the_start_and_after_is_within_the_days_of_follow_up(
    before: str, after: str, sessions: int
) -> None:
    records = there(), scored(QUIZ, before, 0.5), scored(AFTER, after, 0.5)
    assert gain(*records, reinforce_within_days=2)["attended"]["sessions"] == sessions


def test_quizzes_of_the_sessions_outcome_count_and_others_do_not() -> None:
    around = {"prepares": (), "reinforces": (), "outcome": "o"}
    records = there(), scored(QUIZ, "10-05", 0.5), scored(QUIZ, "10-12", 0.75)
    assert gain(*records, **around) == {"attended": NOTHING, "not_attended": NOTHING}
    planned = plan(activity(QUIZ, "quiz", outcome="o"), session(outcome="o"))
    assert only(Course(planned, *records).combined())["gain"]["attended"]["change"] == 0.25


def test_whoever_missed_the_session_is_the_comparison() -> None:
    planned = plan(
        *QUIZZES,
        session(prepares=(QUIZ,), reinforces=(AFTER,)),
        learners=tuple(map(learner, ("a", "b", "c"))),
    )
    records = [there("a"), there("b")]
    for who, before, after in (("a", 0.25, 0.75), ("b", 0.5, 0.75), ("c", 0.5, 0.5)):
        records += [scored(QUIZ, "10-05", before, who), scored(AFTER, "10-12", after, who)]
    found = Course(planned, *records).combined()["totals"]["gain"]
    assert found["attended"] == {"sessions": 2, "before": 0.375, "after": 0.75, "change": 0.375}
    assert found["not_attended"] == {"sessions": 1, "before": 0.5, "after": 0.5, "change": 0}


def test_a_session_to_come_has_no_gain() -> None:
    planned = plan(*QUIZZES, session(prepares=(QUIZ, AFTER)))
    records = scored(QUIZ, "10-05", 0.5), scored(AFTER, "10-09 15:30", 0.5)
    found = Course(planned, *records).combined("10-09 14:30")["totals"]["gain"]
    assert found["not_attended"]["sessions"] == 0
