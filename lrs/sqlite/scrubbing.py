"""What an erasure leaves behind in an SQLite file, and how it goes: free pages and the WAL."""

import sqlite3
from pathlib import Path

from lrs.errors import Unavailable

WAIT_SECONDS = 30


def scrub(path: Path) -> None:
    """Rewrite a file from what is in it, and empty its WAL.

    Raises `Unavailable` while somebody goes on reading or writing for too long; nothing is lost then,
    and it can be done again.
    """
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
    try:
        connection.execute("pragma secure_delete = on")
        connection.execute("vacuum")
        (busy, _, _) = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
    except sqlite3.OperationalError as error:
        raise _in_use(path) from error
    finally:
        connection.close()
    if busy:
        raise _in_use(path)


def _in_use(path: Path) -> Unavailable:
    return Unavailable(f"{path} is in use; run `lrs audit scrub` again, or stop the server first")
