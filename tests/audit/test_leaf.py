"""The leaf of an event, by its published encoding."""

import hashlib
import hmac
import re
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.audit.leaf import event_leaf, leaf_entry

LOG = UUID("00112233-4455-6677-8899-aabbccddeeff")
META, BODY = b"\xaa" * 32, b"\xbb" * 32

parts = st.tuples(
    st.uuids(), st.integers(0, (1 << 64) - 1), st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
)  # fmt: skip


def test_the_encoding_is_the_published_one() -> None:
    expected = (
        "6c72732d6c6561662f7631"  # lrs-leaf/v1
        "00112233445566778899aabbccddeeff"
        "0000000000000102" + "aa" * 32 + "bb" * 32
    )
    assert leaf_entry(LOG, 0x102, META, BODY).hex() == expected
    leaf = hashlib.sha256(bytes.fromhex("00" + expected)).digest()
    assert event_leaf(LOG, 0x102, META, BODY) == leaf


@given(parts, parts)
def test_no_two_events_share_an_entry(
    one: tuple[UUID, int, bytes, bytes], other: tuple[UUID, int, bytes, bytes]
) -> None:
    assert (leaf_entry(*one) == leaf_entry(*other)) == (one == other)


@pytest.mark.parametrize(
    ("index", "meta", "body"),
    [(-1, META, BODY), (1 << 64, META, BODY), (0, META[1:], BODY), (0, META, BODY + b"\0")],
)
def test_what_would_make_it_ambiguous_is_refused(index: int, meta: bytes, body: bytes) -> None:
    with pytest.raises(ValueError, match="two commitments of 32 bytes"):
        event_leaf(LOG, index, meta, body)


def test_the_example_in_the_documentation_is_right() -> None:
    text = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")
    example = dict(re.findall(r"^(\w+(?: \w+)?)  +(\S.*)$", text, re.MULTILINE))
    salts = bytes(range(32)), bytes(range(32, 64))
    meta, body = (
        hmac.digest(salt, example[name].encode(), "sha256")
        for salt, name in zip(salts, ("meta", "body"), strict=True)
    )
    assert meta.hex() == example["meta commitment"]
    assert body.hex() == example["body commitment"]
    leaf = event_leaf(UUID(example["log"]), int(example["index"]), meta, body)
    assert leaf.hex() == example["leaf hash"]
