"""Follows the log: the tree grows with it, and a new head is signed every few seconds."""

import logging
import threading
import time

from lrs.audit.ledger import Ledger
from lrs.audit.signer import Signer
from lrs.audit.tree import TreeStore

SIGN_SECONDS = 2.0
"""Between two heads; with reading and hashing, the last one is less than 5 s behind the log."""
POLL_SECONDS = 0.5
RETRY_SECONDS = 2.0
LEADER_SECONDS = 1.0

logger = logging.getLogger("bichron")


class Keeper:
    """Keeps the tree and its heads up to date."""

    def __init__(self, ledger: Ledger, signer: Signer, store: TreeStore) -> None:
        self._ledger = ledger
        self._signer = signer
        self._store = store

    def follow(self, stop: threading.Event) -> None:
        """Extend and sign until `stop` is set; a store that is away is met again.

        Of several followers of one store only one works; another takes over when it ends.
        """
        while not stop.is_set():
            try:
                with self._store.leadership() as leading:
                    if leading:
                        self._lead(stop)
                stop.wait(LEADER_SECONDS)
            except Exception:  # a store that is away, or evidence of tampering: say so, try again
                logger.exception("the audit log cannot go on past this; trying again")
                stop.wait(RETRY_SECONDS)

    def _lead(self, stop: threading.Event) -> None:
        signed, due = -1, 0.0
        while not stop.is_set():
            grown = self._ledger.step()
            if time.monotonic() >= due and (size := self._ledger.size()) != signed:
                self._signer.sign()
                signed, due = size, time.monotonic() + SIGN_SECONDS
            if not grown:
                stop.wait(POLL_SECONDS)
