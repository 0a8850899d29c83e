"""Survival: the share of learners still there, week by week (Kaplan and Meier 1958, Greenwood 1926)."""

from collections.abc import Sequence
from math import sqrt
from typing import Any, NamedTuple, Self

from projections.rules.moments import DIGITS, WEEK

Z_95 = 1.959963984540054


class Life(NamedTuple):
    """One learner: whole weeks from enrolment to dropping out, or to where observation ends."""

    weeks: int
    dropped: bool

    @classmethod
    def until(cls, begun: int, ended: int, *, dropped: bool) -> Self:
        """Return the life between two moments (microseconds); never less than no week."""
        return cls(max(0, (ended - begun) // WEEK), dropped)


def survival(lives: Sequence[Life]) -> list[dict[str, Any]]:
    """Return a row for each week from 0 to the last one observed.

    Who is censored in a week still counts as at risk in it. The interval is Greenwood's plain one
    at 95 %, clipped to 0…1; where nobody survives it is 0…0.
    """
    rows: list[dict[str, Any]] = []
    alive, spread = 1.0, 0.0
    for week in range(max((life.weeks for life in lives), default=-1) + 1):
        at_risk = sum(life.weeks >= week for life in lives)
        dropped = sum(life.weeks == week and life.dropped for life in lives)
        censored = sum(life.weeks == week and not life.dropped for life in lives)
        alive *= 1 - dropped / at_risk
        if dropped < at_risk:
            spread += dropped / (at_risk * (at_risk - dropped))
        margin = Z_95 * alive * sqrt(spread)
        rows.append(
            {
                "week": week,
                "at_risk": at_risk,
                "dropped": dropped,
                "censored": censored,
                "survival": round(alive, DIGITS),
                "low": round(max(0.0, alive - margin), DIGITS),
                "high": round(min(1.0, alive + margin), DIGITS),
            }
        )
    return rows
