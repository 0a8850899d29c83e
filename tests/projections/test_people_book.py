"""Decisions about who is who: what is refused, and that a mailbox and its SHA-1 are one actor."""

import pytest

from lrs.errors import InvalidInput, NotFound
from lrs.store import Store
from lrs.xapi.actor import mbox_sha1

ADA, BO = "mailto:ada@example.org", "https://bbb.example.org::Bo"


def test_a_link_needs_two_actors_and_a_mailbox_and_its_sha1_are_one(store: Store) -> None:
    for actors in ([], [ADA], [ADA, ADA], [ADA, mbox_sha1(ADA)]):
        with pytest.raises(InvalidInput, match="two different actors"):
            store.people.link(actors, reason="x", by="test")


def test_a_reason_is_needed_both_ways(store: Store) -> None:
    with pytest.raises(InvalidInput, match="reason"):
        store.people.link([ADA, BO], reason=" \n", by="test")
    store.people.link([ADA, BO], reason="asked", by="test")
    with pytest.raises(InvalidInput, match="reason"):
        store.people.unlink(BO, reason="", by="test")


def test_a_mailbox_is_unlinked_by_its_sha1_and_only_once(store: Store) -> None:
    store.people.link([ADA, BO], reason="asked", by="test")
    store.people.unlink(mbox_sha1(ADA), reason="mistaken", by="test")
    for actor in (ADA, BO):
        with pytest.raises(NotFound):
            store.people.unlink(actor, reason="again", by="test")
