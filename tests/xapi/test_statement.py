"""Every rule of a statement: what keeps it and what breaks it, at each place where it holds."""

import pytest

from lrs.errors import InvalidStatement
from lrs.xapi.statement import validate
from lrs.xapi.versions import Version
from tests.xapi.examples import (
    ACCOUNT,
    AGENT,
    ANONYMOUS,
    CONTEXT_2_0,
    FULL,
    GROUP,
    MINIMAL,
    QUESTION,
    REFERENCE,
    WITH_SUBSTATEMENT,
    put,
    steps,
    without,
)
from tests.xapi.tables import BAD, BAD_CONTEXT_2_0, BAD_OF_RECORDS, GOOD, GOOD_OF_RECORDS, cases

VERSIONS = pytest.mark.parametrize("version", list(Version))


@VERSIONS
@pytest.mark.parametrize("statement", [FULL, WITH_SUBSTATEMENT, MINIMAL])
def test_what_keeps_every_rule_is_valid(statement, version):
    validate(statement, version)


@VERSIONS
@pytest.mark.parametrize(("place", "value"), cases(GOOD, GOOD_OF_RECORDS))
def test_every_rule_leaves_its_freedoms(place, value, version):
    validate(put(FULL, place, value), version)


@VERSIONS
@pytest.mark.parametrize(("place", "value"), cases(GOOD))
def test_the_same_freedoms_hold_in_substatements(place, value, version):
    validate(put(WITH_SUBSTATEMENT, f"object.{place}", value), version)


@VERSIONS
@pytest.mark.parametrize(("place", "value"), cases(BAD, BAD_OF_RECORDS))
def test_every_broken_rule_is_refused_at_its_place(place, value, version):
    with pytest.raises(InvalidStatement) as refused:
        validate(put(FULL, place, value), version)
    assert refused.value.path.startswith(place)
    assert refused.value.message


@VERSIONS
@pytest.mark.parametrize(("place", "value"), cases(BAD))
def test_every_rule_holds_in_substatements(place, value, version):
    with pytest.raises(InvalidStatement) as refused:
        validate(put(WITH_SUBSTATEMENT, f"object.{place}", value), version)
    assert refused.value.path.startswith(f"object.{place}")


@VERSIONS
@pytest.mark.parametrize("statement", [FULL, WITH_SUBSTATEMENT])
@pytest.mark.parametrize(
    "place",
    [
        "actor",
        "actor.mbox",
        "verb",
        "verb.id",
        "object",
        "object.id",
        "attachments[0].sha2",
        "attachments[0].usageType",
        "attachments[0].display",
        "attachments[0].contentType",
        "attachments[0].length",
        "object.definition.interactionType",
        "context.team.objectType",
        "context.instructor.account.homePage",
        "context.instructor.account.name",
        "context.statement.objectType",
        "context.statement.id",
        "object.definition.choices[1].id",
        "context.contextActivities.parent[0].id",
    ],
)
def test_what_is_required_is_missed(statement, place, version):
    if statement is WITH_SUBSTATEMENT:
        place = f"object.{place}"
    with pytest.raises(InvalidStatement) as refused:
        validate(without(statement, place), version)
    assert refused.value.path in (place, place.removesuffix(".mbox"))
    assert "required" in refused.value.message or "exactly one" in refused.value.message


@VERSIONS
@pytest.mark.parametrize("name", ["id", "stored", "version", "authority"])
def test_a_substatement_has_none_of_the_record_s_own_properties(name, version):
    with pytest.raises(InvalidStatement) as refused:
        validate(put(WITH_SUBSTATEMENT, f"object.{name}", FULL[name]), version)
    assert refused.value.path == f"object.{name}"


@VERSIONS
def test_a_substatement_holds_no_substatement(version):
    nested = put(WITH_SUBSTATEMENT, "object.object", WITH_SUBSTATEMENT["object"])
    with pytest.raises(InvalidStatement) as refused:
        validate(nested, version)
    assert refused.value.path == "object.object.objectType"


@VERSIONS
@pytest.mark.parametrize("statement", [[], None, "text", 1, [FULL]])
def test_a_statement_is_an_object(statement, version):
    with pytest.raises(InvalidStatement):
        validate(statement, version)


@VERSIONS
@pytest.mark.parametrize("target", [AGENT, GROUP, ANONYMOUS, REFERENCE, QUESTION])
@pytest.mark.parametrize("place", ["object", "object.object"])
def test_the_object_may_be_of_any_kind(target, place, version):
    statement = MINIMAL if place == "object" else put(WITH_SUBSTATEMENT, "object.context", {})
    validate(put(statement, place, target), version)


@VERSIONS
@pytest.mark.parametrize("target", [ACCOUNT, {k: v for k, v in GROUP.items() if k != "objectType"}])
def test_an_object_that_does_not_say_its_kind_is_an_activity(target, version):
    with pytest.raises(InvalidStatement):
        validate(put(MINIMAL, "object", target), version)


@VERSIONS
@pytest.mark.parametrize("name", ["revision", "platform"])
@pytest.mark.parametrize("target", [AGENT, GROUP, REFERENCE])
def test_revision_and_platform_belong_to_activities(name, target, version):
    statement = {**MINIMAL, "object": target, "context": {name: "1"}}
    with pytest.raises(InvalidStatement) as refused:
        validate(statement, version)
    assert refused.value.path == f"context.{name}"
    inner = put(put(WITH_SUBSTATEMENT, "object.object", target), "object.context", {name: "1"})
    with pytest.raises(InvalidStatement) as refused:
        validate(inner, version)
    assert refused.value.path == f"object.context.{name}"
    with pytest.raises(InvalidStatement):
        validate({**WITH_SUBSTATEMENT, "context": {name: "1"}}, version)


@VERSIONS
def test_what_is_voided_is_a_statement_reference(version):
    voiding = put(MINIMAL, "verb.id", "http://adlnet.gov/expapi/verbs/voided")
    validate({**voiding, "object": REFERENCE}, version)
    for target in (QUESTION, AGENT, WITH_SUBSTATEMENT["object"]):
        with pytest.raises(InvalidStatement) as refused:
            validate({**voiding, "object": target}, version)
        assert refused.value.path == "object.objectType"


@VERSIONS
@pytest.mark.parametrize(
    ("kind", "lists"),
    [
        ("true-false", []),
        ("choice", ["choices"]),
        ("fill-in", []),
        ("long-fill-in", []),
        ("matching", ["source", "target"]),
        ("performance", ["steps"]),
        ("numeric", []),
        ("sequencing", ["choices"]),
        ("likert", ["scale"]),
        ("other", []),
    ],
)
def test_each_interaction_has_its_own_component_lists(kind, lists, version):
    for name in ("choices", "scale", "source", "target", "steps"):
        statement = put(
            MINIMAL, "object.definition", {"interactionType": kind, name: [{"id": "1"}]}
        )
        if name in lists:
            validate(statement, version)
        else:
            with pytest.raises(InvalidStatement) as refused:
                validate(statement, version)
            assert refused.value.path == f"object.definition.{name}"


@VERSIONS
def test_a_signature_is_an_octet_stream(version):
    signed = put(FULL, "attachments[0].usageType", "http://adlnet.gov/expapi/attachments/signature")
    with pytest.raises(InvalidStatement) as refused:
        validate(signed, version)
    assert refused.value.path == "attachments[0].contentType"
    validate(put(signed, "attachments[0].contentType", "application/octet-stream"), version)


def test_a_statement_of_2_0_is_taken_by_2_0_only():
    statement = {**MINIMAL, "version": "2.0.0"}
    validate(statement, Version.V2_0)
    with pytest.raises(InvalidStatement) as refused:
        validate(statement, Version.V1_0_3)
    assert refused.value.path == "version"


@pytest.mark.parametrize("name", ["contextAgents", "contextGroups"])
@pytest.mark.parametrize("place", ["", "object."])
def test_context_agents_and_groups_are_of_2_0_only(name, place):
    statement = put(WITH_SUBSTATEMENT, f"{place}context", {name: CONTEXT_2_0[name]})
    validate(statement, Version.V2_0)
    with pytest.raises(InvalidStatement) as refused:
        validate(statement, Version.V1_0_3)
    assert refused.value.path == f"{place}context.{name}"


@pytest.mark.parametrize(("place", "value"), cases(BAD_CONTEXT_2_0))
@pytest.mark.parametrize("outer", ["", "object."])
def test_context_agents_and_groups_have_their_rules(outer, place, value):
    statement = put(WITH_SUBSTATEMENT, f"{outer}context", CONTEXT_2_0)
    with pytest.raises(InvalidStatement) as refused:
        validate(put(statement, f"{outer}context.{place}", value), Version.V2_0)
    assert refused.value.path.startswith(f"{outer}context.{place}")


@pytest.mark.parametrize("name", ["agent", "objectType"])
def test_a_context_agent_says_what_it_is_and_who(name):
    statement = put(MINIMAL, "context", CONTEXT_2_0)
    validate(without(statement, "context.contextAgents[0].relevantTypes"), Version.V2_0)
    with pytest.raises(InvalidStatement) as refused:
        validate(without(statement, f"context.contextAgents[0].{name}"), Version.V2_0)
    assert refused.value.path == f"context.contextAgents[0].{name}"


def test_a_key_that_is_no_identifier_is_quoted_in_the_path():
    statement = put(FULL, "object.definition.name", {"en us": "x"})
    with pytest.raises(InvalidStatement) as refused:
        validate(statement, Version.V2_0)
    assert refused.value.path == "object.definition.name['en us']"
    assert steps(refused.value.path) == ["object", "definition", "name", "en us"]


def test_a_fault_deep_inside_is_named_to_the_letter():
    statement = put(FULL, "context.contextActivities.parent[0].id", "nowhere")
    with pytest.raises(InvalidStatement) as refused:
        validate(statement, Version.V1_0_3)
    assert refused.value.path == "context.contextActivities.parent[0].id"
    assert refused.value.message == "must be an absolute IRI, not 'nowhere'"
