"""Aggregates for readers who may not see persons say nothing about fewer than five of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.rules.suppression import SMALLEST_GROUP, parts, suppressed
from tests.rules.course import PAGE, Course, activity, learner, plan, record, session


def reports(learners: int, ready: int = 0) -> list[dict[str, Any]]:
    names = [f"learner {number}" for number in range(learners)]
    planned = plan(activity(PAGE), session(prepares=(PAGE,)), learners=tuple(map(learner, names)))
    course = Course(planned, *(record("completed", PAGE, "10-05", name) for name in names[:ready]))
    return [
        {"report": "readiness", **course.readiness()},
        {"report": "drop-off", **course.drop_off()},
        {"report": "combined", **course.combined()},
    ]


@pytest.mark.parametrize("place", range(3))
def test_no_learner_is_left_and_no_key_is_missing(place: int) -> None:
    before = reports(12, 6)[place]
    after = suppressed(before)
    assert after["learners"] == []
    assert after["suppressed"] is True
    assert before.keys() <= after.keys()


def test_large_groups_stay_as_they_are() -> None:
    readiness, drop_off, combined = map(suppressed, reports(12, 6))
    assert (readiness["ready"], readiness["not_started"], readiness["readiness"]) == (6, 6, 0.5)
    assert [step["reached"] for step in drop_off["steps"]] == [6, 0]
    assert combined["patterns"]["async_only"] == 6
    assert combined["weeks"][0]["active"] == 6


def test_a_small_group_is_hidden_and_cannot_be_subtracted() -> None:
    readiness, drop_off, combined = map(suppressed, reports(12, 3))
    assert (readiness["ready"], readiness["not_started"]) == (None, None)
    assert (readiness["expected"], readiness["readiness"]) == (12, None)
    assert [step["reached"] for step in drop_off["steps"]] == [None, 0]
    assert [step["loss"] for step in drop_off["steps"]] == [None, None]
    assert combined["patterns"] == {"both": 0, "sync_only": 0, "async_only": None, "neither": None}
    assert combined["weeks"][0]["active"] is None


def figures(value: Any) -> list[int | float]:
    if isinstance(value, dict):
        return [each for name, inner in value.items() for each in figures(inner)]
    if isinstance(value, list):
        return [each for inner in value for each in figures(inner)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


@pytest.mark.parametrize("learners", [1, 4])
@pytest.mark.parametrize("place", range(3))
def test_a_small_population_leaves_no_figure(learners: int, place: int) -> None:
    assert figures(suppressed(reports(learners, 1)[place])) == []


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6))
def test_no_small_part_is_shown_and_none_hidden_alone(counts: list[int]) -> None:
    whole = {str(place): count for place, count in enumerate(counts)}
    shown = parts(whole)
    assert all(count is None or not 0 < count < SMALLEST_GROUP for count in shown.values())
    hidden = [name for name, count in shown.items() if count is None]
    others = [name for name in whole if whole[name] and name not in hidden]
    assert len(hidden) != 1 or not others
