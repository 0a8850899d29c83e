"""An open store: the log and everything that writes to it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from lrs.credentials import Credentials
from lrs.documents import Documents
from lrs.log import EventLog
from lrs.people import People
from lrs.programs import Programs
from lrs.settings import Settings
from lrs.statements import Statements
from lrs.tokens import TokenVerifier
from lrs.writer import Writer


@dataclass(frozen=True)
class Store(AbstractContextManager["Store"]):
    """Opened by `lrs.main.open_store`; closing it writes what is queued first."""

    settings: Settings
    log: EventLog
    writer: Writer
    statements: Statements
    documents: Documents
    credentials: Credentials
    programs: Programs
    people: People
    tokens: TokenVerifier | None
    """None where no issuer is configured."""

    def close(self) -> None:
        """Write what is queued, then close the connections."""
        self.writer.close()
        self.log.close()

    def __exit__(self, *_: object) -> None:
        self.close()
