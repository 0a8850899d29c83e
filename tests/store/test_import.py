"""The import service: in any order and however often, what is in force is what was told last."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from eventsourcing.persistence import IntegrityError, PersistenceError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import intake
from lrs.attendance import IMPORTER, Upload, import_files, planned_session
from lrs.errors import Conflict, StatementConflict, Unavailable
from lrs.main import open_store
from lrs.settings import Settings
from lrs.store import Store
from lrs.xapi.query import StatementQuery
from lrs.xapi.versions import Version
from tests.projections import course

PARTICIPANTS = (
    b"Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
    b"Ada,ada@example.org,10/19/2026 02:00:00 PM,10/19/2026 03:00:00 PM,60,No\n"
    b"Bo,bo@example.org,10/19/2026 02:00:00 PM,10/19/2026 02:20:00 PM,20,No\n"
)
CHAT = b"14:05:10 From Cem to Everyone:\r\n\tHello\r\n14:06:00 From Dan to Everyone:\r\n\tHi\r\n"
TOLD = {
    "presence": [PARTICIPANTS, PARTICIPANTS.replace(b"03:00:00", b"02:55:00"), PARTICIPANTS[:150]],
    "posted": [CHAT, CHAT.replace(b"Hi", b"Hi all"), CHAT[:41]],
}
IMPORTS = st.lists(
    st.sampled_from([(kind, file) for kind, files in TOLD.items() for file in files]), max_size=8
)


def upload(content: bytes) -> Upload:
    return Upload("auto", [("a", content)], "course", course.SESSION, "Europe/Berlin", "mdy")


def imported(store: Store, content: bytes) -> dict[str, Any]:
    (outcome,) = import_files(store, intake, upload(content), by="cli")
    return outcome


def planned(store: Store) -> Store:
    document = course.document()
    document["sessions"][0] |= {"starts": "2026-10-19T12:00:00", "ends": "2026-10-19T13:00:00"}
    store.programs.plan(document, by="cli")
    return store


def in_force(store: Store) -> list[dict[str, Any]]:
    """Return what is in force but for voiding statements, in no order."""
    page = store.log.index.page(StatementQuery(), 1_000, store.statements.mine(IMPORTER))
    found = [orjson.loads(each) for each in page.statements]
    return [each for each in found if not each["verb"]["id"].endswith("/voided")]


def facts(statements: Sequence[Any]) -> list[bytes]:
    kept = ("actor", "verb", "object", "context", "timestamp", "result")
    return sorted(
        orjson.dumps({name: each.get(name) for name in kept}, option=orjson.OPT_SORT_KEYS)
        for each in statements
    )


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("imports")


@given(order=IMPORTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_of_imports_leaves_in_force_what_each_kind_was_told_last(
    fresh: Path, order: list[tuple[str, bytes]]
) -> None:
    for file in fresh.iterdir():
        file.unlink()
    with open_store(Settings(database_url=f"sqlite:///{fresh / 'lrs.db'}")) as store:
        planned(store)
        for _, content in order:
            first = imported(store, content)
            position = store.log.head().position
            again = imported(store, content)
            assert (again["stored"], again["voided"]) == (0, 0)
            assert first["stored"] + first["already_stored"] == again["already_stored"]
            assert store.log.head().position == position
        wanted = [
            statement
            for content in dict(order).values()
            for prepared in intake.prepare(
                "auto",
                [("a", content)],
                program="course",
                session=_session(store),
                timezone="Europe/Berlin",
                date_order="mdy",
            )
            for statement in prepared.statements
        ]
        assert facts(in_force(store)) == facts(wanted)


def _session(store: Store) -> Any:
    return planned_session(store, "course", course.SESSION)


def test_another_statement_under_an_imports_id_stops_the_import(store: Store) -> None:
    planned(store)
    (prepared,) = intake.prepare(
        "auto",
        [("a", PARTICIPANTS)],
        program="course",
        session=_session(store),
        timezone="Europe/Berlin",
    )
    taken = {
        "id": prepared.statements[-1]["id"],
        "actor": {"mbox": "mailto:eve@example.org"},
        "verb": {"id": "https://example.org/took"},
        "object": {"id": "https://example.org/place"},
    }
    drafts = store.statements.draft(orjson.dumps(taken), IMPORTER, Version.V2_0)
    store.statements.record(drafts).result()
    position = store.log.head().position
    with pytest.raises(StatementConflict) as conflict:
        imported(store, PARTICIPANTS)
    assert conflict.value.statement_id == UUID(taken["id"])
    assert store.log.head().position == position


def test_an_import_that_always_comes_second_or_cannot_be_written_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(store)
    for failure, kind in (
        (IntegrityError("taken"), Conflict),
        (PersistenceError("full"), Unavailable),
    ):

        def fail(_: object, failure: Exception = failure) -> None:
            raise failure

        monkeypatch.setattr(store.log, "append", fail)
        with pytest.raises(kind):
            imported(store, PARTICIPANTS)


def test_an_import_that_came_second_once_is_recorded_knowing_the_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(store)
    append = store.log.append

    def after_another(drafts: Any) -> Any:
        monkeypatch.setattr(store.log, "append", append)
        imported(store, PARTICIPANTS)
        return append(drafts)

    monkeypatch.setattr(store.log, "append", after_another)
    outcome = imported(store, PARTICIPANTS.replace(b"03:00:00", b"02:55:00"))
    assert (outcome["stored"], outcome["already_stored"], outcome["voided"]) == (2, 4, 2)
