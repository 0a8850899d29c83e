"""What differs between a report at two moments, and which events are behind each difference. Pure.

A path names list items by what identifies them: `learners[PERSON].done[https://…].score`. Between
equal reports there are no differences, whatever happened meanwhile.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

ENVELOPE = frozenset({"as_of", "position"})
"""They tell the two moments apart; they are no difference."""
IDENTIFIERS = ("person", "activity", "id", "week", "statement")
"""What identifies an item of a list, the first that it has."""


class Cause(NamedTuple):
    """An event between the two moments, and what of the report it may have changed."""

    position: int
    people: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    whole: bool = False
    """It may have changed what is said of anybody: the plan, or when a session was held."""


class Difference(NamedTuple):
    """What differs at one place; None where there is, or was, nothing."""

    path: str
    old: Any
    new: Any
    person: str | None
    """Whose it is; None: of the report as a whole."""
    causes: tuple[int, ...]
    """Positions, in order; none: the passing of time did it."""


class _Place(NamedTuple):
    path: str
    keys: tuple[str, ...] = ()
    """What the items on the way here are identified by."""

    def member(self, name: str) -> "_Place":
        return _Place(f"{self.path}.{name}" if self.path else name, self.keys)

    def item(self, key: str) -> "_Place":
        return _Place(f"{self.path}[{key}]", (*self.keys, key))


def differences(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    causes: Sequence[Cause] = (),
    renamed: Mapping[str, str] | None = None,
) -> list[Difference]:
    """Return what differs, in the order of the reports.

    `renamed` gives the earlier id of a person whose id is another in `new`, because of a link.
    """
    earlier = renamed or {}
    then = {name: value for name, value in old.items() if name not in ENVELOPE}
    now = {name: value for name, value in new.items() if name not in ENVELOPE}
    return [
        _attributed(place, before, after, causes, earlier)
        for place, before, after in _in_object(_Place(""), then, now, earlier)
    ]


_Found = tuple[_Place, Any, Any]


def _in_object(
    place: _Place, old: Mapping[str, Any], new: Mapping[str, Any], renamed: Mapping[str, str]
) -> Iterator[_Found]:
    for name in dict.fromkeys((*old, *new)):
        yield from _between(place.member(name), old.get(name), new.get(name), renamed)


def _between(place: _Place, old: Any, new: Any, renamed: Mapping[str, str]) -> Iterator[_Found]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _in_object(place, old, new, renamed)
    elif isinstance(old, list) and isinstance(new, list):
        before, after = _items(old, {}), _items(new, renamed)
        for key in dict.fromkeys((*before, *after)):
            yield from _between(place.item(key), before.get(key), after.get(key), renamed)
    else:
        yield place, old, new


def _items(listed: Sequence[Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    """Return a list's items by what identifies each; the second of the same gets `#2` after it."""
    found: dict[str, Any] = {}
    for item in listed:
        name = key = _key(item, renamed)
        number = 1
        while key in found:
            number += 1
            key = f"{name}#{number}"
        found[key] = item
    return found


def _key(item: Any, renamed: Mapping[str, str]) -> str:
    if not isinstance(item, dict):
        return str(item)
    name = next((str(item[name]) for name in IDENTIFIERS if name in item), "")
    return renamed.get(name, name)


def _attributed(
    place: _Place, old: Any, new: Any, causes: Sequence[Cause], renamed: Mapping[str, str]
) -> Difference:
    person = place.keys[0].partition("#")[0] if place.path.startswith("learners[") else None
    likely = [each for each in causes if person is None or each.whole or _of(each, person, renamed)]
    # Where the place is a step, what happened on other steps is not behind it.
    steps = set(place.keys) & {step for each in causes for step in each.steps}
    if steps:
        likely = [each for each in likely if not each.steps or not steps.isdisjoint(each.steps)]
    positions = tuple(sorted(each.position for each in likely))
    return Difference(place.path, old, new, person, positions)


def _of(cause: Cause, person: str, renamed: Mapping[str, str]) -> bool:
    return person in _earlier(cause.people, renamed)


def _earlier(people: Iterable[str], renamed: Mapping[str, str]) -> set[str]:
    return {renamed.get(person, person) for person in people}
