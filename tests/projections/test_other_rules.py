"""Views keep by which rules they were made; other rules never mix with them."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lrs.main import open_store, open_views
from lrs.settings import Settings
from lrs.store import Store
from projections.database import Database
from projections.reports import Query, Reports
from projections.runner import OtherRules, Runner, rebuild_views
from projections.vocabulary import adopt, in_force
from tests.projections import course
from tests.store.statements import record

NEVER_DONE = """
[[rules]]
id = "only-seen"
verbs = ["adl:completed"]
kind = "viewed"
note = "a page is not completed by saying so"
"""
QUESTION = Query("drop-off", "course")


@pytest.fixture
def place(settings: Settings) -> Iterator[tuple[Store, Database]]:
    """A store with one completed page, followed by our rules."""
    with open_store(settings) as store, open_views(settings) as views:
        store.programs.plan(course.document(), by="test")
        record(store, course.completed("ada"))
        Runner(store.log, views).catch_up()
        yield store, views
    adopt(None)


@pytest.fixture
def others(tmp_path: Path) -> Path:
    file = tmp_path / "others.toml"
    file.write_text(NEVER_DONE, encoding="utf-8")
    return file


def done(store: Store, views: Database) -> tuple[str, int]:
    report = Reports(store.log, views).get(QUESTION)
    return report["rules"], report["steps"][0]["completed"]


def test_a_command_with_other_rules_refuses_to_add_to_the_views(
    place: tuple[Store, Database], others: Path
) -> None:
    store, views = place
    ours = in_force().version
    adopt(others)
    with pytest.raises(OtherRules, match="LRS_VOCABULARY"):
        Runner(store.log, views).catch_up()
    assert done(store, views) == (ours, 1)  # the report names the rules that made it


def test_a_rebuild_makes_them_by_the_rules_in_force(
    place: tuple[Store, Database], others: Path
) -> None:
    store, views = place
    theirs = adopt(others).version
    rebuild_views(store.log, views, lambda *_: None)
    Runner(store.log, views).catch_up()
    assert done(store, views) == (theirs, 0)
    live = Reports(store.log, views).get(QUESTION._replace(as_of="position:2"))
    assert (live["rules"], live["steps"][0]["completed"]) == (theirs, 0)


def test_a_follower_with_other_rules_derives_the_views_anew_by_itself(
    place: tuple[Store, Database], others: Path, wait_until: Callable[..., None]
) -> None:
    store, views = place
    theirs = adopt(others).version
    stop = threading.Event()
    thread = threading.Thread(target=Runner(store.log, views).follow, args=(stop,))
    thread.start()
    try:
        wait_until(lambda: done(store, views) == (theirs, 0))
    finally:
        stop.set()
        thread.join()


def test_a_follower_that_is_stopped_leaves_the_views_as_they_were(
    place: tuple[Store, Database], others: Path
) -> None:
    store, views = place
    ours = in_force().version
    adopt(others)
    stop = threading.Event()
    stop.set()
    rebuild_views(store.log, views, lambda *_: None, stop)
    assert done(store, views) == (ours, 1)


def test_reports_and_rebuilds_do_not_wait_for_each_other_in_a_circle(
    place: tuple[Store, Database],
) -> None:
    store, views = place
    expected = done(store, views)
    stop, answers = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            answers.append(done(store, views))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(8):
            rebuild_views(store.log, views, lambda *_: None)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert set(answers) == {expected}
