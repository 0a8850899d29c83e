"""`lrs program`: documents to begin with, versions, and what came of each."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from lrs.cli.program_templates import TEMPLATES, Outline
from lrs.document_writing import write_document
from lrs.main import open_store
from lrs.plan import parse_document, read_plan, validate_document
from lrs.settings import Settings
from tests.conftest import Lrs, succeed
from tests.plan.documents import FULL, LAB, put
from tests.projections import course
from tests.store.statements import record

NEW = ["program", "new", "--slug", "leading", "--starts", "2026-09-28", "--weeks", "3"]


def file_of(document: dict[str, Any], folder: Path) -> str:
    file = folder / "program.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_applied_as_it_is(lrs: Lrs, template: str, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    options = ["--template", template, "--timezone", "Europe/Berlin", "--title", "Leading: you"]
    succeed(lrs, *NEW, *options, "-o", str(file))
    assert succeed(lrs, *NEW, *options) == file.read_text(encoding="utf-8")
    assert "# " in file.read_text(encoding="utf-8")
    code, _, err = lrs("program", "apply", str(file))
    assert (code, err) == (0, "Planned leading.\n")
    shown = json.loads(succeed(lrs, "program", "show", "leading"))
    assert (shown["title"], shown["timezone"]) == ("Leading: you", "Europe/Berlin")
    assert (shown["starts"], shown["ends"]) == ("2026-09-28", "2026-10-18")


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("weeks", [1, 2, 53])
def test_each_week_of_a_template_has_pre_work_a_date_and_follow_up(
    template: str, weeks: int
) -> None:
    draft = TEMPLATES[template](Outline("course", "Course", date(2026, 9, 28), weeks, "Asia/Tokyo"))
    written = parse_document(write_document(*draft).encode(), yaml=True)
    assert written == draft.document
    plan = read_plan(validate_document(written))
    assert len({session.group for session in plan.sessions}) == weeks
    due = {activity.id: activity.due for activity in plan.activities}
    for session in plan.sessions:
        assert all((due[iri] or session.ends) <= session.starts for iri in session.prepares)
        last = session.ends + timedelta(days=session.reinforce_within_days)
        assert all(session.ends < (due[iri] or last) <= last for iri in session.reinforces)
    assert plan.ends is not None
    assert max(activity.due for activity in plan.activities if activity.due) == plan.ends


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_comment_of_a_template_is_written(template: str) -> None:
    draft = TEMPLATES[template](Outline("course", "Course", date(2026, 9, 28), 2, "UTC"))
    text = write_document(*draft)
    for comment in draft.comments.values():
        assert all(f"# {line}" in text for line in comment.splitlines())


def test_a_new_document_is_never_written_over_another(lrs: Lrs, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("slug: mine\n", encoding="utf-8")
    code, out, err = lrs(*NEW, "-o", str(file))
    assert (code, out) == (1, "")
    assert "exists" in err
    assert file.read_text(encoding="utf-8") == "slug: mine\n"


@pytest.mark.parametrize(
    ("option", "value", "place"),
    [
        ("--slug", "Leading People", "slug"),
        ("--starts", "28.09.2026", "--starts"),
        ("--timezone", "Europe/Berlim", "timezone"),
    ],
)
def test_a_template_of_nothing_sensible_is_refused(
    lrs: Lrs, option: str, value: str, place: str
) -> None:
    code, out, err = lrs(*NEW, option, value)
    assert (code, out) == (1, "")
    assert err.startswith(f"lrs: {place}: ")
    assert lrs(*NEW, "--weeks", "0")[0] == 2


def test_applying_again_says_what_changed_or_that_nothing_did(lrs: Lrs, tmp_path: Path) -> None:
    assert lrs("program", "apply", file_of(FULL, tmp_path))[2] == f"Planned {FULL['slug']}.\n"
    assert lrs("program", "apply", file_of(FULL, tmp_path))[2] == f"Up to date: {FULL['slug']}.\n"
    later = put("2026-10-09T14:30:00", "sessions", 0, "starts")
    assert lrs("program", "apply", file_of(later, tmp_path))[2].splitlines() == [
        f"Changed {FULL['slug']}.",
        f"  sessions[{LAB}].starts: 2026-10-09T14:00:00 → 2026-10-09T14:30:00",
    ]


def test_the_history_of_a_program_is_listed(lrs: Lrs, tmp_path: Path) -> None:
    slug = FULL["slug"]
    assert lrs("program", "show", slug, "--history")[0] == 1
    later = put("2026-10-09T14:30:00", "sessions", 0, "starts", document=put("Managers", "title"))
    for document in (FULL, put("Managers", "title"), later):
        succeed(lrs, "program", "apply", file_of(document, tmp_path))
    told = succeed(lrs, "program", "show", slug, "--history", "--json")
    assert told["program"] == slug
    assert [each["changes"] for each in told["versions"]] == [
        [],
        [{"path": "title", "old": "New manager programme", "new": "Managers"}],
        [
            {
                "path": f"sessions[{LAB}].starts",
                "old": "2026-10-09T14:00:00",
                "new": "2026-10-09T14:30:00",
            }
        ],
    ]
    assert [each["principal"] for each in told["versions"]] == ["cli", "cli", "cli"]
    listed = succeed(lrs, "program", "show", slug, "--history").splitlines()
    assert [line[:10] for line in listed if line[0] != " "] == [
        "1  planned",
        "2  planned",
        "3  planned",
    ]
    assert "     title: New manager programme → Managers" in listed
    assert listed[-1].endswith(
        f" sessions[{LAB}].starts: 2026-10-09T14:00:00 → 2026-10-09T14:30:00"
    )
    assert succeed(lrs, "program", "show", slug, "--json")["title"] == "Managers"


def test_a_document_is_inferred_from_the_log_and_applied(
    lrs: Lrs, settings: Settings, tmp_path: Path
) -> None:
    assert lrs("program", "infer")[0] == 1  # nothing was seen yet
    with open_store(settings) as store:
        names = ("ada", "bo", "cem")
        record(store, *(made(name) for name in names for made in (course.completed, course.posted)))
        record(store, *(course.joined(name, "2026-10-09T14:00:00Z") for name in names))
    file = tmp_path / "inferred.yaml"
    options = ["--slug", "found", "--timezone", "Europe/Berlin", "--since", "2026-10-01"]
    assert lrs("program", "infer", *options, "-o", str(file))[0] == 0
    assert "# guessed" in file.read_text(encoding="utf-8")
    assert lrs("program", "apply", str(file))[2] == "Planned found.\n"
    shown = json.loads(succeed(lrs, "program", "show", "found"))
    assert len(shown["cohorts"][0]["learners"]) == len(names)
    assert shown["sessions"][0]["starts"] == "2026-10-09T16:00:00"
    assert lrs("program", "infer", *options, "-o", str(file))[0] == 1


@pytest.mark.parametrize(
    ("option", "value", "place"),
    [
        ("--since", "yesterday", "--since"),
        ("--slug", "No Slug", "slug"),
        ("--timezone", "Mars/Olympus", "timezone"),
    ],
)
def test_nothing_is_inferred_from_a_wrong_question(
    lrs: Lrs, option: str, value: str, place: str
) -> None:
    code, out, err = lrs("program", "infer", option, value)
    assert (code, out) == (1, "")
    assert err.startswith(f"lrs: {place}: ")
