"""Statements for store tests, as small as they may be."""

from typing import Any
from uuid import UUID, uuid4

import orjson

from lrs.append import StatementDraft
from lrs.credentials import Principal
from lrs.store import Store
from lrs.xapi.versions import negotiate

VERSION = negotiate("2.0.0")
PRINCIPAL = Principal("tester", "Tester", frozenset({"all"}))
VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def statement(
    verb: str = "did", actor: str = "ada", activity: str = "1", **more: Any
) -> dict[str, Any]:
    """Return a valid statement."""
    return {
        "id": str(uuid4()),
        "actor": {"mbox": f"mailto:{actor}@example.org"},
        "verb": {"id": f"https://example.org/verbs/{verb}"},
        "object": {"id": f"https://example.org/activities/{activity}"},
        **more,
    }


def referring(target: str, verb: str = "confirmed", **more: Any) -> dict[str, Any]:
    """Return a statement about another."""
    return statement(verb, **more) | {"object": {"objectType": "StatementRef", "id": target}}


def voiding(target: str, **more: Any) -> dict[str, Any]:
    """Return a statement that voids another."""
    return referring(target, **more) | {"verb": {"id": VOIDED}}


def drafts(store: Store, *statements: dict[str, Any]) -> list[StatementDraft]:
    """Return statements as the front door drafts them."""
    return store.statements.draft(orjson.dumps(statements), PRINCIPAL, VERSION)


def record(store: Store, *statements: dict[str, Any]) -> list[UUID]:
    """Record statements as one batch."""
    drafted = drafts(store, *statements)
    store.statements.record(drafted).result(timeout=30)
    return [each.draft.id for each in drafted]
