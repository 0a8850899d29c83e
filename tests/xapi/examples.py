"""A statement with every property that xAPI knows, and a way to change one place in it."""

import json
import re
from typing import Any

AGENT = {"objectType": "Agent", "name": "Ada", "mbox": "mailto:ada@example.org"}
ACCOUNT = {"account": {"homePage": "https://lms.example.org", "name": "42"}}
OPENID = {"openid": "https://id.example.org/ada"}
SHA1 = {"mbox_sha1sum": "0123456789abcdef0123456789ABCDEF01234567"}
GROUP = {"objectType": "Group", "mbox": "mailto:team@example.org", "member": [AGENT, ACCOUNT]}
ANONYMOUS = {"objectType": "Group", "member": [AGENT, ACCOUNT]}
QUESTION = {
    "objectType": "Activity",
    "id": "https://example.org/quiz/1",
    "definition": {
        "name": {"en-GB": "Colours", "de": "Farben"},
        "description": {"en": "Choose one"},
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
        "moreInfo": "https://example.org/quiz/1/about",
        "interactionType": "choice",
        "correctResponsesPattern": ["red", "red[,]blue"],
        "choices": [{"id": "red", "description": {"en": "Red"}}, {"id": "blue"}],
        "extensions": {"https://example.org/anything": None},
    },
}
ATTACHMENT = {
    "usageType": "https://example.org/usage/certificate",
    "display": {"en": "Certificate"},
    "description": {"en": "The certificate"},
    "contentType": "application/pdf; version=1.7",
    "length": 1024,
    "sha2": "a" * 64,
    "fileUrl": "https://example.org/certificate.pdf",
}
REFERENCE = {"objectType": "StatementRef", "id": "0b5bbb6f-9b8f-4b3c-a0a9-2b1b5e0d6c11"}

_COMMON: dict[str, Any] = {
    "actor": AGENT,
    "verb": {"id": "https://example.org/verbs/answered", "display": {"en": "answered"}},
    "result": {
        "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10},
        "success": True,
        "completion": False,
        "response": "red",
        "duration": "PT1M30.5S",
        "extensions": {"https://example.org/tries": {"count": [1, None]}},
    },
    "context": {
        "registration": "5f4b2a1c-3d7e-4c8b-9a2f-1e6d0c9b8a77",
        "instructor": ACCOUNT,
        "team": GROUP,
        "contextActivities": {
            "parent": [{"id": "https://example.org/quiz"}],
            "grouping": [{"id": "https://example.org/course"}],
            "category": {"id": "https://example.org/profile"},
            "other": [],
        },
        "revision": "7",
        "platform": "Example LMS",
        "language": "en-GB",
        "statement": REFERENCE,
        "extensions": {"https://example.org/seat": 12},
    },
    "timestamp": "2026-10-09T14:00:00.000+02:00",
    "attachments": [ATTACHMENT],
}

FULL: dict[str, Any] = {
    "id": "6c6a2f35-4a2c-4f5d-9e1b-7a3f6c0d1e22",
    **_COMMON,
    "object": QUESTION,
    "stored": "2026-10-09T12:00:01Z",
    "authority": AGENT,
    "version": "1.0.3",
}
"""Valid in 1.0.3 and in 2.0."""

WITH_SUBSTATEMENT: dict[str, Any] = {
    "actor": AGENT,
    "verb": {"id": "https://example.org/verbs/planned"},
    "object": {"objectType": "SubStatement", **_COMMON, "object": QUESTION},
}
"""Valid in 1.0.3 and in 2.0."""

CONTEXT_2_0: dict[str, Any] = {
    "contextAgents": [
        {
            "objectType": "contextAgent",
            "agent": AGENT,
            "relevantTypes": ["https://example.org/roles/tutor"],
        }
    ],
    "contextGroups": [
        {
            "objectType": "contextGroup",
            "group": GROUP,
            "relevantTypes": ["https://example.org/roles/jury"],
        }
    ],
}
"""What 2.0 adds to a context."""

MINIMAL: dict[str, Any] = {
    "actor": {"mbox": "mailto:ada@example.org"},
    "verb": {"id": "https://example.org/verbs/did"},
    "object": {"id": "https://example.org/activity"},
}


def steps(path: str) -> list[str | int]:
    """Return the keys and indices of a path like `a.b[0]['a key']`."""
    found = re.findall(r"\['([^']*)'\]|\[(\d+)\]|([^.\[]+)", path)
    return [int(index) if index else quoted or name for quoted, index, name in found]


def _copy(document: dict[str, Any]) -> Any:
    # Through JSON, so that what occurs twice in it is two things afterwards.
    return json.loads(json.dumps(document))


def put(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return a copy of a document with one place changed or added."""
    changed = _copy(document)
    *outer, last = steps(path)
    place: Any = changed
    for step in outer:
        place = place[step]
    place[last] = value
    return changed


def without(document: dict[str, Any], path: str) -> dict[str, Any]:
    """Return a copy of a document without one place."""
    changed = _copy(document)
    *outer, last = steps(path)
    place: Any = changed
    for step in outer:
        place = place[step]
    del place[last]
    return changed
