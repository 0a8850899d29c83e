"""What people did in a meeting, as verbs, objects and results of xAPI's virtual classroom profile."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from adapters.attendance import Act, ActKind

_THINGS = UUID("0a2c5b86-2e6d-5f0b-9c53-7d1e8f4b6a20")
CLASSROOM = "https://w3id.org/xapi/virtual-classroom"
POSTED = "https://w3id.org/xapi/acrossx/verbs/posted"
ASKED = "http://adlnet.gov/expapi/verbs/asked"
ANSWERED = "http://adlnet.gov/expapi/verbs/answered"
REACTED = f"{CLASSROOM}/verbs/reacted"
MESSAGE = "https://w3id.org/xapi/acrossx/activities/message"
QUESTION = "http://adlnet.gov/expapi/activities/question"
INTERACTION = "http://adlnet.gov/expapi/activities/cmi.interaction"
EMOJI = f"{CLASSROOM}/extensions/emoji"
COUNT = "https://w3id.org/bichron/extensions/count"
RAISED_HAND = "U+1F590"
"""How the profile writes a raised hand: as the code point of its emoji."""
VERBS: Mapping[ActKind, str] = {
    "posted": POSTED,
    "asked": ASKED,
    "answered-poll": ANSWERED,
    "raised-hand": REACTED,
    "reacted": REACTED,
}
WORDS = {POSTED: "posted", ASKED: "asked", ANSWERED: "answered", REACTED: "reacted"}

Object = dict[str, Any]


class Deed(NamedTuple):
    """What differs between the statements of one person's acts."""

    verb: str
    object: Object | None
    """None: the session itself."""
    result: Object


def counted(acts: Iterable[Act]) -> list[Act]:
    """Return acts in order of first appearance, equal ones as one with their number."""
    numbers = Counter[Act]()
    for act in acts:
        numbers[act._replace(number=1)] += act.number
    return [act._replace(number=number) for act, number in numbers.items()]


def deed(act: Act, instance: str, person: str) -> Deed:
    """Return an act as xAPI tells it; `instance` is the meeting's, `person` the actor's key.

    Answers to one question of a meeting have one object, whoever gives them.
    """
    if act.kind == "raised-hand":
        return Deed(REACTED, None, _result(act, {EMOJI: RAISED_HAND}))
    if act.kind == "reacted":
        return Deed(REACTED, None, _result(act))
    return Deed(VERBS[act.kind], _thing(act, instance, person), _result(act))


def act_kind(statement: Mapping[str, Any]) -> ActKind | None:
    """Return which kind of act a statement that an adapter made tells; None: no act."""
    verb = statement["verb"]["id"]
    if verb == REACTED:
        extensions = statement.get("result", {}).get("extensions", {})
        return "raised-hand" if extensions.get(EMOJI) == RAISED_HAND else "reacted"
    return next((kind for kind, iri in VERBS.items() if iri == verb), None)


def _thing(act: Act, instance: str, person: str) -> Object:
    if act.kind == "answered-poll":
        definition: Object = {"type": INTERACTION, "interactionType": "choice"}
        if act.about:
            definition["name"] = {"und": act.about}
        return _activity("poll", f"{instance}\n{act.about or ''}", definition)
    name, kind = ("message", MESSAGE) if act.kind == "posted" else ("question", QUESTION)
    said = f"{instance}\n{person}\n{act.at}\n{act.text or ''}\n{act.about or ''}"
    return _activity(name, said, {"type": kind})


def _activity(name: str, identity: str, definition: Object) -> Object:
    iri = f"urn:bichron:{name}:{uuid5(_THINGS, identity)}"
    return {"objectType": "Activity", "id": iri, "definition": definition}


def _result(act: Act, extensions: Object | None = None) -> Object:
    found = dict(extensions or {})
    if act.number > 1:
        found[COUNT] = act.number
    return {
        **({"response": act.text} if act.text else {}),
        **({"extensions": found} if found else {}),
    }
