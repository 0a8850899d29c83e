"""How far `lrs sync` came: a document in the log, so that whoever opens the store goes on there.

It is the activity profile `sync` (or `sync-SLUG`, of a run for one program) of the tool's adapter,
which clients may read; what a client writes there counts for nothing.
"""

from datetime import datetime

import msgspec

from adapters.attendance import shown
from adapters.statements import ADAPTER
from lrs.documents import JSON, DocumentKey
from lrs.events import DocumentStored
from lrs.index import Owner
from lrs.store import Store


class _Reached(msgspec.Struct):
    ended: datetime


class Cursor:
    """The last end of the meetings that runs of a tool, for a program or all, have dealt with."""

    def __init__(self, store: Store, tool: str, program: str | None, *, by: str) -> None:
        self._store = store
        self._by = by
        name = "sync" if program is None else f"sync-{program}"
        self._key = DocumentKey(Owner("activity-profile", f"{ADAPTER}{tool}", None), name)

    def ended(self) -> datetime | None:
        """Return where the last run came to (aware); None where there was none."""
        last = self._store.log.last(self._key.stream)
        if not isinstance(last, DocumentStored) or last.principal != self._by:
            return None
        try:
            return msgspec.json.decode(last.content, type=_Reached).ended
        except msgspec.MsgspecError:
            return None

    def advance(self, ended: datetime) -> None:
        """Keep how far a run came; never less far than another."""
        known = self.ended()
        if known is None or ended > known:
            content = msgspec.json.encode({"ended": shown(ended)})
            self._store.documents.put(self._key, content, JSON, lambda _: None, by=self._by)
