"""What is contributed to live sessions, and how evenly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.rules.participation import gini
from tests.rules.course import LAB, Course, activity, learner, only, plan, record, session

amounts = st.lists(st.integers(0, 30), min_size=1, max_size=12)


@given(amounts)
def test_the_coefficient_is_half_the_relative_mean_difference(amounts: list[int]) -> None:
    n, total = len(amounts), sum(amounts)
    if total == 0:
        assert gini(amounts) is None
        return
    differences = sum(abs(one - other) for one in amounts for other in amounts)
    assert gini(amounts) == pytest.approx(differences / (2 * n * total), abs=1e-9)


@given(amounts, st.integers(2, 9), st.randoms(use_true_random=False))
def test_neither_order_nor_scale_matters(amounts: list[int], factor: int, random: object) -> None:
    assert gini([each * factor for each in amounts]) == gini(amounts) == gini(amounts[::-1])


def test_its_ends_are_all_alike_and_one_alone() -> None:
    assert gini([3, 3, 3, 3]) == 0
    assert gini([0, 0, 0, 7]) == 0.75
    assert gini([]) is None


def test_a_record_may_sum_up_several_acts() -> None:
    records = [
        record("raised-hand", LAB, "10-09 14:10", count=3),
        record("asked", LAB, "10-09 14:11", count=2),
        record("asked", LAB, "10-09 14:20"),
    ]
    row = only(Course(plan(session()), *records).combined())["sync"]
    assert row["participation"] == {"posts": 0, "questions": 3, "polls": 0, "hands": 3}


def test_balance_is_over_those_who_were_there_silent_or_not() -> None:
    names = ("talks", "listens", "absent")
    planned = plan(
        activity(), session(), session("quiet", "10-16 14:00"), learners=tuple(map(learner, names))
    )
    there = [
        record("attended", LAB, "10-09 14:00", who, duration=3_600_000)
        for who in ("talks", "listens")
    ]
    talk = record("posted", f"{LAB}#1", "10-09 14:05", "talks", parents=(LAB,), count=4)
    found = Course(planned, *there, talk).combined()
    lab, quiet = found["sessions"]
    assert (lab["participation"]["posts"], lab["gini"]) == (4, 0.5)
    assert quiet["gini"] is None
    assert found["totals"]["sync"]["gini"] == 0.5
