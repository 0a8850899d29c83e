"""A fault of our own in the middle of an append leaves nothing of it, on both engines."""

import pytest

from lrs.log import Append
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
