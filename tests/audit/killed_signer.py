"""Signs in a loop, to be killed: `python -m tests.audit.killed_signer URL KEY`.

For each line on stdin it forks a child that appends, extends and signs as fast as it can. The child
prints every head that it was told is signed, in base64, and after the first of them `ready PID`; `dead`
follows once it has been killed.
"""

import base64
import itertools
import os
import sys
from pathlib import Path

from lrs.main import open_store
from lrs.settings import Settings
from tests.audit.stores import audited


def say(word: str) -> None:
    os.write(1, f"{word}\n".encode())  # in one piece, whatever happens next


def sign_for_ever(settings: Settings, key: Path) -> None:
    with audited(settings, key) as log:
        for number in itertools.count():
            log.record(1)
            log.ledger.step()
            head = log.signer.sign()
            assert head
            say(base64.b64encode(head.note).decode())
            if number == 0:  # connections are open: from here on, any moment may be the last
                say(f"ready {os.getpid()}")


def main(url: str, key: str) -> None:
    settings = Settings(database_url=url)
    open_store(settings).close()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                sign_for_ever(settings, Path(key))
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        say("dead" if os.WIFSIGNALED(status) else "failed")


if __name__ == "__main__":
    main(*sys.argv[1:])
