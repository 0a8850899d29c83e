"""When an activity is done, by which record, and what takes that back."""

from typing import Any

import pytest

from lrs.plan import Activity
from projections.record import Record
from projections.rules.done import best_score, done, last_of
from tests.rules.course import (
    ESSAY,
    FORUM,
    PAGE,
    QUIZ,
    activity,
    at,
    plan,
    record,
    traces_of,
)

CHILD = "https://lms.example.org/child"
KINDS = ("content", "quiz", "post", "assignment")
DOING = {
    "completed": {"content"},
    "passed": {"content"},
    "quiz-scored": {"quiz"},
    "posted": {"post"},
    "submitted": {"assignment"},
    "item-answered": set(),
    "viewed": set(),
    "graded": set(),
    "started": set(),
}


def done_by(step: Activity, *records: Record) -> str | None:
    """Return the statement by which a step is done."""
    traces = list(traces_of(plan(step), records).values())
    found = done(step, traces[0]) if traces else None
    return found and found.statement


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("doing", DOING)
def test_each_kind_is_done_by_its_own_records(kind: str, doing: Any) -> None:
    did = record(doing, PAGE, "10-05")
    assert bool(done_by(activity(PAGE, kind), did)) is (kind in DOING[doing])


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_on_a_child_counts_and_through_a_grouping_only_a_post(kind: str) -> None:
    doing: Any = next(each for each, kinds in DOING.items() if kind in kinds)
    below = record(doing, CHILD, "10-05", parents=(PAGE,))
    beside = record(doing, CHILD, "10-05", groupings=(PAGE,))
    assert done_by(activity(PAGE, kind), below) == below.statement
    assert bool(done_by(activity(PAGE, kind), beside)) is (kind == "post")


@pytest.mark.parametrize(
    ("score", "mark", "passes"),
    [
        (0.6, 0.6, True),
        (0.5999, 0.6, False),
        (5.6 / 7, 0.8, True),  # 80 %, though the quotient is a hair below
        (0.0, None, True),
        (None, None, True),
        (None, 0.6, False),
    ],
)
def test_a_quiz_is_done_from_its_pass_mark_on(
    score: float | None, mark: float | None, passes: bool
) -> None:
    quiz = activity(QUIZ, "quiz", pass_mark=mark)
    assert bool(done_by(quiz, record("quiz-scored", QUIZ, "10-05", score=score))) is passes


@pytest.mark.parametrize("kind", ["passed", "completed"])
def test_a_quiz_may_be_scored_by_passing_or_completing_it(kind: Any) -> None:
    quiz = activity(QUIZ, "quiz", pass_mark=0.6)
    good, low = (record(kind, QUIZ, "10-05", score=score) for score in (0.6, 0.5))
    assert done_by(quiz, good) == good.statement
    assert done_by(quiz, low) is None
    assert done_by(activity(QUIZ, "quiz"), record(kind, QUIZ, "10-05")) is None
    (trace,) = traces_of(plan(quiz), [low]).values()
    assert best_score(trace, quiz) == 0.5


@pytest.mark.parametrize(("completion", "is_done"), [(True, True), (False, False), (None, False)])
def test_content_is_done_by_a_score_that_says_it_is_complete(
    completion: bool | None, is_done: bool
) -> None:
    played = record("quiz-scored", PAGE, "10-05", score=0.4, completion=completion)
    assert bool(done_by(activity(PAGE), played)) is is_done


def test_the_first_record_that_qualifies_is_the_one() -> None:
    quiz = activity(QUIZ, "quiz", pass_mark=0.6)
    low, good, better = (
        record("quiz-scored", QUIZ, f"10-0{number}", score=score)
        for number, score in ((2, 0.4), (3, 0.7), (4, 0.9))
    )
    assert done_by(quiz, better, low, good) == good.statement


def test_the_best_score_counts_even_where_it_does_not_pass() -> None:
    quiz = activity(QUIZ, "quiz", pass_mark=0.9)
    scored = [
        record("quiz-scored", QUIZ, f"10-0{n}", score=s) for n, s in ((2, 0.4), (3, 0.7), (4, 0.1))
    ]
    graded = record("graded", QUIZ, "10-05", score=1.0)
    (trace,) = traces_of(plan(quiz), [*scored, graded]).values()
    assert best_score(trace, quiz) == 0.7


@pytest.mark.parametrize("kind", KINDS)
def test_a_retraction_undoes_every_kind(kind: str) -> None:
    doing: Any = next(each for each, kinds in DOING.items() if kind in kinds)
    first, again = record(doing, PAGE, "10-05"), record(doing, PAGE, "10-07")
    undone = record("completion-retracted", PAGE, "10-06")
    assert done_by(activity(PAGE, kind), first, undone) is None
    assert done_by(activity(PAGE, kind), first, undone, again) == again.statement


def test_a_retraction_counts_when_it_happened_not_when_it_came() -> None:
    late = record("completed", PAGE, "10-06")
    undone = record("completion-retracted", PAGE, "10-05")
    assert done_by(activity(PAGE), late, undone) == late.statement
    assert done_by(activity(PAGE), undone, late) == late.statement


@pytest.mark.parametrize(("did", "undone"), [("a", "b"), ("b", "a")])
def test_of_two_at_the_same_moment_the_greater_statement_id_has_the_last_word(
    did: str, undone: str
) -> None:
    doing = record("completed", PAGE, "10-05", statement=did)
    undoing = record("completion-retracted", PAGE, "10-05", statement=undone)
    kept = did if did > undone else None
    assert done_by(activity(PAGE), doing, undoing) == kept
    assert done_by(activity(PAGE), undoing, doing) == kept


def test_of_two_posts_at_the_same_moment_the_lesser_statement_id_is_the_first() -> None:
    one, other = (
        record("posted", f"{FORUM}#{name}", "10-05", parents=(FORUM,), statement=name)
        for name in ("b", "a")
    )
    assert done_by(activity(FORUM, "post"), one, other) == "a"
    assert last_of([one, other]) == one == last_of([other, one])


def test_a_deleted_post_undoes_that_post_alone() -> None:
    forum = activity(FORUM, "post")
    one, two = (record("posted", f"{FORUM}#p{n}", f"10-0{n}", parents=(FORUM,)) for n in (1, 2))
    gone = record("posted-deleted", one.object, "10-03", parents=(FORUM,))
    gone_too = record("posted-deleted", two.object, "10-04", parents=(FORUM,))
    assert done_by(forum, one, two) == one.statement
    assert done_by(forum, one, two, gone) == two.statement
    assert done_by(forum, one, two, gone, gone_too) is None


def test_an_edited_post_is_still_a_post() -> None:
    posted = record("posted", FORUM, "10-05")
    edited = record("posted-edited", FORUM, "10-06")
    assert done_by(activity(FORUM, "post"), posted, edited) == posted.statement


def test_what_was_stored_later_was_not_known() -> None:
    essay = activity(ESSAY, "assignment")
    early = record("submitted", ESSAY, "10-05", stored=at("10-09"))
    (trace,) = traces_of(plan(essay), [early]).values()
    assert done(essay, trace, known_by=at("10-08")) is None
    assert done(essay, trace, known_by=at("10-09")) == early
