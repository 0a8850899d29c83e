"""The survival curve, against the textbook and against counting by hand."""

import importlib
from fractions import Fraction
from math import log, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.rules.survival import Life, survival


def brute_force(lives: list[Life], week: int) -> tuple[Fraction, Fraction]:
    """Return (survival, Greenwood's sum) after a week, in exact fractions, straight by definition."""
    curve, spread = Fraction(1), Fraction(0)
    for each in range(week + 1):
        n = len([life for life in lives if life.weeks >= each])
        d = len([life for life in lives if life.weeks == each and life.dropped])
        if n:
            curve *= Fraction(n - d, n)
            spread += Fraction(d, n * (n - d)) if n > d else 0
    return curve, spread


def row(rows: list[dict[str, Any]], week: int) -> dict[str, Any]:
    return next(each for each in rows if each["week"] == week)


def test_an_example_worked_by_hand() -> None:
    """Five learners: dropped in weeks 1, 3 and 3, censored in weeks 1 and 4."""
    rows = survival([Life(1, True), Life(1, False), Life(3, True), Life(3, True), Life(4, False)])
    first, third = row(rows, 1), row(rows, 3)
    assert (first["at_risk"], first["dropped"], first["censored"]) == (5, 1, 1)
    assert (third["at_risk"], third["dropped"], third["censored"]) == (3, 2, 0)
    assert first["survival"] == pytest.approx(4 / 5, rel=1e-9)
    assert third["survival"] == pytest.approx(4 / 5 * 1 / 3, rel=1e-9)
    variance = 1 / (5 * 4) + 2 / (3 * 1)
    margin = 1.959963984540054 * (4 / 15) * sqrt(variance)
    assert third["high"] == pytest.approx(4 / 15 + margin, rel=1e-9)
    assert third["low"] == 0  # clipped


def test_where_all_drop_nothing_is_left() -> None:
    (only,) = survival([Life(0, True), Life(0, True)])
    assert (only["survival"], only["low"], only["high"]) == (0, 0, 0)


def test_nobody_has_no_curve() -> None:
    assert survival([]) == []


@pytest.fixture(scope="module")
def lifelines() -> Any:
    """The library that analysts know; imported here alone, for that takes seconds."""
    return importlib.import_module("lifelines")


lives = st.lists(st.builds(Life, st.integers(0, 8), st.booleans()), min_size=1, max_size=30)


@given(lives)
def test_every_row_is_what_counting_gives(lives: list[Life]) -> None:
    for each in survival(lives):
        curve, spread = brute_force(lives, each["week"])
        margin = 1.959963984540054 * float(curve) * sqrt(spread)
        assert each["survival"] == pytest.approx(float(curve), abs=1e-9)
        assert each["low"] == pytest.approx(max(0.0, float(curve) - margin), abs=1e-9)
        assert each["high"] == pytest.approx(min(1.0, float(curve) + margin), abs=1e-9)


@given(lives)
def test_there_is_a_row_for_every_week_with_an_event(lives: list[Life]) -> None:
    rows = survival(lives)
    assert {life.weeks for life in lives if life.dropped} <= {each["week"] for each in rows}
    assert sum(each["dropped"] + each["censored"] for each in rows) == len(lives)


@given(lives, st.randoms())
def test_the_order_of_lives_does_not_matter(lives: list[Life], random: Any) -> None:
    assert survival(random.sample(lives, len(lives))) == survival(lives)


@settings(max_examples=40)
@given(lives=lives)
def test_lifelines_says_the_same(lifelines: Any, lives: list[Life]) -> None:
    """Its interval is another one (log-log), but from it follows the same sum of Greenwood's."""
    fitted = lifelines.KaplanMeierFitter().fit(
        [life.weeks for life in lives], [life.dropped for life in lives]
    )
    bounds = fitted.confidence_interval_
    for each in survival(lives):
        week = each["week"]
        assert each["survival"] == pytest.approx(fitted.predict(week), abs=1e-9)
        counted = fitted.event_table.loc[week] if week in fitted.event_table.index else None
        if counted is None:
            assert each["dropped"] == each["censored"] == 0
            continue
        assert (each["at_risk"], each["dropped"]) == (counted["at_risk"], counted["observed"])
        assert each["censored"] == counted["censored"]
        if 0 < each["survival"] < 1:
            curve = each["survival"]
            low = bounds.loc[week].iloc[0]
            spread = (log(log(low) / log(curve)) * log(curve) / 1.959963984540054) ** 2
            margin = 1.959963984540054 * curve * sqrt(spread)
            assert each["low"] == pytest.approx(max(0.0, curve - margin), abs=1e-6)
            assert each["high"] == pytest.approx(min(1.0, curve + margin), abs=1e-6)
