"""Keeps signed heads where the log's operator cannot change them: in a file, or in a git repository.

Before a head is added, the one kept last is compared with the tree, so that whoever anchors every day
learns the next day that history was rewritten.
"""

import os
import subprocess
from pathlib import Path

from lrs.audit.encoding import InvalidEvidence, encode64
from lrs.audit.export import Evidence
from lrs.audit.note import Checkpoint, InconsistentTree, parse_checkpoint, parse_note
from lrs.audit.tree import SignedHead
from lrs.audit.verifier import Refused, split_notes
from lrs.errors import Conflict, InvalidInput

GIT_SECONDS = 60


def anchor_in_file(evidence: Evidence, path: Path) -> bool:
    """Append the last signed head to a file, durably; return False if it is there already.

    Raises `InconsistentTree` if the tree does not extend the last head in the file, and
    `InvalidInput` if the file holds anything but signed heads of this log.
    """
    head = evidence.head()
    kept = _last_kept(path)
    if kept is not None:
        _compare(evidence, head, kept)
        if kept.size == head.size:
            return False
    try:
        with path.open("ab") as file:
            file.write(head.note)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error}") from None
    return True


def anchor_in_git(evidence: Evidence, folder: Path) -> bool:
    """Append the last signed head to a file of the log's own in a git repository, and commit it.

    Whether, and where to, it is pushed is up to the repository. Raises what `anchor_in_file` does, and
    `Conflict` with what git says if it refuses.
    """
    origin = parse_checkpoint(parse_note(evidence.head().note).text).origin
    path = folder / f"{origin.rpartition('/')[2]}.checkpoints"
    added = anchor_in_file(evidence, path)
    _git(folder, "add", "--", path.name)
    if _git(folder, "status", "--porcelain", "--", path.name):
        size = evidence.head().size
        _git(folder, "commit", "--quiet", "-m", f"{origin}, {size} events", "--", path.name)
    return added


def _last_kept(path: Path) -> Checkpoint | None:
    try:
        content = path.read_bytes()
        if not content:
            return None
        return parse_checkpoint(parse_note(split_notes(content)[-1].encode()).text)
    except FileNotFoundError:
        return None
    except (OSError, Refused, InvalidEvidence):
        raise InvalidInput(f"{path} holds something else than signed heads") from None


def _compare(evidence: Evidence, head: SignedHead, kept: Checkpoint) -> None:
    if kept.origin != parse_checkpoint(parse_note(head.note).text).origin:
        raise InvalidInput("the file holds heads of another log")
    if kept.size > head.size:
        raise InconsistentTree(
            f"a head of {kept.size} events was anchored; the log has {head.size}"
        )
    if kept.size and evidence.consistency(kept.size, head.size)["from_root"] != encode64(kept.root):
        raise InconsistentTree("the tree does not extend the last head that was anchored")


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the git of whoever calls
            check=True,
            capture_output=True,
            text=True,
            timeout=GIT_SECONDS,
        )
    except FileNotFoundError:
        raise Conflict("git is not installed") from None
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", None) or str(error)
        raise Conflict(f"git refuses: {said.strip()}") from None
    return done.stdout
