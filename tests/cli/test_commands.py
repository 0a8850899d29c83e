"""The command line on both engines: results on stdout, messages on stderr, exit codes that tell."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lrs.settings import Settings
from tests.conftest import Lrs, succeed
from tests.projections import course

ROOT = Path(__file__).parents[2]
TEAMS = ROOT / "tests" / "adapters" / "files" / "teams_pl_semicolon.csv"
SESSION = "https://meet.example.org/coaching/2026-10-19"


@pytest.fixture
def planned(lrs: Lrs, tmp_path: Path) -> Lrs:
    """Return the command on a store that knows the course."""
    document = course.document()
    document["sessions"][0] |= {
        "id": SESSION,
        "starts": "2026-10-19T12:00:00",
        "ends": "2026-10-19T13:00:00",
    }
    file = tmp_path / "course.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    succeed(lrs, "program", "apply", str(file))
    return lrs


def attendance(*more: str, file: Path = TEAMS) -> list[str]:
    session = ["--program", "course", "--session", SESSION]
    return ["import", "auto", str(file), *session, "--timezone", "Europe/Berlin", *more]


def test_a_credential_is_made_listed_and_revoked(lrs: Lrs) -> None:
    made = succeed(lrs, "credential", "create", "LMS", "--scope", "statements/write", "--json")
    assert set(made) == {"key", "secret", "scopes"}
    (listed,) = succeed(lrs, "credential", "list", "--json")
    assert (listed["key"], listed["name"]) == (made["key"], "LMS")
    assert "secret" not in json.dumps(listed)
    assert lrs("credential", "revoke", made["key"])[0] == 0
    assert succeed(lrs, "credential", "list", "--json") == []
    assert lrs("credential", "revoke", made["key"])[0] == 1


def test_an_unknown_scope_is_refused(lrs: Lrs) -> None:
    code, out, err = lrs("credential", "create", "x", "--scope", "everything")
    assert (code, out) == (1, "")
    assert "unknown scope 'everything'" in err


def test_a_program_is_applied_listed_and_shown(planned: Lrs) -> None:
    assert succeed(planned, "program", "list", "--json") == {"programs": ["course"]}
    assert json.loads(succeed(planned, "program", "show", "course"))["title"] == "A course"
    assert planned("program", "show", "nothing")[0] == 1


def test_a_bad_program_names_the_place(lrs: Lrs, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(course.document(timezone="Mars/Olympus")), encoding="utf-8")
    code, _, err = lrs("program", "apply", str(file))
    assert code == 1
    assert "timezone" in err
    assert lrs("program", "apply", str(tmp_path / "missing.yaml"))[0] == 1


def test_a_dry_run_records_nothing(planned: Lrs) -> None:
    before = succeed(planned, "status", "--json")["position"]
    shown = succeed(planned, *attendance("--dry-run", "--json"))
    assert (shown["tool"], shown["statements"], shown["people"][0]["minutes"]) == ("teams", 3, 50)
    assert "stored" not in shown
    assert succeed(planned, "status", "--json")["position"] == before


def test_importing_again_stores_nothing_and_a_correction_voids_what_it_replaces(
    planned: Lrs, tmp_path: Path
) -> None:
    first = succeed(planned, *attendance("--json"))
    assert (first["stored"], first["already_stored"], first["voided"]) == (3, 0, 0)
    again = succeed(planned, *attendance("--json"))
    assert (again["stored"], again["already_stored"], again["voided"]) == (0, 3, 0)
    corrected = tmp_path / "corrected.csv"
    corrected.write_bytes(TEAMS.read_bytes().replace(b"14:50:10", b"14:55:10"))
    third = succeed(planned, *attendance("--json", file=corrected))
    assert (third["stored"], third["already_stored"], third["voided"]) == (2, 1, 2)
    found = succeed(planned, "report", "combined", "--program", "course", "--format", "json")
    minutes = {each["name"]: each["sync"]["minutes"] for each in found["learners"]}
    assert minutes["Ada"] == 55
    # The correction was wrong: the first file is right after all, and stays so.
    for stored in (2, 0):
        back = succeed(planned, *attendance("--json"))
        assert (back["stored"], back["voided"]) == (stored, stored)
        found = succeed(planned, "report", "combined", "--program", "course", "--format", "json")
        assert {each["name"]: each["sync"]["minutes"] for each in found["learners"]}["Ada"] == 50


def test_an_ambiguous_file_exits_1_naming_the_option_and_records_nothing(planned: Lrs) -> None:
    before = succeed(planned, "status", "--json")["position"]
    arguments = [each for each in attendance() if each not in {"--timezone", "Europe/Berlin"}]
    code, out, err = planned(*arguments)
    assert (code, out) == (1, "")
    assert "--timezone" in err
    assert "Traceback" not in err
    assert succeed(planned, "status", "--json")["position"] == before


@pytest.mark.parametrize(
    "change",
    [
        {"--session": "https://meet.example.org/other"},
        {"--program": "other"},
        {"--timezone": "Mars/Olympus"},
        {str(TEAMS): "missing.csv"},
        {"auto": "skype"},
    ],
    ids=str,
)
def test_what_an_import_does_not_know_is_refused(planned: Lrs, change: dict[str, str]) -> None:
    arguments = attendance()
    for known, wrong in change.items():
        place = arguments.index(known)
        arguments[place + known.startswith("--")] = wrong
    code, out, err = planned(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("lrs: ")


def test_reports_come_as_table_json_and_csv(planned: Lrs, tmp_path: Path) -> None:
    readiness = ["report", "readiness", "--program", "course", "--session", SESSION]
    table = succeed(planned, *readiness)
    assert "readiness · course" in table
    assert "Ada" in table
    found = succeed(planned, *readiness, "--format", "json")
    assert (found["report"], found["expected"]) == ("readiness", 5)
    file = tmp_path / "report.csv"
    succeed(planned, *readiness, "--format", "csv", "-o", str(file))
    assert file.read_text(encoding="utf-8").startswith("person,name,cohort,state,share")
    past = succeed(
        planned, *readiness, "--format", "json", "--as-of", f"position:{found['position']}"
    )
    assert past["learners"] == found["learners"]


def test_questions_without_an_answer_exit_1(planned: Lrs) -> None:
    for arguments in (
        ("readiness", "--program", "course"),
        ("readiness", "--program", "course", "--session", "https://example.org/none"),
        ("drop-off", "--program", "none"),
        ("drop-off", "--program", "course", "--cohort", "none"),
        ("drop-off", "--program", "course", "--as-of", "yesterday"),
        ("drop-off", "--program", "course", "--as-of", "position:99999"),
    ):
        code, out, err = planned("report", *arguments)
        assert (code, out) == (1, ""), arguments
        assert err.startswith("lrs: ")


def test_people_are_linked_with_a_reason(planned: Lrs) -> None:
    pair = ["mailto:ada@example.org", "https://bbb.example.org::Ada K."]
    assert planned("people", "link", *pair, "--reason", " ")[0] == 1
    assert planned("people", "link", "nobody", pair[0], "--reason", "x")[0] == 1
    assert planned("people", "link", *pair, "--reason", "asked her")[0] == 0
    assert planned("people", "unlink", pair[1], "--reason", "mistaken")[0] == 0
    assert planned("people", "unlink", pair[1], "--reason", "again")[0] == 1
    assert succeed(planned, "people", "unmatched", "--json") == {"unmatched": []}


def test_a_rebuild_leaves_reports_as_they_were(planned: Lrs) -> None:
    succeed(planned, *attendance("--json"))
    ask = ["report", "combined", "--program", "course", "--format", "json"]
    before = succeed(planned, *ask)
    assert planned("rebuild")[0] == 0
    assert succeed(planned, *ask)["learners"] == before["learners"]
    assert planned("rebuild", "nothing")[0] == 1
    projections = succeed(planned, "status", "--json")["projections"]
    lags = {projection["name"]: projection["lag"] for projection in projections}
    assert (lags["learning"], lags["history"]) == (0, 0)


def test_an_unknown_setting_is_wrong_usage(lrs: Lrs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_PAGE_SIEZ", "10")
    code, _, err = lrs("status")
    assert code == 2
    assert "LRS_PAGE_SIEZ" in err
    assert lrs("nonsense")[0] == 2


def test_status_shows_no_password() -> None:
    settings = Settings(database_url="postgresql://lrs:hunter2@db.example.org/lrs")
    assert settings.store_name == "postgresql://lrs:***@db.example.org/lrs"


def test_the_demo_ends_with_its_three_reports() -> None:
    command = [sys.executable, "-m", "lrs", "demo", "--no-serve"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for report in ("readiness", "drop-off", "combined"):
        assert f"{report} · feedback-that-lands" in done.stdout
    assert "Ada Kaya" in done.stdout
