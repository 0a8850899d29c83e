"""Checks made of checks: objects with a table of properties, arrays, choices of a word."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from lrs.errors import InvalidStatement
from lrs.xapi.paths import within

Check = Callable[[Any], None]

_KINDS = {
    dict: "an object",
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "null",
}


def wrong_kind(wanted: str, value: Any) -> InvalidStatement:
    """Return the error for a value of another JSON type, or an ill-formed string."""
    if isinstance(value, str) and wanted != "a string":
        return InvalidStatement(f"must be {wanted}, not {value[:80]!r}")
    return InvalidStatement(f"must be {wanted}, not {_KINDS.get(type(value), repr(value))}")


def is_object(value: Any) -> None:
    """Check that the value is a JSON object."""
    if type(value) is not dict:
        raise wrong_kind("an object", value)


def no_property(_: Any) -> None:
    """Refuse what stands under a key that xAPI does not know, or spells otherwise."""
    raise InvalidStatement("is no property that xAPI allows here")


def has_only(value: Any, properties: Mapping[str, Check]) -> None:
    """Check that the value is an object with no other properties than these, each one valid."""
    if type(value) is not dict:
        raise wrong_kind("an object", value)
    check_of = properties.get
    for key, content in value.items():
        try:
            check_of(key, no_property)(content)
        except InvalidStatement as fault:
            fault.path = within(key, fault.path)
            raise


def has_all(value: dict[str, Any], required: Collection[str]) -> None:
    """Check that an object has these properties."""
    for key in required:
        if key not in value:
            raise InvalidStatement("is required", within(key, ""))


def an_object(properties: Mapping[str, Check], *required: str) -> Check:
    """Return the check for an object of these properties, some of them required."""

    def check(value: Any) -> None:
        has_only(value, properties)
        for key in required:
            if key not in value:
                raise InvalidStatement("is required", within(key, ""))

    return check


def an_array(item: Check, *, at_least: int = 0) -> Check:
    """Return the check for an array whose items all pass a check."""

    def check(value: Any) -> None:
        if type(value) is not list:
            raise wrong_kind("an array", value)
        if len(value) < at_least:
            raise InvalidStatement("must not be empty")
        for index, each in enumerate(value):
            try:
                item(each)
            except InvalidStatement as fault:
                fault.path = within(index, fault.path)
                raise

    return check


def one_of(*words: str) -> Check:
    """Return the check for one of these strings, in exactly this spelling."""
    wanted = words[0] if len(words) == 1 else "one of " + ", ".join(words)

    def check(value: Any) -> None:
        if type(value) is not str or value not in words:
            raise wrong_kind(wanted, value)

    return check
