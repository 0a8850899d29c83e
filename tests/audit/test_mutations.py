"""Altered evidence, by hypothesis: none of it is accepted, and nothing but a refusal is raised.

`MUTATIONS=25000 pytest tests/audit/test_mutations.py` alters each kind of evidence that often.
"""

import json
import os
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs.audit.encoding import InvalidEvidence
from lrs.audit.note import open_checkpoint
from lrs.audit.proof import parse_proof, read_statement_proof
from lrs.audit.verifier import Report
from tests.audit.logs import check, signer
from tests.audit.test_bundle import BUNDLE, CONTENT, redigested, with_erasures
from tests.audit.test_proof import RECORDS, leaf, prove, statement_proof

often = settings(
    max_examples=int(os.environ.get("MUTATIONS", "150")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
KEY = signer().key
HEAD = with_erasures().heads[-1]
PROOFS = [prove(index).encode() for index in range(len(RECORDS))]
STATEMENT_PROOFS = [json.dumps(statement_proof(i).as_json()).encode() for i in range(len(RECORDS))]


class Edit(NamedTuple):
    """Replace what lies from a place on, both told as parts of a million, with other bytes."""

    place: int
    length: int
    put: bytes
    donor: int

    def apply(self, content: bytes) -> bytes:
        start = self.place * len(content) // 1_000_000
        other = self.donor * len(content) // 1_000_000
        put = self.put or content[other : other + self.length]
        return content[:start] + put + content[start + self.length :]


places = st.integers(0, 999_999)
likely = st.sampled_from(
    [b"\n", b"\n\n", b"0", b"1", b" ", b"=", b"A", b'"', b"null", b"\0", b"\xff"]
)
lengths = st.sampled_from([0, 1, 1, 2, 4, 45, 100, 400])
edit = st.builds(Edit, places, lengths, likely | st.binary(max_size=8), places)
edits = st.lists(edit, min_size=1, max_size=3)


def altered(content: bytes, changes: list[Edit]) -> bytes:
    for change in changes:
        content = change.apply(content)
    return content


@often
@given(edits)
def test_no_altered_checkpoint_is_opened(changes: list[Edit]) -> None:
    note = altered(HEAD, changes)
    try:
        open_checkpoint(note, KEY)
    except InvalidEvidence:
        return
    assert note == HEAD


@often
@given(edits, st.integers(0, len(PROOFS) - 1))
def test_no_altered_proof_holds(changes: list[Edit], index: int) -> None:
    text = altered(PROOFS[index], changes)
    try:
        proof = parse_proof(text)
        proof.verify(leaf(index), KEY)
    except InvalidEvidence:
        return
    # What is extra is covered by nothing, says the specification.
    assert text == PROOFS[index] or proof.extra is not None


@often
@given(edits, st.integers(0, len(PROOFS) - 1))
def test_no_altered_statement_proof_holds(changes: list[Edit], index: int) -> None:
    text = altered(STATEMENT_PROOFS[index], changes)
    try:
        document = json.loads(text)
        read_statement_proof(document).verify(RECORDS[index].body, KEY)
    except (ValueError, RecursionError, InvalidEvidence):
        return
    assert document == json.loads(STATEMENT_PROOFS[index])


@often
@given(edits)
def test_no_altered_bundle_is_accepted(changes: list[Edit]) -> None:
    bundle = altered(BUNDLE, changes)
    assert bool(check(bundle, HEAD).findings) == (bundle != BUNDLE)


@often
@given(edits)
def test_no_altered_bundle_with_a_digest_that_fits_is_accepted(changes: list[Edit]) -> None:
    content = altered(CONTENT, changes)
    report = check(redigested(content), HEAD)
    assert bool(report.findings) == (content != CONTENT) or only_heads_are_left_out(report, content)


def only_heads_are_left_out(report: Report, content: bytes) -> bool:
    """A checkpoint that a later one confirms can be left out, and the evidence stays whole."""
    lines = CONTENT.splitlines()
    left = content.splitlines()
    missing = [line for line in lines if line not in left]
    return report.events == 14 and all(line.startswith(b'{"checkpoint"') for line in missing)


@often
@given(edits)
def test_no_altered_anchor_is_trusted(changes: list[Edit]) -> None:
    anchor = altered(HEAD, changes)
    # Itself twice is an anchor too: checkpoints may stand one after another.
    assert bool(check(BUNDLE, anchor).findings) == (anchor.replace(HEAD, b"") != b"")
