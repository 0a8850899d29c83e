"""The front door for statements: validate, complete, record. HTTP, imports and the demo all use it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any
from uuid import UUID

import orjson

from lrs.append import StatementDraft
from lrs.credentials import Principal
from lrs.errors import InvalidInput, InvalidStatement
from lrs.events import AttachmentStored
from lrs.index import Mine
from lrs.log import EventLog
from lrs.writer import Writer
from lrs.xapi.completion import complete
from lrs.xapi.filters import agent_term
from lrs.xapi.multipart import Attachment, check_attachments
from lrs.xapi.parsing import loads, split
from lrs.xapi.signature import signatures, verify
from lrs.xapi.statement import validate
from lrs.xapi.versions import Version


class Statements:
    """Takes statements in. Reading them is `EventLog.index`."""

    def __init__(self, log: EventLog, writer: Writer, *, public_url: str) -> None:
        self._log = log
        self._writer = writer
        self._public_url = public_url

    def draft(
        self, body: bytes, principal: Principal, version: Version, statement_id: UUID | None = None
    ) -> list[StatementDraft]:
        """Return a body's statements, valid and complete but for their time.

        With `statement_id` the body must be one statement, which gets (or has) that id. Raises
        `InvalidJSON` or, naming the path of each refused statement's first fault, `InvalidStatement`.
        """
        slices, is_batch = split(body)
        if statement_id is not None and is_batch:
            raise InvalidStatement("a PUT takes one statement, not an array")
        authority = self.authority(principal)
        drafts: list[StatementDraft] = []
        faults: list[InvalidInput] = []
        for number, raw in enumerate(slices):
            try:
                statement = loads(raw)
                validate(statement, version)
                drafts.append(
                    StatementDraft(
                        complete(
                            raw,
                            statement,
                            statement_id=statement_id,
                            authority=authority,
                            version=version,
                        ),
                        principal.key,
                    )
                )
            except InvalidInput as fault:
                faults.append(_placed(fault, number) if is_batch else fault)
        if faults:
            raise _together(faults)
        _refuse_repeated_ids(drafts)
        return drafts

    def check_attachments(
        self,
        drafts: Sequence[StatementDraft],
        sent: Mapping[str, Attachment] | None,
        version: Version,
    ) -> None:
        """Check drafts against what was sent with them (None: a body of JSON alone), signatures too.

        Raises `InvalidStatement`.
        """
        check_attachments((each.draft.parsed for each in drafts), sent)
        for each in drafts:
            for digest in signatures(each.draft.parsed):
                if sent is None or digest not in sent:
                    raise InvalidStatement(
                        "a signature must be sent with its statement", "attachments"
                    )
                verify(sent[digest].content, each.draft.body, version)

    def record(
        self, drafts: Sequence[StatementDraft], attachments: Sequence[AttachmentStored] = ()
    ) -> "Future[None]":
        """Queue drafts with their attachments; see `Writer.submit`."""
        return self._writer.submit(drafts, attachments)

    def authority(self, principal: Principal) -> bytes:
        """Return the agent, as JSON, who vouches for what the principal sends."""
        return orjson.dumps(self._agent(principal))

    def mine(self, principal: Principal) -> Mine:
        """Return what limits a query to the principal's own statements."""
        return Mine(principal.key, agent_term(self._agent(principal)))

    def _agent(self, principal: Principal) -> dict[str, Any]:
        account = {"homePage": self._public_url, "name": principal.key}
        return {"objectType": "Agent", "name": principal.name, "account": account}


def _placed(fault: InvalidInput, number: int) -> InvalidInput:
    place = f"statements[{number}]"
    return type(fault)(fault.message, f"{place}.{fault.path}" if fault.path else place)


def _together(faults: list[InvalidInput]) -> InvalidInput:
    first = faults[0]
    if len(faults) == 1:
        return first
    others = "; ".join(f"{fault.path}: {fault.message}" for fault in faults[1:11])
    more = f" (and {len(faults) - 11} more)" if len(faults) > 11 else ""
    return type(first)(f"{first.message}; also refused: {others}{more}", first.path)


def _refuse_repeated_ids(drafts: Sequence[StatementDraft]) -> None:
    seen: set[UUID] = set()
    for number, each in enumerate(drafts):
        if each.draft.id in seen:
            message = f"the batch holds the id {each.draft.id} more than once"
            raise InvalidStatement(message, f"statements[{number}].id")
        seen.add(each.draft.id)
