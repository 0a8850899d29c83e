"""What is left of a statement is a valid statement that names everybody but the person."""

from typing import Any
from uuid import UUID

import msgspec
import orjson
from hypothesis import given
from hypothesis import strategies as st

from lrs.audit.erasure_plan import Needles
from lrs.audit.history import canonical, people_in
from lrs.audit.redaction import Subject, redacted_facts, redacted_statement, redacted_text
from lrs.events import StatementRecorded
from lrs.xapi.actor import actor_key, mbox_sha1
from lrs.xapi.statement import VOIDED, validate
from lrs.xapi.versions import negotiate

LOG = UUID("6f1c1b1e-5c1f-4f0e-9d86-1f2e3d4c5b6a")
V2 = negotiate("2.0.0")
ADA = ["mailto:ada@example.org", "https://lms.example.org::7"]
SUBJECT = Subject("p", frozenset(map(canonical, ADA)), LOG)
HER: list[dict[str, Any]] = [
    {"mbox": "mailto:ada@example.org"},
    {"mbox": "mailto:Ada@Example.org", "name": "Ada"},
    {"mbox_sha1sum": mbox_sha1(ADA[0]).removeprefix("sha1:")},
    {"account": {"homePage": "https://lms.example.org", "name": "7"}},
]
OTHERS: list[dict[str, Any]] = [
    {"mbox": "mailto:bo@example.org"},
    {"account": {"homePage": "https://forum.example.org", "name": "7"}},
    {"openid": "https://example.org/ada"},
]
agents = st.sampled_from(HER + OTHERS)
groups = st.builds(
    lambda own, members: {"objectType": "Group", **own, "member": members},
    st.sampled_from([{}, *OTHERS, *HER]),
    st.lists(agents, min_size=1, max_size=3),
)
actors = agents | groups
activity = st.just({"id": "https://example.org/a"})
contexts = st.fixed_dictionaries(
    {},
    optional={
        "instructor": actors,
        "team": groups,
        "contextAgents": st.lists(
            agents.map(
                lambda each: {
                    "objectType": "contextAgent",
                    "agent": {"objectType": "Agent", **each},
                }
            ),
            min_size=1,
            max_size=2,
        ),
        "contextGroups": st.lists(
            groups.map(lambda each: {"objectType": "contextGroup", "group": each}),
            min_size=1,
            max_size=2,
        ),
        "language": st.just("de"),
    },
)


def statements(objects: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda actor, target, context, verb: {
            "actor": actor,
            "verb": {"id": verb},
            "object": target,
            **({"context": context} if context else {}),
        },
        actors,
        objects,
        contexts,
        st.just("https://example.org/did"),
    )


about = agents.map(lambda each: {"objectType": "Agent", **each}) | groups
inner = statements(activity | about).map(lambda each: {"objectType": "SubStatement", **each})
voids = st.builds(
    lambda actor, context: {
        "actor": actor,
        "verb": {"id": VOIDED},
        "object": {"objectType": "StatementRef", "id": str(LOG)},
        **({"context": context} if context else {}),
    },
    actors,
    contexts,
)


@given(sent=statements(activity | about | inner) | voids)
def test_what_is_left_is_valid_and_names_everybody_else(sent: dict[str, Any]) -> None:
    sent = {"id": str(LOG), **sent, "authority": {"mbox": "mailto:bo@example.org"}}
    validate(_bare(sent), V2)
    text = orjson.dumps(sent)
    left = redacted_statement(text, orjson.loads(text), SUBJECT)
    if left is None:
        assert sent["verb"]["id"] != VOIDED
        assert SUBJECT.keys & _people(text)
        return
    assert (left == text) == (not SUBJECT.keys & _people(text))
    parsed = orjson.loads(left)
    validate(_bare(parsed), V2)
    assert not SUBJECT.keys & _people(left)
    assert redacted_statement(left, parsed, SUBJECT) == left
    if sent["verb"]["id"] != VOIDED or sent["actor"] == parsed["actor"]:
        assert _people(left) == _people(text) - SUBJECT.keys


@given(sent=statements(activity | about | inner) | voids)
def test_no_statement_that_names_the_person_is_passed_over(sent: dict[str, Any]) -> None:
    text = msgspec.json.encode({"id": str(LOG), **sent})
    if SUBJECT.keys & _people(text):
        assert Needles(ADA).may_be_in(text)
        assert Needles([mbox_sha1(ADA[0]), ADA[1]]).may_be_in(text)


def _bare(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name != "authority"}


def _people(text: bytes) -> set[str]:
    recorded = StatementRecorded(
        originator_id=LOG, originator_version=1, principal="x", statement=text
    )
    return people_in(recorded)


def test_the_keys_are_those_of_the_actors() -> None:
    assert all(canonical(actor_key(each) or "") in SUBJECT.keys for each in HER)
    assert not any(canonical(actor_key(each) or "") in SUBJECT.keys for each in OTHERS)


def test_a_reason_goes_with_the_whole_name_only() -> None:
    assert redacted_text("as Bo said", ["bo"]) == "[erased]"
    assert redacted_text("about time", ["bo"]) == "about time"
    assert redacted_text("asked ada@example.org", ["ada@example.org"]) == "[erased]"
    assert redacted_text(None, ["bo"]) is None


def test_who_left_before_the_name_was_known_is_known_by_the_connection() -> None:
    facts: list[Any] = [
        {"kind": "left", "who": {"connection": "c"}},
        {"kind": "joined", "who": {"connection": "c", "name": "Ada"}},
        {"kind": "started"},
    ]
    assert redacted_facts(facts, frozenset({"ada"}), set()) == [facts[2]]
    assert redacted_facts(facts, frozenset({"bo"}), set()) == facts
