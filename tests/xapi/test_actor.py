import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.errors import InvalidQuery
from lrs.xapi.actor import actor_key, agent_from_key, mbox_sha1, parse_agent
from lrs.xapi.rules.actors import agent
from tests.xapi.examples import ACCOUNT, AGENT, ANONYMOUS, GROUP, OPENID, SHA1


@pytest.mark.parametrize(
    ("actor", "key"),
    [
        (AGENT, "mailto:ada@example.org"),
        ({"mbox": "mailto:Ada@EXAMPLE.org"}, "mailto:ada@example.org"),
        (SHA1, "sha1:0123456789abcdef0123456789abcdef01234567"),
        (OPENID, "openid:https://id.example.org/ada"),
        (ACCOUNT, "https://lms.example.org::42"),
        ({"account": {"homePage": "act:x", "name": "A b::c"}}, "act:x::A b::c"),
        (GROUP, "mailto:team@example.org"),
        (ANONYMOUS, None),
    ],
)
def test_an_actor_has_one_key(actor, key):
    assert actor_key(actor) == key


HOME_PAGES = st.sampled_from(
    ["https://lms.example.org", "https://lms.example.org/a::b", "http://[::1]/", "urn:x::y"]
) | st.from_regex(r"https://example\.org/[a-z:]{0,8}", fullmatch=True)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=10) | st.sampled_from(
    ["", ":", "::", "a::b", "https://x.example.org::y"]
)
AGENTS = st.one_of(
    st.builds("mailto:{}@example.org".format, st.from_regex(r"[a-z.]{1,5}", fullmatch=True)).map(
        lambda mbox: {"mbox": mbox}
    ),
    st.from_regex(r"[0-9a-f]{40}", fullmatch=True).map(lambda digest: {"mbox_sha1sum": digest}),
    HOME_PAGES.map(lambda iri: {"openid": iri}),
    st.builds(lambda page, name: {"account": {"homePage": page, "name": name}}, HOME_PAGES, NAMES),
)


@given(AGENTS)
def test_a_key_leads_back_to_its_agent(known):
    found = agent_from_key(str(actor_key(known)))
    agent(found)
    assert found == {"objectType": "Agent", **known}


@given(AGENTS, AGENTS)
def test_different_agents_have_different_keys(one, other):
    assert (actor_key(one) == actor_key(other)) == (one == other)


@pytest.mark.parametrize(
    "key",
    ["", "ada", "ada@example.org", "mailto:ada", "sha1:123", "openid:nowhere", "::", "name::42"],
)
def test_what_names_nobody_is_refused(key):
    with pytest.raises(InvalidQuery, match="is no actor"):
        agent_from_key(key)


def test_the_digest_of_an_address_is_that_of_its_mailto_iri_in_lower_case():
    # echo -n mailto:ada@example.org | sha1sum
    assert mbox_sha1("mailto:ada@example.org") == "sha1:" + ADA
    assert mbox_sha1("mailto:Ada@Example.ORG") == "sha1:" + ADA


ADA = "d714b8a95bd857a37405a7b56db9108b60ae42bd"


@pytest.mark.parametrize("actor", [AGENT, ACCOUNT, OPENID, SHA1, GROUP])
def test_a_parameter_names_an_agent_or_an_identified_group(actor):
    assert parse_agent(json.dumps(actor)) == actor


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "agent"),
        ("ada", "agent"),
        ("[]", "agent"),
        ("{}", "agent"),
        (json.dumps(ANONYMOUS), "agent"),
        ('{"mbox":"ada"}', "agent.mbox"),
        ('{"account":{"homePage":"nowhere","name":"42"}}', "agent.account.homePage"),
        ('{"mbox":"mailto:a@example.org","mbox":"mailto:b@example.org"}', "agent"),
        ('{"mbox":"mailto:a@example.org","objectType":"Person"}', "agent.objectType"),
        ('{"mbox":"mailto:\ud800@example.org"}', "agent"),
    ],
)
def test_any_other_parameter_is_refused_at_its_place(text, path):
    with pytest.raises(InvalidQuery) as refused:
        parse_agent(text)
    assert refused.value.path == path


def test_the_refused_parameter_is_called_by_its_name():
    with pytest.raises(InvalidQuery) as refused:
        parse_agent("{}", "actor")
    assert refused.value.path == "actor"
