"""Agents and groups (1.0.3 Data 2.4.2; 2.0, 4.2.2.1), and who may be an authority."""

from typing import Any

from lrs.errors import InvalidStatement
from lrs.xapi.rules.scalars import a_mailto, a_sha1, a_string, an_iri
from lrs.xapi.rules.shapes import an_array, an_object, has_only, is_object, one_of, wrong_kind

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
"""The inverse functional identifiers: an agent or identified group has exactly one of them."""

account = an_object({"homePage": an_iri, "name": a_string}, "homePage", "name")

_IDENTIFIER = {"mbox": a_mailto, "mbox_sha1sum": a_sha1, "openid": an_iri, "account": account}
_AGENT = {"objectType": one_of("Agent"), "name": a_string, **_IDENTIFIER}


def agent(value: Any) -> None:
    """Check for an agent."""
    has_only(value, _AGENT)
    if _identifiers(value) != 1:
        raise InvalidStatement(f"an agent has exactly one of {', '.join(IDENTIFIERS)}")


_GROUP = {
    "objectType": one_of("Group"),
    "name": a_string,
    "member": an_array(agent),
    **_IDENTIFIER,
}


def group(value: Any) -> None:
    """Check for a group: identified by one identifier, or anonymous and known by its members."""
    has_only(value, _GROUP)
    if "objectType" not in value:
        raise InvalidStatement("is required, and must be Group", "objectType")
    identifiers = _identifiers(value)
    if identifiers > 1:
        raise InvalidStatement(f"a group has at most one of {', '.join(IDENTIFIERS)}")
    if identifiers == 0 and not value.get("member"):
        raise InvalidStatement("is required of a group without an identifier", "member")


def actor(value: Any) -> None:
    """Check for an agent or a group; what does not say is an agent."""
    is_object(value)
    kind = value.get("objectType", "Agent")
    if kind == "Group":
        group(value)
    elif kind == "Agent":
        agent(value)
    else:
        fault = wrong_kind("Agent or Group", kind)
        fault.path = "objectType"
        raise fault


def identified(value: Any) -> None:
    """Check for an agent or an identified group."""
    actor(value)
    if _identifiers(value) == 0:
        raise InvalidStatement(f"needs one of {', '.join(IDENTIFIERS)}")


def authority(value: Any) -> None:
    """Check for an agent, or the pair of application and user in three-legged OAuth (2.4.9)."""
    actor(value)
    if value.get("objectType") == "Group":
        if _identifiers(value):
            raise InvalidStatement("an authority that is a group must be anonymous")
        if len(value["member"]) != 2:
            raise InvalidStatement("an authority that is a group has exactly two members", "member")


def _identifiers(value: dict[str, Any]) -> int:
    # Written out: this runs several times in every statement.
    return (
        ("mbox" in value) + ("account" in value) + ("openid" in value) + ("mbox_sha1sum" in value)
    )
