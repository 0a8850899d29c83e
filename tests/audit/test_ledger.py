"""The Merkle tree as a projection of the log, on both engines."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from lrs.audit import keeper, tree
from lrs.audit.keeper import Keeper
from lrs.audit.leaf import event_leaf
from lrs.audit.ledger import BrokenLog
from lrs.audit.merkle import Frontier, root
from lrs.audit.tiles import WIDTH, tile_content, tiled_hashes, tiles
from lrs.errors import NotFound
from lrs.main import open_evidence, open_ledger, open_views
from lrs.sealing import unseal
from lrs.settings import Settings
from lrs.store import Store
from projections.runner import rebuild_views
from tests.audit.stores import Audited, Rows, audited


@pytest.fixture
def log(store: Store, tmp_path: Path) -> Iterator[Audited]:
    """An empty log (but for a credential) with its tree, once for each engine."""
    return Audited.of(store, tmp_path / "signing.key")


def leaves(log: Audited) -> list[bytes]:
    """Return the leaf hashes of the log's events, computed one by one."""
    log_id = log.store.log.log_id()
    sealed = [unseal(each.state) for each in log.store.log.read(limit=10_000)]
    return [
        event_leaf(log_id, index, each.meta_commitment, each.body_commitment)
        for index, each in enumerate(sealed)
    ]


def stored_tiles(log: Audited) -> dict[tuple[int, int], bytes]:
    rows = Rows(log.store).run("select level, number, hashes from tile")
    return {(level, number): bytes(hashes) for level, number, hashes in rows}


def expected_tiles(log: Audited) -> dict[tuple[int, int], bytes]:
    """Return the tiles of the tree over the log, hashed without a store."""
    frontier, nodes = Frontier(), {}
    for leaf in leaves(log):
        nodes |= {(node.level, node.index): node.hash for node in frontier.append(leaf)}
    return {
        (tile.level, tile.index): tile_content(tile, lambda *place: nodes[place])
        for tile in tiles(frontier.size)
    }


def test_the_tree_has_a_leaf_for_every_event_in_the_log_order(log: Audited) -> None:
    log.record(WIDTH + 50)
    assert log.ledger.catch_up() == log.store.log.head().position
    assert stored_tiles(log) == expected_tiles(log)
    assert len(stored_tiles(log)) == 3


def test_small_pages_and_large_ones_make_the_same_tree(
    log: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "PAGE_EVENTS", 7)
    log.record(WIDTH)
    assert log.ledger.step() == 7
    log.ledger.catch_up()
    monkeypatch.setattr(tree, "PAGE_EVENTS", 100)
    log.record(WIDTH + 3)
    assert log.ledger.catch_up() == log.store.log.head().position
    assert stored_tiles(log) == expected_tiles(log)


def test_large_events_make_a_page_shorter_and_none_is_left_out(
    log: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "PAGE_BYTES", 10_000)
    long = {"en": "x" * 9_000}
    log.record(5, result={"response": long["en"]})
    grown = []
    while step := log.ledger.step():
        grown.append(step)
    assert len(grown) >= 5
    assert stored_tiles(log) == expected_tiles(log)


def test_two_that_take_turns_count_every_event_once(
    log: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "PAGE_EVENTS", 10)
    other = open_ledger(log.store.log)
    log.record(95)
    while log.ledger.step() or other.step():
        other.step()
    assert stored_tiles(log) == expected_tiles(log)


def test_two_at_once_beside_a_writer_count_every_event_once(
    log: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "PAGE_EVENTS", 10)
    stop = threading.Event()

    def follow() -> None:
        ledger = open_ledger(log.store.log)
        while not stop.is_set():
            ledger.step()

    threads = [threading.Thread(target=follow) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        log.record(17)
    stop.set()
    for thread in threads:
        thread.join()
    assert log.ledger.catch_up() == log.store.log.head().position
    assert stored_tiles(log) == expected_tiles(log)


def test_a_rebuild_of_the_views_leaves_tree_and_heads_alone(log: Audited) -> None:
    log.record(20)
    head, before = log.sign(), stored_tiles(log)
    with open_views(log.store.settings) as views:
        rebuild_views(log.store.log, views, lambda *_: None)
    assert stored_tiles(log) == before
    assert log.evidence.head() == head


def test_an_event_that_is_gone_before_the_tree_has_it_stops_the_tree(log: Audited) -> None:
    log.record(5)
    Rows(log.store).run("delete from event where :position = 3")
    with pytest.raises(BrokenLog, match="event 3"):
        log.ledger.catch_up()
    assert log.ledger.size() == 0


def test_an_event_that_cannot_be_read_stops_the_tree(log: Audited) -> None:
    log.record(5)
    Rows(log.store).run("update event set state = ? where :position = 4", b"garbage")
    with pytest.raises(BrokenLog, match="event 4"):
        log.ledger.catch_up()


def test_one_leads_at_a_time(log: Audited) -> None:
    with log.tree.leadership() as leading:
        assert leading
        with log.tree.leadership() as second:
            assert not second
    with log.tree.leadership() as leading:
        assert leading


def test_the_keeper_signs_what_was_recorded_within_five_seconds(
    log: Audited, wait_until: Callable[..., None]
) -> None:
    stop = threading.Event()
    follow = Keeper(log.ledger, log.signer, log.tree).follow
    thread = threading.Thread(target=follow, args=(stop,))
    thread.start()
    try:
        for _ in range(2):
            log.record(30)
            position = log.store.log.head().position
            wait_until(lambda position=position: signed(log) == position, 5)
    finally:
        stop.set()
        thread.join()


def test_a_keeper_whose_store_was_away_goes_on(
    log: Audited,
    wait_until: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(keeper, "RETRY_SECONDS", 0.01)
    failures = iter([OSError("away"), OSError("still away")])
    step = log.ledger.step

    def failing() -> int:
        for failure in failures:
            raise failure
        return step()

    monkeypatch.setattr(log.ledger, "step", failing)
    stop = threading.Event()
    follow = Keeper(log.ledger, log.signer, log.tree).follow
    thread = threading.Thread(target=follow, args=(stop,))
    thread.start()
    try:
        wait_until(lambda: signed(log) == log.store.log.head().position, 10)
    finally:
        stop.set()
        thread.join()
    assert caplog.text.count("trying again") == 2


def test_a_keeper_whose_connections_are_cut_goes_on(
    new_settings: Callable[[str], Settings],
    tmp_path: Path,
    wait_until: Callable[..., None],
) -> None:
    settings, stop = new_settings("postgresql"), threading.Event()
    with audited(settings, tmp_path / "signing.key") as log:
        follow = Keeper(log.ledger, log.signer, log.tree).follow
        thread = threading.Thread(target=follow, args=(stop,))
        thread.start()
        try:
            wait_until(lambda: signed(log) == 1, 10)
            with psycopg.connect(settings.database_url, autocommit=True) as connection:
                connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )
            with audited(settings, tmp_path / "other.key") as other:
                other.record(5)
            wait_until(lambda: signed(log) == 6, 15)
        finally:
            stop.set()
            thread.join()


def signed(log: Audited) -> int:
    try:
        return log.evidence.head().size
    except NotFound:
        return 0


def test_before_anything_was_signed_there_is_nothing_to_show(log: Audited) -> None:
    (statement,) = log.record(1)
    for ask in (
        log.evidence.head,
        log.evidence.bundle,
        lambda: log.evidence.prove(statement),
        lambda: log.evidence.consistency(1, 1),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_stored_tree_is_read_through_its_tiles(log: Audited) -> None:
    log.record(3 * WIDTH)
    size = log.ledger.catch_up()
    frontier = Frontier()
    roots = [frontier.root()]
    for leaf in leaves(log):
        frontier.append(leaf)
        roots.append(frontier.root())
    with log.tree.transaction(write=False) as transaction:
        for leaf_count in (1, 2, 255, 256, 257, 700, size):
            assert root(leaf_count, tiled_hashes(transaction.tile)) == roots[leaf_count]


def test_evidence_needs_no_signing_key(log: Audited) -> None:
    log.record(3)
    head = log.sign()
    log.key.unlink()
    assert open_evidence(log.store.log).head() == head
