"""Twelve kinds of tampering by direct SQL, on both engines: what an exported bundle shows of each.

What is found is told without an outside anchor and with one, a checkpoint that an auditor had kept.
`TAMPERING_SEEDS=20` in the environment tries more places than the default run does.
"""

import io
import itertools
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hmac import digest
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest

from lrs.audit.export import BrokenEvidence
from lrs.audit.merkle import root
from lrs.audit.note import Checkpoint, Ed25519Signer, sign_checkpoint
from lrs.audit.signer import open_key, origin_of
from lrs.audit.tiles import tiled_hashes
from lrs.audit.tree import SignedHead
from lrs.audit.verifier import Report, verify
from lrs.main import open_ledger
from lrs.sealing import Sealed, meta, unseal
from lrs.settings import Settings
from tests.audit.logs import first
from tests.audit.stores import Audited, Rows, audited
from tests.conftest import ENGINES

SEEDS = range(int(os.environ.get("TAMPERING_SEEDS", "3")))
EVENTS = 24
HEADS = range(4, EVENTS + 1, 4)
FORGED = b'{"id":"forged"}'
TOPIC = "StatementRecorded"
_copies = itertools.count(1)


class Forger:
    """Whoever holds the database, knows every format and, where it says so, has the signing key."""

    def __init__(self, log: Audited, seed: int) -> None:
        self.log = log
        self.rows = Rows(log.store)
        self.random = random.Random(seed)
        self.leaf = self.random.randrange(EVENTS - 1)  # cutting the last one off is kind 5
        self.position = self.leaf + 1

    def sealed(self, position: int) -> Sealed:
        (state,) = self.rows.run("select state from event where :position = ?", position)[0]
        return unseal(bytes(state))

    def write(self, position: int, sealed: Sealed) -> None:
        state = msgspec.msgpack.encode(sealed)
        self.rows.run("update event set state = ? where :position = ?", state, position)

    def alter(self, **fields: object) -> None:
        """Overwrite fields of the event, and nothing else."""
        self.write(self.position, msgspec.structs.replace(self.sealed(self.position), **fields))

    def reseal(self, body: bytes, stored: int | None = None) -> None:
        """Overwrite the event, with commitments that fit."""
        (topic, version) = self.rows.run(
            "select topic, originator_version from event where :position = ?", self.position
        )[0]
        old = self.sealed(self.position)
        stream = self.log.store.log.read(self.leaf, 1)[0].originator_id
        stored = old.stored if stored is None else stored
        facts = meta(topic, stream, version, stored, old.principal)  # type: ignore[arg-type] # ours are UUIDs
        self.write(self.position, seal(facts, stored, old.principal, body))

    def rewrite(self) -> None:
        """Overwrite the event and make the tree anew from it."""
        self.reseal(FORGED)
        self.grow_anew()

    def grow_anew(self) -> None:
        self.rows.run("delete from tile")
        open_ledger(self.log.store.log).catch_up()

    def sign(self, size: int, by: Ed25519Signer) -> None:
        """Sign the tree as it is, as one who has the key and whom no signer hinders."""
        with self.log.tree.transaction(write=True) as tree:
            checkpoint = Checkpoint(by.key.name, size, root(size, tiled_hashes(tree.tile)))
            tree.add_head(SignedHead(size, str(by.key), sign_checkpoint(checkpoint, by)))

    @property
    def key(self) -> Ed25519Signer:
        """The log's own key, stolen."""
        return open_key(self.log.key, origin_of(self.log.store.log.log_id()))


def seal(facts: bytes, stored: int, principal: str, body: bytes) -> Sealed:
    meta_salt, body_salt = os.urandom(32), os.urandom(32)
    commitments = digest(meta_salt, facts, "sha256"), digest(body_salt, body, "sha256")
    return Sealed(stored, principal, body, meta_salt, body_salt, *commitments)


def edit(forger: Forger) -> int:
    forger.alter(body=FORGED)
    return forger.leaf


def edit_and_seal(forger: Forger) -> int:
    forger.reseal(FORGED)
    return forger.leaf


def edit_and_grow(forger: Forger) -> None:
    forger.rewrite()


def edit_the_principal(forger: Forger) -> int:
    forger.alter(principal="somebody else")
    return forger.leaf


def delete(forger: Forger) -> int:
    forger.rows.run("delete from event where :position = ?", forger.position)
    return forger.leaf


def delete_and_close_the_gap(forger: Forger) -> int:
    delete(forger)
    move(forger, forger.position, -1)
    return forger.leaf


def insert(forger: Forger) -> int:
    stored = forger.sealed(forger.position).stored - 1
    move(forger, forger.position, 1)
    stream = uuid4()
    sealed = seal(meta(TOPIC, stream, 1, stored, "moodle"), stored, "moodle", FORGED)
    forger.rows.run(
        "insert into event (:position, originator_id, originator_version, topic, state)"
        " values (?, ?, ?, ?, ?)",
        forger.position,
        forger.rows.stream(stream),
        1,
        TOPIC,
        msgspec.msgpack.encode(sealed),
    )
    return forger.leaf


def move(forger: Forger, first_position: int, by: int) -> None:
    """Move all events from a position on."""
    forger.rows.run(
        "update event set :position = -(:position + ?) where :position >= ?", by, first_position
    )
    forger.rows.run("update event set :position = -:position where :position < 0")


def swap(forger: Forger) -> int:
    forger.rows.run(
        "update event set :position = -(? - :position) where :position in (?, ?)",
        2 * forger.position + 1,
        forger.position,
        forger.position + 1,
    )
    forger.rows.run("update event set :position = -:position where :position < 0")
    return forger.leaf


def truncate(forger: Forger) -> int:
    forger.rows.run("delete from event where :position > ?", forger.position)
    return forger.position


def backdate(forger: Forger) -> int:
    forger.alter(stored=forger.sealed(forger.position).stored - 86_400_000_000)
    return forger.leaf


def backdate_and_seal(forger: Forger) -> int:
    old = forger.sealed(forger.position)
    forger.reseal(old.body or b"", old.stored - 86_400_000_000)
    return forger.leaf


def sign_again(forger: Forger) -> None:
    forger.rewrite()
    forger.rows.run("delete from checkpoint")
    for size in HEADS:
        forger.sign(size, forger.key)


def fork(forger: Forger) -> None:
    forger.log.record(1)
    forger.rewrite()
    forger.sign(EVENTS + 1, forger.key)


def swap_a_salt(forger: Forger) -> int:
    forger.alter(**{forger.random.choice(["meta_salt", "body_salt"]): os.urandom(32)})
    return forger.leaf


def swap_the_key(forger: Forger) -> None:
    """All heads are another key's; the thief has no need of ours."""
    forger.rewrite()
    thief = Ed25519Signer.generate(forger.key.key.name)
    forger.rows.run("delete from checkpoint")
    for size in HEADS:
        forger.sign(size, thief)


def swap_the_key_under_the_heads(forger: Forger) -> None:
    """The heads stay, and are said to be another key's."""
    thief = Ed25519Signer.generate(forger.key.key.name)
    forger.rows.run("update checkpoint set key = ?", str(thief.key))


def erase(forger: Forger) -> int:
    forger.alter(body=None, body_salt=None)
    return forger.leaf


def rewind(forger: Forger) -> int:
    size = forger.random.choice(HEADS[:-1])
    forger.rows.run("delete from event where :position > ?", size)
    forger.rows.run("delete from checkpoint where size > ?", size)
    forger.grow_anew()
    return size


KINDS: list[tuple[str, Callable[[Forger], int | None], str, str]] = [
    ("1 edit", edit, "TAMPERED", "TAMPERED"),
    ("1 edit, sealed", edit_and_seal, "TAMPERED", "TAMPERED"),
    ("1 edit, sealed, grown", edit_and_grow, "TAMPERED", "TAMPERED"),
    ("1 edit of the principal", edit_the_principal, "TAMPERED", "TAMPERED"),
    ("2 delete", delete, "MISSING", "MISSING"),
    ("2 delete, gap closed", delete_and_close_the_gap, "TAMPERED", "TAMPERED"),
    ("3 insert", insert, "TAMPERED", "TAMPERED"),
    ("4 swap", swap, "TAMPERED", "TAMPERED"),
    ("5 truncate", truncate, "MISSING", "MISSING"),
    ("6 backdate", backdate, "TAMPERED", "TAMPERED"),
    ("6 backdate, sealed", backdate_and_seal, "TAMPERED", "TAMPERED"),
    ("7 re-sign", sign_again, "UNANCHORED", "FORKED"),
    ("8 fork", fork, "FORKED", "FORKED"),
    ("9 swapped salt", swap_a_salt, "TAMPERED", "TAMPERED"),
    ("10 other key", swap_the_key, "UNANCHORED", "FORKED"),
    ("10 other key, old heads", swap_the_key_under_the_heads, "TAMPERED", "FORKED"),
    ("11 unlogged erasure", erase, "MISSING", "MISSING"),
    ("12 rewind", rewind, "UNANCHORED", "MISSING"),
]
"""What it is called, how it is done, and what is found without an anchor and with one."""
CASES = [pytest.param(*each[1:], id=each[0]) for each in KINDS]


@pytest.fixture(params=ENGINES, scope="module")
def original(
    request: pytest.FixtureRequest,
    new_settings: Callable[[str], Settings],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Settings, Path, bytes]:
    """A log with a head for every four events, its key, and the checkpoint that an auditor kept."""
    settings = new_settings(request.param)
    key = tmp_path_factory.mktemp("key") / "signing.key"
    with audited(settings, key) as log:
        for number in range(len(HEADS)):
            log.record(4 if number else 3)  # the first event is a credential
            kept = log.sign()
    assert kept.size == EVENTS
    return settings, key, kept.note


@contextmanager
def copy(settings: Settings, key: Path, folder: Path) -> Iterator[Audited]:
    """Open a copy of a store."""
    name = f"copy{next(_copies)}"
    if source := settings.sqlite_path:
        target = folder / f"{name}.db"
        with sqlite3.connect(source) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
        connection.close()
        shutil.copy(source, target)
        url = f"sqlite:///{target}"
    else:
        original = settings.database_url
        database = psycopg.conninfo.conninfo_to_dict(original)["dbname"]
        with psycopg.connect(original, dbname="postgres", autocommit=True) as server:
            server.execute(
                f"create database {name} template {database} strategy file_copy".encode()
            )
        url = original.replace(f"/{database}?", f"/{name}?")
    with audited(Settings(database_url=url), key) as log:
        yield log


def exported(log: Audited, *kept: bytes) -> Report:
    """Return the report on a bundle of the store as it is."""
    _, content = log.evidence.bundle()
    return verify(io.BytesIO(b"".join(content)), kept)


def test_a_store_that_nobody_touched_is_right(
    original: tuple[Settings, Path, bytes], tmp_path: Path
) -> None:
    settings, key, kept = original
    with copy(settings, key, tmp_path) as log:
        assert exported(log).verdict == "UNANCHORED"
        assert exported(log, kept).verdict == "OK"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("tamper", "without", "anchored"), CASES)
def test_tampering_is_found_and_the_first_bad_leaf_named(
    original: tuple[Settings, Path, bytes],
    tmp_path: Path,
    tamper: Callable[[Forger], int | None],
    without: str,
    anchored: str,
    seed: int,
) -> None:
    settings, key, kept = original
    with copy(settings, key, tmp_path) as log:
        leaf = tamper(Forger(log, seed))
        assert first(exported(log)) == (without, None if without == "UNANCHORED" else leaf)
        assert first(exported(log, kept)) == (anchored, leaf)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_stored_leaf_that_was_altered_is_named(
    original: tuple[Settings, Path, bytes], tmp_path: Path, seed: int
) -> None:
    settings, key, kept = original
    with copy(settings, key, tmp_path) as log:
        forger = Forger(log, seed)
        (hashes,) = forger.rows.run("select hashes from tile where level = 0")[0]
        forged = bytearray(hashes)
        forged[32 * forger.leaf] ^= 1
        forger.rows.run("update tile set hashes = ? where level = 0", bytes(forged))
        assert first(exported(log, kept)) == ("TAMPERED", forger.leaf)


def test_leaves_that_were_cut_off_are_missing(
    original: tuple[Settings, Path, bytes], tmp_path: Path
) -> None:
    settings, key, kept = original
    with copy(settings, key, tmp_path) as log:
        rows = Rows(log.store)
        (hashes,) = rows.run("select hashes from tile where level = 0")[0]
        rows.run("update tile set hashes = ? where level = 0", bytes(hashes)[: 10 * 32])
        assert first(exported(log, kept)) == ("MISSING", 10)


@pytest.mark.parametrize("state", [b"", b"\x93garbage", b"\xc0"])
def test_an_event_that_cannot_be_read_any_more_is_named(
    original: tuple[Settings, Path, bytes], tmp_path: Path, state: bytes
) -> None:
    settings, key, kept = original
    with copy(settings, key, tmp_path) as log:
        Rows(log.store).run("update event set state = ? where :position = 6", state)
        assert first(exported(log, kept)) == ("TAMPERED", 5)


@pytest.mark.parametrize("original", ["sqlite"], indirect=True)  # PostgreSQL checks types
@pytest.mark.parametrize(
    "change",
    [
        "state = 'text'",
        "topic = x'ff'",
        "topic = cast(x'ff' as text)",
        "originator_id = upper(originator_id)",
        "originator_id = 'x'",
        "originator_version = 'one'",
    ],
)
def test_what_is_no_event_at_all_is_named(
    original: tuple[Settings, Path, bytes], tmp_path: Path, change: str
) -> None:
    settings, key, kept = original
    with copy(settings, key, tmp_path) as log:
        Rows(log.store).run(f"update event set {change} where :position = 6")
        assert first(exported(log, kept)) == ("TAMPERED", 5)


def test_a_statement_that_was_tampered_with_is_not_proven(
    original: tuple[Settings, Path, bytes], tmp_path: Path
) -> None:
    settings, key, _ = original
    with copy(settings, key, tmp_path) as log:
        forger = Forger(log, 0)
        stream = log.store.log.read(forger.leaf, 1)[0].originator_id
        assert log.evidence.prove(stream).statement == stream  # type: ignore[arg-type] # ours are UUIDs
        edit(forger)
        with pytest.raises(BrokenEvidence):
            log.evidence.prove(stream)  # type: ignore[arg-type] # likewise


def test_an_erased_statement_is_still_proven_to_have_its_place(
    original: tuple[Settings, Path, bytes], tmp_path: Path
) -> None:
    settings, key, _ = original
    with copy(settings, key, tmp_path) as log:
        forger = Forger(log, 0)
        stream = log.store.log.read(forger.leaf, 1)[0].originator_id
        erase(forger)
        proof = log.evidence.prove(stream)  # type: ignore[arg-type] # likewise
        assert proof.as_json()["salts"]["body"] is None
        assert proof.verify(None, forger.key.key).size == EVENTS
