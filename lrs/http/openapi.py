"""What `/docs` says of the routes: their parameters, bodies and answers.

The routes read their requests themselves (verbatim bytes, our own errors), so FastAPI cannot tell.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Object = dict[str, Any]

AGENT: Object = {
    "type": "object",
    "description": "An Agent or an identified Group.",
    "properties": {
        "objectType": {"enum": ["Agent", "Group"]},
        "name": {"type": "string"},
        "mbox": {"type": "string", "examples": ["mailto:ada@example.org"]},
        "mbox_sha1sum": {"type": "string"},
        "openid": {"type": "string", "format": "uri"},
        "account": {
            "type": "object",
            "properties": {"homePage": {"type": "string"}, "name": {"type": "string"}},
        },
    },
}
STATEMENT: Object = {
    "type": "object",
    "description": "A statement by xAPI 1.0.3 or 2.0.",
    "required": ["actor", "verb", "object"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "actor": AGENT,
        "verb": {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "string", "format": "uri"}},
        },
        "object": {"type": "object"},
        "result": {"type": "object"},
        "context": {"type": "object"},
        "timestamp": {"type": "string", "format": "date-time"},
        "attachments": {"type": "array", "items": {"type": "object"}},
    },
}
STATEMENTS: Object = {"oneOf": [STATEMENT, {"type": "array", "items": STATEMENT}]}
RESULT: Object = {
    "type": "object",
    "required": ["statements", "more"],
    "properties": {
        "statements": {"type": "array", "items": STATEMENT},
        "more": {"type": "string"},
    },
}
ERROR: Object = {
    "type": "object",
    "required": ["error", "message", "path"],
    "properties": {name: {"type": "string"} for name in ("error", "message", "path")},
}
IRI: Object = {"type": "string", "format": "uri"}
UUID: Object = {"type": "string", "format": "uuid"}
MOMENT: Object = {"type": "string", "format": "date-time"}
FLAG: Object = {"type": "boolean", "default": False}
TEXT: Object = {"type": "string"}
ETAG: Object = {"type": "string", "description": "Entity tags, by RFC 9110."}


def operation(
    *parameters: Object,
    body: Mapping[str, Object] | None = None,
    answers: Iterable[int] = (200,),
    answer: Object | None = None,
) -> Object:
    """Return an operation's `openapi_extra`; `body` has a schema for each media type."""
    described: Object = {
        "parameters": list(parameters),
        "responses": {
            **{str(status): {"description": "Done."} for status in answers},
            "default": {
                "description": "Refused; the message says why, the path where.",
                "content": {"application/json": {"schema": ERROR}},
            },
        },
    }
    if answer is not None:
        described["responses"][str(next(iter(answers)))]["content"] = {
            "application/json": {"schema": answer}
        }
    if body is not None:
        content = {media_type: {"schema": schema} for media_type, schema in body.items()}
        described["requestBody"] = {"required": True, "content": content}
    return described


def parameter(name: str, schema: Object, *, required: bool = False, **more: Any) -> Object:
    """Return a parameter of the query; an object is sent as JSON."""
    described: Object = {"name": name, "in": "query", "required": required, **more}
    if schema.get("type") == "object":
        return described | {"content": {"application/json": {"schema": schema}}}
    return described | {"schema": schema}


def header(name: str, schema: Object, *, required: bool = False) -> Object:
    """Return a parameter in the headers."""
    return {"name": name, "in": "header", "required": required, "schema": schema}


VERSION = header(
    "X-Experience-API-Version",
    {"type": "string", "enum": ["1.0.3", "2.0.0"], "default": "2.0.0"},
    required=True,
)
