"""The rules of the program document: which keys it has, and what has to fit together.

First every value is looked at by itself, in the document's own order; then what refers to something
else. `docs` and the contract describe the document for people; this is the same for the machine.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from lrs.document_fields import (
    actor,
    flag,
    iri,
    list_of,
    mailbox,
    mapping,
    number,
    one_of,
    set_of,
    slug,
    text,
    time,
    time_zone,
    whole,
)
from lrs.errors import InvalidProgram
from lrs.local_time import beginning, end
from lrs.xapi.actor import actor_key, mbox_sha1

Fields = dict[str, Any]

_DAYS = whole(1, 36_500)
_MINUTES = number(0, 525_600)
_MODE = one_of("async", "live-online", "in-person")

_RULES = mapping({}, {"at_risk_after_days": _DAYS, "dropped_after_days": _DAYS})
_OUTCOME = mapping({"id": text, "needs": one_of("interaction", "information")}, {"title": text})
_LEARNER = mapping(
    {},
    {
        "name": text,
        "mbox": mailbox,
        "account": mapping({"homePage": iri, "name": text}, {}),
        "also": list_of(actor),
        "timezone": time_zone,
        "enrolled": time,
        "withdrawn": time,
    },
)
_COHORT = mapping({"id": text}, {"learners": list_of(_LEARNER)})
_ACTIVITY = mapping(
    {"id": iri, "mode": _MODE, "kind": one_of("content", "quiz", "post", "assignment")},
    {
        "title": text,
        "outcome": text,
        "required": flag,
        "weight": number(0, 1_000_000, above=True),
        "due": time,
        "minutes": _MINUTES,
        "pass": number(0, 1),
    },
)
_SESSION = mapping(
    {"id": iri, "mode": one_of("live-online", "in-person"), "starts": time, "ends": time},
    {
        "title": text,
        "outcome": text,
        "prepares": set_of(iri),
        "reinforces": set_of(iri),
        "reinforce_within_days": _DAYS,
        "recording": iri,
        "group": text,
        "match": set_of(iri),
        "attendance": mapping({}, {"minutes": _MINUTES, "share": number(0, 1)}),
    },
)
_PROGRAM = mapping(
    {"slug": slug},
    {
        "title": text,
        "timezone": time_zone,
        "starts": time,
        "ends": time,
        "rules": _RULES,
        "outcomes": list_of(_OUTCOME),
        "cohorts": list_of(_COHORT),
        "activities": list_of(_ACTIVITY),
        "sessions": list_of(_SESSION),
    },
)


def validate_document(document: object) -> bytes:
    """Check a program document and return it normalised, as canonical JSON bytes.

    Keys are sorted, times are ISO 8601 text (local ones stay local), further actors are canonical
    keys, and nothing that was left out is filled in; so a document read back is accepted again and
    gives the same bytes. Raises `InvalidProgram` with the path of the first fault.
    """
    program: Fields = _PROGRAM(document)
    _check_period(program)
    _check_ids(program)
    _check_learners(program)
    _check_activities(program)
    _check_sessions(program)
    return orjson.dumps(program, option=orjson.OPT_SORT_KEYS)


def zone_of(program: Fields) -> ZoneInfo:
    """Return the zone on whose clock the document's local times are read."""
    return ZoneInfo(program.get("timezone", "UTC"))


def actors_of(learner: Fields) -> tuple[str, ...]:
    """Return a learner's actor keys, each once: the mailbox, the account, then the others."""
    main: list[Fields] = [{key: learner[key]} for key in ("mbox", "account") if key in learner]
    keys = [key for agent in main if (key := actor_key(agent))]
    return tuple(dict.fromkeys([*keys, *learner.get("also", ())]))


def enrolment_of(learner: Fields, program: Fields) -> str | None:
    """Return since when a learner is enrolled, as written; by default since the program starts."""
    found: str | None = learner.get("enrolled", program.get("starts"))
    return found


def _check_period(program: Fields) -> None:
    if {"starts", "ends"} <= program.keys():
        zone = zone_of(program)
        if end(program["ends"], zone) <= beginning(program["starts"], zone):
            raise InvalidProgram("the program ends before it starts", "ends")


def _check_ids(program: Fields) -> None:
    _check_unique(program, "outcomes")
    _check_unique(program, "cohorts")
    # Activities and sessions are steps of one path; a statement must lie on one step only.
    _check_unique(program, "activities", "sessions")


def _check_unique(program: Fields, *lists: str) -> None:
    seen: dict[str, str] = {}
    for where, item in _items(program, *lists):
        if (first := seen.setdefault(item["id"], where)) != where:
            raise InvalidProgram(f"{item['id']!r} is already the id of {first}", f"{where}.id")


def _items(program: Fields, *lists: str) -> Iterator[tuple[str, Fields]]:
    for name in lists:
        for index, item in enumerate(program.get(name, ())):
            yield f"{name}[{index}]", item


def _check_learners(program: Fields) -> None:
    owners: dict[str, str] = {}
    for cohort_path, cohort in _items(program, "cohorts"):
        for path, learner in _items(cohort, "learners"):
            where = f"{cohort_path}.{path}"
            _check_actors(learner, where, owners)
            _check_enrolment(learner, program, where)


def _check_actors(learner: Fields, where: str, owners: dict[str, str]) -> None:
    if not (actors := actors_of(learner)):
        raise InvalidProgram("a learner needs an mbox, an account or an actor in also", where)
    for key in actors:
        # A mailbox and its digest are the same actor.
        same = mbox_sha1(key) if key.startswith("mailto:") else key
        if (first := owners.setdefault(same, where)) != where:
            place = _place_of(key, learner)
            raise InvalidProgram(f"{key} is already the learner {first}", f"{where}.{place}")


def _place_of(key: str, learner: Fields) -> str:
    if key == learner.get("mbox", "").lower():
        return "mbox"
    also = learner.get("also", [])
    return f"also[{also.index(key)}]" if key in also else "account"


def _check_enrolment(learner: Fields, program: Fields, where: str) -> None:
    enrolled = enrolment_of(learner, program)
    if enrolled is None or "withdrawn" not in learner:
        return
    zone = zone_of(program)
    if beginning(learner["withdrawn"], zone) < beginning(enrolled, zone):
        raise InvalidProgram(
            f"withdrawn before the learner was enrolled ({enrolled})", f"{where}.withdrawn"
        )


def _check_activities(program: Fields) -> None:
    outcomes = {outcome["id"] for outcome in program.get("outcomes", ())}
    for where, activity in _items(program, "activities"):
        _check_named(activity, "outcome", outcomes, where)
        if "pass" in activity and activity["kind"] != "quiz":
            raise InvalidProgram("only a quiz has a pass mark", f"{where}.pass")


def _check_sessions(program: Fields) -> None:
    zone = zone_of(program)
    outcomes = {outcome["id"] for outcome in program.get("outcomes", ())}
    activities = {activity["id"] for activity in program.get("activities", ())}
    sessions = {session["id"] for session in program.get("sessions", ())}
    for where, session in _items(program, "sessions"):
        if end(session["ends"], zone) <= beginning(session["starts"], zone):
            raise InvalidProgram("the session ends before it starts", f"{where}.ends")
        _check_named(session, "outcome", outcomes, where)
        _check_all_named(session, "prepares", activities, where)
        _check_all_named(session, "reinforces", activities, where)
        if session.get("recording") in sessions:
            raise InvalidProgram(
                "a recording has an id of its own: watching it is no attendance",
                f"{where}.recording",
            )


def _check_named(item: Fields, key: str, known: Iterable[str], where: str) -> None:
    if key in item and item[key] not in known:
        raise InvalidProgram(f"there is no {key} {item[key]!r}", f"{where}.{key}")


def _check_all_named(session: Fields, key: str, activities: Iterable[str], where: str) -> None:
    for index, activity in enumerate(session.get(key, ())):
        if activity not in activities:
            raise InvalidProgram(f"there is no activity {activity!r}", f"{where}.{key}[{index}]")
