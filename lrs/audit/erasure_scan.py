"""Looks through the log for what an erasure takes; see `lrs.audit.erasure_plan`."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

import msgspec
import orjson

from lrs.attachments import attachment_stream
from lrs.audit.erasure_plan import (
    SHOWN_MENTIONS,
    Held,
    Judge,
    Needles,
    Plan,
    bodies,
    held_at,
    is_statement,
    statement_of,
)
from lrs.audit.history import key_of_term
from lrs.audit.redaction import (
    Subject,
    names_in,
    redacted_disclosure,
    redacted_document,
    redacted_facts,
    redacted_import,
    redacted_link,
    redacted_statement,
    redacted_text,
)
from lrs.events import (
    AttachmentStored,
    AttendanceImported,
    DocumentDeleted,
    DocumentStored,
    PeopleLinked,
    PersonUnlinked,
    ProgramPlanned,
    ProgramWithdrawn,
    RecordsDisclosed,
    WebhookReceived,
)
from lrs.log import EventLog
from lrs.plan_changes import plan_changes
from lrs.sealing import body_of
from lrs.xapi.multipart import digests

_ATTACHMENTS = b'"attachments"'


class Scan:
    """One pass over the log, and what follows from it.

    `judge` decides over statements. With a subject, everything else that names the person goes too.
    The files of an import stay where `spare` says so of its statements.
    """

    def __init__(
        self,
        log: EventLog,
        judge: Judge,
        subject: Subject | None = None,
        needles: Needles | None = None,
        spare: Callable[[Iterable[UUID]], bool] = lambda _: False,
    ) -> None:
        self._log = log
        self._judge = judge
        self._subject = subject
        self._needles = needles
        self._spare = spare
        self.plan = Plan(log.head().position)
        self._plans: list[Held] = []
        self._imports: list[Held] = []
        self._webhooks: dict[UUID, list[int]] = {}
        self._contents: dict[UUID, int] = {}
        self._naming: set[int] = set()
        self._lost: set[str] = set()
        self._needed: set[str] = set()

    def run(self) -> Plan:
        """Return the plan."""
        personal: dict[str, Callable[[Held], None]] = {
            DocumentStored.TOPIC: self._document,
            DocumentDeleted.TOPIC: self._document,
            PeopleLinked.TOPIC: self._link,
            PersonUnlinked.TOPIC: self._unlink,
            RecordsDisclosed.TOPIC: self._disclosure,
        }
        kept: dict[str, list[Held]] = {
            ProgramPlanned.TOPIC: self._plans,
            ProgramWithdrawn.TOPIC: self._plans,
            AttendanceImported.TOPIC: self._imports,
        }
        for held in bodies(self._log, self.plan.position):
            if is_statement(held):
                self._statement(held)
            elif held.topic in kept:
                kept[held.topic].append(held)
            elif held.topic == AttachmentStored.TOPIC:
                self._attachment(held)
            elif held.topic == WebhookReceived.TOPIC:
                self._webhooks.setdefault(held.stream, []).append(held.at)
            elif held.topic in personal and self._subject and self._may_name(held):
                personal[held.topic](held)
        self._finish()
        return self.plan

    def _may_name(self, held: Held) -> bool:
        return self._needles is None or self._needles.may_be_in(held.body)

    def _statement(self, held: Held) -> None:
        stays = True
        if self._may_name(held):
            stays = self.plan.judge(held, self._judge)
            if stays:
                self._mention(held)
        if _ATTACHMENTS not in held.body and b"\\u" not in held.body:
            return
        named = digests([statement_of(held)]).keys()
        if stays:
            self._needed |= named
        else:
            self._lost |= named
            if held.stream not in self.plan.gone:
                self._needed |= digests([orjson.loads(self.plan.replacements[-1][1])]).keys()

    def _mention(self, held: Held) -> None:
        if self._needles is not None and self._needles.are_in(held.body):
            self.plan.mentions.append(held.place)

    def _document(self, held: Held) -> None:
        event = held.event()
        if not isinstance(event, DocumentStored | DocumentDeleted) or event.agent is None:
            return
        if self._subject and self._subject.is_named_by([key_of_term(event.agent)]):
            self.plan.erase(held, "documents")
            self.plan.documents.add(held.stream)

    def _link(self, held: Held) -> None:
        event = held.event()
        if not isinstance(event, PeopleLinked) or self._subject is None:
            return
        after = redacted_link(event, self._subject)
        if after is None:
            self.plan.erase(held, "people_links")
        elif after is not event:
            reason = redacted_text(after.reason, self._words()) or ""
            after = msgspec.structs.replace(after, reason=reason)
            self.plan.replace(held, body_of(after), "people_links")

    def _unlink(self, held: Held) -> None:
        event = held.event()
        if (
            isinstance(event, PersonUnlinked)
            and self._subject
            and self._subject.is_named_by([event.actor])
        ):
            self.plan.erase(held, "people_links")

    def _disclosure(self, held: Held) -> None:
        event = held.event()
        if isinstance(event, RecordsDisclosed) and self._subject:
            after = redacted_disclosure(event, self._subject)
            if after is not event:
                self.plan.replace(held, body_of(after), "disclosures")

    def _attachment(self, held: Held) -> None:
        self._contents[held.stream] = held.at
        if self._needles is not None and self._needles.are_in(held.body):
            self._naming.add(held.at)

    def _words(self) -> frozenset[str]:
        words = frozenset(name.casefold() for name in self.plan.names)
        return words | self._needles.words if self._needles else words

    def _finish(self) -> None:
        if self._subject is not None:
            self._programs(self._subject)
            self._calls()
        lost = {attachment_stream(digest) for digest in self._lost - self._needed}
        lost |= self._files()
        for stream in sorted(lost & self._contents.keys()):
            (held,) = held_at(self._log, [self._contents[stream]])
            self.plan.erase(held, "attachments")
        self.plan.mentions += sorted(self._naming - set(self.plan.targets))
        self.plan.mentions = sorted(set(self.plan.mentions))[:SHOWN_MENTIONS]

    def _programs(self, subject: Subject) -> None:
        """Take the person out of every version; what each changed is told anew."""
        held = sorted(self._plans, key=lambda each: each.version)
        documents = [_document_of(each) for each in held]
        for document in documents:
            self.plan.names |= names_in(document or {}, subject)
        before: dict[str, dict[str, Any]] = {}
        for each, document in zip(held, documents, strict=True):
            event = each.event()
            if not isinstance(event, ProgramPlanned) or document is None:
                before.pop(getattr(event, "slug", ""), None)
                self.plan.programs.pop(getattr(event, "slug", ""), None)
                continue
            after = redacted_document(document, subject)
            self._program(each, event, before.get(event.slug), after)
            before[event.slug] = after
            if after is not document:
                self.plan.programs[event.slug] = _canonical(after)
            else:
                self.plan.programs.pop(event.slug, None)

    def _program(
        self,
        held: Held,
        event: ProgramPlanned,
        before: dict[str, Any] | None,
        after: dict[str, Any],
    ) -> None:
        changes = plan_changes(before, after) if before and event.changes else ()
        replaced = msgspec.structs.replace(
            event,
            document=msgspec.Raw(_canonical(after)),
            changes=changes,
            reason=redacted_text(event.reason, self._words()),
        )
        if _canonical(after) != bytes(event.document) or changes != event.changes:
            self.plan.replace(held, body_of(replaced), "program_versions")

    def _calls(self) -> None:
        """Take the person out of what webhooks told, by their connections to each meeting."""
        for positions in self._webhooks.values():
            connections: set[str] = set()
            told = list(held_at(self._log, positions))
            for _ in range(2):  # what left before somebody was known is found the second time
                pairs = [(each, *self._facts(each, connections)) for each in told]
            for each, before, after in pairs:
                if len(after) < len(before):
                    event = each.event()
                    left = msgspec.structs.replace(event, facts=msgspec.Raw(orjson.dumps(after)))
                    self.plan.replace(each, body_of(left), "webhooks")

    def _facts(self, held: Held, connections: set[str]) -> tuple[list[Any], list[Any]]:
        event = held.event()
        facts = orjson.loads(bytes(event.facts)) if isinstance(event, WebhookReceived) else []
        if not isinstance(facts, list):
            return [], []
        return facts, redacted_facts(facts, self._words(), connections)

    def _files(self) -> set[UUID]:
        """Take out the evidence of what is gone; return the streams of the files that tell of it."""
        streams: set[UUID] = set()
        gone = frozenset(self.plan.gone)
        for held, event in self._told_imports():
            files = {attachment_stream(each.sha256) for each in event.files}
            after = redacted_import(event, gone)
            if after.evidence != event.evidence:
                self.plan.replace(held, body_of(after), "imports")
            naming = {self._contents.get(stream) for stream in files} & self._naming
            told = {one for each in event.evidence for one in each.statements}
            if (after.evidence != event.evidence or naming) and not self._spare(told):
                streams |= files
                self.plan.statements |= told
        return streams

    def _told_imports(self) -> Iterator[tuple[Held, AttendanceImported]]:
        for held in self._imports:
            event = held.event()
            if isinstance(event, AttendanceImported):
                yield held, event


def scan_person(log: EventLog, subject: Subject, needles: Needles) -> Plan:
    """Return what erasing a person would take."""
    return Scan(
        log,
        lambda held: redacted_statement(held.body, statement_of(held), subject),
        subject,
        needles,
    ).run()


def _document_of(held: Held) -> dict[str, Any] | None:
    event = held.event()
    if not isinstance(event, ProgramPlanned):
        return None
    document: dict[str, Any] = orjson.loads(bytes(event.document))
    return document


def _canonical(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
