from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.xapi.filters import agent_term, registration_term, terms
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
    SHA1,
    WITH_SUBSTATEMENT,
    put,
)

ADA = "mbox|mailto:ada@example.org"
TEAM = "mbox|mailto:team@example.org"
LMS_42 = "account|https://lms.example.org|42"
ID = "openid|https://id.example.org/ada"
DIGEST = "mbox_sha1sum|0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("agent", "term"),
    [(AGENT, ADA), (ACCOUNT, LMS_42), (OPENID, ID), (SHA1, DIGEST), (GROUP, TEAM)],
)
def test_an_agent_is_found_by_its_identifier(agent, term):
    assert agent_term(agent) == term


def test_only_the_domain_of_an_address_is_compared_in_any_case():
    assert agent_term({"mbox": "mailto:Ada@EXAMPLE.Org"}) == "mbox|mailto:Ada@example.org"


ACCOUNTS = st.builds(
    lambda page, name: {"account": {"homePage": page, "name": name}},
    st.sampled_from(["act:a", "act:a:b", "act:a/", "https://lms.example.org"]),
    st.text("ab|:/", max_size=4),
)


@given(ACCOUNTS, ACCOUNTS)
def test_accounts_are_told_apart_whatever_their_names(one, other):
    assert (agent_term(one) == agent_term(other)) == (one == other)


def test_a_small_statement_meets_few_filters():
    found = terms(MINIMAL)
    assert found.verb == "https://example.org/verbs/did"
    assert found.activity == "https://example.org/activity"
    assert found.agents == (ADA,)
    assert found.related_activities == found.related_agents == ()
    assert found.registration is found.refers_to is None
    assert not found.voids


def test_a_full_statement_meets_many():
    found = terms({**FULL, "authority": OPENID})
    assert found.activity == "https://example.org/quiz/1"
    assert found.related_activities == (
        "https://example.org/quiz",
        "https://example.org/course",
        "https://example.org/profile",
    )
    assert found.agents == (ADA,)
    assert set(found.related_agents) == {ID, LMS_42, TEAM}
    assert found.registration == "5f4b2a1c-3d7e-4c8b-9a2f-1e6d0c9b8a77"


@pytest.mark.parametrize(
    ("actor", "found"),
    [(GROUP, {TEAM, ADA, LMS_42}), (ANONYMOUS, {ADA, LMS_42}), (ACCOUNT, {LMS_42})],
)
@pytest.mark.parametrize("place", ["actor", "object"])
def test_groups_are_found_by_their_members_too_as_actor_and_as_object(place, actor, found):
    statement = {**MINIMAL, "actor": OPENID, place: {"objectType": "Agent", **actor}}
    assert set(terms(statement).agents) == found | ({ID} if place == "object" else set())
    assert terms(statement).activity == (None if place == "object" else MINIMAL["object"]["id"])


@pytest.mark.parametrize("place", ["authority", "context.instructor", "context.team"])
def test_who_is_related_is_found_by_the_broad_filter_only(place):
    statement = put({**MINIMAL, "context": {}}, place, ANONYMOUS | {"member": [SHA1, AGENT]})
    assert terms(statement).agents == (ADA,)
    assert terms(statement).related_agents == (DIGEST,)


def test_context_agents_and_groups_are_related():
    context = put(CONTEXT_2_0, "contextAgents[0].agent", SHA1)
    assert set(terms({**MINIMAL, "context": context}).related_agents) == {DIGEST, TEAM, LMS_42}


def test_what_is_in_a_substatement_is_related():
    statement = put(WITH_SUBSTATEMENT, "actor", OPENID)
    statement = put(statement, "object.object", {"objectType": "Agent", **SHA1})
    found = terms(statement)
    assert found.agents == (ID,)
    assert set(found.related_agents) == {ADA, DIGEST, LMS_42, TEAM}
    assert found.activity is None
    assert "https://example.org/quiz" in found.related_activities


def test_the_object_of_a_substatement_is_a_related_activity():
    found = terms(WITH_SUBSTATEMENT)
    assert found.activity is None
    assert set(found.related_activities) == {
        "https://example.org/quiz/1",
        "https://example.org/quiz",
        "https://example.org/course",
        "https://example.org/profile",
    }
    assert found.registration is None


def test_nothing_is_said_twice():
    activities = {"parent": [QUESTION, {"id": "act:x"}], "other": [{"id": "act:x"}, QUESTION]}
    found = terms({**FULL, "object": QUESTION, "context": {"contextActivities": activities}})
    assert found.related_activities == ("act:x",)
    assert terms({**FULL, "actor": {**GROUP, "member": [AGENT, AGENT]}}).agents == (TEAM, ADA)


def test_a_registration_is_found_in_any_case():
    statement = {**MINIMAL, "context": {"registration": "AA97B177-9383-4934-8543-0F91A7A02836"}}
    assert terms(statement).registration == "aa97b177-9383-4934-8543-0f91a7a02836"
    assert (
        registration_term("AA97B177-9383-4934-8543-0F91A7A02836") == terms(statement).registration
    )


def test_only_the_object_refers_to_a_statement():
    found = terms({**MINIMAL, "object": REFERENCE})
    assert found.refers_to == UUID(REFERENCE["id"])
    assert found.activity is None
    assert not found.voids
    assert terms({**MINIMAL, "context": {"statement": REFERENCE}}).refers_to is None
    assert terms(put(WITH_SUBSTATEMENT, "object.object", REFERENCE)).refers_to is None


def test_a_voiding_statement_voids():
    voiding = put(MINIMAL, "verb.id", "http://adlnet.gov/expapi/verbs/voided")
    assert terms({**voiding, "object": REFERENCE}).voids
