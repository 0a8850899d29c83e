"""`lrs people` on both engines."""

import json
from typing import Any

import pytest

from lrs.main import open_store
from lrs.settings import Settings
from tests.conftest import Lrs, succeed
from tests.projections import course
from tests.store.statements import record

ADA, ROOM = "mailto:ada@example.org", "https://bbb.example.org::Ada K."


@pytest.fixture
def known(lrs: Lrs, settings: Settings) -> Lrs:
    """Return the command on a store where an Ada K. met in a room, and somebody read the page."""
    document = course.document()
    document["cohorts"][0]["learners"][0]["name"] = "Ada Kaya"
    account = {"homePage": "https://bbb.example.org", "name": "Ada K."}
    seen: dict[str, Any] = course.attended("x", 50) | {
        "actor": {"name": "Ada K.", "account": account}
    }
    with open_store(settings) as store:
        store.programs.plan(document, by="test")
        record(store, seen, course.joined("x", "2026-10-09T14:00:00Z") | {"actor": seen["actor"]})
        record(store, course.completed("stranger"))
    return lrs


def test_the_unmatched_come_with_suggestions_as_table_and_json(known: Lrs) -> None:
    found = succeed(known, "people", "unmatched", "--json")["unmatched"]
    assert [each["actor"] for each in found] == [ROOM, "mailto:stranger@example.org"]
    (suggestion,) = found[0]["suggestions"]
    assert (suggestion["actor"], suggestion["name"]) == (ADA, "Ada Kaya")
    table = succeed(known, "people", "unmatched", "--program", "course")
    assert ROOM in table
    assert "Ada Kaya" in table
    assert ADA in table
    assert "cut short to an initial" in table
    assert known("people", "unmatched", "--program", "none")[0] == 1


def test_pages_of_the_unmatched_say_how_to_go_on(known: Lrs) -> None:
    first = succeed(known, "people", "unmatched", "--limit", "1", "--json")
    arguments = ("people", "unmatched", "--limit", "1", "--cursor", first["cursor"])
    second = succeed(known, *arguments, "--json")
    assert [each["unmatched"][0]["actor"] for each in (first, second)] == [
        ROOM,
        "mailto:stranger@example.org",
    ]
    assert "cursor" not in second
    assert first["cursor"] in known("people", "unmatched", "--limit", "1")[2]
    assert known("people", "unmatched", "--limit", "0")[0] == 2
    assert known("people", "unmatched", "--cursor", "x")[0] == 1


def test_people_are_linked_shown_listed_and_unlinked(known: Lrs) -> None:
    assert known("people", "link", ADA, ROOM, "--reason", " ")[0] == 1
    assert known("people", "link", ADA, "nobody", "--reason", "x")[0] == 1
    succeed(known, "people", "link", ADA, ROOM, "--reason", "asked her")
    shown = succeed(known, "people", "show", ROOM, "--json")
    assert shown["name"] == "Ada Kaya"
    assert [each["reason"] for each in shown["decisions"]] == ["asked her"]
    table = succeed(known, "people", "show", ADA)
    for part in ("Ada Kaya", ROOM, "document course", "the same mailbox", "asked her", "cli"):
        assert part in table
    listed = succeed(known, "people", "list", "--program", "course", "--json")["people"]
    assert [ROOM in each["actors"] for each in listed if each["name"] == "Ada Kaya"] == [True]
    assert "Ada Kaya" in succeed(known, "people", "list")
    succeed(known, "people", "unlink", ROOM, "--reason", "it was a guest")
    assert known("people", "unlink", ROOM, "--reason", "again")[0] == 1
    now = succeed(known, "people", "show", ROOM, "--json")
    assert (now["name"], [each["action"] for each in now["decisions"]]) == (
        None,
        ["link", "unlink"],
    )
    then = ("people", "show", ROOM, "--as-of", f"position:{shown['position']}", "--json")
    assert succeed(known, *then)["identities"] == shown["identities"]
    assert "link (undone)" in succeed(known, "people", "show", ROOM)


def test_questions_about_people_without_an_answer_exit_1(known: Lrs) -> None:
    for arguments in (
        ("show", "nobody"),
        ("show", ADA, "--as-of", "yesterday"),
        ("list", "--program", "none"),
    ):
        code, out, err = known("people", *arguments)
        assert (code, out) == (1, ""), arguments
        assert err.startswith("lrs: ")


def test_a_name_that_looks_like_markup_is_printed_as_it_is(known: Lrs, settings: Settings) -> None:
    account = {"homePage": "https://bbb.example.org", "name": "9"}
    with open_store(settings) as store:
        named = {"actor": {"name": "[/b] [bold]Eve", "account": account}}
        record(store, course.attended("x", 50) | named)
    assert "[/b] [bold]Eve" in succeed(known, "people", "unmatched")


def test_an_empty_store_has_no_people(lrs: Lrs) -> None:
    assert succeed(lrs, "people", "list", "--json") == {"people": []}
    assert json.loads(lrs("people", "unmatched", "--json")[1]) == {"unmatched": []}
