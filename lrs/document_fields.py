"""What a single value of a program document may be.

A check takes a value and returns it normalised, or raises `InvalidProgram`; the path of the fault
grows from the inside out while the exception passes the containers.
"""

import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from math import isfinite
from typing import Any

from lrs.errors import InvalidProgram, InvalidQuery
from lrs.local_time import normalise_time, zones
from lrs.xapi.actor import actor_key, agent_from_key
from lrs.xapi.paths import SHOWN_CHARACTERS, within
from lrs.xapi.values import is_iri, is_mailto

Check = Callable[[object], Any]

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def text(value: object) -> str:
    """Pass text with at least one visible character and no control characters."""
    if not isinstance(value, str):
        hint = "; put it in quotes" if isinstance(value, int | float) else ""
        raise InvalidProgram(f"{_shown(value)} is not text{hint}")
    if not value.strip():
        raise InvalidProgram("the text is empty")
    if _UNWRITABLE.search(value):
        raise InvalidProgram("the text holds a control character or half a character")
    return value


def slug(value: object) -> str:
    """Pass a program's short name, as it stands in addresses."""
    if _SLUG.fullmatch(found := text(value)) is None:
        raise InvalidProgram(
            f"{_shown(value)} is no slug: 1 to 100 of a-z, 0-9 and -, the first of them not -"
        )
    return found


def iri(value: object) -> str:
    """Pass an absolute IRI."""
    if not is_iri(found := text(value)):
        raise InvalidProgram(f"{_shown(value)} is not an absolute IRI")
    return found


def mailbox(value: object) -> str:
    """Pass a `mailto:` IRI of one address."""
    if not is_mailto(found := text(value)):
        raise InvalidProgram(f"{_shown(value)} is not of the form mailto:name@example.org")
    return found


def actor(value: object) -> str:
    """Pass `mailto:…`, `sha1:…`, `openid:…` or `HOMEPAGE::NAME`, as the canonical actor key."""
    try:
        found = actor_key(agent_from_key(text(value)))
    except InvalidQuery as error:
        raise InvalidProgram(error.message) from None
    if found is None or found.endswith("::"):
        raise InvalidProgram(f"{_shown(value)} is an account without a name")
    return found


def time_zone(value: object) -> str:
    """Pass the name of an IANA time zone."""
    if (found := text(value)) not in zones():
        raise InvalidProgram(f"{_shown(value)} is no IANA time zone{_meant(found, zones())}")
    return found


def time(value: object) -> str:
    """Pass a date or a date-time, see `lrs.local_time`."""
    try:
        return normalise_time(value)
    except ValueError as error:
        raise InvalidProgram(f"{_shown(value)} is no date or date-time: {error}") from None


def flag(value: object) -> bool:
    """Pass true or false."""
    if not isinstance(value, bool):
        raise InvalidProgram(f"{_shown(value)} is neither true nor false")
    return value


def number(low: float, high: float, *, above: bool = False) -> Check:
    """Make a check for numbers from `low` (with `above`: above it) to `high`, which is included."""

    def check(value: object) -> int | float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise InvalidProgram(f"{_shown(value)} is not a number")
        if not isfinite(value) or not low <= value <= high or (above and value == low):
            bound = "above" if above else "from"
            raise InvalidProgram(f"{_shown(value)} is not a number {bound} {low:g} up to {high:g}")
        return int(value) if value == int(value) else value

    return check


def whole(low: int, high: int) -> Check:
    """Make a check for whole numbers from `low` to `high`, both inclusive."""
    bounded = number(low, high)

    def check(value: object) -> int:
        if not isinstance(found := bounded(value), int):
            raise InvalidProgram(f"{_shown(value)} is not a whole number")
        return found

    return check


def one_of(*words: str) -> Check:
    """Make a check for one of these words."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise InvalidProgram(
                f"{_shown(value)} is none of {', '.join(words)}{_meant(value, words)}"
            )
        return value

    return check


def list_of(each: Check) -> Check:
    """Make a check for lists whose items pass `each`."""

    def check(value: object) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise InvalidProgram(f"{_shown(value)} is not a list")
        found = []
        for index, item in enumerate(value):
            try:
                found.append(each(item))
            except InvalidProgram as fault:
                raise InvalidProgram(fault.message, within(index, fault.path)) from None
        return found

    return check


def set_of(each: Check) -> Check:
    """Make a check for lists that name nothing twice; their order is kept."""
    listed = list_of(each)

    def check(value: object) -> list[Any]:
        found: list[Any] = listed(value)
        seen = set()
        for index, item in enumerate(found):
            if item in seen:
                raise InvalidProgram(f"{_shown(item)} is named twice", within(index, ""))
            seen.add(item)
        return found

    return check


def mapping(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """Make a check for objects; a null under an optional key is as good as no such key."""
    checks = {**required, **optional}

    def check(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise InvalidProgram(f"{_shown(value)} is not an object of {', '.join(checks)}")
        found = {}
        for key, item in value.items():
            if key not in checks:
                hint = _meant(key, checks)
                raise InvalidProgram(f"the key {_shown(key)} is unknown{hint}", _step(key))
            if item is None and key in optional:
                continue
            try:
                found[key] = checks[key](item)
            except InvalidProgram as fault:
                raise InvalidProgram(fault.message, within(key, fault.path)) from None
        for key in required:
            if key not in found:
                raise InvalidProgram(f"{key} is missing", key)
        return found

    return check


def _shown(value: object) -> str:
    if isinstance(value, dict | list | tuple):
        return "an object" if isinstance(value, dict) else "a list"
    if value is None:
        return "nothing (null)"
    written = repr(value)
    return written if len(written) <= SHOWN_CHARACTERS else f"{written[:SHOWN_CHARACTERS]}…"


def _step(key: object) -> str:
    return within(key if isinstance(key, str) else repr(key), "")


def _meant(found: object, known: Collection[str]) -> str:
    if not isinstance(found, str):
        return ""
    close = get_close_matches(found[:SHOWN_CHARACTERS], known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
