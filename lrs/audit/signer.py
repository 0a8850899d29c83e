"""Signs heads of the tree, and keeps the key.

A head is signed only if it extends every head known to be signed, and it is kept before anybody sees
it: in the store, and in a file beside the key. The file is what notices a store that was rewound, by
somebody or by restoring a backup: then nothing is signed any more until a person has decided.
"""

import contextlib
import os
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from lrs.audit.encoding import InvalidEvidence
from lrs.audit.note import (
    Checkpoint,
    Ed25519Signer,
    next_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    sign_checkpoint,
)
from lrs.audit.tiles import tiled_hashes
from lrs.audit.tree import SignedHead, TreeStore, TreeTransaction
from lrs.errors import Conflict, InvalidSettings

_PEM = "-----BEGIN"


class OtherKey(Conflict):
    """The last head was signed by a key that this process does not have."""

    code = "other_key"

    def __init__(self, key: str, path: Path) -> None:
        super().__init__(
            f"the last head of this log was signed by {key}, whose private key is not in {path}; put"
            " it there, or begin with another one by `lrs audit checkpoint --new-key`"
        )
        self.key = key


def origin_of(log_id: UUID) -> str:
    """Return a log's origin, the first line of its checkpoints: it moves and is renamed with nobody."""
    return f"bichron/{log_id}"


class Signer:
    """Signs a tree's heads with the key in a file, which is made when the first head is signed."""

    def __init__(self, log_id: UUID, store: TreeStore, path: Path) -> None:
        self._origin = origin_of(log_id)
        self._store = store
        self._path = path
        self._kept = path.with_name(f"{path.name}.{log_id}.head")

    def sign(self, *, new_key: bool = False) -> SignedHead | None:
        """Return the signed head of the tree as it is; None while the tree is empty.

        With `new_key` the last head may be another key's. Raises `OtherKey`, and `InconsistentTree`
        for a tree that does not extend what was signed: the store was tampered with, or restored.
        """
        with self._store.transaction(write=True) as tree:
            last, size = tree.last_head(), tree.size()
            if not size and last is None:
                return None
            signer = self._signer(last, new_key=new_key)
            checkpoint = self._next(tree, signer, last, new_key=new_key)
            if last and last.size == checkpoint.size:
                if last.key != str(signer.key):
                    raise Conflict("a size has one head: record something before a new key signs")
                return last
            head = SignedHead(checkpoint.size, str(signer.key), sign_checkpoint(checkpoint, signer))
            _replace(self._kept, head.note)
            tree.add_head(head)
        return head

    def _signer(self, last: SignedHead | None, *, new_key: bool) -> Ed25519Signer:
        if last and not new_key and not self._path.exists():
            raise OtherKey(last.key, self._path)
        signer = open_key(self._path, self._origin)
        if last and not new_key and last.key != str(signer.key):
            raise OtherKey(last.key, self._path)
        return signer

    def _next(
        self,
        tree: TreeTransaction,
        signer: Ed25519Signer,
        last: SignedHead | None,
        *,
        new_key: bool,
    ) -> Checkpoint:
        notes = [last.note] if last else []
        with contextlib.suppress(FileNotFoundError):
            notes.append(self._kept.read_bytes())
        hashes, size = tiled_hashes(tree.tile), tree.size()
        checkpoint = next_checkpoint(None, self._origin, size, hashes)
        for note in notes:
            known = _parsed(note) if new_key else open_checkpoint(note, signer.key)
            checkpoint = next_checkpoint(known, self._origin, size, hashes)
        return checkpoint


def open_key(path: Path, origin: str) -> Ed25519Signer:
    """Return the key in a file; where there is none, make one (mode 0600).

    It is PEM (PKCS #8, as `openssl genpkey -algorithm ed25519` writes), or text in the form of Go's
    `sumdb/note` with the log's origin as its name. Raises `InvalidSettings` for anything else.
    """
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        _make_key(path, origin)
        return open_key(path, origin)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"LRS_SIGNING_KEY: {path} cannot be read: {error}") from None
    try:
        signer = _pem_key(text, origin) if text.startswith(_PEM) else _note_key(text)
    except (InvalidEvidence, ValueError, TypeError):
        raise InvalidSettings(f"LRS_SIGNING_KEY: {path} holds no Ed25519 key") from None
    if signer.key.name != origin:
        raise InvalidSettings(f"LRS_SIGNING_KEY: {path} is the key of another log")
    return signer


def _note_key(text: str) -> Ed25519Signer:
    return Ed25519Signer.parse(text.strip())


def _pem_key(text: str, origin: str) -> Ed25519Signer:
    private = load_pem_private_key(text.encode(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError("a key of another kind")
    return Ed25519Signer(origin, private)


def _make_key(path: Path, origin: str) -> None:
    """Write a fresh key, unless another process was first."""
    fresh = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(fresh, f"{Ed25519Signer.generate(origin).encoded}\n".encode())
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    except OSError as error:
        raise InvalidSettings(f"LRS_SIGNING_KEY: {path} cannot be made: {error}") from None
    finally:
        fresh.unlink(missing_ok=True)
    _flush_folder(path)


def _replace(path: Path, content: bytes) -> None:
    """Put a file in another's place, durably: a crash leaves one of the two, whole."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)  # left by a crash; the tree's lock keeps others away
    _write(fresh, content)
    fresh.replace(path)
    _flush_folder(path)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _flush_folder(path: Path) -> None:
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _parsed(note: bytes) -> Checkpoint:
    return parse_checkpoint(parse_note(note).text)
