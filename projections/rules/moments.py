"""Moments and amounts of time in the integers that records use, and as reports show them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median as middle

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000
DAY = 24 * HOUR
WEEK = 7 * DAY

DIGITS = 12
"""Reports round to so many decimals: above the noise of binary fractions, below all meaning."""


def micros(moment: datetime) -> int:
    """Return an aware moment as microseconds since 1970-01-01T00:00Z."""
    return (moment - _EPOCH) // _MICROSECOND


def shown(moment: int | None) -> str | None:
    """Return a moment in RFC 3339, UTC, with only as many decimals as it needs."""
    if moment is None:
        return None
    text = (_EPOCH + timedelta(microseconds=moment)).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.rstrip("0").rstrip(".") + "Z"


def minutes(milliseconds: int) -> float:
    """Return an amount of time in minutes."""
    return round(milliseconds / 60_000, DIGITS)


def hours(microseconds: float) -> float:
    """Return an amount of time in hours."""
    return round(microseconds / HOUR, DIGITS)


def days(microseconds: float) -> float:
    """Return an amount of time in days of 24 hours."""
    return round(microseconds / DAY, DIGITS)


def median(values: Sequence[float]) -> float | None:
    """Return the median; of an even number the mean of the middle two; None of nothing."""
    return round(middle(values), DIGITS) if values else None


def share(part: float, whole: float) -> float | None:
    """Return a ratio; None of nothing."""
    return round(part / whole, DIGITS) if whole else None
