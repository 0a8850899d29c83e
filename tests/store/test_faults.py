"""A fault in the middle of an append leaves nothing of it, and says what it was, on both engines."""

import time
from datetime import datetime

import pytest
from eventsourcing.persistence import IntegrityError

from lrs.append import Append
from lrs.store import Store
from tests.store.statements import drafts, statement


def test_a_fault_in_the_index_leaves_no_event_without_its_index(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.log.head()

    def fail(*_: object) -> None:
        raise ValueError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(Append, "index_rows", fail)
        with pytest.raises(ValueError, match="a fault of ours"):
            store.log.append(drafts(store, statement()))
    assert store.log.head().position == before.position
    assert list(store.log.entries(after=before.position)) == []


def test_an_id_recorded_before_is_named_however_early_the_database_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL's answers arrive while the next statements are sent."""
    known = drafts(store, statement())
    store.log.append(known)
    before = store.log.head()
    moved = []

    def slow(append: Append) -> tuple[int, datetime]:
        moved.append(append)
        time.sleep(0.05)
        return before

    with monkeypatch.context() as patched:
        patched.setattr(Append, "head", property(slow))
        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            store.log.append([*known, *drafts(store, statement())])
    assert len(moved) <= 1, "tried again, though it can never be appended"
    assert not caplog.records
    assert store.log.head().position == before.position
    store.log.append(drafts(store, statement()))
