"""Bundles and the verifier that stands alone: what they hold, what it says, what it refuses."""

import ast
import base64
import hashlib
import json
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.audit import verifier
from lrs.audit.bundle import Record, bundle_lines
from lrs.audit.merkle import EMPTY_ROOT
from lrs.audit.note import Checkpoint, sign_checkpoint
from lrs.sealing import meta
from tests.audit.logs import (
    LOG,
    ORIGIN,
    Log,
    check,
    erased,
    erasure,
    first,
    head,
    sealed,
    signer,
    statement,
)

VERIFIER = Path(verifier.__file__)


def with_erasures() -> Log:
    log = Log()
    log.records[2], log.records[9] = erased(log.records[2]), erased(log.records[9])
    log.records += [erasure(13, 3), erasure(14, 3, 10)]
    log.sign()
    return log


def test_a_bundle_is_lines_of_json_in_the_published_order() -> None:
    lines = Log().bundle().decode().splitlines()
    kinds = [next(iter(json.loads(line))) for line in lines]
    four = ["position"] * 4 + ["checkpoint"]
    assert kinds == ["bundle", *four * 3, "sha256"]
    event = json.loads(lines[1])
    assert event["body"].encode() == statement(1)
    assert set(json.loads(lines[7])["body"]) == {"base64"}


def test_an_untouched_log_is_ok_and_unanchored_without_a_trusted_checkpoint() -> None:
    log = Log()
    alone, anchored = log.verify(), log.verify(log.heads[1])
    assert (alone.verdict, anchored.verdict) == ("UNANCHORED", "OK")
    assert (anchored.events, anchored.checkpoints, anchored.anchored) == (12, 3, 8)
    assert anchored.origin == ORIGIN
    assert list(anchored.lines()) == [
        f"OK: 12 events of {ORIGIN}, 3 checkpoints; 8 events are anchored"
    ]
    assert [line.split(":")[0] for line in alone.lines()] == ["OK", "UNANCHORED"]


def test_an_anchor_may_be_a_file_to_which_checkpoints_were_appended() -> None:
    log = Log()
    assert log.verify(b"".join(log.heads)).verdict == "OK"
    assert log.verify(*log.heads).anchored == 12
    assert first(log.verify(b"\n".join(log.heads))) == ("TAMPERED", None)
    assert first(log.verify(b"")) == ("TAMPERED", None)
    assert first(log.verify(log.heads[0] + b"\xff")) == ("TAMPERED", None)


def test_the_head_of_an_empty_tree_anchors_nothing() -> None:
    empty = sign_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), signer())
    log = Log()
    assert log.verify(empty).verdict == "UNANCHORED"
    log.records, log.heads = [], [empty]
    assert (log.verify().verdict, log.verify().events) == ("UNANCHORED", 0)


def test_witnesses_signatures_on_a_checkpoint_are_passed_over() -> None:
    log = Log()
    witness = signer("witness", "witness.example.org")
    tail = head(log.records, by=witness).decode().partition("\n\n")[2]
    log.heads[-1] += tail.encode()
    assert log.verify(log.heads[-1]).verdict == "OK"


def test_erased_events_are_told_with_the_event_that_erased_them() -> None:
    log = with_erasures()
    report = log.verify(log.heads[0])
    assert report.verdict == "ERASED"
    assert report.erased == {2: 13, 9: 14}
    assert "ERASED leaf 2 (event 3): by event 13" in report.lines()
    assert not report.findings


def test_erasing_leaves_every_earlier_head_and_anchor_right() -> None:
    before = Log()
    kept = before.heads[-1]
    after = with_erasures()
    assert after.heads[:3] == before.heads
    assert not after.verify(kept).findings


def test_a_body_without_its_salt_and_a_salt_without_its_body_are_refused() -> None:
    for change in ({"body": None}, {"body_salt": None}):
        log = Log()
        log.records[2] = log.records[2]._replace(**change)
        log.records.append(erasure(13, 3))
        log.sign()
        assert first(log.verify()) == ("TAMPERED", 2)


def test_a_bundle_without_any_checkpoint_proves_nothing() -> None:
    log = Log()
    log.heads = []
    assert first(log.verify()) == ("MISSING", None)


@pytest.mark.parametrize("note", [b"", b"no checkpoint", b"\xff", Log().heads[0], b"\n\n"])
@pytest.mark.parametrize("at", range(4))
def test_checkpoints_that_were_tampered_with_are_exported_for_the_verifier_to_judge(
    note: bytes, at: int
) -> None:
    log = Log()
    log.heads.insert(at, note)
    report = log.verify()
    if note == Log().heads[0] and at < 2:
        assert not report.findings  # the same head twice in a row says nothing new
    else:
        assert first(report) == ("TAMPERED", None)
        assert report.events == 12


@given(st.text(), st.uuids(), st.integers(1, 1 << 40), st.integers(-(1 << 60), 1 << 60), st.text())
def test_the_facts_are_written_as_the_store_writes_them(
    topic: str, stream: object, version: int, stored: int, principal: str
) -> None:
    """Two JSON writers have to agree on every byte, or honest events would look tampered with."""
    ours = verifier.canonical([topic, str(stream), version, stored, principal])
    assert ours == meta(topic, stream, version, stored, principal)  # type: ignore[arg-type]


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=6), st.text(max_size=5))
def test_bodies_of_any_bytes_and_facts_of_any_text_are_verified(
    bodies: list[bytes], principal: str
) -> None:
    log = Log(0)
    log.records = [sealed(n + 1, body, principal=principal) for n, body in enumerate(bodies)]
    log.sign()
    assert log.verify(log.heads[-1]).verdict == "OK"


BUNDLE = with_erasures().bundle()
LINES = BUNDLE.splitlines(keepends=True)


@pytest.mark.parametrize("at", range(len(LINES)))
def test_no_line_may_be_left_out_doubled_or_moved(at: int) -> None:
    without = LINES[:at] + LINES[at + 1 :]
    for lines in (
        without,
        [*LINES[: at + 1], *LINES[at:]],
        [LINES[at], *without],
        [*without, LINES[at]],
    ):
        if lines != LINES:
            assert check(b"".join(lines)).findings


@pytest.mark.parametrize("at", range(len(LINES)))
def test_a_bundle_that_breaks_off_is_missing_the_rest(at: int) -> None:
    for cut in (b"".join(LINES[:at]), b"".join(LINES[:at]) + LINES[at][:-1]):
        report = check(cut)
        assert report.verdict == ("MISSING" if at else "TAMPERED")


@given(st.integers(0, 8 * len(BUNDLE) - 1))
def test_no_bundle_with_a_flipped_bit_is_accepted(bit: int) -> None:
    altered = bytearray(BUNDLE)
    altered[bit // 8] ^= 1 << bit % 8
    assert check(bytes(altered)).findings


def redigested(content: bytes) -> bytes:
    """Return altered content (all lines but the last) with a last line that fits it."""
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return content + verifier.canonical({"sha256": digest}) + b"\n"


CONTENT = b"".join(LINES[:-1])


@given(st.integers(0, 8 * len(CONTENT) - 1))
def test_the_digest_is_not_what_protects_the_evidence(bit: int) -> None:
    altered = bytearray(CONTENT)
    altered[bit // 8] ^= 1 << bit % 8
    assert check(redigested(bytes(altered))).findings
    assert redigested(CONTENT) == BUNDLE


HEADS = [at for at, line in enumerate(LINES) if line.startswith(b'{"checkpoint"')]


@pytest.mark.parametrize("at", HEADS)
@pytest.mark.parametrize("to", range(1, len(LINES) - 1))
def test_a_checkpoint_stands_right_behind_what_it_covers(at: int, to: int) -> None:
    """Elsewhere it would be compared with another tree, or with none."""
    lines = LINES[:-1]
    lines.insert(to, lines.pop(at))
    moved = redigested(b"".join(lines))
    assert bool(check(moved).findings) == (moved != BUNDLE)


def test_text_is_not_written_as_base64() -> None:
    event = json.loads(LINES[1])
    event["body"] = {"base64": base64.b64encode(event["body"].encode()).decode()}
    line = verifier.canonical(event) + b"\n"
    report = check(redigested(b"".join([LINES[0], line, *LINES[2:-1]])))
    assert (first(report), report.findings[0].reason) == (("TAMPERED", 0), "its body is malformed")


@given(st.binary(max_size=300), st.integers(0, len(LINES)))
def test_foreign_lines_are_refused(line: bytes, at: int) -> None:
    foreign = b"".join([*LINES[:at], line + b"\n", *LINES[at:]])
    assert check(foreign).findings
    assert check(line).findings


ODD = [
    b"{}", b"[]", b"null", b'{"a":1}', b'{"checkpoint":1}', b'{"checkpoint":""}', b'{"sha256":1}',
    b"[" * 100_000, b'{"a":' * 50_000, b"1" * 5000, b"NaN", b'{"sha256":"\\ud800"}', b"\xef\xbb\xbf{}",
    b'{"bundle":"lrs-bundle/v1","log":5,"key":null}', b'{"bundle":"lrs-bundle/v1"}', "\u2028".encode(),
    b'{"bundle":"lrs-bundle/v1","log":"6f1c1b1e-5c1f-4f0e-9d86-1f2e3d4c5b6a","key":["a+00000000+AA"]}',
]  # fmt: skip


@pytest.mark.parametrize("line", ODD, ids=lambda line: repr(line[:20]))
@pytest.mark.parametrize("at", [0, 1, 3, len(LINES) - 1, len(LINES)])
def test_odd_lines_are_findings_and_no_exceptions(line: bytes, at: int) -> None:
    assert check(b"".join([*LINES[:at], line + b"\n", *LINES[at:]])).findings


@pytest.mark.parametrize("value", [0, -1, True, 1.0, "1", None, [], {}, 1 << 63, 1 << 70])
@pytest.mark.parametrize("name", list(json.loads(LINES[1])))
def test_odd_values_in_an_event_are_findings_and_no_exceptions(name: str, value: object) -> None:
    event = json.loads(LINES[1]) | {name: value}
    if name == "stored" and type(value) is int:
        return  # a valid type: covered by the commitment, as below
    line = verifier.canonical(event) + b"\n"
    assert line != LINES[1]
    assert check(redigested(b"".join([LINES[0], line, *LINES[2:-1]]))).findings


def test_the_same_json_written_otherwise_is_refused() -> None:
    event = json.loads(LINES[1])
    for other in (
        json.dumps(event).encode(),
        json.dumps(event, separators=(",", ":")).encode(),
        verifier.canonical(dict(reversed(event.items()))),
        verifier.canonical(event)[:-1] + b',"leaf":null}',
        b" " + verifier.canonical(event),
    ):
        report = check(redigested(b"".join([LINES[0], other + b"\n", *LINES[2:-1]])))
        assert first(report) == ("TAMPERED", 0)


def test_the_verifier_imports_nothing_of_ours_and_opens_no_connection() -> None:
    tree = ast.parse(VERIFIER.read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        name.split(".")[0]
        for node in imports
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
        )
    }
    assert names - set(sys.stdlib_module_names) == {"cryptography"}
    assert not names & {"socket", "http", "urllib", "ssl", "asyncio", "subprocess"}


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the verifier as a stranger would: a copy of the one file, in Python's isolated mode."""
    command = [sys.executable, "-I", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_copy_of_the_file_verifies_on_its_own_with_the_exit_codes_of_the_contract(
    tmp_path: Path,
) -> None:
    alone, good, bad = (tmp_path / name for name in ("verifier.py", "good", "bad"))
    trusted = tmp_path / "checkpoint"
    alone.write_bytes(VERIFIER.read_bytes())
    log = with_erasures()
    good.write_bytes(log.bundle())
    trusted.write_bytes(log.heads[-1])
    log.records[4] = log.records[4]._replace(principal="somebody else")
    bad.write_bytes(log.bundle())

    unanchored = run(alone, good)
    assert (unanchored.returncode, unanchored.stderr) == (0, "")
    assert [line.split()[0] for line in unanchored.stdout.splitlines()] == [
        "OK:",
        "ERASED",
        "ERASED",
        "UNANCHORED:",
    ]
    anchored = run(alone, good, "--trusted", trusted)
    assert anchored.returncode == 0
    assert "UNANCHORED" not in anchored.stdout
    found = run(alone, bad, "--trusted", trusted)
    assert found.returncode == 1
    assert found.stdout.startswith("TAMPERED leaf 4 (event 5): ")
    for usage in (
        (),
        (tmp_path / "nothing",),
        (good, "--trusted", tmp_path / "nothing"),
        (good, "--what"),
    ):
        assert run(alone, *usage).returncode == 2


def test_verifying_needs_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    bundle = tmp_path / "bundle"
    bundle.write_bytes(BUNDLE)
    assert verifier.main([str(bundle)]) == 0


def many(count: int) -> Iterator[Record]:
    body = statement(1) + b" " * 1500
    return (sealed(position, body) for position in range(1, count + 1))


class Pipe:
    """A bundle that is written while it is read, and never lies in memory whole."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines

    def readline(self, _limit: int) -> bytes:
        return next(self._lines, b"")

    def read(self, _size: int) -> bytes:
        return next(self._lines, b"")


def test_memory_does_not_grow_with_the_events() -> None:
    signed = [head(many(2000))]
    tracemalloc.start()
    lines = bundle_lines(LOG, str(signer().key), many(2000), signed)
    report = verifier.verify(Pipe(lines))  # type: ignore[arg-type]  # as much of a file as is read
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (report.verdict, report.events) == ("UNANCHORED", 2000)
    assert peak < 300_000  # of a bundle of over 4 MB


@pytest.mark.parametrize("name", ["meta_salt", "body_salt", "meta_commitment", "leaf"])
def test_base64_with_stray_bits_is_refused(name: str) -> None:
    """The last letter of 32 bytes in base64 has two bits that mean nothing."""
    event = json.loads(LINES[1])
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stray = alphabet[alphabet.index(event[name][-2]) + 1]
    event[name] = event[name][:-2] + stray + "="
    line = verifier.canonical(event) + b"\n"
    assert first(check(redigested(b"".join([LINES[0], line, *LINES[2:-1]])))) == ("TAMPERED", 0)


def test_only_ed25519_keys_are_known() -> None:
    material = b"\x02" + signer().key.public
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n" + material).hexdigest()[:8]
    key = f"{ORIGIN}+{key_id}+{base64.b64encode(material).decode()}"
    report = check(b"".join(bundle_lines(LOG, key, [], [])))
    assert report.findings[0].reason == "the public key is not what its id says"
