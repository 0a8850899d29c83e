"""What stands in a cell: a time, a duration, an address, a number or some text, in any language."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Literal

from adapters.teams.words import AFTER_NOON, BEFORE_NOON, TAGS, UNITS
from adapters.times import Written, read_duration, read_time
from lrs.errors import UnreadableAttendance

Kind = Literal["time", "length", "mail", "number", "text", "none"]

LONGEST_NAME = 300
_LONGEST_TIME = 60
_TIME = re.compile(
    r"(\d{1,4}) ?[./\-年년] ?(\d{1,2}) ?[./\-月월] ?(\d{1,4})(?: ?[.日일])?"
    r"[\s,،T]+(?:[^\W\d_]{1,4}[.,]*\s*)?"  # `à`, `klo`, `um`, `г.` between day and time
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
)
_YEAR_FIRST = re.compile(r"\d{2}\. \d{1,2}\. \d{1,2}\.")  # Korean: 26. 10. 19.
_BUDDHIST = range(2400, 2700)
_YEARS = range(2000, 2100)
_LENGTH = re.compile(r"(?:\d{1,6} ?[^\W\d_]{1,10}\.? ?){1,4}")
_WORD = re.compile(r"[^\W\d_]+")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_TAG = re.compile(rf"(?: ?\((?:{'|'.join(TAGS)})\))+$", re.IGNORECASE)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _half_day(words: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for words that stand alone or touch only digits, dots and blanks between."""
    either = "|".join(re.escape(_composed(word).casefold()) for word in words)
    return re.compile(rf"(?<![^\W\d_])(?:{either})(?![^\W\d_])")


_HALVES = (("AM", _half_day(BEFORE_NOON)), ("PM", _half_day(AFTER_NOON)))


def is_time(text: str) -> bool:
    """Return whether a cell holds a day and a time of day."""
    return _taken_apart(text) is not None


def spelling(time: str) -> str:
    """Return how a time is written, whatever it is: `10/19/26, 2:00 PM` as `9/9/9, 9:9 x`."""
    return re.sub(r"[^\W\d_]+", "x", re.sub(r"\d+", "9", time))


def read_local(text: str, line: int) -> Written:
    """Return a time in any locale's spelling. Raises `UnreadableAttendance` naming the line.

    Thai years are counted as elsewhere; other calendars are refused.
    """
    taken = _taken_apart(text)
    if taken is None:
        raise UnreadableAttendance(f"{text[:40]!r} is no time that is known here", f"line {line}")
    date, clock, half = taken
    numbers = [number - 543 if number in _BUDDHIST else number for number in date]
    if any(number > 99 and number not in _YEARS for number in numbers):
        raise UnreadableAttendance(f"{text[:40]!r} has no year of Teams", f"line {line}")
    return read_time("/".join(map(str, numbers)) + f" {clock} {half}".rstrip(), line)


def length_of(text: str) -> timedelta | None:
    """Return a duration in any of the languages known; None for what is none or in another."""
    if not _is_length(text):
        return None
    return read_duration(_WORD.sub(lambda word: UNITS.get(word[0].casefold(), word[0]), text))


def plain_name(name: str) -> str:
    """Return a name without the tags that Teams puts behind those of outsiders."""
    return _TAG.sub("", name) or name


def kind_of(text: str) -> Kind:
    """Return what a cell looks like."""
    if not text:
        return "none"
    if is_time(text):
        return "time"
    if _MAIL.fullmatch(text):
        return "mail"
    if text.isdecimal():
        return "number"
    return "length" if _is_length(text) else "text"


def _is_length(text: str) -> bool:
    return _LENGTH.fullmatch(text) is not None


@lru_cache(maxsize=10_000)
def _taken_apart(text: str) -> tuple[tuple[int, int, int], str, str] | None:
    """Return a time's date numbers, its clock and its half of the day (or nothing)."""
    if len(text) > _LONGEST_TIME or not any(c.isdecimal() for c in text):
        return None
    if not text.isascii():
        text = "".join(c for c in _composed(text) if _is_written(c))
    plain, half = _without_half(text)
    taken = _TIME.fullmatch(plain)
    if taken is None:
        return None
    one, two, three, hour, minute, second = (int(each or 0) for each in taken.groups())
    if _YEAR_FIRST.match(plain):
        one += 2000
    return (one, two, three), f"{hour}:{minute:02}:{second:02}", half


def _without_half(text: str) -> tuple[str, str]:
    """Return a time in capitals without the word for the half of the day, and that as AM or PM."""
    plain = text.casefold()
    for half, words in _HALVES:
        rest, found = words.subn(" ", plain, count=1)
        if found:
            return " ".join(rest.split()).upper(), half
    return " ".join(plain.split()).upper(), ""


def _is_written(character: str) -> bool:
    """Return whether a character is more than a mark of the writing's direction."""
    return unicodedata.category(character) != "Cf"
