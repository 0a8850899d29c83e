"""A mailbox and its SHA-1 are one actor, whichever of them a plan, a link or a statement names."""

from collections.abc import Iterator
from typing import Any

import pytest

from lrs.main import open_store, open_views
from lrs.settings import Settings
from lrs.xapi.actor import mbox_sha1
from projections.runner import rebuild_views
from tests.projections import course
from tests.projections.test_law import READINESS, House, people
from tests.projections.unmatched import unmatched_actors
from tests.store.statements import record

DIGEST = mbox_sha1("mailto:ada@example.org")


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with open_store(settings) as store, open_views(settings) as views:
        yield House(store, views)


def known_by_digest() -> dict[str, Any]:
    """Return the course with Ada known by an account and the SHA-1 of her mailbox."""
    document = course.document()
    ada = document["cohorts"][0]["learners"][0]
    del ada["mbox"]
    ada |= {"account": {"homePage": course.SITE, "name": "42"}, "also": [DIGEST]}
    return document


def same_after_rebuild(house: House) -> bool:
    before = house.report(READINESS)["learners"], unmatched_actors(house.views)
    rebuild_views(house.store.log, house.views, lambda *_: None)
    return before == (house.reports.get(READINESS)["learners"], unmatched_actors(house.views))


def test_a_plan_may_name_the_digest_and_statements_the_mailbox(house: House) -> None:
    record(house.store, course.completed("ada"))
    house.runner.catch_up()
    house.store.programs.plan(known_by_digest(), by="test")
    assert people(house.report(READINESS), "state")["Ada"] == "partly"
    scored = course.scored("ada", 9)
    record(house.store, scored)
    assert people(house.report(READINESS), "state")["Ada"] == "ready"
    record(house.store, course.voiding(scored))
    assert people(house.report(READINESS), "state")["Ada"] == "partly"
    assert unmatched_actors(house.views) == []
    assert same_after_rebuild(house)


def test_a_link_may_name_the_digest_and_statements_the_mailbox(house: House) -> None:
    house.store.programs.plan(course.document(), by="test")
    record(house.store, course.completed("ada.private"))
    assert len(house.report(READINESS)["learners"]) == len(course.NAMES)
    pair = [mbox_sha1("mailto:ada.private@example.org"), "mailto:ada@example.org"]
    house.store.people.link(pair, reason="she said so", by="test")
    assert people(house.report(READINESS), "state")["Ada"] == "partly"
    assert unmatched_actors(house.views) == []
    assert same_after_rebuild(house)
