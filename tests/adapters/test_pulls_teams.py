"""Pulls from Teams, against a server that plays Graph's documentation."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote

import pytest

from adapters.attendance import Stay
from adapters.pulls import SourcePull, teams_pull
from lrs.errors import InvalidInput
from tests.adapters.vendors import NOON, SECRET, Reply, Request, at, page, playing

NOW = NOON + timedelta(days=5)
SINCE = NOON - timedelta(hours=1)
HOUR = timedelta(hours=1)


def timed(pull: SourcePull) -> SourcePull:
    return replace(pull, service=replace(pull.service, now=lambda: NOW, wait=lambda _: None))


class Graph:
    """Graph's API of a tenant: calls, meetings by link, attendance reports and their records."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.meetings: dict[str, list[dict[str, Any]]] = {}
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.url = ""
        self.forbidden: set[str] = set()

    def hold(self, thread: str, starts: float, ends: float, organiser: str = "org-1") -> str:
        """Add a call and its report, in minutes after noon; return the link to join."""
        context = quote(json.dumps({"Tid": "tenant", "Oid": organiser}))
        link = (
            "https://teams.microsoft.com/l/meetup-join/"
            f"{quote(thread, safe='').replace('%3A', '%3a')}/0?context={context}"
        )
        report = f"report-{len(self.records)}"
        self.calls.append(
            {
                "id": f"call-{len(self.calls)}",
                "type": "groupCall",
                "joinWebUrl": link,
                "startDateTime": at(starts - 0.5),
                "endDateTime": at(ends + 0.5),
            }
        )
        told = {"id": report, "meetingStartDateTime": at(starts), "meetingEndDateTime": at(ends)}
        self.meetings.setdefault(link, []).append(told)
        self.records[report] = [
            {
                "id": name,
                "emailAddress": f"{name}@example.org",
                "role": "Attendee",
                "totalAttendanceInSeconds": int((ends - starts) * 60),
                "identity": {"id": name, "displayName": name.title()},
                "attendanceIntervals": [
                    {"joinDateTime": at(starts), "leaveDateTime": at(ends)},
                ],
            }
            for name in ("ada", "bo", "cy")
        ]
        return link

    def __call__(self, request: Request) -> Reply:
        if request.path == "/tenant/oauth2/v2.0/token":
            return Reply({"access_token": "graph-token", "expires_in": 3599})
        assert request.headers["authorization"] == "Bearer graph-token"
        parts = [unquote(each) for each in request.path.strip("/").split("/")]
        if parts == ["communications", "callRecords"]:
            return self._page(self.calls, request)
        if parts[0] == "communications":
            return Reply({"organizer_v2": {"id": "org-1"}})
        if parts[1] in self.forbidden:
            words = "No application access policy found for this app."
            return Reply({"error": {"code": "Forbidden", "message": words}}, 403)
        return self._meeting(parts, request)

    def _meeting(self, parts: list[str], request: Request) -> Reply:
        if len(parts) == 3:
            link = request.query["$filter"].removeprefix("JoinWebUrl eq '").removesuffix("'")
            known = [{"id": f"meeting {link}"}] if link in self.meetings else []
            return self._page(known, request)
        if len(parts) == 5:
            return self._page(self.meetings[parts[3].removeprefix("meeting ")], request)
        return self._page(self.records[parts[5]], request)

    def _page(self, items: list[Any], request: Request) -> Reply:
        told, more = page(items, request, 2, "$skiptoken")
        answer: dict[str, Any] = {"value": told}
        if more:
            answer["@odata.nextLink"] = (
                f"{self.url}{request.path}?%24filter={quote(request.query.get('$filter', ''))}"
                f"&%24skiptoken={more}"
            )
        return Reply(answer)


@pytest.fixture
def graph() -> Graph:
    return Graph()


@pytest.fixture
def teams(graph: Graph) -> Iterator[SourcePull]:
    with playing(graph) as played:
        graph.url = played.url
        tokens = played.url + "/{tenant}/oauth2/v2.0/token"
        yield timed(teams_pull("tenant", "id", SECRET, url=played.url, tokens=tokens))


THREAD = "19:meeting_MjAy@thread.v2"


def test_a_teams_meeting_is_found_by_its_call_and_read_from_its_report(
    graph: Graph, teams: SourcePull
) -> None:
    link = graph.hold(THREAD, 0, 60)
    (found,) = teams.meetings(SINCE)
    assert [each.name for each in found.participants] == ["Ada", "Bo", "Cy"], "over two pages"
    assert found.participants[0].stays == (Stay(NOON, NOON + HOUR),)
    assert (found.meeting.starts, found.meeting.ends) == (NOON, NOON + HOUR)
    assert found.instance.names == (THREAD, unquote(link.partition("?")[0]))


def test_a_host_who_starts_again_goes_on_with_the_same_meeting(
    graph: Graph, teams: SourcePull
) -> None:
    graph.hold(THREAD, 0, 20)
    graph.hold(THREAD, 25, 60)
    graph.hold("19:meeting_other@thread.v2", 0, 30)
    graph.hold(THREAD, 1440, 1500)
    other, today, tomorrow = teams.meetings(SINCE)
    assert len(other.participants) == 3
    ada = today.participants[0]
    assert [(each.joined - NOON, each.left - NOON) for each in ada.stays] == [
        (timedelta(0), timedelta(minutes=20)),
        (timedelta(minutes=25), timedelta(minutes=60)),
    ]
    assert tomorrow.participants[0].stays[0].joined == NOON + timedelta(days=1)


def test_an_organiser_outside_the_policy_stops_nobody_else(graph: Graph, teams: SourcePull) -> None:
    graph.hold("19:meeting_a@thread.v2", 0, 30, organiser="org-2")
    graph.hold(THREAD, 0, 60)
    graph.forbidden = {"org-2"}
    refused, read = teams.meetings(SINCE)
    assert "No application access policy" in (refused.warned("unreadable") or "")
    assert len(read.participants) == 3


def test_calls_that_are_no_meetings_or_go_on_are_left_out(graph: Graph, teams: SourcePull) -> None:
    graph.hold(THREAD, 0, 60)
    graph.calls += [
        {"id": "a", "type": "peerToPeer", "startDateTime": at(0), "endDateTime": at(5)},
        {"id": "b", "joinWebUrl": "https://x.example.org", "startDateTime": at(0)},
    ]
    assert [each.instance.id for each in teams.meetings(SINCE)] == ["call-0"]


def test_a_meeting_without_a_report_yet_says_so(graph: Graph, teams: SourcePull) -> None:
    link = graph.hold(THREAD, 0, 60)
    graph.meetings[link] = []
    (found,) = teams.meetings(SINCE)
    assert found.warned("unreadable") == "there is no attendance report of it, or not yet"


def test_a_short_link_tells_the_number_and_the_record_its_organiser(
    graph: Graph, teams: SourcePull
) -> None:
    graph.hold(THREAD, 0, 60)
    link = "https://teams.microsoft.com/meet/2345678901234?p=Secret'Pass"
    graph.calls[0]["joinWebUrl"] = link
    graph.meetings = {link.replace("'", "''"): next(iter(graph.meetings.values()))}
    (found,) = teams.meetings(SINCE)
    assert found.instance.names[0] == "2345678901234"
    assert len(found.participants) == 3


def test_a_call_names_its_organiser_too(graph: Graph, teams: SourcePull) -> None:
    graph.hold(THREAD, 0, 60)
    link = "https://teams.microsoft.com/meet/2345678901234"
    for organiser in (
        {"organizer": {"user": {"id": "org-9"}}},
        {"organizer_v2": {"identity": {"user": {"id": "org-9"}}}},
    ):
        graph.calls[0] = graph.calls[0] | {"joinWebUrl": link} | organiser
        graph.forbidden = {"org-9"}
        (found,) = teams.meetings(SINCE)
        assert "403" in (found.warned("unreadable") or "")


def test_graph_is_not_asked_for_what_it_no_longer_knows(teams: SourcePull) -> None:
    with pytest.raises(InvalidInput, match="last 30 days"):
        list(teams.meetings(NOW - timedelta(days=31)))
