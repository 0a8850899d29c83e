"""A fault in the middle of an append leaves nothing of it, and says what it was, on both engines."""

from typing import Any

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

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


def test_a_place_that_is_taken_is_told_at_once_and_nothing_of_the_append_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known = drafts(store, statement())
    store.log.append(known)
    before = store.log.head()
    tries, stamp = [], Append.stamp

    def counted(append: Append, *under_the_lock: Any) -> list[StoredEvent]:
        tries.append(append)
        return stamp(append, *under_the_lock)

    with monkeypatch.context() as patched:
        patched.setattr(Append, "stamp", counted)
        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            store.log.append([*drafts(store, statement()), *known])
    assert len(tries) == 1, "tried again, though it can never be appended"
    assert not caplog.records
    assert store.log.head() == before
    store.log.append(drafts(store, statement()))
