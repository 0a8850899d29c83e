"""Time on content: attempts add up, what repeats them does not."""

from typing import Any

import pytest

from projections.record import Record
from projections.rules.time_on_content import time_on_content
from tests.rules.course import PAGE, activity, plan, record, traces_of

MINUTE = 60_000


def minutes(*records: Record) -> float:
    (trace,) = traces_of(plan(activity()), records).values()
    return time_on_content(activity(), trace) / MINUTE


def took(length: float, when: str, kind: Any = "completed", **changes: Any) -> Record:
    return record(kind, PAGE, when, duration=round(length * MINUTE), **changes)


def test_within_a_launch_or_an_attempt_the_longest_counts() -> None:
    for named in ({"session": "s"}, {"registration": "r"}):
        assert minutes(took(9, "10-05", **named), took(10, "10-06", "other", **named)) == 10


def test_another_launch_or_registration_adds() -> None:
    first, second = took(9, "10-05", session="1"), took(10, "10-05", session="2")
    assert minutes(first, second) == 19


def test_without_either_two_completions_far_apart_are_two_attempts() -> None:
    assert minutes(took(9, "10-05 10:00"), took(10, "10-06 10:00")) == 19
    assert minutes(took(9, "10-05 10:00"), took(9, "10-05 10:10")) == 18


def test_what_overlaps_mostly_is_one_attempt_told_again() -> None:
    ended = took(10, "10-05 10:00:05", "other")
    assert minutes(took(9, "10-05 10:00"), ended) == 10
    assert minutes(took(9, "10-05 10:00"), ended, took(10, "10-05 10:00:08", "left-content")) == 10


def test_a_little_overlap_is_rounding() -> None:
    assert minutes(took(10, "10-05 10:00"), took(10, "10-05 10:09:59")) == 20


@pytest.mark.parametrize("seconds", [0, 2])
def test_repeats_never_add(seconds: int) -> None:
    again = took(0.01, f"10-05 10:00:0{seconds}")
    assert minutes(took(0.01, "10-05 10:00"), again) == 0.01


def test_a_part_of_the_content_with_a_name_of_its_own_is_told_apart_by_it() -> None:
    parts = [
        record("completed", f"{PAGE}#{n}", "10-05", parents=(PAGE,), duration=5 * MINUTE)
        for n in (1, 1, 2)
    ]
    assert minutes(*parts) == 10


def test_no_duration_is_no_time() -> None:
    assert minutes(record("completed", PAGE, "10-05"), took(0, "10-06")) == 0
