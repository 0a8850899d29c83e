import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.xapi.completion import complete
from lrs.xapi.equivalence import equivalent, is_payload_of
from lrs.xapi.parsing import loads
from lrs.xapi.versions import Version
from tests.xapi.examples import (
    ACCOUNT,
    AGENT,
    ANONYMOUS,
    ATTACHMENT,
    CONTEXT_2_0,
    FULL,
    GROUP,
    MINIMAL,
    OPENID,
    QUESTION,
    REFERENCE,
    SHA1,
    WITH_SUBSTATEMENT,
    put,
    without,
)

AUTHORITY = b'{"account":{"homePage":"https://lrs.example.org","name":"key"}}'
RICH = {**FULL, "context": {**FULL["context"], **CONTEXT_2_0}, "version": "2.0.0"}


def written(statement: dict[str, Any]) -> bytes:
    return json.dumps(statement).encode()


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    answer = equivalent(written(one), written(other))
    assert equivalent(written(other), written(one)) == answer
    return answer


def stored(raw: bytes, day: int = 1) -> bytes:
    statement = loads(raw)
    statement_id = UUID(statement.get("id", "6c6a2f35-4a2c-4f5d-9e1b-7a3f6c0d1e22"))
    completed = complete(
        raw, statement, statement_id=statement_id, authority=AUTHORITY, version=Version.V2_0
    )
    return completed.at(datetime(2026, 11, day, tzinfo=UTC))


@pytest.mark.parametrize("statement", [MINIMAL, FULL, RICH, WITH_SUBSTATEMENT])
def test_a_resend_is_the_same_as_what_was_stored(statement):
    raw = written(statement)
    assert equivalent(stored(raw), raw)
    assert equivalent(stored(raw, day=1), stored(raw, day=2))


IGNORED = [
    (FULL, "stored", "2020-01-01T00:00:00Z"),
    (FULL, "authority", OPENID),
    (FULL, "version", "1.0.0"),
    (FULL, "id", FULL["id"].upper()),
    (FULL, "verb.display", {"de": "beantwortete"}),
    (FULL, "object.definition", {}),
    (FULL, "object.definition.name", {"fr": "couleurs"}),
    (FULL, "context.contextActivities.parent[0].definition", QUESTION["definition"]),
    (FULL, "context.contextActivities.category", [{"id": "https://example.org/profile"}]),
    (FULL, "context.team.member", [ACCOUNT, AGENT]),
    (FULL, "timestamp", "2026-10-09T12:00:00Z"),
    (FULL, "timestamp", "20261009T120000.000000+0000"),
    (FULL, "context.registration", FULL["context"]["registration"].upper()),
    (FULL, "context.statement.id", REFERENCE["id"].upper()),
    (FULL, "context.language", "EN-gb"),
    (FULL, "attachments[0].sha2", "A" * 64),
    (FULL, "actor.mbox", "mailto:ada@EXAMPLE.org"),
    (FULL, "result.score.raw", 5.0),
    ({**FULL, "actor": SHA1}, "actor.mbox_sha1sum", SHA1["mbox_sha1sum"].lower()),
    ({**FULL, "actor": ANONYMOUS}, "actor.member", [ACCOUNT, AGENT]),
    ({**FULL, "object": REFERENCE}, "object.id", REFERENCE["id"].upper()),
    ({**FULL, "object": GROUP}, "object.member", [ACCOUNT, AGENT]),
    (WITH_SUBSTATEMENT, "object.verb.display", {}),
    (WITH_SUBSTATEMENT, "object.object.definition", {}),
    (WITH_SUBSTATEMENT, "object.timestamp", "2026-10-09T12:00:00.0Z"),
    (WITH_SUBSTATEMENT, "object.context.team.member", [ACCOUNT, AGENT]),
    (RICH, "context.contextAgents[0].agent.mbox", "mailto:ada@EXAMPLE.ORG"),
    (RICH, "context.contextGroups[0].group.member", [ACCOUNT, AGENT]),
]


@pytest.mark.parametrize(("statement", "place", "value"), IGNORED)
def test_what_the_lrs_may_assign_or_write_otherwise_makes_no_other_statement(
    statement, place, value
):
    assert same(statement, put(statement, place, value))


SIGNIFICANT = [
    (FULL, "id", "11111111-4a2c-4f5d-9e1b-7a3f6c0d1e22"),
    (FULL, "actor.mbox", "mailto:bo@example.org"),
    (FULL, "actor.mbox", "mailto:ADA@example.org"),
    (FULL, "actor.name", "Ada Kaya"),
    (FULL, "actor", ACCOUNT),
    (FULL, "verb.id", "https://example.org/verbs/asked"),
    (FULL, "object.id", "https://example.org/quiz/2"),
    (FULL, "object.id", "https://example.org/Quiz/1"),
    (FULL, "object", REFERENCE),
    (FULL, "timestamp", "2026-10-09T12:00:00.001Z"),
    (FULL, "timestamp", "2026-10-09T14:00:00Z"),
    (FULL, "result.score.raw", 5.000000001),
    (FULL, "result.score.scaled", 0.51),
    (FULL, "result.success", False),
    (FULL, "result.success", 1),
    (FULL, "result.response", "Red"),
    (FULL, "result.duration", "PT90.5S"),
    (FULL, "result.duration", "PT1M30.51S"),
    (FULL, "result.extensions", {}),
    (FULL, "result.extensions['https://example.org/tries'].count", [None, 1]),
    (FULL, "result.extensions['https://example.org/tries'].count", [True, None]),
    (FULL, "context.registration", "11111111-3d7e-4c8b-9a2f-1e6d0c9b8a77"),
    (FULL, "context.platform", "Other LMS"),
    (FULL, "context.contextActivities.parent[0].id", "https://example.org/quiz2"),
    (FULL, "context.contextActivities.other", [{"id": "act:x"}]),
    (FULL, "context.team.member", [AGENT]),
    (FULL, "context.team.member", [AGENT, AGENT]),
    (FULL, "context.extensions['https://example.org/seat']", 13),
    (FULL, "attachments", []),
    (FULL, "attachments[0].sha2", "b" * 64),
    (WITH_SUBSTATEMENT, "object.result.success", False),
    (WITH_SUBSTATEMENT, "object.timestamp", "2026-10-09T12:00:01Z"),
    (RICH, "context.contextAgents[0].agent", ACCOUNT),
    (RICH, "context.contextGroups[0].relevantTypes", ["act:other"]),
]


@pytest.mark.parametrize(("statement", "place", "value"), SIGNIFICANT)
def test_any_other_difference_makes_another_statement(statement, place, value):
    assert not same(statement, put(statement, place, value))


@pytest.mark.parametrize("place", ["result", "context", "context.team", "attachments"])
def test_what_is_missing_makes_another_statement(place):
    assert not same(FULL, without(FULL, place))


def test_a_timestamp_that_was_left_to_the_lrs_is_ignored():
    raw = written(MINIMAL)
    assert equivalent(stored(raw), written({**MINIMAL, "timestamp": "2020-01-01T00:00:00Z"}))
    dated = written({**MINIMAL, "timestamp": "2020-01-01T00:00:00Z"})
    assert equivalent(stored(dated), raw)
    assert not equivalent(stored(dated), written({**MINIMAL, "timestamp": "2020-01-02T00:00Z"}))


def test_durations_are_compared_to_the_hundredth_of_a_second():
    one = put(FULL, "result.duration", "P1DT12H36M0.12S")
    assert same(one, put(FULL, "result.duration", "P1DT12H36M0.1299S"))
    assert not same(one, put(FULL, "result.duration", "P1DT12H36M0.13S"))
    assert not same(one, put(FULL, "result.duration", "P1DT12H36M0.1S"))


def with_number(text: str) -> bytes:
    return written({**MINIMAL, "result": {"extensions": {"act:n": "N"}}}).replace(
        b'"N"', text.encode()
    )


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("1.10", "1.1", True),
        ("1", "1.0", True),
        ("100", "1e2", True),
        ("0", "-0.0", True),
        ("123456789012345678901234567890", "123456789012345678901234567891", False),
        ("18446744073709551616", "18446744073709551617", False),
        ("0.1000000000000000055511151231257827", "0.1", False),
        ("1e-400", "0", False),
        ("1e-400", "1e-401", False),
        ("1e-99999999999999999999", "1e-99999999999999999999", True),
        ("1e-99999999999999999999", "1e-99999999999999999998", False),
        ("9" * 300, "9" * 299 + "8", False),
        ("1", "true", False),
        ("0", "false", False),
        ("0", "null", False),
        ("1", '"1"', False),
    ],
)
def test_numbers_are_compared_exactly(one, other, answer):
    assert equivalent(with_number(one), with_number(other)) == answer


def test_integers_of_any_length_are_compared():
    raw = with_number("0." + "1" * 5000)
    assert equivalent(raw + b" ", raw)
    assert not equivalent(raw, with_number("0." + "1" * 4999 + "2"))


def test_white_space_escapes_and_order_are_no_content():
    other = json.dumps(dict(reversed(FULL.items())), indent=3, ensure_ascii=False).encode()
    assert equivalent(written(FULL), other)


SIGNATURE = {
    **ATTACHMENT,
    "usageType": "http://adlnet.gov/expapi/attachments/signature",
    "contentType": "application/octet-stream",
}


@pytest.mark.parametrize("attachments", [[SIGNATURE], [ATTACHMENT, SIGNATURE]])
@pytest.mark.parametrize(
    "lacking",
    [[], ["authority", "stored", "version"], ["authority", "stored", "version", "timestamp", "id"]],
)
def test_a_payload_is_the_statement_before_it_was_signed(attachments, lacking):
    signed = {**FULL, "attachments": attachments}
    payload = {**FULL, "attachments": attachments[:-1]}
    for name in lacking:
        payload = without(payload, name)
    assert is_payload_of(written(payload), written(signed))
    assert is_payload_of(written(without(payload, "attachments")), written(signed))
    assert is_payload_of(
        written(put(payload, "result.duration", "PT1M30.50999S")),
        written(put(signed, "result.duration", "PT1M30.50S")),
    )


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("id", "11111111-4a2c-4f5d-9e1b-7a3f6c0d1e22"),
        ("result.success", False),
        ("attachments[0].sha2", "c" * 64),
        ("timestamp", "2020-01-01T00:00:00Z"),
    ],
)
def test_a_payload_of_another_statement_is_refused(place, value):
    signed = {**FULL, "attachments": [ATTACHMENT, SIGNATURE]}
    assert not is_payload_of(written(put(FULL, place, value)), written(signed))


@given(st.data())
def test_equivalence_holds_both_ways_and_through_completion(data):
    cases = [(put(s, place, value), s) for s, place, value in IGNORED + SIGNIFICANT]
    other, one = data.draw(st.sampled_from(cases))
    answer = same(one, other)
    if one.get("id", "").lower() == other.get("id", "").lower():
        assert equivalent(stored(written(one)), written(other)) == answer
