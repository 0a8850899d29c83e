"""Microsoft Teams by Graph: calls of a tenant, and the attendance reports of the meetings they were.

Graph lists no meetings of a tenant, but its calls (`communications/callRecords`), each of which
names its meeting by the link to join it. Needs the application permissions `CallRecords.Read.All`,
`OnlineMeetings.Read.All` and `OnlineMeetingArtifact.Read.All`, and an application access policy for
the organisers whose meetings are read.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import orjson

from adapters.attendance import shown
from adapters.occurrences import RESTARTED_WITHIN
from adapters.payload import Object, as_object, moment_of, objects, text_of
from adapters.pulls.access import client_grant
from adapters.pulls.client import Client, Service
from adapters.pulls.pull import MARGIN, Instance, SourcePull
from adapters.teams import TeamsReader
from lrs.errors import UnreadableAttendance

API = "https://graph.microsoft.com/v1.0"
TOKENS = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
SCOPE = "https://graph.microsoft.com/.default"
_AROUND = RESTARTED_WITHIN / 2
"""How far a report's times may lie from its call's; calls further apart are not of one run."""
_THREAD = re.compile(r"19:[^/?@]+@thread\.[a-z0-9]+")
_NUMBER = re.compile(r"/meet/(\d{9,})")


def teams_pull(
    tenant: str, client: str, secret: str, *, url: str = API, tokens: str = TOKENS
) -> SourcePull:
    """Return the pull of a tenant, by its app's id and secret."""
    endpoint = tokens.replace("{tenant}", quote(tenant, safe=""))
    access = client_grant(endpoint, client, secret, SCOPE)
    return SourcePull(Teams(), Service("Microsoft Graph", url, access))


class Teams:
    """See `Source`."""

    name = "teams"
    reader = TeamsReader()
    kept = timedelta(days=30)

    def instances(self, client: Client, since: datetime, until: datetime) -> Iterator[Instance]:
        """Yield a tenant's meetings; the calls of a host who starts again soon are one."""
        span = f"startDateTime ge {shown(since - MARGIN)} and startDateTime lt {shown(until)}"
        calls = (
            call
            for page in client.linked("/communications/callRecords", {"$filter": span})
            for _, told in objects(page.get("value"), "value")
            if (call := _call(told)) is not None
        )
        return _runs(calls)

    def answers(self, client: Client, instance: Instance) -> Any:
        """Return the attendance reports of a meeting's run, each with all of its records."""
        link = text_of(instance.told.get("joinWebUrl")) or ""
        organiser = _organiser(client, instance.told, link)
        meetings = f"/users/{quote(organiser, safe='')}/onlineMeetings"
        quoted = link.replace("'", "''")
        found = _listed(client, meetings, {"$filter": f"JoinWebUrl eq '{quoted}'"})
        reports = [
            {**report, "attendanceRecords": _listed(client, f"{path}/attendanceRecords")}
            for meeting in found
            for path, report in _reports(client, f"{meetings}/{_segment(meeting)}", instance)
        ]
        if not reports:
            raise UnreadableAttendance("there is no attendance report of it, or not yet")
        return {"value": reports}


def _call(told: Object) -> Instance | None:
    """Return a call; None for one that is no meeting, or goes on."""
    key, link = text_of(told.get("id")), text_of(told.get("joinWebUrl"))
    starts, ends = (moment_of(told.get(each), each) for each in ("startDateTime", "endDateTime"))
    if key is None or link is None or starts is None or ends is None:
        return None
    return Instance(key, _names(link), None, starts, ends, told)


def _names(link: str) -> tuple[str, ...]:
    """Return what a meeting's link calls it: the thread, the number, the link without its query."""
    plain = unquote(link.partition("?")[0])
    found = (_THREAD.search(plain), _NUMBER.search(plain))
    return (*(each[each.lastindex or 0] for each in found if each), plain)


def _runs(calls: Iterable[Instance]) -> Iterator[Instance]:
    """Yield calls, those of one meeting that are less than half an hour apart as one."""
    run: Instance | None = None
    for call in sorted(calls, key=lambda each: (each.names, each.starts, each.id)):
        if run and run.names == call.names and call.starts - run.ends <= RESTARTED_WITHIN:
            run = run._replace(ends=max(run.ends, call.ends))
            continue
        if run:
            yield run
        run = call
    if run:
        yield run


def _organiser(client: Client, call: Object, link: str) -> str:
    """Return the organiser's id: as the link tells it, or the call, or else the call's record."""
    context = parse_qs(urlsplit(link).query).get("context", ["{}"])[0]
    try:
        told = orjson.loads(context)
    except orjson.JSONDecodeError:
        told = {}
    if isinstance(told, dict) and (known := text_of(told.get("Oid"))):
        return known
    known = _organiser_told(call)
    if known is None:
        path = f"/communications/callRecords/{_segment(call)}"
        known = _organiser_told(client.get(path))
    if known is None:
        raise UnreadableAttendance("it is not told who organised it")
    return known


def _organiser_told(call: Object) -> str | None:
    later = as_object(call.get("organizer_v2"), "organizer_v2")
    for identity in (later.get("identity"), call.get("organizer")):
        user = as_object(as_object(identity, "organizer").get("user"), "user")
        if known := text_of(user.get("id")):
            return known
    return text_of(later.get("id"))


def _reports(client: Client, meeting: str, run: Instance) -> Iterator[tuple[str, Object]]:
    """Yield the path and the facts of each report of a meeting that is of this run."""
    for told in _listed(client, f"{meeting}/attendanceReports"):
        starts = moment_of(told.get("meetingStartDateTime"), "meetingStartDateTime")
        ends = moment_of(told.get("meetingEndDateTime"), "meetingEndDateTime")
        if starts and ends and starts < run.ends + _AROUND and ends > run.starts - _AROUND:
            yield f"{meeting}/attendanceReports/{_segment(told)}", told


def _listed(client: Client, path: str, query: dict[str, str] | None = None) -> list[Object]:
    pages = client.linked(path, query or {})
    return [told for page in pages for _, told in objects(page.get("value"), "value")]


def _segment(told: Object) -> str:
    return quote(text_of(told.get("id")) or "", safe="")
