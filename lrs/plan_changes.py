"""What differs between two versions of a program document, place by place.

Outcomes, cohorts, activities and sessions are known by their ids, learners by any actor that two
versions share; so a moved item is no other item. All other lists are values: they change as a whole.
Applied to the old document, the changes give the new one; between equal documents there are none.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from lrs.document_rules import Fields, actors_of
from lrs.events import PlanChange

ITEMS = frozenset({"outcomes", "cohorts", "learners", "activities", "sessions"})
"""The lists whose items are compared one by one."""


def plan_changes(old: Fields, new: Fields) -> tuple[PlanChange, ...]:
    """Return what differs between two documents that `validate_document` returned, parsed.

    In a path, an item is named by what the old document calls it (an added one, by what the new one
    does). An added or removed item is one change. A list whose items come in another order than
    "those kept as they were, then the added ones" is changed at `….order`, by its items' names.
    """
    return tuple(_in_object(old, new, ""))


def written(change: PlanChange) -> str:
    """Return a change as one line for people."""
    if isinstance(change.new, dict) and change.old is None:
        return f"{change.path}: added {_titled(change.new)}".rstrip()
    if isinstance(change.old, dict) and change.new is None:
        return f"{change.path}: removed {_titled(change.old)}".rstrip()
    if change.path.endswith(".order"):
        return f"{change.path}: in another order"
    return f"{change.path}: {_shown(change.old)} → {_shown(change.new)}"


def _in_object(old: Fields, new: Fields, path: str) -> Iterator[PlanChange]:
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        where = f"{path}.{key}" if path else key
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _in_object(before, after, where)
        elif key in ITEMS and after is not None and (before or after):
            yield from _in_list(before or [], after, where)
        else:
            yield PlanChange(where, before, after)


def _in_list(old: list[Fields], new: list[Fields], path: str) -> Iterator[PlanChange]:
    kept = _pairs(old, new)
    staying = set(kept.values())
    for index, item in enumerate(old):
        if index not in staying:
            yield PlanChange(f"{path}[{_names(item)[0]}]", item, None)
    names = []
    for index, item in enumerate(new):
        before = old[kept[index]] if index in kept else None
        names.append(_names(before or item)[0])
        where = f"{path}[{names[-1]}]"
        if before is None:
            yield PlanChange(where, None, item)
        else:
            yield from _in_object(before, item, where)
    in_turn = [_names(old[index])[0] for index in sorted(staying)]
    in_turn += [name for index, name in enumerate(names) if index not in kept]
    if in_turn != names:
        yield PlanChange(f"{path}.order", in_turn, names)


def _pairs(old: list[Fields], new: list[Fields]) -> dict[int, int]:
    """Return which new item (by index) is which old one: first by main names, then by any shared."""
    pairs: dict[int, int] = {}
    main = {_names(item)[0]: index for index, item in enumerate(old)}
    for index, item in enumerate(new):
        if (found := main.get(_names(item)[0])) is not None:
            pairs[index] = found
    taken = set(pairs.values())
    owners = {
        name: index for index, item in enumerate(old) if index not in taken for name in _names(item)
    }
    for index, item in enumerate(new):
        if index in pairs:
            continue
        shared = (owners[name] for name in _names(item) if name in owners)
        if (found := next((each for each in shared if each not in taken), None)) is not None:
            pairs[index] = found
            taken.add(found)
    return pairs


def _names(item: Fields) -> tuple[str, ...]:
    """Return what an item is known by, the main name first."""
    return (item["id"],) if "id" in item else actors_of(item)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _titled(value: Fields) -> str:
    """Return what an object is called; of one that is no item of a list, all that it says."""
    named = value.get("title") or value.get("name")
    if named or value.keys() & {"id", "mbox", "account", "also"}:
        return named or ""
    return _shown(value)
