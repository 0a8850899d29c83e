"""The formats in which statements are returned (1.0.3 Communication 2.1.3; 2.0, 4.1.6.1).

`exact` is what is stored; `ids` leaves what identifies agents, groups, verbs and activities;
`canonical` leaves one language in each map. Numbers come through every format as they were written.
"""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Literal, NamedTuple, get_args

import orjson

from lrs.xapi.languages import choose_language
from lrs.xapi.rules.activities import COMPONENT_LISTS
from lrs.xapi.rules.actors import IDENTIFIERS

Format = Literal["exact", "ids", "canonical"]
FORMATS: tuple[Format, ...] = get_args(Format)

Object = dict[str, Any]
Change = Callable[[Object], Object]


def in_format(statement: bytes, wanted: Format, accept_language: str | None = None) -> bytes:
    """Return a stored statement, as JSON, in a format; Accept-Language matters to `canonical`."""
    if wanted == "exact":
        return statement
    # A fragment is written as it was read, whatever a float would have made of it.
    parsed = json.loads(statement, parse_int=orjson.Fragment, parse_float=orjson.Fragment)
    changed = as_ids(parsed) if wanted == "ids" else as_canonical(parsed, accept_language)
    return orjson.dumps(changed)


def as_ids(statement: Object) -> Object:
    """Return a valid statement whose agents, groups, verbs and activities are mere identifiers."""
    return _IDS.statement(statement)


def as_canonical(statement: Object, accept_language: str | None) -> Object:
    """Return a valid statement with one language in each map, chosen for each map by itself."""
    one_language = partial(_one_language, accept_language=accept_language)
    return _Changes(
        actor=_unchanged,
        verb=one_language,
        activity=partial(_changed, changes={"definition": one_language}),
        attachment=one_language,
    ).statement(statement)


def _unchanged(value: Object) -> Object:
    return value


def _changed(value: Object, changes: dict[str, Callable[[Any], Any]]) -> Object:
    """Return an object with some of its members, where it has them, changed."""
    return {k: changes[k](v) if k in changes else v for k, v in value.items()}


def _each(change: Change) -> Callable[[Iterable[Object]], list[Object]]:
    return lambda values: [change(value) for value in values]


class _Changes(NamedTuple):
    """What happens to each kind of thing in a statement, wherever it stands."""

    actor: Change
    verb: Change
    activity: Change
    attachment: Change

    def statement(self, value: Object) -> Object:
        """Return a statement or SubStatement, changed."""
        return _changed(
            value,
            {
                "actor": self.actor,
                "verb": self.verb,
                "object": self.target,
                "context": self.context,
                "authority": self.actor,
                "attachments": _each(self.attachment),
            },
        )

    def target(self, value: Object) -> Object:
        """Return a statement's object, changed."""
        change: dict[str, Change] = {
            "Activity": self.activity,
            "Agent": self.actor,
            "Group": self.actor,
            "SubStatement": self.statement,
            "StatementRef": _unchanged,
        }
        return change[value.get("objectType", "Activity")](value)

    def context(self, value: Object) -> Object:
        """Return a context, changed."""
        return _changed(
            value,
            {
                "instructor": self.actor,
                "team": self.actor,
                "contextActivities": self.activities,
                "contextAgents": _each(partial(_changed, changes={"agent": self.actor})),
                "contextGroups": _each(partial(_changed, changes={"group": self.actor})),
            },
        )

    def activities(self, value: Object) -> Object:
        """Return context activities, changed; they are in arrays by now."""
        return {kind: [self.activity(each) for each in found] for kind, found in value.items()}


def _actor_id(value: Object) -> Object:
    """Leave the identifier, or what identifies an anonymous group's members."""
    wanted = ("objectType", *IDENTIFIERS)
    identity = {k: v for k, v in value.items() if k in wanted}
    if value.keys().isdisjoint(IDENTIFIERS):
        identity["member"] = [_actor_id(member) for member in value["member"]]
    return identity


def _only_id(value: Object) -> Object:
    return {"id": value["id"]}


_IDS = _Changes(actor=_actor_id, verb=_only_id, activity=_only_id, attachment=_unchanged)


def _one_language(value: Object, accept_language: str | None) -> Object:
    """Leave one language in each language map of a verb, definition, attachment or component."""

    def chosen(texts: dict[str, str]) -> dict[str, str]:
        if not texts:
            return texts
        language = choose_language(texts, accept_language)
        return {language: texts[language]}

    components = _each(partial(_one_language, accept_language=accept_language))
    return _changed(
        value,
        {
            **dict.fromkeys(("display", "name", "description"), chosen),
            **dict.fromkeys(COMPONENT_LISTS, components),
        },
    )
