"""The survival curve, against the textbook and against counting by hand."""

from fractions import Fraction
from typing import Any

from hypothesis import given
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


def test_where_all_drop_nothing_is_left() -> None:
    (only,) = survival([Life(0, True), Life(0, True)])
    assert (only["survival"], only["low"], only["high"]) == (0, 0, 0)


def test_nobody_has_no_curve() -> None:
    assert survival([]) == []


lives = st.lists(st.builds(Life, st.integers(0, 8), st.booleans()), min_size=1, max_size=30)


@given(lives)
def test_there_is_a_row_for_every_week_with_an_event(lives: list[Life]) -> None:
    rows = survival(lives)
    assert {life.weeks for life in lives if life.dropped} <= {each["week"] for each in rows}
    assert sum(each["dropped"] + each["censored"] for each in rows) == len(lives)


@given(lives, st.randoms())
def test_the_order_of_lives_does_not_matter(lives: list[Life], random: Any) -> None:
    assert survival(random.sample(lives, len(lives))) == survival(lives)
