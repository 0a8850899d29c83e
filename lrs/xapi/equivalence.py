"""Whether two texts are the same statement (1.0.3 Data 2.3.1 and "Statement Comparison").

What the LRS may assign or change is ignored: `stored`, `authority`, `version`, a timestamp that one
side leaves to the LRS, the display of verbs, the definitions of activities, the order of a group's
members, the case of what is case-insensitive, how a moment is written, a context activity without
its array, and what a duration has beyond 0.01 s. Everything else counts, numbers by their value and
durations as text.

2.0 names only actor, verb, object and duration as what makes a resend the same. The longer list is
kept for it too: 2.0 leaves the answer to a mismatch to the LRS, and "already recorded" to a changed
score would lose that score without a word.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from lrs.xapi.rules.results import SIGNATURE
from lrs.xapi.values import parse_timestamp

Object = dict[str, Any]

_ASSIGNED = ("stored", "authority", "version")
_BEYOND_CENTISECONDS = re.compile(r"([.,][0-9]{2})[0-9]+(?=S\Z)")


def equivalent(one: bytes, other: bytes) -> bool:
    """Whether two valid statements, as JSON and with the LRS's fields or without, are the same."""
    return one == other or _agree(_content(one), _content(other), {"id", "timestamp"})


def is_payload_of(payload: bytes, statement: bytes) -> bool:
    """Whether a signature's payload, a valid statement, is the statement that it signs.

    The payload was written before the signature, so it lacks that attachment, perhaps all
    (1.0.3 Data 2.6).
    """
    signed, received = _content(payload), _content(statement)
    for each in (signed, received):
        kept = [a for a in each.get("attachments", ()) if a["usageType"] != SIGNATURE]
        if kept:
            each["attachments"] = kept
        else:
            each.pop("attachments", None)
    return _agree(signed, received, {"id", "timestamp", "attachments"})


def _agree(one: Object, other: Object, optional: set[str]) -> bool:
    """Whether two contents are equal, but for optional parts that one of them lacks."""
    lacking = {name for name in optional if name not in one or name not in other}
    first, second = ({k: v for k, v in each.items() if k not in lacking} for each in (one, other))
    return first == second


def _content(raw: bytes) -> Object:
    statement: Object = json.loads(raw, parse_int=_number, parse_float=_number)
    if statement.get("timestamp") == statement.get("stored"):
        statement.pop("timestamp", None)  # it was left to the LRS
    for name in _ASSIGNED:
        statement.pop(name, None)
    return _statement(statement)


def _number(text: str) -> tuple[str, Decimal | str]:
    """Return a number such that 1.10 equals 1.1 exactly, and 1 does not equal true."""
    try:
        return "number", Decimal(text)
    except InvalidOperation:  # an exponent beyond what decimals hold
        return "number", text


def _changed(value: Object, changes: dict[str, Callable[[Any], Any]]) -> Object:
    return {k: changes[k](v) if k in changes else v for k, v in value.items()}


def _statement(value: Object) -> Object:
    return _changed(
        value,
        {
            "id": str.lower,
            "actor": _actor,
            "verb": _only_id,
            "object": _target,
            "result": _result,
            "context": _context,
            "timestamp": parse_timestamp,
            "attachments": lambda found: [_changed(a, {"sha2": str.lower}) for a in found],
        },
    )


def _target(value: Object) -> Object:
    kind = value.get("objectType", "Activity")
    if kind == "Activity":
        return _activity(value)
    if kind == "SubStatement":
        return _statement(value)
    return _reference(value) if kind == "StatementRef" else _actor(value)


def _only_id(value: Object) -> Object:
    return {"id": value["id"]}


def _activity(value: Object) -> Object:
    return {k: v for k, v in value.items() if k != "definition"}


def _reference(value: Object) -> Object:
    return _changed(value, {"id": str.lower})


def _actor(value: Object) -> Object:
    return _changed(value, {"mbox": _lower_domain, "mbox_sha1sum": str.lower, "member": _unordered})


def _lower_domain(mbox: str) -> str:
    local, _, domain = mbox.rpartition("@")
    return f"{local}@{domain.lower()}"


def _unordered(members: list[Object]) -> list[Object]:
    return sorted(map(_actor, members), key=lambda member: json.dumps(member, sort_keys=True))


def _result(value: Object) -> Object:
    return _changed(value, {"duration": lambda text: _BEYOND_CENTISECONDS.sub(r"\1", text)})


def _context(value: Object) -> Object:
    return _changed(
        value,
        {
            "registration": str.lower,
            "instructor": _actor,
            "team": _actor,
            "contextActivities": lambda found: {k: _activities(v) for k, v in found.items()},
            "contextAgents": lambda found: [_changed(each, {"agent": _actor}) for each in found],
            "contextGroups": lambda found: [_changed(each, {"group": _actor}) for each in found],
            "language": str.lower,
            "statement": _reference,
        },
    )


def _activities(found: Object | list[Object]) -> list[Object]:
    return [_activity(each) for each in (found if isinstance(found, list) else [found])]
