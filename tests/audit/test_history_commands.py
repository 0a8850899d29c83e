"""`lrs audit history`, `diff`, `print`, and auditors' credentials, on both engines."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lrs import credentials
from lrs.errors import InvalidInput, Unauthenticated
from lrs.main import open_store
from lrs.settings import Settings
from lrs.store import Store
from tests.conftest import Lrs
from tests.projections import course
from tests.store.statements import record

QUIZ = course.scored("ada", 9)


@pytest.fixture
def lrs(lrs: Lrs, settings: Settings) -> Lrs:
    """Run the command on a store with a course."""
    with open_store(settings) as store:
        store.programs.plan(course.document(), by="planner")
        record(store, course.completed("ada"))
        record(store, QUIZ)
    return lrs


def answer(lrs: Lrs, *arguments: str) -> Any:
    code, out, err = lrs(*arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_history_is_found_page_by_page(lrs: Lrs) -> None:
    wanted = ["audit", "history", "--person", "mailto:ada@example.org", "--limit", "2"]
    page = answer(lrs, *wanted)
    assert [each["action"] for each in page["events"]] == ["program.planned", "statement.recorded"]
    rest = answer(lrs, *wanted, "--after", str(page["next"]), "--action", "statement.recorded")
    assert [each["what"]["statement"] for each in rest["events"]] == [QUIZ["id"]]
    code, out, err = lrs(*wanted)
    assert (code, "program.planned" in out, "--after" in err) == (0, True, True)


def test_what_commands_disclose_is_in_the_log_and_leaves_no_lag(lrs: Lrs) -> None:
    answer(lrs, "audit", "history", "--reason", "none")
    assert lrs("report", "drop-off", "--program", "course", "--format", "json")[0] == 0
    events = answer(lrs, "audit", "history", "--action", "records.disclosed")["events"]
    told = {each["what"]["route"]: each["what"] for each in events}
    assert told["lrs audit history"]["parameters"]["reason"] == "none"
    assert told["lrs report drop-off"]["records"] == len(course.NAMES)
    assert {each["principal"] for each in events} == {"cli"}
    assert {each["lag"] for each in answer(lrs, "status")["projections"]} == {0}


def test_a_difference_is_shown_with_the_statement_behind_it(lrs: Lrs) -> None:
    asked = ["audit", "diff", "--report", "readiness", "--program", "course"]
    moments = ["--session", course.SESSION, "--from", "position:3", "--to", "position:4"]
    found = answer(lrs, *asked, *moments)
    states = [each for each in found["differences"] if each["path"].endswith("].state")]
    assert [(each["name"], each["new"], each["causes"]) for each in states] == [
        ("Ada", "ready", [4])
    ]
    code, out, _ = lrs(*asked, *moments)
    assert (code, "learners[Ada].state" in out, QUIZ["id"] in out) == (0, True, True)
    assert (
        lrs(*asked, "--session", course.SESSION, "--from", "position:3", "--to", "position:2")[0]
        == 1
    )


@pytest.mark.parametrize("suffix", ["html", "csv", "json"])
def test_copies_are_written_to_a_new_file_only(lrs: Lrs, tmp_path: Path, suffix: str) -> None:
    one, all_of = tmp_path / f"one.{suffix}", tmp_path / f"all.{suffix}"
    assert lrs("audit", "print", QUIZ["id"], "-o", str(one))[0] == 0
    assert QUIZ["id"] in one.read_text(encoding="utf-8")
    assert lrs("audit", "print", "--person", "mailto:ada@example.org", "-o", str(all_of))[0] == 0
    assert "program.planned" in all_of.read_text(encoding="utf-8")
    before = one.read_bytes()
    code, _, err = lrs("audit", "print", QUIZ["id"], "-o", str(one))
    assert (code, one.read_bytes()) == (1, before)
    assert "cannot be written" in err


def test_a_copy_of_nothing_or_to_nowhere_is_refused(lrs: Lrs, tmp_path: Path) -> None:
    file = str(tmp_path / "copy.html")
    assert lrs("audit", "print", "-o", file)[0] == 1
    assert lrs("audit", "print", QUIZ["id"], "--person", "mailto:a@example.org", "-o", file)[0] == 1
    assert lrs("audit", "print", QUIZ["id"], "-o", str(tmp_path / "copy.doc"))[0] == 1
    assert lrs("audit", "print", "00000000-0000-4000-8000-000000000000", "-o", file)[0] == 1
    assert not Path(file).exists()


def test_an_auditors_credential_is_made_with_its_end(lrs: Lrs) -> None:
    create = ["credential", "create", "Auditor", "--scope", "audit/read", "--reason", "yearly"]
    made = answer(lrs, *create, "--expires", "2099-01-01")
    assert made["expires"] == "2099-01-01T00:00:00+00:00"
    ends = {each["name"]: each["expires"] for each in answer(lrs, "credential", "list")}
    assert ends == {"admin": None, "Auditor": made["expires"]}
    (event,) = answer(lrs, "audit", "history", "--reason", "YEAR")["events"]
    assert (event["action"], event["what"]["expires"]) == (
        "credential.created",
        "2099-01-01T00:00:00Z",
    )
    for wrong in ("2001-01-01", "soon"):
        code, _, err = lrs(*create, "--expires", wrong)
        assert (code, "expire" in err) == (1, True)


def test_a_credential_is_refused_once_its_time_is_over_even_if_it_was_proven(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    key, secret = store.credentials.create(
        "auditor", ["audit/read"], expires=now + timedelta(hours=1)
    )
    assert store.credentials.authenticate(key, secret).name == "auditor"
    assert store.credentials.proven(key, secret) is not None

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return now + timedelta(hours=1)

    monkeypatch.setattr(credentials, "datetime", Later)
    assert store.credentials.proven(key, secret) is None
    with pytest.raises(Unauthenticated, match="expired"):
        store.credentials.authenticate(key, secret)


def test_a_credential_is_prolonged_by_making_it_again(store: Store) -> None:
    ends = datetime.now(UTC) + timedelta(hours=1)
    given = {"key": "k", "secret": "s"}
    store.credentials.create("auditor", ["audit/read"], expires=ends, **given)
    before = store.log.head().position
    store.credentials.create("auditor", ["audit/read"], expires=ends, **given)
    assert store.log.head().position == before
    store.credentials.create("auditor", ["audit/read"], expires=ends + timedelta(days=1), **given)
    assert store.log.head().position == before + 1
    with pytest.raises(InvalidInput, match="blank"):
        store.credentials.revoke("k", reason=" ")
