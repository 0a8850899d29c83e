"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint), signed with Ed25519.

A note is text, an empty line, and signature lines. Parsing is strict, so that every altered byte of
text, name, key id or signature is refused, as are two signatures of one key. As the specification
demands, signatures of unknown keys are passed over: witnesses add theirs to a log's checkpoint.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lrs.audit.encoding import InvalidEvidence, decode64, decode_number, encode64
from lrs.audit.merkle import HASH_BYTES, Hashes, root
from lrs.errors import Conflict

MAX_NOTE_BYTES = 1 << 20
MAX_SIGNATURES = 100
_ED25519 = b"\x01"
_KEY_BYTES = 32
_ID_BYTES = 4
_DASH = "— "
_PRIVATE = "PRIVATE+KEY+"


class InconsistentTree(Conflict):
    """The tree does not extend the last head that was signed, so no head of it may be signed."""

    code = "inconsistent_tree"


class NoteKey(Protocol):
    """A public key that may have signed a note; the seam for other kinds of key."""

    @property
    def name(self) -> str:
        """Who signs; for a log, its origin."""

    @property
    def id(self) -> bytes:
        """The four bytes that, with the name, tell which key signed, and how."""

    def verifies(self, text: str, signature: bytes) -> bool:
        """Return whether the signature (without the key id) is this key's, on this text."""


class NoteSigner(Protocol):
    """A private key that signs notes."""

    @property
    def key(self) -> NoteKey:
        """Its public half."""

    def sign(self, text: str) -> bytes:
        """Return the signature of a text, without the key id."""


class Ed25519Key:
    """An Ed25519 public key under a name. Raises `InvalidEvidence` for a name that none may have."""

    def __init__(self, name: str, public: bytes) -> None:
        if not _is_name(name) or len(public) != _KEY_BYTES:
            raise InvalidEvidence("a key has 32 bytes, and a name without spaces and plus signs")
        self.name = name
        self.public = public
        self.id = hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID_BYTES]
        self._key = Ed25519PublicKey.from_public_bytes(public)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Return the key of its text, `name+id+base64`; `InvalidEvidence` if any of it is off."""
        name, material = _parse_key(vkey)
        key = cls(name, material)
        if str(key) != vkey:
            raise InvalidEvidence("this key's id is not its own")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode64(_ED25519 + self.public)}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Return whether the signature is this key's, on this text."""
        try:
            self._key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class Ed25519Signer:
    """An Ed25519 private key under a name. `encoded` is a secret; `str(signer.key)` is for all."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key = Ed25519Key(name, private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str) -> Self:
        """Return a fresh key."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, encoded: str) -> Self:
        """Return the key whose `encoded` this is; `InvalidEvidence` if any of it is off."""
        if not encoded.startswith(_PRIVATE):
            raise InvalidEvidence("this is not the text of a private key")
        name, material = _parse_key(encoded.removeprefix(_PRIVATE))
        signer = cls(name, Ed25519PrivateKey.from_private_bytes(material))
        if signer.encoded != encoded:
            raise InvalidEvidence("this key's id is not its own")
        return signer

    @property
    def encoded(self) -> str:
        """The private key as text, in the form of Go's `sumdb/note`."""
        seed = self._private.private_bytes_raw()
        return f"{_PRIVATE}{self.key.name}+{self.key.id.hex()}+{encode64(_ED25519 + seed)}"

    def sign(self, text: str) -> bytes:
        """Return the signature of a text, without the key id."""
        return self._private.sign(text.encode())


class Signature(NamedTuple):
    """A signature line of a note, not yet verified."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A well-formed note. Its text means nothing until `verify` has found a known signature on it."""

    text: str
    signatures: tuple[Signature, ...]

    def verify(self, *keys: NoteKey) -> list[NoteKey]:
        """Return those of the keys that have signed the text.

        Raises `InvalidEvidence` if none has, or if a signature in the name of one is not its own.
        """
        known = {(key.name, key.id): key for key in keys}
        signers = []
        for each in self.signatures:
            key = known.get((each.name, each.key_id))
            if key is None:
                continue
            if not key.verifies(self.text, each.signature):
                raise InvalidEvidence(f"the signature of {key.name} is not on this text")
            signers.append(key)
        if not signers:
            raise InvalidEvidence("no known key has signed this note")
        return signers


class Checkpoint(NamedTuple):
    """A head of a log's tree: whose, of how many leaves, and its root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), encode64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def sign_note(text: str, *signers: NoteSigner) -> bytes:
    """Return the note with the text (which ends in a newline) and a signature of each signer."""
    if not text.endswith("\n") or not signers:
        raise ValueError("a note's text ends in a newline, and somebody signs it")
    lines = (
        f"{_DASH}{signer.key.name} {encode64(signer.key.id + signer.sign(text))}\n"
        for signer in signers
    )
    return (text + "\n" + "".join(lines)).encode()


def parse_note(note: bytes) -> Note:
    """Return the parts of a note, unverified; `InvalidEvidence` if it is not well-formed."""
    if len(note) > MAX_NOTE_BYTES:
        raise InvalidEvidence("this note is longer than any")
    try:
        whole = note.decode()
    except UnicodeDecodeError:
        raise InvalidEvidence("this note is not UTF-8") from None
    if any(character < " " and character != "\n" for character in whole):
        raise InvalidEvidence("this note has control characters")
    text, gap, tail = whole.rpartition("\n\n")
    if not gap or not text or not tail.endswith("\n"):
        raise InvalidEvidence("this note has no text, no signatures or no end")
    signatures = tuple(_parse_signature(line) for line in tail[:-1].split("\n"))
    if len({each[:2] for each in signatures}) < len(signatures) or len(signatures) > MAX_SIGNATURES:
        raise InvalidEvidence("this note has too many signatures, or two of one key")
    return Note(text + "\n", signatures)


def sign_checkpoint(checkpoint: Checkpoint, *signers: NoteSigner) -> bytes:
    """Return the checkpoint as a signed note; the first signer's name should be its origin."""
    if parse_checkpoint(checkpoint.text) != checkpoint:
        raise ValueError("this is not a checkpoint")
    return sign_note(checkpoint.text, *signers)


def next_checkpoint(last: Checkpoint | None, origin: str, size: int, hashes: Hashes) -> Checkpoint:
    """Return the head of the stored tree of `size` leaves, to be signed after `last`.

    Two heads of one log must never contradict each other. Raises `InconsistentTree` unless the tree
    is the one that `last` names, with leaves appended, or none.
    """
    if last and (last.origin != origin or last.size > size or root(last.size, hashes) != last.root):
        raise InconsistentTree("the tree does not extend the last head that was signed")
    return Checkpoint(origin, size, root(size, hashes))


def open_checkpoint(note: bytes, key: NoteKey, others: Sequence[NoteKey] = ()) -> Checkpoint:
    """Return the checkpoint that the log of this key has signed.

    Raises `InvalidEvidence` if the note is malformed, is not signed by `key`, is of another origin
    than the key's name, or bears a signature in the name of one of the others that is not theirs.
    """
    parsed = parse_note(note)
    if key not in parsed.verify(key, *others):
        raise InvalidEvidence(f"{key.name} has not signed this checkpoint")
    checkpoint = parse_checkpoint(parsed.text)
    if checkpoint.origin != key.name:
        raise InvalidEvidence(f"this is a checkpoint of {checkpoint.origin}, not of {key.name}")
    return checkpoint


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint of a note's text; `InvalidEvidence` if it is none."""
    *lines, end = text.split("\n")
    if len(lines) < 3 or end or not all(lines):
        raise InvalidEvidence("a checkpoint is an origin, a size and a root, a line each")
    origin, size, root_hash, *extensions = lines
    hash_bytes = decode64(root_hash, HASH_BYTES)
    return Checkpoint(origin, decode_number(size), hash_bytes, tuple(extensions))


def _parse_signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _is_name(name):
        raise InvalidEvidence("this note has a malformed signature line")
    signature = decode64(encoded)
    if len(signature) <= _ID_BYTES:
        raise InvalidEvidence("this note has a signature line without a signature")
    return Signature(name, signature[:_ID_BYTES], signature[_ID_BYTES:])


def _parse_key(text: str) -> tuple[str, bytes]:
    """Return the name and the 32 bytes of a key in the form `name+id+base64`."""
    parts = text.split("+", 2)  # base64 may itself contain a plus
    if len(parts) != 3:
        raise InvalidEvidence("a key is a name, an id and base64, joined by plus signs")
    material = decode64(parts[2], len(_ED25519) + _KEY_BYTES)
    if material[:1] != _ED25519:
        raise InvalidEvidence("this is not an Ed25519 key")
    return parts[0], material[1:]


def _is_name(name: str) -> bool:
    refused = (c.isspace() or c == "+" or c < " " or "\ud800" <= c <= "\udfff" for c in name)
    return bool(name) and not any(refused)
