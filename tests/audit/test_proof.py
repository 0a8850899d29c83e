"""Proofs to carry away, as C2SP tlog-proof and as JSON."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.audit.encoding import InvalidEvidence
from lrs.audit.merkle import Frontier, inclusion_proof
from lrs.audit.note import Checkpoint, sign_checkpoint
from lrs.audit.proof import (
    InclusionProof,
    Opening,
    StatementProof,
    parse_proof,
    read_statement_proof,
)
from lrs.sealing import meta
from tests.audit.logs import LOG, ORIGIN, Log, erased, signer

OURS = signer()
RECORDS = Log(21).records
SIZE = len(RECORDS)


def prove(index: int, size: int = SIZE) -> InclusionProof:
    frontier, nodes = Frontier(), {}
    for record in RECORDS[:size]:
        assert record.leaf
        nodes |= {(n.level, n.index): n.hash for n in frontier.append(record.leaf)}
    path = inclusion_proof(index, size, lambda level, index: nodes[level, index])
    note = sign_checkpoint(Checkpoint(ORIGIN, size, frontier.root()), OURS)
    return InclusionProof(index, tuple(path), note)


def statement_proof(index: int) -> StatementProof:
    record = RECORDS[index]
    covered = meta(record.topic, record.stream, record.version, record.stored, record.principal)
    opening = Opening(
        covered, record.meta_salt, record.body_salt, record.meta_commitment, record.body_commitment
    )
    return StatementProof(record.stream, LOG, prove(index), SIZE, opening)


def leaf(index: int) -> bytes:
    found = RECORDS[index].leaf
    assert found
    return found


def test_a_proof_is_a_header_an_index_the_path_and_the_checkpoint() -> None:
    proof = prove(2, 3)
    header, index, sibling, gap, *note = proof.encode().decode().split("\n")
    assert (header, index, gap) == ("c2sp.org/tlog-proof@v1", "index 2", "")
    assert len(sibling) == 44
    assert "\n".join(note).encode() == proof.checkpoint


def test_every_proof_survives_its_text_and_holds() -> None:
    for size in range(1, SIZE + 1):
        for index in range(size):
            proof = parse_proof(prove(index, size).encode())
            assert proof == prove(index, size)
            assert proof.verify(leaf(index), OURS.key).size == size


def test_a_proof_does_not_hold_for_another_leaf_index_or_key() -> None:
    proof = prove(4)
    for wrong in (leaf(5), leaf(4)[:31], b""):
        with pytest.raises(InvalidEvidence, match="does not lead"):
            proof.verify(wrong, OURS.key)
    with pytest.raises(InvalidEvidence, match="does not lead"):
        InclusionProof(5, proof.hashes, proof.checkpoint).verify(leaf(4), OURS.key)
    with pytest.raises(InvalidEvidence, match="no known key"):
        proof.verify(leaf(4), signer("theirs").key)


def test_extra_data_travels_along() -> None:
    for extra in (b"", b"\x00\xff"):
        proof = InclusionProof(4, prove(4).hashes, prove(4).checkpoint, extra)
        assert parse_proof(proof.encode()) == proof


MALFORMED = [
    (b"", b"index"),
    (b"c2sp.org/tlog-proof@v1", b"c2sp.org/tlog-proof@v2"),
    (b"c2sp.org/tlog-proof@v1", b"c2sp.org/tlog-proof@v1 "),
    (b"index 4", b"index 04"),
    (b"index 4", b"index -4"),
    (b"index 4", b"extra AA"),
    (b"index 4", b"extra AA==\nextra AA==\nindex 4"),
    (b"index 4", b"index 4\nAAAA"),
    (b"index 4\n", b"index 4\n" + (b"A" * 43 + b"=\n") * 64),
    (b"\n\n", b"\n"),
    (b"index", "ïndex".encode()),
    (b"=", b""),
]


@pytest.mark.parametrize(("old", "new"), MALFORMED)
def test_malformed_proofs_are_refused(old: bytes, new: bytes) -> None:
    text = prove(4).encode()
    broken = text.replace(old, new, 1) if old else new
    with pytest.raises(InvalidEvidence):
        parse_proof(broken).verify(leaf(4), OURS.key)


@given(st.integers(0, SIZE - 1), st.data())
def test_no_proof_with_a_flipped_bit_holds(index: int, data: st.DataObject) -> None:
    text = bytearray(prove(index).encode())
    bit = data.draw(st.integers(0, 8 * len(text) - 1))
    text[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidEvidence):
        parse_proof(bytes(text)).verify(leaf(index), OURS.key)


def test_the_json_has_the_names_of_the_contract() -> None:
    document = statement_proof(7).as_json()
    contract = {
        "statement",
        "leaf_index",
        "tree_size",
        "leaf_hash",
        "hashes",
        "checkpoint",
        "salts",
    }
    assert contract <= set(document)
    assert document["leaf_index"] == 7
    assert document["tree_size"] == SIZE
    assert UUID(document["statement"]) == RECORDS[7].stream
    assert len(json.dumps(document)) < 8192


def test_every_statement_is_tied_to_its_leaf() -> None:
    for index, record in enumerate(RECORDS):
        document = json.loads(json.dumps(statement_proof(index).as_json()))
        proof = read_statement_proof(document)
        assert proof == statement_proof(index)
        assert proof.verify(record.body, OURS.key).size == SIZE
        for other in (None, b"", (record.body or b"") + b" "):
            with pytest.raises(InvalidEvidence):
                proof.verify(other, OURS.key)


def test_the_place_of_an_erased_statement_is_still_proven() -> None:
    whole = statement_proof(7)
    bare = erased(RECORDS[7])
    proof = whole._replace(opening=whole.opening._replace(body_salt=bare.body_salt))
    assert proof.as_json()["salts"]["body"] is None
    assert read_statement_proof(proof.as_json()).verify(None, OURS.key).size == SIZE
    with pytest.raises(InvalidEvidence, match="together"):
        proof.verify(RECORDS[7].body, OURS.key)


def test_a_padded_salt_opens_nothing() -> None:
    """HMAC takes a key and the same key with zeroes behind it for one."""
    whole = statement_proof(7)
    padded = whole._replace(
        opening=whole.opening._replace(meta_salt=whole.opening.meta_salt + b"\0")
    )
    with pytest.raises(InvalidEvidence, match="meta is not"):
        padded.verify(RECORDS[7].body, OURS.key)


def test_the_proof_of_one_statement_is_not_that_of_another() -> None:
    proof = statement_proof(7)._replace(statement=RECORDS[8].stream)
    with pytest.raises(InvalidEvidence, match="another event"):
        proof.verify(RECORDS[7].body, OURS.key)


WRONG: list[dict[str, Any]] = [
    {"leaf_index": 8},
    {"leaf_index": True},
    {"leaf_index": 7.0},
    {"leaf_index": -1},
    {"leaf_index": "7"},
    {"leaf_index": 1 << 70},
    {"tree_size": SIZE + 1},
    {"hashes": []},
    {"hashes": None},
    {"hashes": "AAAA"},
    {"hashes": [1]},
    {"hashes": ["AAAA"] * 64},
    {"salts": {}},
    {"salts": None},
    {"commitments": {"meta": "", "body": ""}},
    {"statement": "no uuid"},
    {"statement": 5},
    {"log": str(UUID(int=0))},
    {"meta": "[]"},
    {"meta": "\ud800"},
    {"meta": None},
    {"checkpoint": ""},
    {"checkpoint": 1},
    {"more": "than a proof says"},
    {"leaf_hash": "A" * 43 + "="},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_json_that_is_off_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvidence):
        read_statement_proof(statement_proof(7).as_json() | wrong).verify(RECORDS[7].body, OURS.key)


@pytest.mark.parametrize("document", [None, [], "x", 5, {}, {"statement": []}])
def test_what_is_no_proof_at_all_is_refused(document: Any) -> None:
    with pytest.raises(InvalidEvidence):
        read_statement_proof(document)


@given(st.integers(0, SIZE - 1), st.data())
def test_no_json_with_an_altered_character_holds(index: int, data: st.DataObject) -> None:
    text = json.dumps(statement_proof(index).as_json())
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(max_codepoint=0x2FF).filter(lambda c: c != text[place]))
    try:
        document = json.loads(text[:place] + other + text[place + 1 :])
    except ValueError:
        return
    if document != json.loads(text):  # an altered space between two tokens says the same
        with pytest.raises(InvalidEvidence):
            read_statement_proof(document).verify(RECORDS[index].body, OURS.key)
