"""Twelve kinds of tampering, as they show in a bundle: without an outside anchor, and with one."""

import base64
import random
from collections.abc import Callable

import pytest

from lrs.audit.note import Checkpoint, sign_checkpoint, sign_note
from tests.audit.logs import (
    Log,
    check,
    erased,
    erasure,
    first,
    head,
    salt,
    sealed,
    signer,
    statement,
)

SEEDS = range(20)


def tampered(seed: int) -> tuple[Log, int, bytes]:
    """Return a log of twelve events, one of its leaves, and the checkpoint an auditor kept."""
    log = Log()
    return log, random.Random(seed).randrange(12), log.heads[-1]


def resealed(log: Log, leaf: int, body: bytes) -> None:
    """Put an event in another's place, with commitments that fit, and leave the stored leaf alone."""
    log.records[leaf] = sealed(leaf + 1, body, seed="forger")._replace(leaf=log.records[leaf].leaf)


def rewritten(log: Log, leaf: int) -> None:
    """Rewrite an event and the tree's leaf with it, as one who knows the format would."""
    log.records[leaf] = sealed(leaf + 1, b'{"forged":true}', seed="forger")


@pytest.mark.parametrize("seed", SEEDS)
def test_1_an_edited_body_is_named(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    log.records[leaf] = log.records[leaf]._replace(body=b'{"id":"forged"}')
    assert first(log.verify()) == first(log.verify(kept)) == ("TAMPERED", leaf)


@pytest.mark.parametrize("seed", SEEDS)
def test_1_so_is_one_with_commitments_made_anew(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    resealed(log, leaf, b'{"id":"forged"}')
    assert first(log.verify()) == first(log.verify(kept)) == ("TAMPERED", leaf)


@pytest.mark.parametrize("seed", SEEDS)
def test_1_one_with_its_leaf_made_anew_contradicts_the_signed_heads(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    rewritten(log, leaf)
    for report in (log.verify(), log.verify(kept)):
        assert first(report) == ("TAMPERED", None)
        assert f"signs another root for {leaf // 4 * 4 + 4} events" in report.findings[0].reason


def test_1_with_a_head_for_every_event_even_that_one_is_named() -> None:
    log = Log(every=1)
    rewritten(log, 6)
    assert first(log.verify()) == ("TAMPERED", 6)


@pytest.mark.parametrize("seed", SEEDS)
def test_2_a_deleted_event_is_missing(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    leaf = min(leaf, 10)  # the last one is a cut tail, below
    del log.records[leaf]
    assert first(log.verify()) == first(log.verify(kept)) == ("MISSING", leaf)


@pytest.mark.parametrize("seed", SEEDS)
def test_2_closing_the_gap_does_not_hide_it(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    leaves = [record.leaf for record in log.records]
    del log.records[leaf]
    log.records = [
        record._replace(position=n + 1, leaf=leaves[n]) for n, record in enumerate(log.records)
    ]
    assert first(log.verify()) == first(log.verify(kept))
    assert first(log.verify()) == ("MISSING" if leaf == 11 else "TAMPERED", leaf)


@pytest.mark.parametrize("seed", SEEDS)
def test_3_an_inserted_event_is_named(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    leaves = [record.leaf for record in log.records]
    log.records.insert(leaf, sealed(leaf + 1, b"{}", stored=log.records[leaf].stored - 1))
    del log.records[-1]
    log.records = [
        record._replace(position=n + 1, leaf=leaves[n]) for n, record in enumerate(log.records)
    ]
    assert first(log.verify()) == first(log.verify(kept)) == ("TAMPERED", leaf)


def test_3_one_behind_the_last_head_is_not_covered() -> None:
    log = Log()
    log.records.append(sealed(13, b"{}"))
    assert first(log.verify()) == ("TAMPERED", 12)


@pytest.mark.parametrize("seed", SEEDS)
def test_4_swapped_events_are_named(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    leaf = min(leaf, 10)
    one, other = log.records[leaf : leaf + 2]
    log.records[leaf] = other._replace(position=one.position, leaf=one.leaf)
    log.records[leaf + 1] = one._replace(position=other.position, leaf=other.leaf)
    assert first(log.verify()) == first(log.verify(kept)) == ("TAMPERED", leaf)


@pytest.mark.parametrize("seed", SEEDS)
def test_5_a_cut_tail_is_missing(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    del log.records[leaf:]
    assert first(log.verify()) == first(log.verify(kept)) == ("MISSING", leaf)


def test_5_even_a_tail_of_one_event_is_missing() -> None:
    log = Log()
    kept = log.heads.pop()
    del log.records[11:]
    log.heads.append(head(log.records))
    assert log.verify().verdict == "UNANCHORED"
    assert first(log.verify(kept)) == ("MISSING", 11)
    log.heads.append(kept)
    assert first(log.verify()) == ("MISSING", 11)


def test_5_a_cut_tail_does_not_hide_behind_the_order_of_the_heads() -> None:
    log = Log()
    del log.records[8:]
    log.heads = [log.heads[0], log.heads[2], log.heads[1]]
    assert log.verify().findings


@pytest.mark.parametrize("seed", SEEDS)
def test_6_a_backdated_event_is_named(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    log.records[leaf] = log.records[leaf]._replace(stored=log.records[leaf].stored - 86_400_000_000)
    assert first(log.verify()) == first(log.verify(kept)) == ("TAMPERED", leaf)


def test_6_a_log_that_was_written_with_a_clock_run_backwards_is_noticed() -> None:
    log = Log()
    log.records[7] = sealed(8, statement(8), stored=log.records[6].stored)
    log.heads = [head(log.records)]
    assert first(log.verify()) == ("TAMPERED", 7)


@pytest.mark.parametrize("seed", SEEDS)
def test_7_a_history_rewritten_and_signed_again_needs_an_anchor(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    rewritten(log, leaf)
    log.heads = [head(log.records, n) for n in (4, 8, 12)]
    assert log.verify().verdict == "UNANCHORED"
    assert first(log.verify(kept)) == ("FORKED", None)


@pytest.mark.parametrize("seed", SEEDS)
def test_8_two_signed_histories_are_a_fork(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    rewritten(log, leaf)
    log.sign()
    assert first(log.verify()) == first(log.verify(kept)) == ("FORKED", None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("which", ["meta_salt", "body_salt"])
def test_9_a_swapped_salt_is_named(seed: int, which: str) -> None:
    log, leaf, kept = tampered(seed)
    log.records[leaf] = log.records[leaf]._replace(**{which: salt("another")})
    assert first(log.verify()) == first(log.verify(kept)) == ("TAMPERED", leaf)


@pytest.mark.parametrize("which", ["meta_salt", "body_salt"])
def test_9_so_is_a_salt_that_hmac_takes_for_the_same(which: str) -> None:
    log = Log()
    padded = getattr(log.records[3], which) + b"\0"
    log.records[3] = log.records[3]._replace(**{which: padded})
    assert first(log.verify()) == ("TAMPERED", 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_10_another_key_is_noticed_where_the_heads_are_of_the_old_one(seed: int) -> None:
    log, _, kept = tampered(seed)
    thief = signer(f"thief {seed}")
    assert first(log.verify(key=thief)) == ("TAMPERED", None)
    log.sign(by=thief)
    assert first(log.verify()) == ("TAMPERED", None)
    assert first(log.verify(kept)) == ("TAMPERED", None)


@pytest.mark.parametrize("seed", SEEDS)
def test_10_a_log_all_signed_with_another_key_needs_an_anchor(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    rewritten(log, leaf)
    thief = signer(f"thief {seed}")
    log.heads = [head(log.records, by=thief)]
    assert log.verify(key=thief).verdict == "UNANCHORED"
    assert first(log.verify(kept, key=thief)) == ("FORKED", None)


def resigned(note: bytes, signature: bytes) -> bytes:
    """Return a note with our key's name and id, and this in place of its signature."""
    raw = base64.b64encode(signer().key.id + signature).decode()
    return f"{note.decode().partition('— ')[0]}— {signer().key.name} {raw}\n".encode()


@pytest.mark.parametrize("at", range(3))
def test_10_a_signature_in_our_name_must_be_ours(at: int) -> None:
    text = Log().heads[at].decode().partition("\n\n")[0] + "\n"
    assert check(Log().bundle(), resigned(Log().heads[at], signer().sign(text))).verdict == "OK"
    for signature in (bytes(64), b"", signer("thief").sign(text), signer().sign(text + " ")):
        log = Log()
        log.heads[at] = resigned(log.heads[at], signature)
        assert first(log.verify()) == ("TAMPERED", None)
        assert first(Log().verify(log.heads[at])) == ("TAMPERED", None)


@pytest.mark.parametrize("origin", ["other.example.org", signer().key.name + " "])
def test_10_our_key_signs_for_no_other_log(origin: str) -> None:
    log = Log()
    _, size, root = log.heads[2].decode().partition("\n\n")[0].split("\n")
    other = sign_note(f"{origin}\n{size}\n{root}\n", signer())
    assert first(log.verify(other)) == ("FORKED", None)
    log.heads[2] = other
    assert first(log.verify()) == ("TAMPERED", None)


@pytest.mark.parametrize("seed", SEEDS)
def test_11_an_erasure_that_no_event_bears_out_is_missing(seed: int) -> None:
    log, leaf, kept = tampered(seed)
    log.records[leaf] = erased(log.records[leaf])
    assert first(log.verify()) == first(log.verify(kept)) == ("MISSING", leaf)


UNFIT: list[Callable[[int], object]] = [
    lambda leaf: erasure(13, leaf + 2 if leaf < 11 else 1),
    lambda _leaf: erasure(13, 13, 14, 0, -1),
    lambda _leaf: sealed(13, b'{"targets":"all"}', "PayloadErased"),
    lambda leaf: sealed(13, b'{"targets":[%d.0,true,"%d",null]}' % (leaf + 1, leaf + 1), "PayloadErased"),
    lambda _leaf: sealed(13, b'[]', "PayloadErased"),
    lambda _leaf: sealed(13, b'{"targets":', "PayloadErased"),
    lambda _leaf: sealed(13, b'[' * 100_000, "PayloadErased"),
    lambda _leaf: sealed(13, b'\xff', "PayloadErased"),
    lambda leaf: sealed(13, b'{"targets":[%d]}' % (leaf + 1), "StatementRecorded"),
    lambda leaf: erasure(13, leaf + 1)._replace(body=b'{"targets":[%d] }' % (leaf + 1)),
]  # fmt: skip


@pytest.mark.parametrize("event", UNFIT)
def test_11_an_erasure_event_that_does_not_name_it_does_not_help(
    event: Callable[[int], object],
) -> None:
    log, leaf, _ = tampered(3)
    log.records[leaf] = erased(log.records[leaf])
    log.records.append(event(leaf))  # type: ignore[arg-type]  # each makes a record
    log.sign()
    assert first(log.verify()) == ("MISSING", leaf)


def test_11_an_erasure_event_cannot_be_erased() -> None:
    log = Log()
    log.records[2] = erased(log.records[2])
    log.records += [erased(erasure(13, 3)), erasure(14, 3, 13)]
    log.sign()
    assert first(log.verify()) == ("MISSING", 12)


@pytest.mark.parametrize("seed", SEEDS)
def test_12_a_log_rewound_with_its_heads_needs_an_anchor(seed: int) -> None:
    log, _, kept = tampered(seed)
    size = random.Random(seed).choice([4, 8])
    del log.records[size:], log.heads[size // 4 :]
    assert log.verify().verdict == "UNANCHORED"
    assert first(log.verify(kept)) == ("MISSING", size)


def test_12_a_log_rewound_and_grown_otherwise_is_a_fork() -> None:
    log, _, kept = tampered(0)
    del log.records[8:], log.heads[2:]
    log.records += [sealed(p, b'{"other":true}') for p in range(9, 15)]
    log.sign()
    assert log.verify().verdict == "UNANCHORED"
    assert first(log.verify(kept)) == ("FORKED", None)


def test_a_head_that_is_no_head_of_the_tree_is_tampering() -> None:
    log = Log()
    log.heads[-1] = sign_checkpoint(Checkpoint(signer().key.name, 12, bytes(32)), signer())
    assert first(log.verify()) == ("TAMPERED", None)


def test_stored_leaves_that_were_deleted_or_are_garbage_are_named() -> None:
    for leaf, verdict in ((None, "MISSING"), (b"short", "TAMPERED"), (bytes(32), "TAMPERED")):
        log = Log()
        log.records[5] = log.records[5]._replace(leaf=leaf)
        assert first(log.verify()) == (verdict, 5)


def test_an_event_that_the_store_cannot_read_is_named() -> None:
    log = Log()
    log.records[5] = type(log.records[5]).unreadable(6, log.records[5].leaf)
    assert first(log.verify()) == ("TAMPERED", 5)


def test_several_findings_are_told_in_the_order_of_the_leaves() -> None:
    log = Log()
    log.records[9] = log.records[9]._replace(principal="somebody else")
    log.records[1] = erased(log.records[1])
    report = log.verify()
    assert [(each.verdict, each.leaf) for each in report.findings] == [
        ("MISSING", 1),
        ("TAMPERED", 9),
    ]


def test_of_many_findings_those_of_the_first_leaves_are_kept() -> None:
    log = Log(2500, every=2500)
    log.records[1:] = [record._replace(principal="nobody") for record in log.records[1:]]
    log.records[0] = erased(log.records[0])  # known to be a finding only at the very end
    report = log.verify()
    assert [each.leaf for each in report.findings] == list(range(1000))
    assert first(report) == ("MISSING", 0)
