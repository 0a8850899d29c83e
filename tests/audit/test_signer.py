"""The signer: it signs nothing that contradicts what it signed, even if it is killed in between."""

import base64
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lrs.audit import signer
from lrs.audit.merkle import root
from lrs.audit.note import Ed25519Key, Ed25519Signer, InconsistentTree, open_checkpoint
from lrs.audit.signer import OtherKey, open_key, origin_of
from lrs.audit.tiles import tiled_hashes
from lrs.errors import Conflict, InvalidSettings, NotFound
from lrs.settings import Settings
from lrs.store import Store
from tests.audit.stores import Audited, Rows, audited

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("SIGNER_KILLS", "10"))
"""On each engine; a kill takes a second or two, so by default there are few."""
ORIGIN = "bichron/6f1c1b1e-5c1f-4f0e-9d86-1f2e3d4c5b6a"


@pytest.fixture
def log(store: Store, tmp_path: Path) -> Iterator[Audited]:
    """An empty log (but for a credential) with its signer, once for each engine."""
    return Audited.of(store, tmp_path / "signing.key")


def pem(private: object) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined,no-any-return] # any of cryptography's private keys


def test_a_missing_key_is_made_for_its_owners_eyes_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "signing.key"
    made = open_key(path, ORIGIN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert str(open_key(path, ORIGIN).key) == str(made.key)
    assert [each.name for each in path.parent.iterdir()] == ["signing.key"]


def test_a_key_of_openssl_is_as_good(tmp_path: Path) -> None:
    path, private = tmp_path / "key.pem", Ed25519PrivateKey.generate()
    path.write_bytes(pem(private))
    assert open_key(path, ORIGIN).key.public == private.public_key().public_bytes_raw()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"garbage",
        pem(generate_private_key(65537, 2048)),
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        Ed25519Signer.generate("bichron/another").encoded.encode(),
    ],
    ids=["empty", "binary", "garbage", "rsa", "broken", "of another log"],
)
def test_what_is_no_key_of_this_log_is_a_setting_that_is_wrong(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(InvalidSettings, match="LRS_SIGNING_KEY"):
        open_key(path, ORIGIN)
    assert path.read_bytes() == content


def test_a_head_is_of_the_logs_origin_and_size_and_signed_once(log: Audited) -> None:
    log.record(5)
    head = log.sign()
    checkpoint = open_checkpoint(head.note, Ed25519Key.parse(head.key))
    assert checkpoint.origin == origin_of(log.store.log.log_id())
    assert checkpoint.size == head.size == log.store.log.head().position
    assert log.sign() == head == log.evidence.head()
    log.record(1)
    assert log.sign().size == head.size + 1


def test_an_empty_tree_is_not_signed(log: Audited) -> None:
    assert log.signer.sign() is None
    assert not log.key.exists()


def test_nothing_is_published_that_could_not_be_kept(
    log: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.record(5)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(signer, "_replace", full)
        with pytest.raises(OSError, match="no space"):
            log.sign()
    with pytest.raises(NotFound):
        log.evidence.head()
    log.sign()


def test_a_tree_that_was_altered_is_not_signed(log: Audited) -> None:
    log.record(5)
    head = log.sign()
    forged = bytes(32 * head.size)
    Rows(log.store).run("update tile set hashes = ? where level = 0", forged)
    for _ in range(2):
        with pytest.raises(InconsistentTree):
            log.signer.sign()
        log.record(1)
        log.ledger.catch_up()
    assert log.evidence.head() == head


def test_a_tree_made_anew_from_a_log_that_was_altered_is_not_signed(log: Audited) -> None:
    log.record(9)
    head = log.sign()
    rows = Rows(log.store)
    (state,) = rows.run("select state from event where :position = 8")[0]
    rows.run("update event set state = ? where :position = 3", bytes(state))
    rows.run("delete from tile")
    log.ledger.catch_up()
    with pytest.raises(InconsistentTree):
        log.signer.sign()
    assert log.evidence.head() == head


def test_a_store_that_was_rewound_is_noticed_by_what_lies_beside_the_key(log: Audited) -> None:
    rows = Rows(log.store)
    log.record(5)
    early = log.sign()
    log.record(5)
    log.sign()
    rows.run("delete from checkpoint where size > ?", early.size)
    rows.run("delete from event where :position > ?", early.size)
    rows.run("update log_head set position = ?", early.size)
    for table in ("statement", "term"):
        rows.run(f"delete from {table} where position > ?", early.size)
    rows.run("delete from tile")
    log.ledger.catch_up()
    with pytest.raises(InconsistentTree):
        log.signer.sign()
    for _ in range(3):  # nor does it help to grow it to the old size and beyond
        log.record(3)
        log.ledger.catch_up()
        with pytest.raises(InconsistentTree):
            log.signer.sign()


def test_a_head_that_was_kept_beside_the_key_only_is_signed_again_the_same(log: Audited) -> None:
    log.record(5)
    head = log.sign()
    Rows(log.store).run("delete from checkpoint")  # as if killed before the store had it
    assert log.signer.sign() == head


def test_another_key_signs_only_when_told_to(log: Audited) -> None:
    log.record(5)
    first = log.sign()
    log.key.unlink()
    log.record(1)
    with pytest.raises(OtherKey, match="--new-key"):
        log.sign()
    assert not log.key.exists()
    log.key.write_bytes(pem(Ed25519PrivateKey.generate()))
    with pytest.raises(OtherKey):
        log.signer.sign()
    head = log.signer.sign(new_key=True)
    assert head
    assert head.key != first.key
    log.record(1)
    assert log.sign().key == head.key


def test_a_new_key_does_not_sign_a_size_anew(log: Audited) -> None:
    log.record(5)
    log.sign()
    log.key.unlink()
    with pytest.raises(Conflict, match="one head"):
        log.signer.sign(new_key=True)


def test_a_new_key_does_not_hide_an_altered_tree(log: Audited) -> None:
    log.record(5)
    log.sign()
    log.record(1)
    log.ledger.catch_up()
    Rows(log.store).run("update tile set hashes = ? where level = 0", bytes(7 * 32))
    with pytest.raises(InconsistentTree):
        log.signer.sign(new_key=True)


class Victim:
    """A process that signs, is killed and starts again."""

    def __init__(self, settings: Settings, key: Path) -> None:
        command = [sys.executable, "-m", "tests.audit.killed_signer", settings.database_url]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LRS_")}
        self.process = subprocess.Popen(
            [*command, str(key)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def kill_after(self, seconds: float) -> list[bytes]:
        """Let it sign for so long, kill it, and return the heads that it had published by then."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        published = [base64.b64decode(self.process.stdout.readline())]
        word, pid = self.process.stdout.readline().split()
        assert word == "ready"
        time.sleep(seconds)
        os.kill(int(pid), signal.SIGKILL)
        while (line := self.process.stdout.readline().strip()) != "dead":
            assert line != "failed", "the signer refused what it should sign"
            published.append(base64.b64decode(line))
        return published


def test_a_signer_that_is_killed_never_contradicts_itself(
    new_settings: Callable[[str], Settings], settings: Settings, tmp_path: Path
) -> None:
    key, seconds = tmp_path / "signing.key", random.Random(7)
    victim = Victim(settings, key)
    with victim.process:
        published = [
            note for _ in range(KILLS) for note in victim.kill_after(seconds.uniform(0, 0.1))
        ]
        assert victim.process.stdin
        victim.process.stdin.close()
    assert len(published) > KILLS, "none was killed at work"
    with audited(settings, key) as log:
        log.record(1)
        last = log.sign()
        heads = [open_checkpoint(note, Ed25519Key.parse(last.key)) for note in published]
        sizes = [head.size for head in heads]
        assert sizes == sorted(sizes), "a published tree has shrunk"
        assert len({(head.size, head.root) for head in heads}) == len(set(sizes))
        kept = {bytes(note) for (note,) in Rows(log.store).run("select note from checkpoint")}
        assert kept >= set(published)
        with log.tree.transaction(write=False) as tree:
            hashes = tiled_hashes(tree.tile)
            for note in kept:
                head = open_checkpoint(note, Ed25519Key.parse(last.key))
                assert root(head.size, hashes) == head.root
