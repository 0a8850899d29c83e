"""Signed notes, keys and checkpoints, by C2SP's signed-note and tlog-checkpoint."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from lrs.audit.encoding import InvalidEvidence, decode64, decode_number
from lrs.audit.merkle import EMPTY_ROOT, Frontier, Hashes
from lrs.audit.note import (
    Checkpoint,
    Ed25519Key,
    Ed25519Signer,
    InconsistentTree,
    next_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    sign_checkpoint,
    sign_note,
)
from tests.audit.logs import ORIGIN, signer

# The key and the note of the Go documentation of golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZIn"
    "NIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

OURS = signer()
WITNESS = signer("witness", "witness.example.org")
HEAD = Checkpoint(ORIGIN, 42, bytes(range(32)))
NOTE = sign_checkpoint(HEAD, OURS)


def test_the_example_of_go_is_read_and_verified() -> None:
    key = Ed25519Key.parse(GO_KEY)
    assert (str(key), key.name, key.id.hex()) == (GO_KEY, "PeterNeumann", "c74f20a3")
    note = parse_note(GO_NOTE)
    assert note.verify(key) == [key]
    assert note.text.endswith("problem is.\n")


def test_a_checkpoint_is_its_three_lines_signed() -> None:
    text, gap, signature = NOTE.decode().partition("\n\n")
    assert text == f"{ORIGIN}\n42\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    assert gap
    dash, name, encoded = signature.removesuffix("\n").split(" ")
    raw = base64.b64decode(encoded)
    assert (dash, name, raw[:4]) == ("—", ORIGIN, OURS.key.id)
    Ed25519PublicKey.from_public_bytes(OURS.key.public).verify(raw[4:], f"{text}\n".encode())
    assert open_checkpoint(NOTE, OURS.key) == HEAD


def test_keys_survive_their_text() -> None:
    fresh = Ed25519Signer.generate("lrs.example.org/log")
    again = Ed25519Signer.parse(fresh.encoded)
    assert again.encoded == fresh.encoded
    assert str(again.key) == str(fresh.key) == str(Ed25519Key.parse(str(fresh.key)))
    assert sign_note("text\n", again) == sign_note("text\n", fresh)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b", "a\x00b", "a\ud800"])
def test_names_without_a_meaning_are_refused(name: str) -> None:
    with pytest.raises(InvalidEvidence):
        Ed25519Key(name, bytes(32))


@given(st.data())
def test_no_altered_key_is_read(data: st.DataObject) -> None:
    for text, read in ((str(OURS.key), Ed25519Key.parse), (OURS.encoded, Ed25519Signer.parse)):
        place = data.draw(st.integers(0, len(text) - 1))
        other = data.draw(st.characters().filter(lambda c, old=text[place]: c != old))
        with pytest.raises(InvalidEvidence):
            read(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "a", "a+b", "PRIVATE+KEY+a", "a+00000000+AQ==", GO_KEY + "\n"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    for read in (Ed25519Key.parse, Ed25519Signer.parse):
        with pytest.raises(InvalidEvidence):
            read(text)


def test_witnesses_may_sign_too_and_unknown_ones_are_passed_over() -> None:
    note = sign_checkpoint(HEAD, OURS, WITNESS)
    assert open_checkpoint(note, OURS.key) == HEAD
    assert open_checkpoint(note, OURS.key, [WITNESS.key]) == HEAD
    assert parse_note(note).verify(WITNESS.key) == [WITNESS.key]


def test_the_signature_of_a_known_witness_must_be_its_own() -> None:
    text, _, ours = NOTE.decode().partition("\n\n")
    other = sign_checkpoint(HEAD._replace(size=43), WITNESS).decode().partition("\n\n")[2]
    note = f"{text}\n\n{ours}{other}".encode()
    assert open_checkpoint(note, OURS.key) == HEAD
    with pytest.raises(InvalidEvidence, match="not on this text"):
        open_checkpoint(note, OURS.key, [WITNESS.key])


def test_a_checkpoint_is_of_the_log_that_signed_it() -> None:
    strangers = sign_note(HEAD.text, WITNESS)
    with pytest.raises(InvalidEvidence, match="no known key"):
        open_checkpoint(strangers, OURS.key)
    with pytest.raises(InvalidEvidence, match="has not signed"):
        open_checkpoint(strangers, OURS.key, [WITNESS.key])
    with pytest.raises(InvalidEvidence, match="is a checkpoint of"):
        open_checkpoint(strangers, WITNESS.key)


def test_a_key_of_the_same_name_is_another_key() -> None:
    with pytest.raises(InvalidEvidence, match="no known key"):
        open_checkpoint(sign_checkpoint(HEAD, signer("theirs")), OURS.key)


def test_a_note_is_not_signed_twice_by_one_key() -> None:
    text, _, signature = NOTE.decode().partition("\n\n")
    with pytest.raises(InvalidEvidence, match="two of one key"):
        parse_note(f"{text}\n\n{signature}{signature}".encode())


MALFORMED = [
    b"",
    b"\n\n",
    b"text\n",
    NOTE[:-1],
    NOTE + b"\n",
    NOTE.replace(b"\n", b"\r\n"),
    NOTE.replace(b"42", b"4\x002"),
    NOTE.replace("— ".encode(), b"- "),
    NOTE.replace("— ".encode(), "—\u00a0".encode()),
    NOTE + b"\xff",
    NOTE + "— somebody \n".encode(),
    NOTE + "— somebody AAAAAA==\n".encode(),
    NOTE + "— somebody AAAA AAAA\n".encode(),
    NOTE + b"x" * (1 << 20),
    NOTE + "".join(f"— w{n} AAAAAAAA\n" for n in range(101)).encode(),
]


@pytest.mark.parametrize("note", MALFORMED)
def test_malformed_notes_are_refused(note: bytes) -> None:
    with pytest.raises(InvalidEvidence):
        open_checkpoint(note, OURS.key)


def test_sixteen_signatures_are_not_too_many() -> None:
    witnesses = [signer(str(n), f"w{n}.example.org") for n in range(16)]
    assert open_checkpoint(sign_checkpoint(HEAD, OURS, *witnesses), OURS.key) == HEAD


@given(st.integers(0, 8 * len(NOTE) - 1))
def test_no_note_with_a_flipped_bit_is_opened(bit: int) -> None:
    altered = bytearray(NOTE)
    altered[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidEvidence):
        open_checkpoint(bytes(altered), OURS.key)


@given(st.binary(max_size=200))
def test_nothing_read_as_a_note_goes_wrong_otherwise(note: bytes) -> None:
    for content in (note, note + b"\n\n" + NOTE, NOTE.replace(b"42", note)):
        try:
            assert open_checkpoint(content, OURS.key) == HEAD
        except InvalidEvidence:
            continue
        assert content == NOTE


ROOT = HEAD.text.split("\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"o\n042\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n٤\n{ROOT}\n",
        f"o\n1_0\n{ROOT}\n",
        f"o\n9223372036854775808\n{ROOT}\n",
        f"\n42\n{ROOT}\n",
        f"o\n42\n{ROOT}",
        f"o\n42\n{ROOT}\n\n",
        f"o\n42\n{ROOT}\n\nmore\n",
        f"o\n42\n{ROOT[:-2]}9=\n",
        f"o\n42\n{ROOT[:-1]}\n",
        "o\n42\nAAAA\n",
        "o\n42\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InvalidEvidence):
        parse_checkpoint(text)


def test_the_empty_tree_and_extension_lines_are_allowed() -> None:
    for checkpoint in (Checkpoint("o", 0, EMPTY_ROOT), HEAD._replace(extensions=("a", "b c"))):
        assert parse_checkpoint(checkpoint.text) == checkpoint


@pytest.mark.parametrize("wrong", [{"origin": ""}, {"origin": "a\nb"}, {"extensions": ("",)}])
def test_only_checkpoints_are_signed(wrong: dict[str, object]) -> None:
    with pytest.raises((ValueError, InvalidEvidence)):
        sign_checkpoint(HEAD._replace(**wrong), OURS)  # type: ignore[arg-type]  # that is the test
    with pytest.raises(ValueError, match="newline"):
        sign_note("no end", OURS)


@given(st.binary(max_size=40))
def test_base64_has_one_form(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert decode64(text) == decode64(text, len(data)) == data
    loose = (text + "\n", " " + text, text + "=", text.rstrip("="), text.replace("+", "-"))
    for each in loose:
        if each != text:
            with pytest.raises(InvalidEvidence):
                decode64(each)
    with pytest.raises(InvalidEvidence):
        decode64(text, len(data) + 1)


@pytest.mark.parametrize("text", ["", "00", "01", "-1", "1 ", "²", "٣", "1e3", "9" * 400])
def test_numbers_are_plain_decimals(text: str) -> None:
    with pytest.raises(InvalidEvidence):
        decode_number(text)


def stored(*leaves: bytes) -> Hashes:
    frontier = Frontier()
    nodes = {(n.level, n.index): n.hash for leaf in leaves for n in frontier.append(leaf)}
    return lambda level, index: nodes[level, index]


def test_the_next_head_extends_the_last_or_there_is_none() -> None:
    leaves = [bytes([n]) * 32 for n in range(9)]
    tree = stored(*leaves)
    empty = next_checkpoint(None, ORIGIN, 0, tree)
    assert empty == Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    last = next_checkpoint(empty, ORIGIN, 5, tree)
    assert next_checkpoint(last, ORIGIN, 5, tree) == last
    for size in range(5, 10):
        assert next_checkpoint(last, ORIGIN, size, tree).size == size
    refused = [(ORIGIN, 4, tree), ("other.example.org", 5, tree), (ORIGIN, 0, tree)]
    refused += [(ORIGIN, size, stored(*leaves[::-1])) for size in (5, 9)]
    for origin, size, hashes in refused:
        with pytest.raises(InconsistentTree):
            next_checkpoint(last, origin, size, hashes)
