"""API payloads as adapters meet them: JSON objects whose fields may be missing or of another kind."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from adapters.times import read_moment
from lrs.errors import UnreadableAttendance

Object = dict[str, Any]
_EPOCH_DAY = datetime(1970, 1, 2, tzinfo=UTC)


class Item(NamedTuple):
    """An object of a list: its number from 1, its place in the payload, and what it tells."""

    number: int
    place: str
    told: Object


def load(text: str) -> Any:
    """Return what a JSON text says. Raises `UnreadableAttendance`."""
    try:
        return orjson.loads(text.lstrip("\ufeff"))
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise UnreadableAttendance(f"the file is no JSON: {error}") from None


def looks_like_json(text: str) -> bool:
    """Return whether a text begins as a JSON object or array does."""
    return text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}


def items_of(value: Any, place: str) -> Iterator[Item]:
    """Yield a list's objects, numbered; None is an empty list.

    Raises `UnreadableAttendance` for what is no list of objects.
    """
    if value is None:
        return
    if not isinstance(value, list):
        raise UnreadableAttendance("a list is wanted", place)
    for number, each in enumerate(value):
        at = f"{place}[{number}]"
        yield Item(number + 1, at, as_object(each, at))


def objects(value: Any, place: str) -> Iterator[tuple[str, Object]]:
    """Yield a list's objects, each with its place, as `items_of` does."""
    return ((item.place, item.told) for item in items_of(value, place))


def as_object(value: Any, place: str) -> Object:
    """Return a JSON object. Raises `UnreadableAttendance` for anything else but None (empty)."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableAttendance("an object is wanted", place)
    return value


def text_of(value: Any) -> str | None:
    """Return a text without padding, or a number as text (keys exceed 2^53); None for all else."""
    if isinstance(value, str):
        return " ".join(value.split()) or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def moment_of(value: Any, place: str) -> datetime | None:
    """Return an RFC 3339 time in UTC; None where it is missing, empty or the epoch's first day.

    Raises `UnreadableAttendance` for another form, or a time without an offset.
    """
    if value is None or value == "":
        return None
    moment = read_moment(value) if isinstance(value, str) else None
    if moment is None:
        raise UnreadableAttendance(f"{str(value)[:40]!r} is no RFC 3339 time", place)
    return moment if moment >= _EPOCH_DAY else None


def seconds_of(value: Any, place: str) -> timedelta | None:
    """Return a number of seconds, also as text; None where it is missing.

    Raises `UnreadableAttendance` for what is no number, or negative.
    """
    return _length(value, place, timedelta(seconds=1))


def minutes_of(value: Any, place: str) -> timedelta | None:
    """Return a number of minutes, as `seconds_of` does."""
    return _length(value, place, timedelta(minutes=1))


def later(moment: datetime, length: timedelta, place: str) -> datetime:
    """Return a moment so much later, or earlier. Raises `UnreadableAttendance` beyond the years."""
    try:
        return moment + length
    except OverflowError:
        raise UnreadableAttendance("a duration leads beyond the calendar", place) from None


def _length(value: Any, place: str, unit: timedelta) -> timedelta | None:
    if value is None or value == "":
        return None
    try:
        length = float(value) * unit
    except (TypeError, ValueError, OverflowError):
        length = timedelta(-1)
    if length < timedelta():
        raise UnreadableAttendance(f"{str(value)[:40]!r} is no length of time", place)
    return length
