"""Pulls from Zoom, and what every pull keeps to: order, patience, pages, silence about secrets."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.attendance import Stay, Warned
from adapters.pulls import Pulled, SourcePull, zoom_pull
from adapters.pulls import client as clients
from adapters.pulls.zoom import encoded
from adapters.zoom import ZoomReader
from lrs.errors import (
    InvalidInput,
    LRSError,
    Unauthenticated,
    Unavailable,
    UnreadableAttendance,
)
from tests.adapters.vendors import NOON, SECRET, Played, Reply, ZoomAccount, at, person, playing

NOW = NOON + timedelta(days=30)
SINCE = NOON - timedelta(hours=1)


class Clock:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now = NOW
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def account() -> ZoomAccount:
    return ZoomAccount()


@pytest.fixture
def zoom(account: ZoomAccount) -> Iterator[Played]:
    with playing(account) as played:
        yield played


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pull(zoom: Played, clock: Clock) -> SourcePull:
    made = zoom_pull("acc", "client", SECRET, url=zoom.url, tokens=f"{zoom.url}/oauth/token")
    return timed(made, clock)


def timed(pull: SourcePull, clock: Clock) -> SourcePull:
    service = replace(pull.service, now=lambda: clock.now, wait=clock.wait)
    return replace(pull, service=service)


def ids(pulled: list[Pulled]) -> list[str]:
    return [each.instance.id for each in pulled]


def test_a_meeting_comes_with_everybody_of_all_pages(
    account: ZoomAccount, pull: SourcePull
) -> None:
    account.hold("4444AAAiAAAAAiAiAiiAii==", 85218486288, at(0), at(60))
    (found,) = pull.meetings(SINCE)
    assert (found.tool, found.meeting.id, found.meeting.title) == (
        "zoom",
        "85218486288",
        "Meeting 85218486288",
    )
    assert (found.meeting.starts, found.meeting.ends) == (NOON, NOON + timedelta(hours=1))
    assert [each.name for each in found.participants] == ["Ada", "Bo"]
    assert found.participants[0].stays == (Stay(NOON, NOON + timedelta(hours=1)),)
    assert found.instance.names == ("85218486288",)
    assert found.warnings == ()


def test_what_was_answered_is_a_file_that_an_import_reads(
    account: ZoomAccount, pull: SourcePull
) -> None:
    account.hold("uuid-1", 85218486288, at(0), at(60))
    (found,) = pull.meetings(SINCE)
    assert found.file is not None
    assert ZoomReader().recognises(found.file)
    assert found.file_sha256 == found.file.sha256


def test_meetings_come_in_order_of_their_ends_from_all_hosts_and_pages(
    account: ZoomAccount, pull: SourcePull
) -> None:
    account.hold("long", 1_000_000_001, at(0), at(300))
    account.hold("late", 1_000_000_002, at(200), at(230))
    account.hold("early", 1_000_000_003, at(60), at(90))
    account.hold("others", 1_000_000_004, at(100), at(130), host="host2")
    assert ids(list(pull.meetings(SINCE))) == ["early", "others", "late", "long"]


def test_what_ended_before_or_is_not_over_is_left_out(
    account: ZoomAccount, pull: SourcePull, clock: Clock
) -> None:
    account.hold("before", 1_000_000_001, at(-120), at(-60.1))
    account.hold("just", 1_000_000_002, at(-120), at(-60))
    account.hold("the day before", 1_000_000_003, at(-1200), at(10))
    account.hold("live", 1_000_000_004, at(0), "")
    account.hold("of the future", 1_000_000_005, at(0), at(1, day=30))
    assert ids(list(pull.meetings(SINCE))) == ["just", "the day before"]


def test_reports_are_asked_for_a_month_at_a_time(account: ZoomAccount, pull: SourcePull) -> None:
    account.hold("first", 1_000_000_001, at(0, day=-60), at(30, day=-60))
    account.hold("last", 1_000_000_002, at(0, day=29), at(30, day=29))
    assert ids(list(pull.meetings(NOON - timedelta(days=61)))) == ["first", "last"]


def test_every_instance_of_a_recurring_meeting_is_one(
    account: ZoomAccount, pull: SourcePull
) -> None:
    for day in (0, 7, 14):
        account.hold(f"week-{day}", 85218486288, at(0, day), at(60, day), type=8)
    unlisted = account.hold("week-21", 85218486288, at(0, 21), at(60, 21), type=8)
    account.hosts["host1"].remove(unlisted)
    account.unlisted["week-21"] = unlisted
    account.unlisted["older"] = {**unlisted, "uuid": "older", "start_time": at(0, day=-100)}
    found = list(pull.meetings(SINCE))
    assert ids(found) == ["week-0", "week-7", "week-14", "week-21"]
    assert {each.meeting.id for each in found} == {"85218486288"}
    assert [each.meeting.starts for each in found] == [
        NOON + timedelta(days=day) for day in (0, 7, 14, 21)
    ]


def test_a_meeting_held_once_is_not_asked_for_instances(
    account: ZoomAccount, pull: SourcePull, zoom: Played
) -> None:
    account.hold("once", 85218486288, at(0), at(60))
    list(pull.meetings(SINCE))
    assert not [path for path in zoom.paths() if path.startswith("/past_")]


def test_a_uuid_with_slashes_is_encoded_twice(
    account: ZoomAccount, pull: SourcePull, zoom: Played
) -> None:
    for number, uuid in enumerate(("/begins+so==", "in//side==", "one/alone==")):
        account.hold(uuid, 1_000_000_000 + number, at(0), at(60 + number))
    found = list(pull.meetings(SINCE))
    assert [len(each.participants) for each in found] == [2, 2, 2]
    asked = {path.split("/")[3] for path in zoom.paths() if path.endswith("/participants")}
    assert asked == {
        "%252Fbegins%252Bso%253D%253D",
        "in%252F%252Fside%253D%253D",
        "one%2Falone%3D%3D",
    }


def test_encoding_a_plain_uuid_changes_only_what_must_be() -> None:
    assert encoded("ajX8+w==") == "ajX8%2Bw%3D%3D"


def test_webinars_are_asked_for_as_webinars(
    account: ZoomAccount, pull: SourcePull, zoom: Played
) -> None:
    account.hold("webinar", 85218486288, at(0), at(60), type=5)
    (found,) = pull.meetings(SINCE)
    assert len(found.participants) == 2
    assert "/report/webinars/webinar/participants" in zoom.paths()


def test_nobody_is_asked_about_meetings_that_are_not_wanted(
    account: ZoomAccount, pull: SourcePull, zoom: Played
) -> None:
    account.hold("private", 1_000_000_001, at(0), at(30))
    account.hold("course", 1_000_000_002, at(0), at(60))
    private, course = pull.meetings(SINCE, lambda each: "1000000002" in each.names)
    assert (private.participants, private.file) == ((), None)
    assert private.warned("not_wanted") is not None
    assert len(course.participants) == 2
    assert "/report/meetings/private/participants" not in zoom.paths()


def test_a_meeting_whose_report_is_missing_stops_no_other(
    account: ZoomAccount, pull: SourcePull
) -> None:
    account.hold("early", 1_000_000_001, at(0), at(30))
    account.hold("late", 1_000_000_002, at(0), at(60))
    del account.people["early"]
    early, late = pull.meetings(SINCE)
    assert early.participants == ()
    assert early.warned("unreadable") == (
        "GET /report/meetings/early/participants: "
        "Zoom answers 404: 3001 Meeting does not exist: early."
    )
    assert len(late.participants) == 2


def test_a_report_that_makes_no_sense_stops_no_other(
    account: ZoomAccount, pull: SourcePull
) -> None:
    account.hold("early", 1_000_000_001, at(0), at(30))
    account.people["early"] = [person("Ada", at(30), at(0))]
    account.hold("late", 1_000_000_002, at(0), at(60))
    early, late = pull.meetings(SINCE)
    assert early.warned("unreadable") == "participants[0]: somebody leaves before joining"
    assert late.warned("unreadable") is None


def test_what_came_before_an_interruption_need_not_come_again(
    account: ZoomAccount, pull: SourcePull, zoom: Played
) -> None:
    for number in range(4):
        account.hold(f"m{number}", 1_000_000_000 + number, at(0), at(10 + number))
    stream = pull.meetings(SINCE)
    seen = [next(stream), next(stream)]
    stream.close()
    assert not [path for path in zoom.paths() if "m2" in path], "it is a stream"
    rest = list(pull.meetings(seen[-1].instance.ends))
    assert ids(seen)[:1] + ids(rest) == ["m0", "m1", "m2", "m3"]


def test_a_busy_vendor_is_given_the_time_that_it_asks_for(
    account: ZoomAccount, pull: SourcePull, zoom: Played, clock: Clock
) -> None:
    account.hold("m", 1_000_000_001, at(0), at(30))
    zoom.first += [
        Reply({"message": "slow down"}, 429, {"Retry-After": "7"}),
        Reply({}, 503, {"Retry-After": "Wed, 18 Nov 2026 12:00:17 GMT"}),
        Reply({}, 429, {"Retry-After": "2026-11-18T12:00:29Z"}),
    ]
    assert ids(list(pull.meetings(SINCE))) == ["m"]
    assert clock.waited == [7, 10, 12]


def test_without_a_time_the_waits_grow_and_end(
    pull: SourcePull, zoom: Played, clock: Clock
) -> None:
    zoom.first += [Reply({"message": "too many"}, 429)] * 99
    with pytest.raises(Unavailable, match="Zoom answers 429: too many") as raised:
        list(pull.meetings(SINCE))
    assert raised.value.path == f"POST {zoom.url}/oauth/token"
    assert clock.waited == [1, 2, 4, 8]
    assert len(zoom.requests) == clients.ATTEMPTS


def test_who_asks_for_an_hour_is_not_waited_for(
    pull: SourcePull, zoom: Played, clock: Clock
) -> None:
    zoom.first.append(Reply({}, 429, {"Retry-After": "3600"}))
    with pytest.raises(Unavailable, match="3600 seconds"):
        list(pull.meetings(SINCE))
    assert clock.waited == []


def test_a_vendor_out_of_reach_is_tried_again_and_named(clock: Clock) -> None:
    nowhere = "http://127.0.0.1:9"
    away = zoom_pull("acc", "client", SECRET, url=nowhere, tokens=f"{nowhere}/oauth/token")
    with pytest.raises(Unavailable, match=r"Zoom cannot be reached \(ConnectError\)"):
        list(timed(away, clock).meetings(SINCE))
    assert clock.waited == [1, 2, 4, 8]


def test_a_token_is_asked_for_once_and_renewed_before_it_ends(
    account: ZoomAccount, pull: SourcePull, zoom: Played, clock: Clock
) -> None:
    account.hold("m1", 1_000_000_001, at(0), at(30))
    account.hold("m2", 1_000_000_002, at(0), at(31))
    stream = pull.meetings(SINCE)
    next(stream)
    assert account.tokens == 1
    clock.now += timedelta(minutes=59)
    next(stream)
    assert account.tokens == 2
    token = zoom.requests[0]
    assert token.form == {"grant_type": "account_credentials", "account_id": "acc"}
    assert token.query == {}, "what stands in a URL stands in logs"


def test_a_revoked_token_is_renewed_once(
    account: ZoomAccount, pull: SourcePull, zoom: Played
) -> None:
    account.hold("m1", 1_000_000_001, at(0), at(30))
    account.hold("m2", 1_000_000_002, at(0), at(31))
    stream = pull.meetings(SINCE)
    next(stream)
    zoom.first.append(Reply({"code": 124, "message": "revoked"}, 401))
    assert len(next(stream).participants) == 2
    assert account.tokens == 2


@pytest.mark.parametrize("status", [400, 401, 403, 500, 302])
def test_no_error_shows_a_secret(
    pull: SourcePull, zoom: Played, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    words = {"error": "invalid_client", "reason": "x" * 180 + SECRET}
    zoom.first.append(Reply(words, status, {"Location": "https://elsewhere.example.org/"}))
    with caplog.at_level(logging.DEBUG), pytest.raises(LRSError) as raised:
        list(pull.meetings(SINCE))
    assert raised.value.path == f"POST {zoom.url}/oauth/token"
    shown = f"{raised.value!r} {pull!r} {caplog.text}"
    assert SECRET[:4] not in shown, "not even cut off"
    assert f"answers {status}" in raised.value.message


def test_an_answer_that_quotes_the_token_is_blacked_out(
    account: ZoomAccount, pull: SourcePull, zoom: Played
) -> None:
    account.hold("m1", 1_000_000_001, at(0), at(30))
    zoom.first += [
        Reply({"access_token": "tok-abcdef"}),
        Reply({"message": "tok-abcdef lacks the scope"}, 400),
    ]
    with pytest.raises(InvalidInput, match=r"\*\*\* lacks the scope"):
        list(pull.meetings(SINCE))


@pytest.mark.parametrize("body", [b"<html>", [], {}, {"access_token": "two\nlines"}], ids=str)
def test_an_answer_without_a_token_is_refused(pull: SourcePull, zoom: Played, body: Any) -> None:
    zoom.first.append(Reply(body))
    with pytest.raises((Unauthenticated, UnreadableAttendance)):
        list(pull.meetings(SINCE))


def test_warnings_of_a_line_are_not_those_of_the_meeting(
    account: ZoomAccount, pull: SourcePull
) -> None:
    account.hold("m", 1_000_000_001, at(0), at(30))
    account.people["m"].append(person("Cy", at(0), at(5), status="in_waiting_room"))
    (found,) = pull.meetings(SINCE)
    assert found.warnings == (Warned("waiting_room", "time in the waiting room is not counted", 3),)
    assert [each.name for each in found.participants] == ["Ada", "Bo"]


def test_the_same_meeting_pulled_again_is_the_same_file(
    account: ZoomAccount, pull: SourcePull
) -> None:
    account.hold("m", 1_000_000_001, at(0), at(30))
    (first,), (again,) = pull.meetings(SINCE), pull.meetings(SINCE - timedelta(hours=1))
    assert first.file == again.file


def test_a_report_that_counts_more_records_than_it_has_warns(
    account: ZoomAccount, pull: SourcePull
) -> None:
    account.hold("m", 1_000_000_001, at(0), at(30))
    account.missing = 4
    (found,) = pull.meetings(SINCE)
    assert [each.code for each in found.warnings] == ["pages_missing"]


def test_addresses_of_machines_and_telephones_are_not_kept(
    account: ZoomAccount, pull: SourcePull
) -> None:
    account.hold("m", 1_000_000_001, at(0), at(30))
    private = {"ip_address": "192.0.2.7", "mac_addr": "00:00:5e", "phone_number": "+49305550100"}
    account.people["m"][0] |= private
    (found,) = pull.meetings(SINCE)
    assert found.file is not None
    assert not [text for text in private.values() if text in found.file.text]
