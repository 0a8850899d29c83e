"""The few changes that a client's text suffers, cut exactly where they are needed.

Top-level `stored` and `authority` are the LRS's to say and go (1.0.3 Data 2.4.8, 2.4.9). A single
context activity gets brackets, for it must come back in an array (1.0.3 Data 2.4.6.2), in
SubStatements too. Everything else stays, byte for byte.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec

Edit = Callable[[bytes], bytes | None]
"""Returns a value's new text; None: the member goes."""

_VALUES = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KEY = re.compile(rb'[ \t\r\n]*"(?:[^"\\]|\\.)*"[ \t\r\n]*:[ \t\r\n]*')
_SPACE = re.compile(rb"[ \t\r\n]*")


def rewritten(raw: bytes, statement: dict[str, Any]) -> bytes:
    """Return the text of a valid statement as it is to be stored; `statement` is `raw`, parsed."""
    if "stored" in statement or "authority" in statement or _has_single_activities(statement):
        return _edited(raw, _IN_STATEMENTS)
    return raw


def _has_single_activities(statement: dict[str, Any]) -> bool:
    return any(
        isinstance(activities, dict)
        for part in (statement, statement["object"])
        if "context" in part
        for activities in part["context"].get("contextActivities", {}).values()
    )


class _Member(NamedTuple):
    """A member of an object: its name, and its text in three pieces."""

    name: str
    key: bytes
    value: bytes
    space: bytes


def _members(raw: bytes) -> Iterator[_Member]:
    position = 1
    for name, value in _VALUES.decode(raw).items():
        start = _end(_KEY, raw, position)
        end = start + len(bytes(value))
        following = _end(_SPACE, raw, end)
        yield _Member(name, raw[position:start], raw[start:end], raw[end:following])
        position = following + 1


def _end(pattern: re.Pattern[bytes], raw: bytes, position: int) -> int:
    found = pattern.match(raw, position)
    return found.end() if found else position


def _edited(raw: bytes, edits: Mapping[str, Edit]) -> bytes:
    """Return an object's text with some members' values changed, or gone."""
    members = list(_members(raw))
    if not members:
        return raw
    texts = []
    for member in members:
        edit = edits.get(member.name)
        value = edit(member.value) if edit else member.value
        if value is not None:
            texts.append(member.key + value + member.space)
    return b"{" + b",".join(texts) + b"}"


def _gone(_: bytes) -> None:
    return None


def _bracketed(value: bytes) -> bytes:
    return value if value.startswith(b"[") else b"[" + value + b"]"


_IN_ACTIVITIES: Mapping[str, Edit] = dict.fromkeys(
    ("parent", "grouping", "category", "other"), _bracketed
)
_IN_CONTEXTS: Mapping[str, Edit] = {"contextActivities": partial(_edited, edits=_IN_ACTIVITIES)}
_IN_SUBSTATEMENTS: Mapping[str, Edit] = {"context": partial(_edited, edits=_IN_CONTEXTS)}
_IN_STATEMENTS: Mapping[str, Edit] = {
    **_IN_SUBSTATEMENTS,
    "object": partial(_edited, edits=_IN_SUBSTATEMENTS),  # other kinds have no context
    "stored": _gone,
    "authority": _gone,
}
