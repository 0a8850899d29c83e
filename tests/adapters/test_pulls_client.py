"""Clients of vendors' APIs: pages that end, servers that are not asked, grants and their secrets."""

from datetime import UTC, datetime

import pytest

from adapters.pulls import client as clients
from adapters.pulls.access import bearer, client_grant, service_account_grant
from adapters.pulls.client import Client, Service
from lrs.errors import InvalidSettings, UnreadableAttendance
from tests.adapters.vendors import SECRET, Played, Reply, playing


def client(played: Played) -> Client:
    return Client(Service("Vendor", played.url, "word", wait=lambda _: None))


def test_pages_that_never_end_are_left() -> None:
    with playing(lambda request: Reply({"next": "again"})) as played, client(played) as asked:
        with pytest.raises(UnreadableAttendance, match="never end"):
            list(asked.pages("/list", {}, told="next", asked="token"))
        assert len(played.requests) == 2


def test_links_that_never_end_are_left() -> None:
    link = {"Link": '</list?page=2>; rel="next"'}
    with playing(lambda request: Reply({}, 200, link)) as played, client(played) as asked:
        with pytest.raises(UnreadableAttendance, match="never end"):
            list(asked.linked("/list", {}))
        assert len(played.requests) == 2


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example.org/next", "//elsewhere.example.org/next", "http://[", "x:"]
)
def test_the_token_goes_to_no_other_server(link: str) -> None:
    with (
        playing(lambda request: Reply({"@odata.nextLink": link})) as played,
        client(played) as asked,
        pytest.raises(UnreadableAttendance, match="another server"),
    ):
        list(asked.linked("/list", {}))


@pytest.mark.parametrize("body", [b"\xff", b"[1]", b""])
def test_an_answer_that_is_no_object_is_refused_by_name(body: bytes) -> None:
    with playing(lambda request: Reply(body)) as played, client(played) as asked:
        with pytest.raises(UnreadableAttendance) as raised:
            asked.get("/thing")
        assert raised.value.path == "GET /thing"


def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "LARGEST_ANSWER", 1000)
    with (
        playing(lambda request: Reply(b" " * 2000)) as played,
        client(played) as asked,
        pytest.raises(UnreadableAttendance, match="1000 bytes"),
    ):
        asked.get("/thing")


def test_a_token_of_several_words_is_none() -> None:
    assert bearer(" word\n") == "word"
    for text in ("", "two words", "wörd", "a\x00b"):
        with pytest.raises(InvalidSettings):
            bearer(text)


def test_client_credentials_go_into_the_form() -> None:
    grant = client_grant("https://login.example.org/token", "id", SECRET, "scope/.default")
    assert grant.form(datetime.now(UTC)) == {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_secret": SECRET,
        "scope": "scope/.default",
    }
    assert SECRET not in repr(grant)


@pytest.mark.parametrize("file", [b"", b"[]", b"{}", b'{"client_email": "a", "private_key": "b"}'])
def test_a_file_that_is_no_service_account_is_refused(file: bytes) -> None:
    with pytest.raises(InvalidSettings):
        service_account_grant(file, "scope", None)


def test_a_malformed_key_is_refused_without_being_shown() -> None:
    file = b'{"client_email": "a", "token_uri": "https://x.example.org", "private_key": "KEY-123"}'
    with pytest.raises(InvalidSettings) as raised:
        service_account_grant(file, "scope", None)
    assert "KEY-123" not in raised.value.message
