"""Attendance comes in: statements of an import, recorded once, with what they correct voided.

The statements are an adapter's; this module knows the store but no adapter.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import orjson

from lrs.credentials import Principal
from lrs.store import Store
from lrs.xapi.query import StatementQuery
from lrs.xapi.statement import VOIDED
from lrs.xapi.versions import Version

PAGE = 500


class Imported(NamedTuple):
    """How many statements of an import were new, known already, or are now void."""

    stored: int
    already_stored: int
    voided: int


def record_import(
    store: Store,
    principal: Principal,
    statements: Sequence[dict[str, Any]],
    meeting: str,
    replaced: Callable[[list[dict[str, Any]], set[str]], list[str]],
) -> Imported:
    """Record an import's statements about a meeting, all or none, and void what they replace.

    `meeting` is the activity that all imports of the meeting have in their context; `replaced`
    says which ids of earlier statements about it, but for those to keep, a corrected file no longer
    bears out. What a correction voided and a later one brings back is recorded under a new id.
    """
    earlier = list(_about(store, principal, meeting))
    known = {each["id"] for each in earlier}
    wanted = [each | {"id": _standing_id(store, each["id"])} for each in statements]
    kept = {each["id"] for each in wanted}
    voids = [_void(store, principal, gone) for gone in replaced(earlier, kept)]
    body = orjson.dumps([*wanted, *voids])
    drafts = store.statements.draft(body, principal, Version.V2_0)
    if drafts:
        store.statements.record(drafts).result()
    already = sum(each["id"] in known for each in wanted)
    return Imported(len(statements) - already, already, len(voids))


def _about(store: Store, principal: Principal, meeting: str) -> Iterator[dict[str, Any]]:
    """Yield the principal's recorded statements about a meeting that are not voided."""
    query = StatementQuery(activity=meeting, related_activities=True, ascending=True)
    while True:
        page = store.log.index.page(query, PAGE, store.statements.mine(principal))
        yield from map(orjson.loads, page.statements)
        if page.cursor is None:
            return
        query = StatementQuery(
            activity=meeting, related_activities=True, ascending=True, cursor=page.cursor
        )


def _standing_id(store: Store, statement_id: str) -> str:
    """Return a statement's id or, if that is voided, the next one derived from it that is not."""
    while (found := store.log.index.find(UUID(statement_id))) and found.voided:
        statement_id = str(uuid5(UUID(statement_id), "recorded again"))
    return statement_id


def _void(store: Store, principal: Principal, statement_id: str) -> dict[str, Any]:
    return {
        # The same correction twice voids once.
        "id": str(uuid5(UUID(statement_id), "voided by a corrected import")),
        "actor": orjson.loads(store.statements.authority(principal)),
        "verb": {"id": VOIDED, "display": {"en": "voided"}},
        "object": {"objectType": "StatementRef", "id": statement_id},
    }
