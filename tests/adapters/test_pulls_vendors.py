"""Pulls from Google Meet and Webex, against servers that play their documentation."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from adapters.pulls import SourcePull, meet_pull, webex_pull
from adapters.pulls.meet import service_account
from adapters.pulls.webex import refreshed
from lrs.errors import Forbidden
from tests.adapters.vendors import NOON, SECRET, Played, Reply, Request, at, page, playing

NOW = NOON + timedelta(days=5)
SINCE = NOON - timedelta(hours=1)
HOUR = timedelta(hours=1)


def timed(pull: SourcePull) -> SourcePull:
    return replace(pull, service=replace(pull.service, now=lambda: NOW, wait=lambda _: None))


def conference(name: str, starts: float, ends: float | None, space: str) -> dict[str, Any]:
    record = {"name": f"conferenceRecords/{name}", "space": space, "startTime": at(starts)}
    return record | ({} if ends is None else {"endTime": at(ends)})


class MeetUser:
    """Meet's API of a user: conferences, rooms, participants, sessions."""

    def __init__(self) -> None:
        self.conferences: list[dict[str, Any]] = []
        self.spaces: dict[str, dict[str, str]] = {}
        self.people: dict[str, list[dict[str, Any]]] = {}
        self.sessions: dict[str, list[dict[str, Any]]] = {}
        self.bearer = "Bearer word"
        self.key: RSAKey | None = None

    def hold(self, name: str, starts: float, ends: float, code: str = "abc-defg-hij") -> None:
        space = f"spaces/{code[:3]}"
        link = f"https://meet.google.com/{code}"
        self.spaces[space] = {"name": space, "meetingCode": code, "meetingUri": link}
        record = conference(name, starts, ends, space)
        self.conferences.append(record)
        people = [f"{record['name']}/participants/{number}" for number in range(3)]
        self.people[record["name"]] = [
            {"name": each, "signedinUser": {"user": f"users/{number}", "displayName": f"P{number}"}}
            for number, each in enumerate(people)
        ]
        for each in people:
            self.sessions[each] = [
                {
                    "name": f"{each}/participantSessions/{number}",
                    "startTime": at(starts + number),
                    "endTime": at(ends - number),
                }
                for number in range(3)
            ]

    def __call__(self, request: Request) -> Reply:
        if request.path == "/token":
            return self._token(request)
        assert request.headers["authorization"] == self.bearer
        path = request.path.strip("/")
        if path in self.spaces:
            return Reply(self.spaces[path])
        parent, _, kind = path.rpartition("/")
        listed = {
            "conferenceRecords": self.conferences,
            "participants": self.people.get(parent),
            "participantSessions": self.sessions.get(parent),
        }.get(kind)
        if listed is None:
            error = {"code": 404, "message": "Requested entity was not found.", "status": "x"}
            return Reply({"error": error}, 404)
        if kind == "conferenceRecords":
            since = request.query["filter"].removeprefix('end_time>="').removesuffix('"')
            listed = [each for each in listed if each.get("endTime", "9") >= since]
        told, more = page(listed, request, 2, "pageToken")
        return Reply({kind: told} | ({"nextPageToken": more} if more else {}))

    def _token(self, request: Request) -> Reply:
        assert self.key is not None
        claims = jwt.decode(request.form["assertion"], self.key, algorithms=["RS256"]).claims
        assert claims["exp"] - claims["iat"] <= 3600
        assert claims["iat"] == int(NOW.timestamp())
        assert claims["scope"].endswith("/meetings.space.readonly")
        self.bearer = f"Bearer for-{claims['sub']}-{claims['iss']}"
        return Reply({"access_token": self.bearer.removeprefix("Bearer "), "expires_in": 3599})


@pytest.fixture
def user() -> MeetUser:
    return MeetUser()


@pytest.fixture
def meet_server(user: MeetUser) -> Iterator[Played]:
    with playing(user) as played:
        yield played


def test_a_conference_comes_with_all_sessions_of_all_participants(
    user: MeetUser, meet_server: Played
) -> None:
    user.hold("late", 100, 160)
    user.hold("lab", 0, 60)
    user.hold("before", -200, -120)
    user.conferences.append(conference("live", 0, None, "spaces/abc"))
    first, second = timed(meet_pull("word", url=meet_server.url)).meetings(SINCE)
    assert (first.meeting.id, second.meeting.id) == (
        "conferenceRecords/lab",
        "conferenceRecords/late",
    )
    assert [each.name for each in first.participants] == ["P0", "P1", "P2"]
    assert [len(each.stays) for each in first.participants] == [3, 3, 3]
    assert first.participants[0].present == HOUR
    assert "abc-defg-hij" in first.instance.names
    asked = [path for path in meet_server.paths() if path.startswith("/spaces/")]
    assert asked == ["/spaces/abc"], "a room is asked for once"


def test_a_room_that_is_gone_has_its_resource_name_left(
    user: MeetUser, meet_server: Played
) -> None:
    user.hold("lab", 0, 60)
    user.spaces.clear()
    (found,) = timed(meet_pull("word", url=meet_server.url)).meetings(SINCE)
    assert found.instance.names == ("spaces/abc",)
    assert len(found.participants) == 3


def test_a_service_account_signs_for_a_token_in_somebodys_name(
    user: MeetUser, meet_server: Played
) -> None:
    user.hold("lab", 0, 60)
    user.key = RSAKey.generate_key(2048)
    file = {
        "type": "service_account",
        "client_email": "robot@project.example.org",
        "private_key": user.key.as_pem(private=True).decode(),
        "token_uri": f"{meet_server.url}/token",
    }
    access = service_account(json.dumps(file).encode(), "ada@example.org")
    (found,) = timed(meet_pull(access, url=meet_server.url)).meetings(SINCE)
    assert user.bearer == "Bearer for-ada@example.org-robot@project.example.org"
    assert len(found.participants) == 3
    assert "PRIVATE" not in repr(access)


class WebexUser:
    """Webex's API of a user: ended meetings and participants, linked from page to page."""

    def __init__(self) -> None:
        self.meetings: list[dict[str, Any]] = []
        self.url = ""
        self.tokens = 0

    def hold(self, name: str, starts: float, ends: float) -> None:
        self.meetings.append(
            {
                "id": f"{name}_I_1",
                "meetingSeriesId": name,
                "meetingNumber": "25507624474",
                "title": "Coaching lab",
                "meetingType": "meeting",
                "state": "ended",
                "start": at(starts),
                "end": at(ends),
                "webLink": f"https://site.webex.example.org/site/j.php?MTID={name}",
            }
        )

    def __call__(self, request: Request) -> Reply:
        if request.path == "/access_token":
            assert request.form["grant_type"] == "refresh_token"
            assert request.form["refresh_token"] == "fresh"
            self.tokens += 1
            return Reply({"access_token": "word", "expires_in": 1209600})
        assert request.headers["authorization"] == "Bearer word"
        if request.path == "/meetings":
            assert (request.query["meetingType"], request.query["state"]) == ("meeting", "ended")
            span = request.query["from"], request.query["to"]
            return self._page(
                [m for m in self.meetings if span[0] <= m["start"] < span[1]], request
            )
        return self._page(self._people(request.query["meetingId"]), request)

    def _people(self, meeting: str) -> list[dict[str, Any]]:
        told = next(each for each in self.meetings if each["id"] == meeting)
        device = {"joinedTime": told["start"], "leftTime": told["end"], "phoneNumber": "+493055501"}
        return [
            {
                "id": f"{meeting}_{name}",
                "displayName": name,
                "email": f"{name.lower()}@example.org",
                "state": "end",
                "meetingId": meeting,
                "meetingStartTime": told["start"],
                "devices": [device],
            }
            for name in ("Ada", "Bo", "Cy")
        ]

    def _page(self, items: list[Any], request: Request) -> Reply:
        told, more = page(items, request, 2, "page")
        query = "&".join(f"{k}={quote(v)}" for k, v in request.query.items() if k != "page")
        link = f'<{self.url}{request.path}?{query}&page={more}>; rel="next"'
        return Reply({"items": told}, 200, {"Link": link} if more else {})


@pytest.fixture
def webex_user() -> WebexUser:
    return WebexUser()


@pytest.fixture
def webex(webex_user: WebexUser) -> Iterator[Played]:
    with playing(webex_user) as played:
        webex_user.url = played.url
        yield played


def test_ended_webex_meetings_come_in_order_with_everybody(
    webex_user: WebexUser, webex: Played
) -> None:
    for name, starts, ends in (("c", 0, 300), ("b", 0, 90), ("a", 0, 60), ("before", -90, -61)):
        webex_user.hold(name, starts, ends)
    found = list(timed(webex_pull("word", url=webex.url)).meetings(SINCE))
    assert [each.meeting.id for each in found] == ["a_I_1", "b_I_1", "c_I_1"]
    first = found[0]
    assert [each.name for each in first.participants] == ["Ada", "Bo", "Cy"], "over two pages"
    assert (first.meeting.title, first.meeting.ends) == ("Coaching lab", NOON + HOUR)
    assert "25507624474" in first.instance.names
    assert "a" in first.instance.names
    assert first.file is not None
    assert "+493055501" not in first.file.text


def test_webex_is_asked_month_by_month(webex_user: WebexUser, webex: Played) -> None:
    webex_user.hold("old", -60 * 24 * 50, -60 * 24 * 50 + 60)
    webex_user.hold("new", 0, 60)
    pull = timed(webex_pull("word", url=webex.url))
    assert len(list(pull.meetings(NOON - timedelta(days=55)))) == 2
    spans = [each.query for each in webex.requests if each.path == "/meetings"]
    assert len(spans) == 3
    assert [each["to"] for each in spans[:-1]] == [each["from"] for each in spans[1:]]


def test_an_integration_renews_its_token(webex_user: WebexUser, webex: Played) -> None:
    webex_user.hold("a", 0, 60)
    access = refreshed("id", SECRET, "fresh", url=f"{webex.url}/access_token")
    assert len(list(timed(webex_pull(access, url=webex.url)).meetings(SINCE))) == 1
    assert webex_user.tokens == 1


def test_a_listing_that_is_refused_stops_the_pull() -> None:
    told = Reply({"message": "missing scope", "trackingId": "x"}, 403)
    answer: Callable[[Request], Reply] = lambda request: told  # noqa: E731 - one reply for all
    with playing(answer) as played, pytest.raises(Forbidden, match="missing scope") as raised:
        list(timed(webex_pull("word", url=played.url)).meetings(SINCE))
    assert raised.value.path == "GET /meetings"
