"""What events say without a person: pure, and every other byte of them as it was.

A person's own statements go whole. Where others' statements merely name the person (in a group, a
team, as instructor …), the person is taken out and the rest stays. See docs/adr/0014-erasure.md.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import orjson

from lrs.audit.history import canonical, people_in
from lrs.document_rules import actors_of
from lrs.events import AttendanceImported, PeopleLinked, RecordsDisclosed
from lrs.xapi.actor import actor_key
from lrs.xapi.signature import signatures
from lrs.xapi.statement import VOIDED

JSON = dict[str, Any]
GONE = "[erased]"
"""In place of a text that names the person."""
_KEPT_OF_VOIDING = ("id", "verb", "object", "stored", "timestamp", "authority", "version")
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Subject(NamedTuple):
    """Whom to take out."""

    person: str
    """The opaque person id."""
    keys: frozenset[str]
    """The person's actors, canonical, see `lrs.audit.history.canonical`."""
    log: UUID

    def is_named_by(self, actors: Iterable[str | None]) -> bool:
        """Whether any of these actor keys is the person's."""
        return any(actor is not None and canonical(actor) in self.keys for actor in actors)

    @property
    def pseudonym(self) -> JSON:
        """The agent who stands where there must be one."""
        return {
            "objectType": "Agent",
            "account": {"homePage": f"urn:uuid:{self.log}", "name": self.person},
        }


def redacted_statement(text: bytes, parsed: JSON, subject: Subject) -> bytes | None:
    """Return a statement without the person, or `text` itself if it does not name them.

    None: it is theirs, or about them, and goes whole. A voiding statement of theirs stays one, by a
    pseudonym: what it voided stays void. A signature covered the whole, so it goes.
    """
    edits = _edits(text, parsed, subject)
    if edits is None and parsed["verb"]["id"] == VOIDED:
        return voiding_by(subject, text, parsed)
    if edits is None:
        return None
    if "authority" in parsed and _without(parsed["authority"], subject) != parsed["authority"]:
        edits["authority"] = orjson.dumps(subject.pseudonym)
    if edits and (signed := signatures(parsed)):
        kept = [each for each in parsed["attachments"] if each["sha2"].lower() not in signed]
        edits["attachments"] = orjson.dumps(kept) if kept else None
    return _edited(text, edits) if edits else text


def voiding_by(subject: Subject, text: bytes, parsed: JSON) -> bytes:
    """Return a voiding statement that says nothing but what it voids, by a pseudonym."""
    edits: dict[str, bytes | None] = dict.fromkeys(parsed.keys() - _KEPT_OF_VOIDING)
    edits["actor"] = orjson.dumps(subject.pseudonym)
    if _without(parsed.get("authority", {}), subject) != parsed.get("authority", {}):
        edits["authority"] = edits["actor"]
    return _edited(text, edits)


def _edits(text: bytes, parsed: JSON, subject: Subject) -> dict[str, bytes | None] | None:
    """Return the members to replace (None: to take out); None if the whole statement goes."""
    edits: dict[str, bytes | None] = {}
    for member in ("actor", "object"):
        value = parsed[member]
        if value.get("objectType") == "SubStatement":
            inner = bytes(_members(text)[member])
            inner_edits = _edits(inner, value, subject)
            if inner_edits is None:
                return None
            if inner_edits:
                edits[member] = _edited(inner, inner_edits)
        elif member == "actor" or value.get("objectType") in ("Agent", "Group"):
            left = _without(value, subject)
            if left is None:
                return None
            if left != value:
                edits[member] = orjson.dumps(left)
    if "context" in parsed and (within := _context_edits(parsed["context"], subject)):
        edits["context"] = _edited(bytes(_members(text)["context"]), within)
    return edits


def _context_edits(context: JSON, subject: Subject) -> dict[str, bytes | None]:
    edits: dict[str, bytes | None] = {}
    for role in ("instructor", "team"):
        if role in context and (left := _without(context[role], subject)) != context[role]:
            edits[role] = orjson.dumps(left) if left else None
    for role, wrapped in (("contextAgents", "agent"), ("contextGroups", "group")):
        if role in context:
            pairs = [(each, _without(each[wrapped], subject)) for each in context[role]]
            kept = [each | {wrapped: left} for each, left in pairs if left]
            if kept != context[role]:
                edits[role] = orjson.dumps(kept) if kept else None
    return edits


def _without(actor: JSON, subject: Subject) -> JSON | None:
    """Return an agent or group without the person; None if nobody is left.

    A group that goes by the person's identifier is left with its other members, anonymous.
    """
    theirs = bool(actor) and subject.is_named_by([actor_key(actor)])
    members = actor.get("member", [])
    kept = [each for each in members if not subject.is_named_by([actor_key(each)])]
    if theirs:
        return {"objectType": "Group", "member": kept} if kept else None
    if len(kept) == len(members):
        return actor
    rest = {name: value for name, value in actor.items() if name != "member"}
    if kept:
        return rest | {"member": kept}
    return rest if actor_key(actor) else None


def _edited(text: bytes, edits: Mapping[str, bytes | None]) -> bytes:
    """Return an object with members replaced or taken out; what stays keeps its very text."""
    members = _members(text)
    for name, value in edits.items():
        if value is None:
            members.pop(name, None)
        else:
            members[name] = msgspec.Raw(value)
    return msgspec.json.encode(members)


def redacted_document(document: JSON, subject: Subject) -> JSON:
    """Return a program document without the person's learner entries."""
    if not any(_entries(document, subject)):
        return document
    cohorts = [
        cohort
        | {
            "learners": [
                each for each in cohort["learners"] if not subject.is_named_by(actors_of(each))
            ]
        }
        if "learners" in cohort
        else cohort
        for cohort in document["cohorts"]
    ]
    return document | {"cohorts": cohorts}


def _entries(document: JSON, subject: Subject) -> Iterable[JSON]:
    for cohort in document.get("cohorts", ()):
        for each in cohort.get("learners", ()):
            if subject.is_named_by(actors_of(each)):
                yield each


def names_in(document: JSON, subject: Subject) -> set[str]:
    """Return the names that a program document gives the person."""
    return {each["name"] for each in _entries(document, subject) if each.get("name")}


def redacted_link(event: PeopleLinked, subject: Subject) -> PeopleLinked | None:
    """Return a link without the person's actors; None if fewer than two are left."""
    kept = tuple(each for each in event.actors if not subject.is_named_by([each]))
    if len(kept) == len(event.actors):
        return event
    return msgspec.structs.replace(event, actors=kept) if len(kept) > 1 else None


def redacted_disclosure(event: RecordsDisclosed, subject: Subject) -> RecordsDisclosed:
    """Return a disclosure that asked for the person's opaque id."""
    if not people_in(event) & subject.keys:
        return event
    parameters = {
        name: subject.person if _asks_for(event, name, subject) else value
        for name, value in event.parameters.items()
    }
    return msgspec.structs.replace(event, parameters=parameters)


def _asks_for(event: RecordsDisclosed, name: str, subject: Subject) -> bool:
    alone = msgspec.structs.replace(event, parameters={name: event.parameters[name]})
    return bool(people_in(alone) & subject.keys)


def redacted_import(event: AttendanceImported, gone: frozenset[UUID]) -> AttendanceImported:
    """Return an import without the evidence for statements that are gone."""
    kept = tuple(each for each in event.evidence if gone.isdisjoint(each.statements))
    return msgspec.structs.replace(event, evidence=kept)


def redacted_text(text: str | None, words: Iterable[str]) -> str | None:
    """Return a reason; one that holds any of the words is gone whole."""
    folded = (text or "").casefold()
    named = (re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", folded) for word in words)
    return GONE if any(named) else text


def redacted_facts(facts: list[JSON], words: frozenset[str], connections: set[str]) -> list[JSON]:
    """Return what a webhook told without what it told of somebody.

    They are known by an address, an id or a name, casefolded, and then by the connections, which
    are added to.
    """
    for each in facts:
        who = each.get("who") or {}
        known = [who.get("email") or "", who.get("name") or ""]
        known += [one.partition(":")[2] for one in who.get("ids", ())]
        if any(one.casefold() in words for one in known if one):
            connections.add(who.get("connection", ""))
    connections.discard("")
    return [each for each in facts if (each.get("who") or {}).get("connection") not in connections]
