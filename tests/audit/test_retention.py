"""Retention classes on both engines: what has expired is told, and goes when somebody says so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters import intake
from lrs.attendance import Upload, import_files
from lrs.audit.retention import Retention, shown
from lrs.errors import InvalidInput, NotFound
from lrs.settings import Settings
from tests.audit.erasing import ADA, House, house_of
from tests.projections import course
from tests.store.statements import record, statement, voiding

CHAT = "https://example.org/verbs/chatted"
LATER = datetime.now(UTC) + timedelta(days=91)
SHEET = b"Name,E-mail,Present\nAda,ada@example.org,yes\nBo,bo@example.org,yes\n"


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with house_of(settings) as opened:
        yield opened


@pytest.fixture
def retention(house: House) -> Retention:
    found = Retention(house.store.log, house.erasures)
    found.set("chat", keep_days=90, verbs=[CHAT], reason="policy 3", by="dpo")
    return found


def figures(retention: Retention, now: datetime = LATER) -> dict[str, tuple[int, int, int]]:
    return {
        each["name"]: (each["statements"], each["expired"], each["held"])
        for each in retention.report(now)
    }


def test_what_has_expired_is_told_by_class_and_nothing_goes_by_itself(
    house: House, retention: Retention
) -> None:
    record(house.store, statement("chatted"), statement("chatted", "bo"), statement("did"))
    assert figures(retention) == {"chat": (2, 2, 0)}
    assert figures(retention, datetime.now(UTC)) == {"chat": (2, 0, 0)}
    assert house.erasures.receipts() == []


def test_what_has_expired_goes_through_the_same_door(house: House, retention: Retention) -> None:
    kept, gone = statement("did"), statement("chatted")
    record(house.store, kept, gone)
    assert retention.apply(reason="yearly", by="dpo", now=datetime.now(UTC)) == []
    (receipt,) = retention.apply(reason="yearly", by="dpo", now=LATER)
    assert receipt["retention_class"] == "chat"
    assert (receipt["person"], receipt["counts"]) == (None, {"statements": 1})
    assert house.erasures.receipts() == [receipt]
    assert house.store.log.index.find(UUID(gone["id"])) is None
    assert house.store.log.index.find(UUID(kept["id"]))
    assert house.verify()[0].verdict == "ERASED"
    assert retention.apply(reason="again", by="dpo", now=LATER) == []


def test_a_legal_hold_keeps_what_has_expired(house: House, retention: Retention) -> None:
    held, free = statement("chatted"), statement("chatted", "bo")
    record(house.store, held, free)
    hold = house.erasures.holds.add(person=ADA, reason="a dispute", by="counsel")
    assert figures(retention) == {"chat": (2, 2, 1)}
    (receipt,) = retention.apply(reason="yearly", by="dpo", now=LATER)
    assert receipt["counts"] == {"statements": 1}
    assert house.store.log.index.find(UUID(held["id"]))
    house.erasures.holds.release(hold, reason="settled", by="counsel")
    assert len(retention.apply(reason="yearly", by="dpo", now=LATER)) == 1


def test_the_file_of_an_import_stays_while_somebody_in_it_is_held(house: House) -> None:
    house.store.programs.plan(course.document(), by="test")
    upload = Upload("signin-sheet", [("s.csv", SHEET)], "course", course.SESSION, "UTC")
    import_files(house.store, intake, upload, by="clerk")
    retention = Retention(house.store.log, house.erasures)
    retention.set("all", keep_days=1, reason="policy", by="dpo")
    hold = house.erasures.holds.add(person=ADA, reason="a dispute", by="counsel")
    (receipt,) = retention.apply(reason="yearly", by="dpo", now=LATER)
    assert receipt["counts"] == {"imports_redacted": 1, "statements": 1}
    house.erasures.holds.release(hold, reason="settled", by="counsel")
    (receipt,) = retention.apply(reason="yearly", by="dpo", now=LATER)
    assert receipt["counts"] == {"attachments": 1, "imports_redacted": 1, "statements": 1}


def test_of_several_classes_the_longest_keeps(house: House, retention: Retention) -> None:
    retention.set("all", keep_days=400, reason="law", by="dpo")
    record(house.store, statement("chatted"), statement("did"))
    assert figures(retention) == {"all": (2, 0, 0), "chat": (0, 0, 0)}


def test_a_class_may_ask_for_activities_and_types(house: House) -> None:
    retention = Retention(house.store.log, house.erasures)
    about: dict[str, Any] = {
        "id": "https://example.org/forum",
        "definition": {"type": "https://example.org/chat"},
    }
    record(house.store, statement() | {"object": about}, statement())
    retention.set("type", keep_days=1, types=["https://example.org/chat"], reason="x", by="dpo")
    assert figures(retention)["type"] == (1, 1, 0)
    retention.set("type", keep_days=None, reason="x", by="dpo")
    retention.set("about", keep_days=1, activities=[about["id"]], reason="x", by="dpo")
    assert figures(retention) == {"about": (1, 1, 0)}


def test_voiding_statements_are_in_no_class(house: House) -> None:
    retention = Retention(house.store.log, house.erasures)
    retention.set("all", keep_days=1, reason="x", by="dpo")
    sent = statement()
    record(house.store, sent)
    record(house.store, voiding(sent["id"]))
    assert figures(retention) == {"all": (1, 1, 0)}


def test_classes_are_set_changed_and_dropped_with_a_reason(house: House) -> None:
    retention = Retention(house.store.log, house.erasures)
    with pytest.raises(InvalidInput):
        retention.set("chat", keep_days=90, reason=" ", by="dpo")
    with pytest.raises(InvalidInput):
        retention.set("chat", keep_days=0, reason="x", by="dpo")
    with pytest.raises(NotFound):
        retention.set("chat", keep_days=None, reason="x", by="dpo")
    retention.set("chat", keep_days=90, reason="x", by="dpo")
    retention.set("chat", keep_days=30, reason="y", by="dpo")
    (found,) = map(shown, retention.classes())
    assert (found["name"], found["keep_days"], found["reason"]) == ("chat", 30, "y")
    with pytest.raises(InvalidInput):
        retention.apply(reason="", by="dpo")
