"""Statements and SubStatements, whole (1.0.3 Data 2.2 to 2.4; 2.0, 4.2): the gate to the store."""

from typing import Any

from lrs.errors import InvalidStatement
from lrs.xapi.rules.activities import activity
from lrs.xapi.rules.actors import actor, agent, authority, group
from lrs.xapi.rules.contexts import context, statement_reference
from lrs.xapi.rules.results import attachments, result
from lrs.xapi.rules.scalars import a_language_map, a_timestamp, a_uuid, an_iri, formatted
from lrs.xapi.rules.shapes import Check, an_object, has_all, has_only, is_object, one_of, wrong_kind
from lrs.xapi.versions import Version, is_statement_version, is_statement_version_1

VOIDED = "http://adlnet.gov/expapi/verbs/voided"

_verb = an_object({"id": an_iri, "display": a_language_map}, "id")

_VERSIONS = {
    Version.V1_0_3: formatted(is_statement_version_1, "a version 1.0.x"),
    # A 2.0 endpoint takes statements of both versions, for it must show those of both.
    Version.V2_0: formatted(is_statement_version, "a version 1.0.x or 2.0.x"),
}

_LEAVES: dict[str, Check] = {
    "Activity": activity,
    "Agent": agent,
    "Group": group,
    "StatementRef": statement_reference,
}


def validate(statement: Any, version: Version) -> None:
    """Check a parsed statement, as a client sends it, against every rule of a version.

    Raises `InvalidStatement` for the first fault, with the place in `path`.
    """
    _CHECKS[version](statement)


def _an_object_of(kinds: dict[str, Check]) -> Check:
    """Return the check for a statement's object, which is an activity if it does not say."""

    def check(value: Any) -> None:
        is_object(value)
        kind = value.get("objectType", "Activity")
        chosen = kinds.get(kind) if type(kind) is str else None
        if chosen is None:
            fault = wrong_kind("one of " + ", ".join(kinds), kind)
            fault.path = "objectType"
            raise fault
        chosen(value)

    return check


def _is_coherent(statement: dict[str, Any]) -> None:
    """Check the rules that tie a statement's parts together."""
    has_all(statement, ("actor", "verb", "object"))
    kind = statement["object"].get("objectType", "Activity")
    if kind != "StatementRef" and statement["verb"]["id"] == VOIDED:
        raise InvalidStatement("what is voided must be a StatementRef", "object.objectType")
    if kind != "Activity" and "context" in statement:
        for name in ("revision", "platform"):
            if name in statement["context"]:
                message = "has its place only where the object is an Activity"
                raise InvalidStatement(message, f"context.{name}")


def _a_statement(version: Version) -> Check:
    common: dict[str, Check] = {
        "actor": actor,
        "verb": _verb,
        "result": result,
        "context": context[version],
        "timestamp": a_timestamp,
        "attachments": attachments,
    }
    of_substatements = {
        **common,
        "objectType": one_of("SubStatement"),
        "object": _an_object_of(_LEAVES),
    }

    def substatement(value: Any) -> None:
        has_only(value, of_substatements)
        _is_coherent(value)

    of_statements = {
        **common,
        "id": a_uuid,
        "object": _an_object_of({**_LEAVES, "SubStatement": substatement}),
        "stored": a_timestamp,
        "authority": authority,
        "version": _VERSIONS[version],
    }

    def statement(value: Any) -> None:
        has_only(value, of_statements)
        _is_coherent(value)

    return statement


_CHECKS = {version: _a_statement(version) for version in Version}
