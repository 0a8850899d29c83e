"""How far an erasure reaches, on both engines: attachments, signatures, webhooks, disclosures, links."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
import orjson
import pytest

from lrs.attachments import attachment_events, attachment_stream
from lrs.audit.disclosure import Disclosure, disclose
from lrs.audit.erasure import Wanted
from lrs.events import PeopleLinked, RecordsDisclosed, WebhookReceived
from lrs.log import stream_id
from lrs.settings import Settings
from lrs.xapi.actor import mbox_sha1
from lrs.xapi.multipart import Attachment
from lrs.xapi.rules.results import SIGNATURE
from projections.knowledge import person_behind
from tests.audit.erasing import ADA, WHY, House, house_of
from tests.store.statements import PRINCIPAL, VERSION, record, statement

BO = "mailto:bo@example.org"


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with house_of(settings) as opened:
        yield opened


def attached(content: bytes, usage: str = "https://example.org/photo") -> dict[str, Any]:
    return {
        "usageType": usage,
        "display": {"en": "x"},
        "contentType": "application/octet-stream",
        "length": len(content),
        "sha2": sha256(content).hexdigest(),
    }


def store_contents(house: House, *contents: bytes) -> None:
    found = [Attachment(sha256(each).hexdigest(), each) for each in contents]
    house.store.log.append(attachment_events(found, "lms"))


def content(house: House, of: bytes) -> bytes | None:
    stream = attachment_stream(sha256(of).hexdigest())
    return house.store.log.attachments([stream])[stream]


def test_attachments_go_unless_somebody_else_has_them_too(house: House) -> None:
    store_contents(house, b"hers", b"shared")
    record(
        house.store,
        statement(attachments=[attached(b"hers"), attached(b"shared")]),
        statement(actor="bo", attachments=[attached(b"shared")]),
    )
    assert house.erase()["counts"] == {"attachments": 1, "statements": 1}
    assert content(house, b"hers") is None
    assert content(house, b"shared") == b"shared"


def test_a_redacted_statement_loses_its_signature_which_held_all_of_it(house: House) -> None:
    store_contents(house, b"signature", b"photo")
    sent = statement(
        actor="bo",
        context={"instructor": {"mbox": ADA}},
        attachments=[attached(b"signature", SIGNATURE), attached(b"photo")],
    )
    record(house.store, sent)
    assert house.erase()["counts"] == {"attachments": 1, "statements_redacted": 1}
    found = house.store.log.index.find(UUID(sent["id"]))
    assert found
    assert [each["sha2"] for each in orjson.loads(found.statement)["attachments"]] == [
        sha256(b"photo").hexdigest()
    ]
    assert content(house, b"signature") is None
    assert content(house, b"photo") == b"photo"


def test_an_escaped_address_hides_nobody(house: House) -> None:
    sent = statement(actor="bo")
    record(house.store, sent)
    body = orjson.dumps(statement()).replace(b"ada@", b"\\u0061da\\u0040")
    drafts = house.store.statements.draft(body, PRINCIPAL, VERSION)
    house.store.statements.record(drafts).result(timeout=30)
    assert house.erase()["counts"] == {"statements": 1}


def test_a_person_known_by_a_digest_only_is_found_under_the_mailbox(house: House) -> None:
    record(house.store, statement(), statement(actor="bo"))
    digest = mbox_sha1(ADA)
    assert house.erase(digest)["counts"] == {"statements": 1}


def test_a_short_account_name_is_no_reason_to_take_others(house: House) -> None:
    account = {"homePage": "https://lms.example.org", "name": "4"}
    other = {"homePage": "https://forum.example.org", "name": "4"}
    record(
        house.store,
        statement() | {"actor": {"account": account}},
        statement() | {"actor": {"account": other}},
        statement(activity="4"),
    )
    assert house.erase("https://lms.example.org::4")["counts"] == {"statements": 1}


def test_what_webhooks_told_of_a_person_goes_and_the_meeting_stays(house: House) -> None:
    facts = [
        {"kind": "started", "at": "2026-10-09T14:00:00Z", "meeting": "1"},
        joined("Ada Kaya", "c1", "joined", email="Ada@example.org"),
        joined("Bo", "c2", "joined"),
    ]
    later = [joined("", "c1", "left"), joined("Bo", "c2", "left")]
    house.store.log.append([received(1, facts), received(2, later)])
    assert house.erase()["counts"] == {"webhooks_redacted": 2}
    events = [e for _, e in house.store.log.entries() if isinstance(e, WebhookReceived)]
    told = [each for event in events for each in orjson.loads(bytes(event.facts))]
    assert [(each["kind"], each.get("who", {}).get("name")) for each in told] == [
        ("started", None),
        ("joined", "Bo"),
        ("left", "Bo"),
    ]


def joined(name: str, connection: str, kind: str, **more: str) -> dict[str, Any]:
    who = {"connection": connection, "name": name, **more}
    return {"kind": kind, "at": "2026-10-09T14:00:00Z", "who": who}


def received(version: int, facts: list[Any]) -> WebhookReceived:
    return WebhookReceived(
        originator_id=stream_id("webhooks zoom 1"),
        originator_version=version,
        principal="webhooks",
        tool="zoom",
        instance="1",
        delivery=str(version),
        ends=False,
        program=None,
        session=None,
        facts=msgspec.Raw(orjson.dumps(facts)),
    )


def test_who_asked_for_a_person_asked_for_an_opaque_id(house: House) -> None:
    record(house.store, statement())
    agent = '{"mbox":"mailto:ada@example.org"}'
    asked = {"agent": agent, "verb": "https://example.org/verbs/did"}
    disclose(house.store.log, Disclosure("lms", "GET /xapi/statements", asked, 1))
    person, _ = person_behind(house.store.log, ADA)
    assert house.erase()["counts"] == {"disclosures_redacted": 1, "statements": 1}
    events = [e for _, e in house.store.log.entries() if isinstance(e, RecordsDisclosed)]
    assert events[0].parameters == asked | {"agent": person}


def test_of_a_wrong_link_that_was_undone_what_is_left_stays(house: House) -> None:
    people = house.store.people
    people.link([ADA, BO, "mailto:b.lind@example.org"], reason="looked alike", by="clerk")
    people.unlink(ADA, reason="she is another", by="clerk")
    record(house.store, statement(), statement(actor="bo"))
    receipt = house.erase()
    assert receipt["counts"] == {"people_links": 1, "people_links_redacted": 1, "statements": 1}
    (link,) = [e for _, e in house.store.log.entries() if isinstance(e, PeopleLinked)]
    assert link.actors == ("mailto:b.lind@example.org", BO)
    assert person_behind(house.store.log, BO)[1] >= {BO, "mailto:b.lind@example.org"}


def test_where_an_address_stays_written_is_told_before(house: House) -> None:
    record(house.store, statement())
    quoted = statement(actor="bo", result={"response": "ask ada@example.org"})
    record(house.store, quoted)
    preview = house.erasures.preview(Wanted(**WHY, person=ADA))
    assert preview["mentions"] == [house.store.log.head().position]
    assert preview["counts"] == {"statements": 1}


def test_a_person_who_vouched_is_no_authority_any_more(house: House) -> None:
    sent = statement(actor="bo")
    record(house.store, sent)
    found = house.store.log.index.find(UUID(sent["id"]))
    assert found
    account = orjson.loads(found.statement)["authority"]["account"]
    receipt = house.erase(f"{account['homePage']}::{account['name']}")
    found = house.store.log.index.find(UUID(sent["id"]))
    assert found
    authority = orjson.loads(found.statement)["authority"]
    assert authority["account"]["name"] == receipt["person"]


def test_a_sub_statement_by_the_person_takes_its_statement_with_it(house: House) -> None:
    inner = {"objectType": "SubStatement", **_without_id(statement())}
    outer = statement(actor="bo") | {"object": inner}
    team = {"objectType": "SubStatement", **_without_id(statement(actor="cem"))}
    team["context"] = {"instructor": {"mbox": ADA}, "language": "de"}
    taught = statement(actor="bo") | {"object": team}
    record(house.store, outer, taught)
    assert house.erase()["counts"] == {"statements": 1, "statements_redacted": 1}
    found = house.store.log.index.find(UUID(taught["id"]))
    assert found
    assert orjson.loads(found.statement)["object"]["context"] == {"language": "de"}


def _without_id(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name != "id"}


def test_the_text_of_what_stays_is_not_touched(house: House) -> None:
    body = (
        b'{"actor":{"mbox":"mailto:bo@example.org"},"verb":{"id":"https://example.org/did"},'
        b'"object":{"id":"https://example.org/1"},"result":{"score":{"raw":1.10, "max":2.0}},'
        b'"context":{"instructor":{"mbox":"mailto:ada@example.org"},"extensions":'
        b'{"https://example.org/n": 1234567890123456789012345678901234567890}}}'
    )
    (draft,) = house.store.statements.draft(body, PRINCIPAL, VERSION)
    house.store.statements.record([draft]).result(timeout=30)
    house.erase()
    found = house.store.log.index.find(draft.draft.id)
    assert found
    assert b'"score":{"raw":1.10, "max":2.0}' in found.statement
    assert b"1234567890123456789012345678901234567890" in found.statement
    assert b"ada@" not in found.statement
