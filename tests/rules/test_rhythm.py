"""A learner's own rhythm, and how long the present silence is by it."""

from hypothesis import given
from hypothesis import strategies as st

from projections.rules.rhythm import rhythm
from projections.rules.trace import Located
from tests.rules.course import PAGE, Course, activity, at, only, plan, record

HOUR = 3_600_000_000


def visited(*moments: str) -> list[Located]:
    return [Located(record("viewed", PAGE, moment), ()) for moment in moments]


def test_the_usual_silence_is_the_median_between_visits() -> None:
    engaged = visited(
        "10-01 09:00", "10-01 10:00", "10-03 10:00", "10-03 20:00", "10-06 20:00", "10-10 20:00"
    )
    assert rhythm(engaged, 6) == {"visits": 4, "usual_days": 3, "ratio": 2}


def test_twelve_hours_are_a_break_and_more_is_the_next_visit() -> None:
    assert rhythm(visited("10-01 09:00", "10-01 21:00"), 0)["visits"] == 1
    assert rhythm(visited("10-01 09:00", "10-01 21:00:00.000001"), 0)["visits"] == 2


def test_two_silences_are_no_rhythm() -> None:
    few = rhythm(visited("10-01", "10-03", "10-05"), 9)
    assert few == {"visits": 3, "usual_days": None, "ratio": None}
    assert rhythm([], None) == {"visits": 0, "usual_days": None, "ratio": None}


def test_whoever_comes_weekly_is_not_silent_after_a_week() -> None:
    """What is alarming of one learner is usual of another."""
    weekly = [record("viewed", PAGE, f"10-{day}") for day in ("02", "09", "16", "23")]
    daily = [record("viewed", PAGE, f"10-{day}") for day in ("20", "21", "22", "23")]
    rows = [
        only(Course(plan(activity(PAGE)), *records).drop_off("10-30"))
        for records in (weekly, daily)
    ]
    assert [row["state"] for row in rows] == ["at_risk", "at_risk"]
    assert [row["rhythm"]["ratio"] for row in rows] == [1, 7]


@given(st.lists(st.integers(0, 900), min_size=1, max_size=20), st.integers(0, 50))
def test_a_ratio_is_the_silence_over_the_usual_one(hours: list[int], silent: int) -> None:
    engaged = [
        Located(record("viewed", PAGE, at("10-01") + hour * HOUR), ()) for hour in sorted(hours)
    ]
    found = rhythm(engaged, silent)
    assert 1 <= found["visits"] <= len(hours)
    if found["usual_days"] is None:
        assert found["visits"] < 4
    else:
        assert found["usual_days"] > 0.5
        assert abs(found["ratio"] * found["usual_days"] - silent) < 1e-9
