"""Copies: what became of each record, on paper and for spreadsheets; nothing in them runs."""

import csv
import io
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.audit.printing import COLUMNS, as_csv, as_html
from lrs.errors import NotFound
from lrs.main import open_store, open_views
from lrs.settings import Settings
from lrs.store import Store
from projections.copies import copy_of_person, copy_of_statement
from projections.database import Database
from projections.history import History
from projections.runner import Runner
from tests.audit.test_history import STATE
from tests.store.statements import record, referring, statement, voiding

ADA = "mailto:ada@example.org"
TEXT = st.text(max_size=30) | st.sampled_from(["<img src=x onerror=alert(1)>", "=cmd()", "'\"><b>"])


class House:
    """A store with its views."""

    def __init__(self, store: Store, views: Database) -> None:
        self.store = store
        self.views = views

    def statement(self, statement_id: str) -> dict[str, Any]:
        return copy_of_statement(self.store.log, self._history(), UUID(statement_id))

    def person(self, actor: str) -> dict[str, Any]:
        return copy_of_person(self.store.log, self._history(), actor)

    def _history(self) -> History:
        Runner(self.store.log, self.views).catch_up()
        return History(self.store.log, self.views)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with open_store(settings) as store, open_views(settings) as views:
        yield House(store, views)


def marks(entry: dict[str, Any]) -> list[str]:
    return [each["mark"] for each in entry["marks"]]


def test_a_statement_that_another_refers_to_is_amended_and_a_voided_one_voided(
    house: House,
) -> None:
    mine = statement()
    record(house.store, mine)
    record(house.store, referring(mine["id"], actor="bo"), voiding(mine["id"], actor="admin"))
    (entry,) = house.statement(mine["id"])["entries"]
    assert sorted(marks(entry)) == ["amended", "voided"]
    positions = {each["mark"]: each["position"] for each in entry["marks"]}
    assert positions["amended"] < positions["voided"]


def test_a_voiding_statement_is_never_voided(house: House) -> None:
    mine = statement()
    record(house.store, mine)
    void = voiding(mine["id"], actor="admin")
    record(house.store, void)
    record(house.store, voiding(void["id"], actor="admin"))
    (entry,) = house.statement(void["id"])["entries"]
    assert marks(entry) == ["amended"]


def test_all_about_a_person_comes_in_order_with_every_version_of_their_documents(
    house: House,
) -> None:
    record(house.store, statement(), statement(actor="bo"))
    for content in (b"one", b"\xff\x00"):
        house.store.documents.put(STATE, content, "text/plain", lambda _: None, by="lms")
    copy = house.person(ADA)
    assert [each["action"] for each in copy["entries"]] == [
        "statement.recorded",
        "document.stored",
        "document.stored",
    ]
    said, first, second = copy["entries"]
    assert (marks(said), marks(first), marks(second)) == ([], ["amended"], [])
    assert (first["original"], second["original"]) == ("one", "base64:/wA=")
    assert first["marks"][0]["position"] == second["position"]


def test_there_is_no_copy_of_what_never_was(house: House) -> None:
    with pytest.raises(NotFound):
        house.statement(str(uuid4()))


class Markup(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def entry_of(text: str, **changes: Any) -> dict[str, Any]:
    return {
        "position": 3,
        "action": "document.stored",
        "stored": "2026-11-24T12:00:00.000000Z",
        "timestamp": text,
        "principal": text,
        "actor": text,
        "reason": text,
        "role": [text],
        "what": {"document_id": text, "new": {"bytes": 3}},
        "stream": "s",
        "version": 1,
        "erased": False,
        "marks": [{"mark": "voided", "position": 4, "principal": text, "stored": text}],
        "original": text,
        **changes,
    }


def copy_with(*entries: dict[str, Any], subject: str = ADA) -> dict[str, Any]:
    return {
        "log": "l",
        "position": 9,
        "stored": "2026-11-24T12:00:00.000000Z",
        "subject": {"person": subject},
        "entries": list(entries),
    }


@given(TEXT)
def test_whatever_was_stored_is_text_on_the_page(text: str) -> None:
    plain = Markup(as_html(copy_with(entry_of("plain"), subject="plain")).decode())
    page = as_html(copy_with(entry_of(text), subject=text)).decode("utf-8", "surrogatepass")
    found = Markup(page)
    assert found.tags <= plain.tags
    assert found.attributes <= plain.attributes


@given(TEXT)
def test_no_cell_is_a_formula(text: str) -> None:
    written = as_csv(copy_with(entry_of(text))).decode()
    columns, row = csv.reader(io.StringIO(written, newline=""))
    assert tuple(columns) == COLUMNS
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_erased_record_shows_its_mark_and_nothing_else() -> None:
    erased = entry_of(
        "kept", original=None, what={}, erased=True, marks=[{"mark": "erased", "position": None}]
    )
    page = Markup(as_html(copy_with(erased)).decode())
    assert "ERASED" in page.text
    assert "pre" not in page.tags
