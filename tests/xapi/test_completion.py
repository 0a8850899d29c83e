import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.errors import InvalidStatement
from lrs.xapi.completion import Draft, complete
from lrs.xapi.filters import terms
from lrs.xapi.parsing import loads
from lrs.xapi.statement import validate
from lrs.xapi.versions import Version
from tests.xapi.examples import CONTEXT_2_0, FULL, MINIMAL, WITH_SUBSTATEMENT, without

AUTHORITY = b'{"account":{"homePage":"https://lrs.example.org","name":"key"}}'
STORED = datetime(2026, 11, 24, 13, 51, 0, 123_456, tzinfo=UTC)
MOMENT = "2026-11-24T13:51:00.123456Z"
ID = UUID("6c6a2f35-4a2c-4f5d-9e1b-7a3f6c0d1e22")
OTHER_ID = UUID("11111111-4a2c-4f5d-9e1b-7a3f6c0d1e22")


def draft(
    raw: bytes | str, statement_id: UUID | None = None, version: Version = Version.V2_0
) -> Draft:
    sent = raw.encode() if isinstance(raw, str) else raw
    statement = loads(sent)
    validate(statement, version)
    return complete(
        sent, statement, statement_id=statement_id, authority=AUTHORITY, version=version
    )


TAIL = (
    ' \n"\\u0061ctor" : {"mbox":"mailto:ada@example.org", "name":"\\u00c4da \\/"},'
    '"verb":{"id":"act:did"}  ,\t"object":{"id":"act:x"},"result":{"score":{"raw":1.10},'
    '"extensions":{"act:e":[1234567890123456789012345678901234567890,1E2,-0.0,{"z":1,"a":null}]}} }'
)


def test_the_clients_text_is_kept_byte_for_byte():
    stored = draft("{" + TAIL).at(STORED)
    assert stored.endswith(TAIL.encode())


SENT_STORED = '"stored" : "2020-01-01T00:00:00Z"'
SENT_AUTHORITY = '"authority":{"mbox":"mailto:a@example.org","name":"}{,\\""}'
ESCAPED_STORED = SENT_STORED.replace("o", "\\u006f", 1)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (f"{{{SENT_STORED},{TAIL}", TAIL),
        (f"{{ {SENT_AUTHORITY} ,{TAIL}", TAIL),
        (f"{{{ESCAPED_STORED},\n{SENT_AUTHORITY}\n,{TAIL}", TAIL),
        (f"{{{TAIL[:-1]}, {SENT_STORED} }}", TAIL[:-1] + "}"),
        (f"{{{TAIL[:-2]},{SENT_AUTHORITY},{SENT_STORED}}}", TAIL[:-2] + "}"),
    ],
)
def test_what_the_client_says_of_stored_and_authority_is_cut_out_and_nothing_else(sent, kept):
    stored = draft(sent).at(STORED)
    assert stored.endswith(kept.encode())
    assert json.loads(stored)["stored"] == MOMENT
    assert json.loads(stored)["authority"] == json.loads(AUTHORITY)
    assert stored.count(b'"stored"') == stored.count(b'"authority"') == 1


def test_words_like_stored_inside_the_statement_stay():
    raw = (
        '{"stored":"2020-01-01T00:00:00Z","actor":{"mbox":"mailto:ada@example.org"},'
        '"verb":{"id":"act:did"},"object":{"id":"act:x"},'
        '"result":{"extensions":{"act:e":{"stored":1,"authority":{"stored" : 2}}}}}'
    )
    assert b'{"act:e":{"stored":1,"authority":{"stored" : 2}}}' in draft(raw).body


def test_the_server_adds_what_is_missing():
    completed = draft(orjson.dumps(MINIMAL))
    stored = json.loads(completed.at(STORED))
    assert UUID(stored["id"]) == completed.id
    assert completed.id.version == 4
    assert not completed.given_id
    assert stored["stored"] == stored["timestamp"] == MOMENT
    assert stored["version"] == "2.0.0"
    assert stored["authority"] == json.loads(AUTHORITY)
    assert {key: stored[key] for key in MINIMAL} == MINIMAL


def test_the_version_added_is_the_first_patch_of_the_requests_version():
    completed = draft(orjson.dumps(MINIMAL), version=Version.V1_0_3)
    assert loads(completed.body)["version"] == "1.0.0"


def test_what_the_client_says_of_id_version_and_timestamp_is_kept():
    completed = draft(orjson.dumps(FULL))
    stored = json.loads(completed.at(STORED))
    assert (completed.id, completed.given_id, completed.timestamped) == (ID, True, True)
    assert [stored[key] for key in ("id", "version", "timestamp")] == [
        FULL[key] for key in ("id", "version", "timestamp")
    ]
    assert stored["stored"] == MOMENT


def test_the_id_of_the_request_is_the_statements():
    completed = draft(orjson.dumps(MINIMAL), statement_id=ID)
    assert (completed.id, completed.given_id) == (ID, True)
    assert loads(completed.body)["id"] == str(ID)


def test_the_id_of_the_request_and_the_statements_own_must_agree():
    shouting = orjson.dumps({**MINIMAL, "id": str(ID).upper()})
    assert loads(draft(shouting, statement_id=ID).body)["id"] == str(ID).upper()
    with pytest.raises(InvalidStatement) as refused:
        draft(shouting, statement_id=OTHER_ID)
    assert refused.value.path == "id"


def test_each_statement_without_an_id_gets_its_own():
    assert draft(orjson.dumps(MINIMAL)).id != draft(orjson.dumps(MINIMAL)).id


@pytest.mark.parametrize("outer", ["", "object"])
def test_a_single_context_activity_gets_brackets_and_nothing_else_changes(outer):
    def wrapped(activities: str) -> str:
        context = (
            '"context" : {"platform":"\\u0078","context\\u0041ctivities": ' + activities + " }"
        )
        part = '"verb":{"id":"act:did"},"object":{"id":"act:x"},' + context
        actor = '{"actor":{"mbox":"mailto:ada@example.org"},'
        if outer:
            inner = actor + '"objectType":"SubStatement",' + part + "}"
            return actor + '"verb":{"id":"act:planned"},"object":' + inner + "}"
        return actor + part + "}"

    sent = '{"parent": {"id":"act:\\u0041"} ,"other":[ {"id":"act:b"}],"category" :{"id":"act:c"}}'
    kept = (
        '{"parent": [{"id":"act:\\u0041"}] ,"other":[ {"id":"act:b"}],"category" :[{"id":"act:c"}]}'
    )
    assert draft(wrapped(sent)).body.endswith(wrapped(kept)[1:].encode())


def test_context_activities_in_arrays_are_left_alone():
    raw = orjson.dumps({**MINIMAL, "context": {"contextActivities": {"parent": [], "other": []}}})
    assert draft(raw).body.endswith(raw[1:])


def test_empty_objects_beside_a_change_keep_their_space():
    raw = (
        '{"actor":{"mbox":"mailto:ada@example.org"},"verb":{"id":"act:did"},"object":'
        '{"objectType":"SubStatement","actor":{"mbox":"mailto:ada@example.org"},'
        '"verb":{"id":"act:did"},"object":{"id":"act:x"},"context":{ }},'
        '"context":{"contextActivities":{"parent":{"id":"act:p"}}}}'
    )
    assert b'"context":{ }' in draft(raw).body
    assert b'"parent":[{"id":"act:p"}]' in draft(raw).body


def test_white_space_around_a_statement_goes():
    raw = orjson.dumps(MINIMAL)
    assert draft(b" \r\n" + raw + b"\n").body.endswith(raw[1:])


OPTIONAL = ["id", "stored", "authority", "version", "timestamp", "result", "context", "attachments"]


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    statement = draw(st.sampled_from([FULL, WITH_SUBSTATEMENT, {**FULL, "context": CONTEXT_2_0}]))
    for name in draw(st.sets(st.sampled_from(OPTIONAL))):
        if name in statement:
            statement = without(statement, name)
    names = draw(st.permutations(list(statement)))
    return {name: statement[name] for name in names}


@given(statements(), st.sampled_from([None, 2]), st.booleans())
def test_a_completed_statement_is_valid_and_says_what_was_sent(statement, indent, ascii_only):
    raw = json.dumps(statement, indent=indent, ensure_ascii=ascii_only).encode()
    completed = draft(raw)
    stored = loads(completed.at(STORED))
    validate(stored, Version.V2_0)
    assert {
        **loads(completed.body),
        "stored": MOMENT,
        "timestamp": stored["timestamp"],
    } == stored
    # What the index is made from is what a reader of the stored statement finds.
    assert terms(completed.parsed) == terms(stored)
    for name in set(statement) - {"stored", "authority", "context", "object"}:
        assert stored[name] == statement[name]
    for part in (stored, stored["object"]):
        activities = part.get("context", {}).get("contextActivities", {})
        assert all(isinstance(found, list) for found in activities.values())
