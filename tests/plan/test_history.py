"""A program's versions: who changed what and when, on both engines."""

from typing import Any

import msgspec
import pytest

from lrs.errors import InvalidProgram, NotFound
from lrs.events import PlanChange, ProgramPlanned
from lrs.log import stream_id
from lrs.store import Store
from tests.conftest import KEY, Server
from tests.plan.documents import FULL, LAB, MINIMAL, put

LATER = put("2026-10-09T14:30:00", "sessions", 0, "starts")
MOVED = PlanChange(f"sessions[{LAB}].starts", "2026-10-09T14:00:00", "2026-10-09T14:30:00")
SLUG = FULL["slug"]


def plan(store: Store, *documents: dict[str, Any], by: str = "ada") -> None:
    for document in documents:
        store.programs.plan(document, by=by)


def test_each_version_says_when_by_whom_and_what_changed(store: Store) -> None:
    start = store.log.head().position
    plan(store, FULL, MINIMAL)
    plan(store, LATER, by="bo")
    first, second = store.programs.history(SLUG)
    assert (first.version, first.event, first.principal, first.changes) == (1, "planned", "ada", ())
    assert (second.version, second.principal, second.changes) == (2, "bo", (MOVED,))
    assert (first.position, second.position) == (start + 1, start + 3)
    assert first.stored < second.stored
    for version in (first, second):
        assert store.log.stored_at(version.position) == version.stored


def test_the_event_itself_says_what_changed(store: Store) -> None:
    plan(store, FULL, LATER)
    event = store.log.last(stream_id("programs"))
    assert isinstance(event, ProgramPlanned)
    assert event.changes == (MOVED,)


def test_the_same_document_again_is_no_event(store: Store) -> None:
    plan(store, FULL)
    before = store.log.head()
    again = store.programs.plan(dict(reversed(FULL.items())), by="bo")
    assert (again.created, again.recorded, again.changes) == (False, False, ())
    assert store.log.head() == before


def test_what_came_of_a_document_is_answered(store: Store) -> None:
    made, changed = (store.programs.plan(each, by="ada") for each in (FULL, LATER))
    assert (made.created, made.recorded, made.changes) == (True, True, ())
    assert (changed.created, changed.recorded, changed.changes) == (False, True, (MOVED,))


def test_a_refused_document_is_no_version(store: Store) -> None:
    plan(store, FULL)
    with pytest.raises(InvalidProgram):
        plan(store, put("nowhere", "sessions", 0, "outcome"))
    assert len(store.programs.history(SLUG)) == 1


def test_a_withdrawn_program_keeps_its_history_and_begins_anew(store: Store) -> None:
    plan(store, FULL)
    store.programs.withdraw(SLUG, by="bo")
    plan(store, LATER)
    told = [(each.event, each.principal, each.changes) for each in store.programs.history(SLUG)]
    assert told == [("planned", "ada", ()), ("withdrawn", "bo", ()), ("planned", "ada", ())]


def test_what_never_was_has_no_history(store: Store) -> None:
    with pytest.raises(NotFound):
        store.programs.history(SLUG)


def test_an_event_from_before_changes_were_told_is_compared_with_the_one_before(
    store: Store,
) -> None:
    plan(store, FULL, LATER)
    *_, event = store.log.stream("programs")
    assert isinstance(event, ProgramPlanned)
    silent = msgspec.structs.replace(
        event,
        originator_version=3,
        document=msgspec.Raw(store.programs.document(SLUG).replace(b"14:30", b"14:00")),
        changes=(),
    )
    store.log.append([silent])
    (change,) = store.programs.history(SLUG)[-1].changes
    assert (change.path, change.old, change.new) == (MOVED.path, MOVED.new, MOVED.old)


def test_history_is_answered_over_http(server: Server) -> None:
    client = server.client
    assert client.get(f"/programs/{SLUG}/history").status_code == 404
    assert client.put(f"/programs/{SLUG}", json=FULL).status_code == 201
    moved = {"path": MOVED.path, "old": MOVED.old, "new": MOVED.new}
    assert client.put(f"/programs/{SLUG}?reason=%20", json=LATER).status_code == 400
    assert client.put(f"/programs/{SLUG}?reason=moved", json=LATER).status_code == 200
    told = client.get(f"/programs/{SLUG}/history").json()
    assert told["program"] == SLUG
    first, second = told["versions"]
    fields = {"version", "event", "position", "stored", "principal", "changes", "reason"}
    assert first.keys() == fields
    assert (first["reason"], second["reason"]) == (None, "moved")
    assert (second["version"], second["principal"], second["changes"]) == (2, KEY, [moved])
    assert second["stored"].endswith("Z")
    with server.anyone() as stranger:
        assert stranger.get(f"/programs/{SLUG}/history").status_code == 401
