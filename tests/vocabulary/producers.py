"""Statements in the shapes in which producers really send them; names and addresses are invented.

IRIs are written out: what is tested must not be spelled by the table that is tested.
"""

from typing import Any

JSON = dict[str, Any]

ADL = "http://adlnet.gov/expapi/verbs/"
ADL_TYPE = "http://adlnet.gov/expapi/activities/"
AS = "http://activitystrea.ms/"
AS1 = "http://activitystrea.ms/schema/1.0/"
TINCAN = "http://id.tincanapi.com/verb/"
TINCAN_TYPE = "http://id.tincanapi.com/activitytype/"
ACROSSX = "https://w3id.org/xapi/acrossx/verbs/"
ACROSSX_TYPE = "https://w3id.org/xapi/acrossx/activities/"
CMI5_TYPE = "https://w3id.org/xapi/cmi5/activitytype/"
CLASSROOM = "https://w3id.org/xapi/virtual-classroom"
DOD = "https://w3id.org/xapi/dod-isd/verbs/"
EDLM = "https://xapi.edlm/profiles/edlm-lms/concepts/verbs/"
EDLM_TYPE = "https://xapi.edlm/profiles/edlm-lms/concepts/activity-types/"
JISC = "http://xapi.jisc.ac.uk/"
FOR = "https://yetanalytics.com/profiles/prepositions/concepts/context-extensions/for"
SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
REGISTRATION = "2b0e1c19-5ba4-4e5d-aeb7-d817125b7815"

LMS = "https://lms.example.org"
COURSE = {"id": f"{LMS}/course/view.php?id=2", "definition": {"type": f"{CMI5_TYPE}course"}}
SECTION = {"id": f"{LMS}/course/section.php?id=1", "definition": {"type": f"{TINCAN_TYPE}section"}}
QUIZ = {"id": f"{LMS}/mod/quiz/view.php?id=7", "definition": {"type": f"{ADL_TYPE}assessment"}}
ROOM = {
    "id": "https://bbb.example.org/room/7",
    "definition": {"type": f"{CLASSROOM}/activity-types/virtual-classroom"},
}
GRADER = {"account": {"homePage": LMS, "name": "1"}, "name": "Gil Ray"}


def account(name: str, home_page: str = LMS) -> JSON:
    return {"objectType": "Agent", "account": {"homePage": home_page, "name": name}}


def activity(iri: str, kind: str = "", **definition: Any) -> JSON:
    found: JSON = {"id": iri, "objectType": "Activity"}
    if kind:
        definition["type"] = kind
    return found | ({"definition": definition} if definition else {})


def said(verb: str, target: JSON, *, actor: JSON | None = None, **more: Any) -> JSON:
    """Return a completed statement."""
    return {
        "id": "6f2c2a4e-6a4c-4f0e-9f5e-1c2d3e4f5a6b",
        "actor": actor or {"mbox": "mailto:Ada@example.org", "name": "Ada Kaya"},
        "verb": {"id": verb},
        "object": target,
        "timestamp": "2026-10-09T14:00:00.000Z",
        "stored": "2026-10-09T14:00:01.000Z",
        **more,
    }


def plain(verb: str, kind: str = "", **more: Any) -> JSON:
    """Return what some tool says that tells nothing but the object's type."""
    return said(verb, activity("https://tool.example.org/thing/1", kind), **more)


def adapter(verb: str, tool: str, **more: Any) -> JSON:
    """Return what one of our own adapters says of a meeting."""
    category = [{"id": CLASSROOM}, {"id": f"https://w3id.org/bichron/adapter/{tool}"}]
    context = {"contextActivities": {"category": category}, **more.pop("context", {})}
    meeting = activity("https://meet.example.org/1", f"{ADL_TYPE}meeting")
    return said(verb, meeting, context=context, **more)


def moodle(verb: str, path: str, kind: str, *, parents: tuple[JSON, ...] = (), **more: Any) -> JSON:
    """Return what Moodle's log store says since 2025."""
    context = {
        "platform": "Moodle",
        "registration": REGISTRATION,
        "contextActivities": {
            "parent": [*parents, SECTION, COURSE],
            "category": [activity(LMS, f"{TINCAN_TYPE}lms")],
        },
        **more.pop("context", {}),
    }
    return said(verb, activity(LMS + path, kind), actor=account("42"), context=context, **more)


def old_moodle(verb: str, path: str, kind: str, **more: Any) -> JSON:
    """Return what Moodle's log store said until 2023: no parents, everything in the grouping."""
    context = {
        "platform": "Moodle",
        "contextActivities": {
            "grouping": [activity(LMS, f"{TINCAN_TYPE}lms"), *more.pop("grouping", ()), COURSE],
            "category": [activity("http://moodle.org", f"{TINCAN_TYPE}source")],
        },
        **more.pop("context", {}),
    }
    return said(verb, activity(LMS + path, kind), actor=account("42"), context=context, **more)


def bbb(verb: str, *, within: str = "", name: str = "Ada Kaya", **more: Any) -> JSON:
    """Return what BigBlueButton says of the room, or of something of a type within it."""
    activities: JSON = {"category": [activity(CLASSROOM, f"{ADL_TYPE}profile")]}
    if within:
        activities["parent"] = [ROOM]
    return said(
        verb,
        activity("https://bbb.example.org/part/3", within) if within else ROOM,
        actor=account(name, "https://bbb.example.org"),
        context={
            "registration": REGISTRATION,
            "contextActivities": activities,
            "extensions": {SESSION_ID: "4b8b734d-0adc-4d89-ba4b-d78688bb94fe"},
        },
        **more,
    )


def openedx(verb: str, block: str, kind: str, *, parent: JSON | None = None, **more: Any) -> JSON:
    """Return what Open edX says of a block."""
    above = parent or activity("https://edx.example.org/course/1", f"{ADL_TYPE}course")
    context = {"contextActivities": {"parent": [above]}}
    target = activity(f"https://edx.example.org/xblock/{block}", kind)
    return said(verb, target, actor=account("32e08e30"), context=context, **more)


def cmi5(verb: str, *, category: str = "cmi5", kind: str = "", **more: Any) -> JSON:
    """Return what a cmi5 AU, or the LMS in its place, says."""
    context = {
        "registration": REGISTRATION,
        "contextActivities": {
            "category": [{"id": f"https://w3id.org/xapi/cmi5/context/categories/{category}"}],
            "grouping": [{"id": "https://publisher.example.org/au/1"}],
        },
        "extensions": {SESSION_ID: "launch-1"},
    }
    return said(verb, activity(f"{LMS}/au/1", kind), actor=account("42"), context=context, **more)


def scorm(verb: str, kind: str = "lesson", *, parent: JSON | None = None, **more: Any) -> JSON:
    """Return what the SCORM wrapper says."""
    activities: JSON = {
        "grouping": [
            activity(f"{LMS}/scorm/1?attempt=1", f"{ADL_TYPE}attempt"),
            activity(f"{LMS}/scorm", f"{ADL_TYPE}course"),
        ],
        "category": [{"id": "https://w3id.org/xapi/scorm"}],
    }
    if parent:
        activities["parent"] = [parent]
    target = activity(f"{LMS}/scorm/1", ADL_TYPE + kind)
    context = {"contextActivities": activities}
    return said(verb, target, actor=account("42"), context=context, **more)


def h5p(
    verb: str, *, part: bool = False, library: str = "H5P.QuestionSet-1.20", **more: Any
) -> JSON:
    """Return what H5P says of a content, or of a part of a compound one."""
    activities: JSON = {"category": [{"id": f"http://h5p.org/libraries/{library}"}]}
    if part:
        activities["parent"] = [{"id": "https://h5p.example.org/9"}]
    target = activity(
        "https://h5p.example.org/9" + ("?subContentId=1" if part else ""),
        f"{ADL_TYPE}cmi.interaction",
        extensions={"http://h5p.org/x-api/h5p-local-content-id": 9},
    )
    return said(verb, target, context={"contextActivities": activities}, **more)


def jisc(verb: str, kind: str, **more: Any) -> JSON:
    """Return what a Jisc recipe says."""
    context = {
        "platform": "Moodle",
        "extensions": {f"{JISC}courseArea": {f"{JISC}vle_mod_id": "MOD_1"}},
        **more.pop("context", {}),
    }
    return said(
        verb, activity(f"{LMS}/event/1", kind), actor=account("STU1"), context=context, **more
    )


def storyline(verb: str, kind: str, **more: Any) -> JSON:
    """Return what Articulate Storyline says of a slide, a question or the course."""
    course = activity("urn:articulate:storyline:5a", f"{ADL_TYPE}course")
    context = {"registration": REGISTRATION, "contextActivities": {"grouping": [course]}}
    return said(verb, activity("urn:articulate:storyline:5a/1", kind), context=context, **more)


def points(raw: float, high: float = 10, **more: float) -> JSON:
    return {"score": {"raw": raw, "min": 0, "max": high, **more}}
