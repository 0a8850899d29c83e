"""After the documented steps nothing of what was erased is in any file of the store, on both engines."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters import intake
from lrs.attendance import Upload, import_files
from lrs.cli import main
from lrs.documents import DocumentKey
from lrs.index import Owner
from lrs.main import scrub_store
from lrs.settings import Settings
from tests.audit.erasing import WHY, House, holding, house_of
from tests.conftest import serving
from tests.projections import course
from tests.store.statements import record, statement

MARK = "zyxmarker"
"""In every place where she is named."""
HER = f"mailto:{MARK}@example.org"
SHEET = f"Name,E-mail,Present\nMs {MARK},{MARK}@example.org,yes\nBo,bo@example.org,yes\n"
TRACES = (MARK, MARK.title(), f"Ms {MARK}")


@pytest.fixture
def wal_goes(settings: Settings) -> Iterator[None]:
    """Let PostgreSQL throw old WAL segments away, as docs/howto/erase-a-person.md asks for."""
    if settings.sqlite_path is None:
        _alter(settings, "wal_recycle = off")
        yield
        _alter(settings, "wal_recycle = on")
    else:
        yield


def _alter(settings: Settings, setting: str) -> None:
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(f"alter system set {setting}".encode())
        connection.execute("select pg_reload_conf()")


def fill(house: House) -> None:
    """Let her be in statements, documents, plans, links, imports and what is projected of them."""
    document: dict[str, Any] = course.document()
    learner = {"name": f"Ms {MARK}", "mbox": HER, "also": [f"https://lms.example.org::{MARK}"]}
    document["cohorts"][0]["learners"].append(learner)
    house.store.programs.plan(document, by="test")
    long = {"response": f"{MARK} " * 2_000}
    record(
        house.store,
        *(course.completed(MARK) | {"result": long} for _ in range(5)),
        *(course.scored(MARK, 8) for _ in range(50)),
        course.completed("bo") | {"context": {"instructor": {"name": f"Ms {MARK}", "mbox": HER}}},
        course.completed(f"{MARK}.private"),
    )
    house.store.people.link([HER, f"mailto:{MARK}.private@example.org"], reason="x", by="clerk")
    owner = Owner("state", "https://example.org/a", f"mbox|{HER}", None)
    for page in ("1", "2"):
        content = f"{MARK} read page {page}".encode()
        key = DocumentKey(owner, "bookmark")
        house.store.documents.put(key, content, "text/plain", lambda _: None, by="lms")
    upload = Upload("signin-sheet", [("s.csv", SHEET.encode())], "course", course.SESSION, "UTC")
    import_files(house.store, intake, upload, by="clerk")
    house.told()


def test_nothing_is_left_in_any_file(
    settings: Settings, wal_goes: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with house_of(settings) as house:
        fill(house)
        assert holding(settings, MARK)
        house.erase(HER)
        house.told()
    assert scrub_store(settings) == []
    assert holding(settings, *TRACES) == []
    assert not any(MARK in each.getMessage() for each in caplog.records)
    with house_of(settings) as house:
        report, bundle = house.verify()
        assert (report.verdict, report.findings) == ("ERASED", [])
        assert MARK.encode() not in bundle.lower()


def test_the_command_erases_and_scrubs(
    settings: Settings,
    wal_goes: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with house_of(settings) as house:
        fill(house)
    monkeypatch.setenv("LRS_DATABASE_URL", settings.database_url)
    options = ["--person", HER, "--reason", "asked to", "--legal-basis", "GDPR 17"]
    monkeypatch.setattr(sys, "argv", ["lrs", "audit", "erase", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    told = capsys.readouterr()
    assert MARK not in told.out + told.err
    assert "Left to do" not in told.err
    assert holding(settings, *TRACES) == []


def test_on_sqlite_the_log_is_clean_before_it_is_scrubbed(new_settings: Any) -> None:
    settings: Settings = new_settings("sqlite")
    with house_of(settings) as house:
        fill(house)
        house.erase(HER)
    path = settings.sqlite_path
    assert path
    assert MARK.encode() not in Path(path).read_bytes()


def test_the_files_are_scrubbed_beside_a_running_server(settings: Settings, wal_goes: None) -> None:
    with serving(settings) as server:
        for _ in range(20):
            sent = statement(actor=MARK, result={"response": MARK * 50})
            server.client.post("/xapi/statements", json=sent).raise_for_status()
        asked = {**WHY, "person": HER}
        server.client.post("/audit/erasures", json=asked).raise_for_status()
        server.client.get("/audit/history", params={"action": "payload.erased"}).raise_for_status()
        assert scrub_store(settings) == []
        assert holding(settings, *TRACES) == []
        server.client.post("/xapi/statements", json=statement()).raise_for_status()
