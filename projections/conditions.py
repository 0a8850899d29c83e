"""From the conditions of a row of the vocabulary to functions that test a statement's facts."""

from collections.abc import Callable
from typing import Any

from projections.facts import Facts
from projections.vocabulary_table import Conditions, Table

Test = Callable[[Facts], bool]


def compiled(conditions: Conditions, table: Table) -> tuple[Test, ...]:
    """Return one test for each condition that is set, the cheapest first.

    Raises `KeyError` for a set, category or prefix that the table does not define.
    """
    return tuple(
        make(value, table)
        for name, make in _MAKERS.items()
        if (value := getattr(conditions, name)) is not None
    )


def _object(sets: tuple[str, ...], table: Table) -> Test:
    types = table.types_in(sets)
    return lambda facts: facts.type in types


def _parent(sets: tuple[str, ...], table: Table) -> Test:
    types = table.types_in(sets)
    return lambda facts: not types.isdisjoint(facts.parent_types)


def _on(sets: tuple[str, ...], table: Table) -> Test:
    types = table.types_in(sets)
    return lambda facts: facts.type in types or not types.isdisjoint(facts.parent_types)


def _within(sets: tuple[str, ...], table: Table) -> Test:
    types = table.types_in(sets)
    return lambda facts: (
        facts.type in types
        or not types.isdisjoint(facts.parent_types)
        or not types.isdisjoint(facts.grouping_types)
    )


def _has_parent(wanted: bool, _: Table) -> Test:
    return lambda facts: bool(facts.parents) is wanted


def _category(name: str, table: Table) -> Test:
    prefixes = table.categories[name]
    return lambda facts: any(iri.startswith(prefixes) for iri in facts.categories)


def _in_result(name: str) -> Callable[[bool, Table], Test]:
    return lambda wanted, _: lambda facts: facts.result.get(name) is wanted


def _fact(name: str) -> Callable[[Any, Table], Test]:
    return lambda wanted, _: lambda facts: getattr(facts, name) == wanted


def _graded_by(wanted: bool, _: Table) -> Test:
    return lambda facts: ("instructor" in facts.context) is wanted


def _id_holds(part: str, _: Table) -> Test:
    return lambda facts: part in facts.object["id"]


def _kinds(kinds: tuple[str, ...], _: Table) -> Test:
    return lambda facts: facts.kind in kinds


def _platform(words: tuple[str, ...], _: Table) -> Test:
    return lambda facts: any(word in facts.platform for word in words)


_MAKERS: dict[str, Callable[[Any, Table], Test]] = {
    "kinds": _kinds,
    "object": _object,
    "on": _on,
    "parent": _parent,
    "has_parent": _has_parent,
    "completion": _in_result("completion"),
    "success": _in_result("success"),
    "graded_by": _graded_by,
    "category": _category,
    "live": _fact("live"),
    "scored": _fact("scored"),
    "finished": _fact("finished"),
    "h5p": _fact("h5p"),
    "jisc": _fact("jisc"),
    "emoji": _fact("emoji"),
    "platform": _platform,
    "id_holds": _id_holds,
    "within": _within,
}
