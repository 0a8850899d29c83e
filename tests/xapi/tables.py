"""What keeps and what breaks each rule of a statement, by the place where it holds."""

from typing import Any

from tests.xapi.examples import ACCOUNT, AGENT, ANONYMOUS, GROUP, OPENID, QUESTION, REFERENCE, SHA1

NO_OBJECTS = [None, "text", 1, 1.5, True, [], [{}]]
NO_ARRAYS = [None, "text", 1, True, {}]
NO_STRINGS = [None, 1, 1.5, True, {}, []]
NO_NUMBERS = [None, "1", True, {}, []]
NO_BOOLEANS = [None, "true", 1, 0, {}, []]
NO_IRIS = [*NO_STRINGS, "", "example.org", "/x", "http://", "a b:c"]
NO_UUIDS = [*NO_STRINGS, "", "6c6a2f354a2c4f5d9e1b7a3f6c0d1e22", "{}", "not a uuid"]
NO_TIMESTAMPS = [*NO_STRINGS, "", "2026-11-24", "01/011/2015", "2008-09-15T15:53:00-00:00"]
NO_LANGUAGE_MAPS = [*NO_OBJECTS, {"a12345": "x"}, {"": "x"}, {"en": None}, {"en": 1}, {"en": {}}]
NO_EXTENSIONS = [*NO_OBJECTS, {"no iri": 1}, {"": 1}]
NO_ACTORS = [
    *NO_OBJECTS,
    {},
    {"objectType": "Agent"},
    {"name": "Ada"},
    {"mbox": None},
    {**AGENT, **ACCOUNT},
    {**AGENT, **OPENID},
    {**SHA1, **OPENID},
    {**AGENT, "objectType": "agent"},
    {**AGENT, "objectType": "Activity"},
    {**AGENT, "objectType": None},
    {**AGENT, "Name": "Ada"},
    {**AGENT, "name": None},
    {**AGENT, "member": [AGENT]},
    {"objectType": "Group"},
    {"objectType": "Group", "member": []},
    {"objectType": "group", "member": [AGENT]},
    {"mbox": "mailto:team@example.org", "member": [AGENT]},
    {**GROUP, **ACCOUNT},
    {**GROUP, "member": AGENT},
    {**GROUP, "member": [GROUP]},
    {**GROUP, "member": [AGENT, ANONYMOUS]},
    {**ANONYMOUS, "member": [{}]},
    {**ANONYMOUS, "name": 1},
]
NO_AGENTS = [*NO_ACTORS, GROUP, ANONYMOUS]
NO_GROUPS = [*NO_ACTORS, AGENT, {"mbox": "mailto:team@example.org"}]
NO_ACTIVITIES = [
    *NO_OBJECTS,
    {},
    AGENT,
    {"objectType": "Activity"},
    {"id": "no iri"},
    {"id": None},
    {**QUESTION, "objectType": "activity"},
    {**QUESTION, "extensions": {}},
    {**QUESTION, "definition": None},
]
NO_REFERENCES = [
    *NO_OBJECTS,
    {},
    {"id": REFERENCE["id"]},
    {"objectType": "StatementRef"},
    {**REFERENCE, "objectType": "statementref"},
    {**REFERENCE, "id": "no uuid"},
    {**REFERENCE, "definition": {}},
]

# By place in a statement or SubStatement.
BAD: dict[str, list[Any]] = {
    "actor": NO_ACTORS,
    "actor.name": NO_STRINGS,
    "actor.mbox": [*NO_STRINGS, "", "ada@example.org", "mailto:ada", "http://example.org"],
    "verb": [*NO_OBJECTS, {}, {"display": {}}, {"id": "https://example.org/v", "name": {}}],
    "verb.id": NO_IRIS,
    "verb.display": NO_LANGUAGE_MAPS,
    "object": [each for each in NO_ACTIVITIES if each is not AGENT],
    "object.objectType": [None, 1, "", "activity", "Statement", "GroupActivity", [], {}],
    "object.id": NO_IRIS,
    "object.definition": [*NO_OBJECTS, {"Name": {}}, {"id": "https://example.org/"}],
    "object.definition.name": NO_LANGUAGE_MAPS,
    "object.definition.description": NO_LANGUAGE_MAPS,
    "object.definition.type": NO_IRIS,
    "object.definition.moreInfo": NO_IRIS,
    "object.definition.extensions": NO_EXTENSIONS,
    "object.definition.interactionType": [*NO_STRINGS, "", "Choice", "compound"],
    "object.definition.correctResponsesPattern": [*NO_ARRAYS, [1], [None], ["a", {}]],
    "object.definition.choices": [*NO_ARRAYS, [{}], [None], [{"id": "a"}, {"id": "a"}]],
    "object.definition.choices[0].id": [*NO_STRINGS, ""],
    "object.definition.choices[0].description": NO_LANGUAGE_MAPS,
    "result": [*NO_OBJECTS, {"Score": {}}, {"progress": 1}],
    "result.score": [
        *NO_OBJECTS,
        {"Raw": 1},
        {"min": 1, "max": 1},
        {"min": 2, "max": 1},
        {"raw": -0.1, "min": 0},
        {"raw": 10.1, "max": 10},
        {"raw": 3, "min": 1, "max": 2},
    ],
    "result.score.scaled": [*NO_NUMBERS, 1.01, -1.01, 2],
    "result.score.raw": NO_NUMBERS,
    "result.score.min": NO_NUMBERS,
    "result.score.max": NO_NUMBERS,
    "result.success": NO_BOOLEANS,
    "result.completion": NO_BOOLEANS,
    "result.response": NO_STRINGS,
    "result.duration": [*NO_STRINGS, "", "PT", "P4W1D", "PA1H0M0S", "1:30"],
    "result.extensions": NO_EXTENSIONS,
    "context": [*NO_OBJECTS, {"Team": GROUP}, {"agent": AGENT}],
    "context.registration": NO_UUIDS,
    "context.instructor": NO_ACTORS,
    "context.team": NO_GROUPS,
    "context.contextActivities": [*NO_OBJECTS, {"Parent": []}, {"others": []}],
    "context.contextActivities.parent": [e for e in NO_ACTIVITIES if e not in ([], [{}])],
    "context.contextActivities.parent[0]": NO_ACTIVITIES,
    "context.contextActivities.grouping[0]": NO_ACTIVITIES,
    "context.contextActivities.category": [None, {}, [None], [{}], [[QUESTION]], REFERENCE],
    "context.contextActivities.other": [None, {}, [None], "text"],
    "context.revision": NO_STRINGS,
    "context.platform": NO_STRINGS,
    "context.language": [*NO_STRINGS, "", "a12345", "en_GB"],
    "context.statement": NO_REFERENCES,
    "context.statement.id": NO_UUIDS,
    "context.extensions": NO_EXTENSIONS,
    "timestamp": NO_TIMESTAMPS,
    "attachments": [*NO_ARRAYS, [None], [{}], ["text"]],
    "attachments[0].usageType": NO_IRIS,
    "attachments[0].display": NO_LANGUAGE_MAPS,
    "attachments[0].description": NO_LANGUAGE_MAPS,
    "attachments[0].contentType": [*NO_STRINGS, "", "pdf", "a/b/c"],
    "attachments[0].length": [*NO_NUMBERS, -1, 1.5, 1e3],
    "attachments[0].sha2": [*NO_STRINGS, "", "a" * 40, "g" * 64],
    "attachments[0].fileUrl": NO_IRIS,
    "attachments[0].name": ["x"],
    "Actor": [AGENT],
    "extensions": [{}],
    "foo": [1, None, {}],
}

GOOD: dict[str, list[Any]] = {
    "actor": [
        AGENT,
        ACCOUNT,
        OPENID,
        SHA1,
        GROUP,
        ANONYMOUS,
        {"objectType": "Group", **ACCOUNT},
        {"objectType": "Group", **ACCOUNT, "member": []},
    ],
    "actor.name": ["", "Ada \u0000"],
    "actor.mbox": ["mailto:root@localhost"],
    "verb": [{"id": "act:v"}, {"id": "act:v", "display": {}}],
    "verb.display": [{"en-GB": "", "zh-Hant-TW": "x", "x-mine": "y"}],
    "object.definition": [{}, {"interactionType": "true-false"}],
    "object.definition.extensions": [{}, {"act:a": None, "act:b": [None, {"": None}], "act:c": 1}],
    "object.definition.correctResponsesPattern": [[], [""]],
    "object.definition.choices": [[], [{"id": "a b"}]],
    "result": [{}],
    "result.score": [
        {},
        {"raw": 0, "min": 0},
        {"raw": 1, "max": 1},
        {"min": -2, "max": -1},
        {"scaled": -1},
        {"scaled": 1.0, "raw": 10**30},
        {"raw": 1e300},
    ],
    "result.response": [""],
    "result.duration": ["P3Y1M29DT4H35M59.14S", "P4W", "PT0.00001S"],
    "context": [{}],
    "context.registration": ["AA97B177-9383-4934-8543-0F91A7A02836"],
    "context.instructor": [GROUP, ANONYMOUS, OPENID],
    "context.team": [ANONYMOUS, {"objectType": "Group", **SHA1}],
    "context.contextActivities": [{}],
    "context.contextActivities.parent": [QUESTION, [QUESTION, {"id": "act:x"}], []],
    "context.revision": [""],
    "context.language": ["tlh", "EN-gb"],
    "timestamp": ["2026-11-24T13:51", "20261124T135100Z", "2990-01-01T00:00:00.123456789+05:30"],
    "attachments": [[]],
    "attachments[0].length": [0, 10**15],
    "attachments[0].sha2": ["A" * 56, "0" * 96, "0" * 128],
}


BAD_CONTEXT_2_0: dict[str, list[Any]] = {
    "contextAgents": [*NO_ARRAYS, [None], [{}], [AGENT]],
    "contextAgents[0].objectType": [*NO_STRINGS, "", "contextagent", "contextAgents", "Agent"],
    "contextAgents[0].agent": NO_AGENTS,
    "contextAgents[0].relevantTypes": [*NO_ARRAYS, [], ["abc"], [None]],
    "contextAgents[0].name": ["x"],
    "contextGroups": [*NO_ARRAYS, [None], [{}], [GROUP]],
    "contextGroups[0].objectType": [*NO_STRINGS, "", "contextgroup", "contextAgent", "Group"],
    "contextGroups[0].group": NO_GROUPS,
    "contextGroups[0].relevantTypes": [*NO_ARRAYS, [], ["abc"], [None]],
}

# What only the statement itself may have.
BAD_OF_RECORDS: dict[str, list[Any]] = {
    "id": NO_UUIDS,
    "stored": NO_TIMESTAMPS,
    "authority": [
        *NO_ACTORS,
        GROUP,
        {**ANONYMOUS, "member": [AGENT]},
        {**ANONYMOUS, "member": [AGENT, ACCOUNT, OPENID]},
    ],
    "version": [*NO_STRINGS, "", "1", "0.9.9", "1.1.0", "2.1.0", "1.0.", "should fail"],
    "objectType": ["Statement", "SubStatement", None, 1],
}

GOOD_OF_RECORDS: dict[str, list[Any]] = {
    "id": ["AA97B177-9383-4934-8543-0F91A7A02836"],
    "authority": [AGENT, ACCOUNT, ANONYMOUS],
    "version": ["1.0", "1.0.0", "1.0.9"],
}


def cases(*tables: dict[str, list[Any]]) -> list[tuple[str, Any]]:
    """Return every place with every value."""
    return [(place, value) for table in tables for place in table for value in table[place]]
