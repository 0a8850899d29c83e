"""Strict JSON, as xAPI allows it.

`orjson` refuses bad syntax, invalid UTF-8, byte order marks, NaN, numbers beyond a double and lone
surrogates. What it lets pass is checked here: nesting deeper than `MAX_DEPTH`, and keys that occur
twice in an object (1.0.3 Data 2.2: a statement uses "each property no more than one time").
"""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
import orjson

from lrs.errors import InvalidJSON
from lrs.xapi.paths import SHOWN_CHARACTERS, within

MAX_DEPTH = 64
"""How many objects and arrays may lie within each other."""

_WHITESPACE = b" \t\r\n"
_ESCAPED_QUOTE = rb"\u0022"
_BATCH = msgspec.json.Decoder(list[msgspec.Raw])
_SINGLE = msgspec.json.Decoder(msgspec.Raw)


def loads(raw: bytes, path: str = "") -> Any:
    """Parse one JSON document. Raises `InvalidJSON`; `path` says where the document stands.

    Integers of 2^64 and more become floats: whoever needs them exact must read `raw`.
    """
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        message = f"{error.msg} (line {error.lineno}, column {error.colno})"
        raise InvalidJSON(message, path) from None
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        _check_depth(parsed, path)
    if _may_repeat_keys(raw, parsed):
        _refuse_repeated_keys(raw, path)
    return parsed


def split(body: bytes) -> tuple[list[bytes], bool]:
    """Return the documents of a body, byte for byte, and whether it was an array of them.

    Raises `InvalidJSON` for bad syntax and extreme nesting. Each document still has to go through
    `loads`: what is inside strings and numbers is not looked at here.
    """
    content = body.strip(_WHITESPACE)
    is_array = content.startswith(b"[")
    try:
        found = _BATCH.decode(content) if is_array else [_SINGLE.decode(content)]
    except msgspec.DecodeError as error:
        raise InvalidJSON(str(error)) from None
    except RecursionError:
        # msgspec counts its own descent against the interpreter's limit, and leaves in good order.
        raise InvalidJSON(f"nested deeper than {MAX_DEPTH}") from None
    return [bytes(each) for each in found], is_array


def _check_depth(parsed: Any, path: str) -> None:
    level = _containers([parsed])
    for _ in range(MAX_DEPTH):
        if not level:
            return
        level = [
            inner
            for outer in level
            for inner in _containers(outer.values() if isinstance(outer, dict) else outer)
        ]
    if level:
        raise InvalidJSON(f"nested deeper than {MAX_DEPTH}", path)


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _may_repeat_keys(raw: bytes, parsed: Any) -> bool:
    """Return False if surely no object repeats a key.

    Written out again, a document has as many quotes as before, unless parsing dropped a key (and
    at least its two quotes) or a quote was written as an escape.
    """
    return _ESCAPED_QUOTE in raw or raw.count(b'"') != orjson.dumps(parsed).count(b'"')


class _Repeated:
    """Stands in for an object that repeats a key."""

    def __init__(self, key: str) -> None:
        self.key = key


def _refuse_repeated_keys(raw: bytes, path: str) -> None:
    """Raise `InvalidJSON`, naming the object and the key, if an object repeats a key."""

    def checked(pairs: list[tuple[str, Any]]) -> Any:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                return _Repeated(key)
            seen[key] = value
        return seen

    exact = json.loads(raw, object_pairs_hook=checked, parse_int=str, parse_float=str)
    if (found := _find_repeated(exact)) is not None:
        place, key = found
        where = ".".join(filter(None, (path, place)))
        raise InvalidJSON(f"the key {key[:SHOWN_CHARACTERS]!r} occurs more than once", where)


def _find_repeated(value: Any) -> tuple[str, str] | None:
    if isinstance(value, _Repeated):
        return "", value.key
    children = value.items() if isinstance(value, dict) else ()
    for step, child in enumerate(value) if isinstance(value, list) else children:
        if (found := _find_repeated(child)) is not None:
            place, key = found
            return within(step, place), key
    return None
