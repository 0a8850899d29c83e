"""Aggregates for readers who may not see persons say nothing about fewer than five of them."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.rules.suppression import SMALLEST_GROUP, parts, suppressed
from tests.rules.course import (
    LAB,
    LAB_AGAIN,
    PAGE,
    Course,
    activity,
    day,
    learner,
    plan,
    record,
    session,
)


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


def test_hidden_parts_are_of_five_learners_or_more_together() -> None:
    assert parts({"a": 1, "b": 1, "c": 7, "d": 20}) == {"a": None, "b": None, "c": None, "d": 20}
    assert parts({"a": 3, "b": 0}) == {"a": None, "b": 0}


def test_a_sum_of_few_learners_is_hidden_however_large_it_is() -> None:
    (before,) = [each for each in reports(12, 6) if each["report"] == "combined"]
    for number, learner_row in enumerate(before["learners"]):
        learner_row["sync"]["minutes"] = 500.0 if number < 4 else 0
        learner_row["async"]["minutes"] = 30.0
    before["totals"]["sync"]["minutes"], before["totals"]["async"]["minutes"] = 2000.0, 360.0
    totals = suppressed(before)["totals"]
    assert (totals["sync"]["minutes"], totals["async"]["minutes"]) == (None, 360.0)


def test_a_figure_that_the_rule_does_not_know_is_suppressed() -> None:
    for before in reports(12, 6):
        news = {"news": 7, "lists": [{"of": 1}], "nested": {"figure": 3, "within": [1]}}
        after = suppressed(before | news)
        assert {name: after[name] for name in news} == {
            "news": None,
            "lists": [],
            "nested": {"figure": None, "within": []},
        }
        for rows in ("items", "history", "steps", "weeks", "sessions", "outcomes"):
            changed = before | {rows: [row | {"news": 7} for row in before.get(rows, [])]}
            assert all(row["news"] is None for row in suppressed(changed).get(rows) or [])


REACHED = st.lists(st.integers(0, 40), min_size=1, max_size=8)


@given(REACHED)
def test_a_funnel_shows_no_step_at_which_a_few_were_lost(counts: list[int]) -> None:
    falling = sorted(counts, reverse=True)
    enrolled = falling[0] + 7
    step = {"activity": "x", "title": "x", "mode": "async", "loss": 0.5, "completed": 0}
    report = {
        "report": "drop-off",
        "enrolled": enrolled,
        "states": {},
        "steps": [step | {"reached": reached} for reached in falling],
        "survival": [],
        "learners": [],
    }
    after = suppressed(report)["steps"]
    shown = [enrolled, *(row["reached"] for row in after if row["reached"] is not None)]
    for before, left in pairwise(shown):
        assert not 0 < before - left < SMALLEST_GROUP
        assert not 0 < left < SMALLEST_GROUP
    assert all(row["loss"] is None for row in after if row["reached"] is None)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8))
def test_a_survival_curve_shows_no_week_in_which_a_few_left(left: list[tuple[int, int]]) -> None:
    at_risk, rows = sum(map(sum, left)), []
    for week, (dropped, censored) in enumerate(left):
        figures = {"at_risk": at_risk, "dropped": dropped, "censored": censored}
        rows.append({"week": week, "survival": 0.5, "low": 0.4, "high": 0.6, **figures})
        at_risk -= dropped + censored
    report = {"report": "drop-off", "enrolled": 99, "states": {}, "steps": [], "learners": []}
    after = suppressed(report | {"survival": rows})["survival"]
    for row in after:
        for figure in ("at_risk", "dropped", "censored"):
            assert row[figure] is None or not 0 < row[figure] < SMALLEST_GROUP
    shown = [row["at_risk"] for row in after if row["at_risk"] is not None]
    for before, later in pairwise(shown):
        assert not 0 < before - later < SMALLEST_GROUP
    since = 0
    for row, whole in zip(after, rows, strict=False):
        since += whole["dropped"]
        if row["survival"] is not None:
            assert not 0 < since < SMALLEST_GROUP
            since = 0


def crowd(count: int, early: int) -> Course:
    """Return a course of so many learners, so many of whom did everything and came."""
    names = [f"learner {number}" for number in range(count)]
    planned = plan(
        activity(PAGE, due=day("10-05")),
        session(LAB_AGAIN, "10-16 14:00", prepares=(PAGE,)),
        session(LAB, prepares=(PAGE,)),
        learners=tuple(map(learner, names)),
    )
    did = [record("completed", PAGE, "10-06", name) for name in names[:early]]
    came = [record("attended", LAB, "10-09 14:00", name) for name in names[:early]]
    return Course(planned, *did, *came)


@pytest.mark.parametrize(("early", "shows"), [(6, True), (3, False)])
def test_earlier_sessions_leads_and_turnouts_show_for_five_or_more(early: int, shows: bool) -> None:
    course = crowd(12, early)
    readiness = suppressed({"report": "readiness", **course.readiness()})
    (past,) = readiness["history"]
    assert (past["id"], past["expected"]) == (LAB, 12)
    assert past["ready"] == (early if shows else None)
    assert (readiness["items"][0]["lead_hours"] is not None) is shows
    combined = suppressed({"report": "combined", **course.combined()})
    (lab,) = [each for each in combined["sessions"] if each["id"] == LAB]
    assert (lab["expected"], lab["attended"]) == (12, early if shows else None)
    assert (combined["totals"]["async"]["late_hours"] == 24) is shows


def test_what_others_figures_would_give_away_never_shows() -> None:
    course = crowd(12, 6)
    readiness = suppressed({"report": "readiness", **course.readiness()})
    drop_off = suppressed({"report": "drop-off", **course.drop_off()})
    combined = suppressed({"report": "combined", **course.combined()})
    assert figures(readiness["known_at_cutoff"]) == figures(readiness["ahead"]) == []
    assert figures(drop_off["modes"]) == []
    assert figures(combined["cohorts"]) == figures(combined["hours"]) == []
    assert figures(combined["totals"]["gain"]) == []
    assert combined["totals"]["sync"]["gini"] is None
    assert all(each["gini"] is None and each["minutes"] is None for each in combined["sessions"])
