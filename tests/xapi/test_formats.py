import json
from typing import Any

import pytest

from lrs.xapi.formats import as_canonical, as_ids, in_format
from tests.xapi.examples import (
    ACCOUNT,
    AGENT,
    ANONYMOUS,
    CONTEXT_2_0,
    FULL,
    GROUP,
    MINIMAL,
    OPENID,
    QUESTION,
    REFERENCE,
    WITH_SUBSTATEMENT,
    put,
)


def stored(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement as it comes back: context activities are in arrays."""
    return put(statement, "context.contextActivities.category", [QUESTION])


ADA = {"objectType": "Agent", "mbox": "mailto:ada@example.org"}
TEAM = {"objectType": "Group", "mbox": "mailto:team@example.org"}


def test_ids_leave_what_identifies():
    ids = as_ids(stored(FULL))
    assert ids["actor"] == ids["authority"] == ADA
    assert ids["verb"] == {"id": "https://example.org/verbs/answered"}
    assert ids["object"] == {"id": "https://example.org/quiz/1"}
    assert ids["context"]["instructor"] == ACCOUNT
    assert ids["context"]["team"] == TEAM
    assert ids["context"]["contextActivities"]["category"] == [{"id": QUESTION["id"]}]
    for name in ("id", "result", "timestamp", "stored", "version", "attachments"):
        assert ids[name] == FULL[name]
    for name in ("registration", "revision", "platform", "language", "statement", "extensions"):
        assert ids["context"][name] == FULL["context"][name]


def test_ids_reach_into_substatements():
    statement = {**WITH_SUBSTATEMENT, "object": stored(WITH_SUBSTATEMENT["object"])}
    inner = as_ids(put(statement, "object.actor", GROUP))["object"]
    assert inner["objectType"] == "SubStatement"
    assert inner["actor"] == TEAM
    assert len(inner["actor"]) == 2
    assert inner["verb"] == {"id": "https://example.org/verbs/answered"}
    assert inner["object"] == {"id": "https://example.org/quiz/1"}
    assert inner["context"]["team"] == TEAM
    assert inner["context"]["contextActivities"]["parent"] == [{"id": "https://example.org/quiz"}]


def test_an_anonymous_group_is_identified_by_its_members():
    ids = as_ids({**MINIMAL, "actor": {"name": "Us", **ANONYMOUS}})
    assert ids["actor"] == {"objectType": "Group", "member": [ADA, ACCOUNT]}


@pytest.mark.parametrize(
    ("target", "left"),
    [
        ({"objectType": "Agent", "name": "Ada", **OPENID}, {"objectType": "Agent", **OPENID}),
        (GROUP, TEAM),
        (REFERENCE, REFERENCE),
        ({"id": "act:x", "objectType": "Activity"}, {"id": "act:x"}),
    ],
)
def test_ids_of_every_kind_of_object(target, left):
    assert as_ids({**MINIMAL, "object": target})["object"] == left


def test_ids_reach_context_agents_and_groups():
    context = as_ids({**MINIMAL, "context": CONTEXT_2_0})["context"]
    (agent,) = context["contextAgents"]
    (group,) = context["contextGroups"]
    assert agent == {**CONTEXT_2_0["contextAgents"][0], "agent": ADA}
    assert group == {**CONTEXT_2_0["contextGroups"][0], "group": TEAM}


TEXTS = {"en-GB": "colour", "en-US": "color", "de": "Farbe"}
COMPONENTS = [{"id": "a", "description": TEXTS}, {"id": "b"}, {"id": "c", "description": {}}]
ACTIVITY = {
    "id": "act:x",
    "definition": {
        "name": TEXTS,
        "description": {"fr": "seul", "es": "solo"},
        "interactionType": "matching",
        "source": COMPONENTS,
        "target": COMPONENTS,
        "extensions": {"act:texts": TEXTS},
    },
}
GERMAN = {
    "id": "act:x",
    "definition": {
        "name": {"de": "Farbe"},
        "description": {"fr": "seul"},
        "interactionType": "matching",
        "source": [{"id": "a", "description": {"de": "Farbe"}}, {"id": "b"}, COMPONENTS[2]],
        "target": [{"id": "a", "description": {"de": "Farbe"}}, {"id": "b"}, COMPONENTS[2]],
        "extensions": {"act:texts": TEXTS},
    },
}
MANY = {
    "actor": {"name": "Ada", **ACCOUNT},
    "verb": {"id": "act:did", "display": TEXTS},
    "object": ACTIVITY,
    "context": {"contextActivities": {"parent": [ACTIVITY], "other": []}, "team": GROUP},
    "attachments": [{"usageType": "act:u", "display": TEXTS, "description": TEXTS}],
    "result": {"extensions": {"act:texts": TEXTS}},
}
ONE = {
    "actor": {"name": "Ada", **ACCOUNT},
    "verb": {"id": "act:did", "display": {"de": "Farbe"}},
    "object": GERMAN,
    "context": {"contextActivities": {"parent": [GERMAN], "other": []}, "team": GROUP},
    "attachments": [
        {"usageType": "act:u", "display": {"de": "Farbe"}, "description": {"de": "Farbe"}}
    ],
    "result": {"extensions": {"act:texts": TEXTS}},
}


def test_canonical_leaves_one_language_in_every_map():
    assert as_canonical(MANY, "de, fr;q=0.5") == ONE


def test_canonical_reaches_into_substatements():
    outer = {"actor": AGENT, "verb": {"id": "act:planned", "display": TEXTS}}
    statement = {**outer, "object": {"objectType": "SubStatement", **MANY}}
    canonical = as_canonical(statement, "de, fr;q=0.5")
    assert canonical["object"] == {"objectType": "SubStatement", **ONE}
    assert canonical["verb"] == {"id": "act:planned", "display": {"de": "Farbe"}}


def test_each_map_is_decided_by_itself():
    verb = {"id": "act:did", "display": {"de": "tat", "en": "did"}}
    activity = {"id": "act:x", "definition": {"name": {"fr": "x", "en": "y"}}}
    canonical = as_canonical({**MINIMAL, "verb": verb, "object": activity}, "fr, de;q=0.5")
    assert canonical["verb"]["display"] == {"de": "tat"}
    assert canonical["object"]["definition"]["name"] == {"fr": "x"}


@pytest.mark.parametrize("target", [AGENT, GROUP, REFERENCE])
def test_canonical_leaves_agents_groups_and_references_as_they_are(target):
    assert as_canonical({**MINIMAL, "object": target}, "de")["object"] == target


RAW = (
    b'{"actor":{"mbox":"mailto:ada@example.org"},"verb":{"id":"act:did","display":{"en":"did"}},'
    b'"object":{"id":"act:x"},"result":{"score":{"raw":1.10,"max":1E2},"extensions":'
    b'{"act:e":[1234567890123456789012345678901234567890,-0.0,true,null,"\\u00e9"]}}}'
)


def test_exact_is_what_is_stored():
    assert in_format(RAW, "exact", "de") is RAW


@pytest.mark.parametrize("wanted", ["ids", "canonical"])
def test_numbers_come_through_every_format_as_they_were_written(wanted):
    returned = in_format(RAW, wanted)
    assert b'"score":{"raw":1.10,"max":1E2}' in returned
    assert b"[1234567890123456789012345678901234567890,-0.0,true,null," in returned
    assert json.loads(returned)["result"] == json.loads(RAW)["result"]


def test_the_statement_itself_is_not_changed():
    before = json.dumps(MANY)
    as_ids(MANY)
    as_canonical(MANY, "de")
    assert json.dumps(MANY) == before
