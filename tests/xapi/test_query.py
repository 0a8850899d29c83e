import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from lrs.errors import InvalidQuery
from lrs.xapi.query import StatementQuery, parse_query
from lrs.xapi.versions import Version
from tests.xapi.examples import ACCOUNT, AGENT, ANONYMOUS, GROUP

ID = "6c6a2f35-4a2c-4f5d-9e1b-7a3f6c0d1e22"


def query(**parameters: str) -> StatementQuery:
    return parse_query(list(parameters.items()), Version.V2_0)


@pytest.mark.parametrize("version", list(Version))
def test_no_parameters_ask_for_everything(version):
    asked = parse_query([], version)
    assert asked == StatementQuery()
    assert (asked.limit, asked.format, asked.ascending, asked.cursor) == (0, "exact", False, None)


@pytest.mark.parametrize("version", list(Version))
def test_every_parameter_is_read(version):
    asked = parse_query(
        [
            ("agent", json.dumps(AGENT)),
            ("verb", "act:did"),
            ("activity", "https://example.org/ü"),
            ("registration", ID.upper()),
            ("related_activities", "true"),
            ("related_agents", "false"),
            ("since", "2026-10-09T14:00:00+02:00"),
            ("until", "2026-10-10T00:00:00Z"),
            ("limit", "25"),
            ("format", "ids"),
            ("attachments", "true"),
            ("ascending", "true"),
            ("cursor", "17"),
        ],
        version,
    )
    assert asked == StatementQuery(
        agent="mbox|mailto:ada@example.org",
        verb="act:did",
        activity="https://example.org/ü",
        registration=ID,
        related_activities=True,
        related_agents=False,
        since=datetime(2026, 10, 9, 12, tzinfo=UTC),
        until=datetime(2026, 10, 10, tzinfo=UTC),
        limit=25,
        format="ids",
        attachments=True,
        ascending=True,
        cursor=17,
    )


@pytest.mark.parametrize(
    ("agent", "term"),
    [(GROUP, "mbox|mailto:team@example.org"), (ACCOUNT, "account|https://lms.example.org|42")],
)
def test_an_agent_or_identified_group_is_asked_for_by_its_identifier(agent, term):
    assert query(agent=json.dumps(agent)).agent == term


@pytest.mark.parametrize("name", ["statementId", "voidedStatementId"])
def test_one_statement_is_asked_for_by_its_id(name):
    asked = query(**{name: ID, "format": "canonical", "attachments": "false"})
    assert {asked.statement_id, asked.voided_statement_id} == {UUID(ID), None}
    assert asked.format == "canonical"


VALID = {
    "agent": json.dumps(AGENT),
    "verb": "act:did",
    "activity": "act:x",
    "registration": ID,
    "related_activities": "true",
    "related_agents": "true",
    "since": "2026-10-09T14:00:00Z",
    "until": "2026-10-09T14:00:00Z",
    "limit": "1",
    "ascending": "false",
    "cursor": "1",
}


@pytest.mark.parametrize("one", ["statementId", "voidedStatementId"])
@pytest.mark.parametrize("name", sorted(VALID))
def test_an_id_excludes_every_filter(one, name):
    with pytest.raises(InvalidQuery) as refused:
        query(**{one: ID, name: VALID[name]})
    assert refused.value.path == name


def test_a_statement_is_voided_or_it_is_not():
    with pytest.raises(InvalidQuery):
        query(statementId=ID, voidedStatementId=ID)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "foo",
        "StatementId",
        "statementid",
        "voidedstatementId",
        "Agent",
        "VERB",
        "since ",
        "relatedAgents",
        "relatedActivities",
        "Limit",
        "more",
        "Cursor",
        "method",
        "content",
    ],
)
def test_unknown_parameters_and_other_spellings_are_refused(name):
    with pytest.raises(InvalidQuery) as refused:
        parse_query([("verb", "act:did"), (name, "1")], Version.V1_0_3)
    assert refused.value.path == name


@pytest.mark.parametrize("name", sorted({**VALID, "statementId": ID, "format": "ids"}))
def test_a_parameter_is_given_once(name):
    value = {**VALID, "statementId": ID, "format": "ids"}[name]
    with pytest.raises(InvalidQuery) as refused:
        parse_query([(name, value), (name, value)], Version.V1_0_3)
    assert refused.value.path == name


NO_UUIDS = ["", "x", ID[:-1], ID + "\n", "{" + ID + "}"]
NO_IRIS = ["", "did", "example.org/x", "http://", "act:a b"]
NO_BOOLEANS = ["", "True", "TRUE", "1", "yes", '"true"', "true "]
NO_TIMES = ["", "2026-10-09", "yesterday", "2026-10-09T14:00:00-00:00", "1795528260"]
BAD = {
    "statementId": NO_UUIDS,
    "voidedStatementId": NO_UUIDS,
    "registration": NO_UUIDS,
    "agent": ["", "ada", "{}", "[]", json.dumps(ANONYMOUS), '{"mbox":"ada"}', "mailto:a@x.org"],
    "verb": NO_IRIS,
    "activity": NO_IRIS,
    "related_activities": NO_BOOLEANS,
    "related_agents": NO_BOOLEANS,
    "attachments": NO_BOOLEANS,
    "ascending": NO_BOOLEANS,
    "since": NO_TIMES,
    "until": NO_TIMES,
    "limit": ["", "-1", "1.0", "1e3", "ten", "+1", " 1", "1\n", "٣", "9" * 5000],
    "format": ["", "Exact", "IDS", "json", "exact "],
    "cursor": ["", "0", "-1", "1.5", "abc", "+1", "1\n", "٣", "9" * 19],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name in BAD for text in BAD[name]])
def test_a_bad_value_is_refused_by_its_parameter_s_name(name, text):
    with pytest.raises(InvalidQuery) as refused:
        query(**{name: text})
    assert refused.value.path.partition(".")[0] == name
    assert refused.value.message


@pytest.mark.parametrize("text", ["0", "1", "1000", "007"])
def test_a_limit_is_a_whole_number(text):
    assert query(limit=text).limit == int(text)
