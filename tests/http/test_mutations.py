"""Statements gone wrong in any way: never a 5xx, and the same answer on both engines."""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs.settings import Settings
from tests.conftest import ENGINES, Server, serving

WHOLE: dict[str, Any] = {
    "actor": {
        "objectType": "Group",
        "name": "Team",
        "member": [{"mbox": "mailto:ada@example.org"}, {"openid": "https://example.org/bo"}],
    },
    "verb": {"id": "https://example.org/verbs/did", "display": {"en": "did", "de-AT": "tat"}},
    "object": {
        "objectType": "SubStatement",
        "actor": {"account": {"homePage": "https://example.org", "name": "7"}},
        "verb": {"id": "https://example.org/verbs/planned"},
        "object": {
            "id": "https://example.org/activities/1",
            "definition": {
                "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
                "interactionType": "choice",
                "choices": [{"id": "a", "description": {"en": "A"}}],
                "correctResponsesPattern": ["a"],
            },
        },
    },
    "result": {
        "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10},
        "success": True,
        "duration": "PT1M2.5S",
        "extensions": {"https://example.org/x": [1.10, None, {"deep": []}]},
    },
    "context": {
        "registration": "12345678-1234-4234-8234-123456789abc",
        "language": "en",
        "contextActivities": {"parent": {"id": "https://example.org/activities/2"}},
        "contextAgents": [
            {"objectType": "contextAgent", "agent": {"mbox": "mailto:bo@example.org"}}
        ],
        "statement": {"objectType": "StatementRef", "id": "12345678-1234-4234-8234-123456789abd"},
    },
    "timestamp": "2026-10-09T14:00:00.000Z",
}
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.sampled_from(
        ["", "\u0000", "http://", "mailto:", "P", "2026-13-40T99:99:99Z", "a b", "\u202e"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), st.integers(), max_size=2),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for step, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield from places(inner, (*path, step))


@st.composite
def mutants(draw: st.DrawFn) -> dict[str, Any]:
    statement = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(0, 3))):
        *parents, last = draw(st.sampled_from(list(places(statement))))
        holder = statement
        for step in parents:
            holder = holder[step]
        change = draw(st.sampled_from(["replace", "remove", "add", "swap"]))
        if change == "remove":
            del holder[last]
        elif change == "add" and isinstance(holder, dict):
            holder[draw(st.text(st.characters(codec="utf-8"), max_size=6))] = draw(JUNK)
        elif change == "swap":
            other = draw(st.sampled_from(list(places(WHOLE))))
            taken: Any = WHOLE
            for step in other:
                taken = taken[step]
            holder[last] = copy.deepcopy(taken)
        else:
            holder[last] = draw(JUNK)
        if not statement:
            break
    return statement


def encoded(statement: dict[str, Any]) -> bytes:
    # The standard library writes what orjson refuses: integers of any length.
    return json.dumps(statement).encode()


@pytest.fixture(scope="module")
def both(new_settings: Callable[[str], Settings]) -> Iterator[list[Server]]:
    with ExitStack() as stack:
        yield [stack.enter_context(serving(new_settings(engine))) for engine in ENGINES]


@given(statement=mutants(), version=st.sampled_from(["1.0.3", "2.0.0"]))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_mutated_statement_is_met_alike_and_never_with_a_5xx(
    both: list[Server], statement: dict[str, Any], version: str
) -> None:
    content = encoded(statement | {"id": str(uuid4())} if "id" not in statement else statement)
    headers = {"Content-Type": "application/json", "X-Experience-API-Version": version}
    answers = [
        server.client.post("/xapi/statements", content=content, headers=headers) for server in both
    ]
    statuses = {answer.status_code for answer in answers}
    assert len(statuses) == 1
    assert statuses <= {200, 400, 409}
    if statuses == {400}:
        assert set(orjson.loads(answers[0].content)) == {"error", "message", "path"}


def test_the_statement_that_is_mutated_is_valid_itself(both: list[Server]) -> None:
    for server in both:
        assert server.client.post("/xapi/statements", json=WHOLE).status_code == 200
