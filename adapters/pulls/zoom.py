"""Zoom: reports of a whole account, by a server-to-server app.

Hosts who were active, their past meetings and webinars, and each one's participants. A number names
a room; only its UUID names one instance. Needs the scopes `report:read:admin` and
`meeting:read:admin` (granular: list of active hosts, meetings and participants in reports, past
meetings and their instances).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from adapters.payload import Object, moment_of, objects, text_of
from adapters.pulls.access import account_grant
from adapters.pulls.client import Client, Service
from adapters.pulls.pull import MARGIN, Instance, SourcePull
from adapters.zoom import ZoomReader
from lrs.errors import NotFound

API = "https://api.zoom.us/v2"
TOKENS = "https://zoom.us/oauth/token"
_MONTH = timedelta(days=30)
_PAGE = {"page_size": "300"}
_PEOPLE = "participants"
_RECURRING = frozenset({"3", "6", "8", "9"})
_WEBINARS = frozenset({"5", "6", "9"})


def zoom_pull(
    account: str, client: str, secret: str, *, url: str = API, tokens: str = TOKENS
) -> SourcePull:
    """Return the pull of an account, by its app's id and secret."""
    return SourcePull(Zoom(), Service("Zoom", url, account_grant(tokens, account, client, secret)))


def encoded(uuid: str) -> str:
    """Return an instance's UUID as a segment of a path.

    Zoom decodes twice what begins with a slash or has two of them in a row.
    """
    once = quote(uuid, safe="")
    return quote(once, safe="") if uuid.startswith("/") or "//" in uuid else once


class Zoom:
    """See `Source`."""

    name = "zoom"
    reader = ZoomReader()
    kept = None  # six months, and asking for more is refused

    def instances(self, client: Client, since: datetime, until: datetime) -> Iterator[Instance]:
        """Yield what hosts' reports list, and instances of recurring meetings that they leave out."""
        since -= MARGIN
        listed: dict[str, Instance] = {}
        for first, last in _months(since.date(), until.date()):
            for told in _reported(client, first, last):
                if (instance := _instance(told)) is not None:
                    listed[instance.id] = instance
        yield from listed.values()
        rooms = {each.names: each for each in listed.values()}
        for room in rooms.values():
            for recurrence in _recurrences(client, room, since):
                if recurrence.id not in listed:
                    yield _reported_alone(client, recurrence)

    def answers(self, client: Client, instance: Instance) -> Any:
        """Return the meeting's own answer and its participants as one page.

        The same meeting asked for again gives the same, so the tokens of pages stay out.
        """
        query = _PAGE | {"include_fields": "registrant_id"}
        pages = list(_pages(client, f"{_report(instance)}/participants", query))
        people = [told for page in pages for _, told in objects(page.get(_PEOPLE), _PEOPLE)]
        totals = [each for page in pages if isinstance(each := page.get("total_records"), int)]
        return [instance.told, {"total_records": max(totals, default=0), _PEOPLE: people}]


def _pages(client: Client, path: str, query: dict[str, str]) -> Iterator[Object]:
    return client.pages(path, query, told="next_page_token", asked="next_page_token")


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the days from first to last in pieces that Zoom reports on, both ends inclusive."""
    while first <= last:
        yield first, min(last, first + _MONTH - timedelta(days=1))
        first += _MONTH


def _reported(client: Client, first: date, last: date) -> Iterator[Object]:
    days = {"from": first.isoformat(), "to": last.isoformat()}
    for page in _pages(client, "/report/users", _PAGE | days | {"type": "active"}):
        for _, host in objects(page.get("users"), "users"):
            path = f"/report/users/{quote(text_of(host.get('id')) or '', safe='')}/meetings"
            for each in _pages(client, path, _PAGE | days | {"type": "past"}):
                yield from (told for _, told in objects(each.get("meetings"), "meetings"))


def _recurrences(client: Client, room: Instance, since: datetime) -> Iterator[Instance]:
    """Yield the instances of a recurring meeting that began since then; their ends are not told."""
    if text_of(room.told.get("type")) not in _RECURRING:
        return
    kind = _kind(room)
    try:
        told = client.get(f"/past_{kind}/{quote(room.names[0], safe='')}/instances")
    except NotFound:
        return  # the meeting was deleted; its reports stay
    for place, each in objects(told.get(kind), kind):
        starts = moment_of(each.get("start_time"), f"{place}.start_time")
        uuid = text_of(each.get("uuid"))
        if uuid is not None and starts is not None and starts >= since:
            yield room._replace(
                id=uuid, starts=starts, ends=starts, told={**room.told, **each, "end_time": None}
            )


def _reported_alone(client: Client, recurrence: Instance) -> Instance:
    """Return an instance with its end, by its own report; as it is where there is none."""
    try:
        told = client.get(_report(recurrence))
    except NotFound:
        return recurrence  # to be told of as unreadable, once somebody wants it
    return _instance({**recurrence.told, **told, "uuid": recurrence.id}) or recurrence


def _report(instance: Instance) -> str:
    return f"/report/{_kind(instance)}/{encoded(instance.id)}"


def _kind(instance: Instance) -> str:
    return "webinars" if text_of(instance.told.get("type")) in _WEBINARS else "meetings"


def _instance(told: Object) -> Instance | None:
    """Return a listed instance; None for what has no end yet."""
    uuid, number = text_of(told.get("uuid")), text_of(told.get("id"))
    starts = moment_of(told.get("start_time"), "start_time")
    ends = moment_of(told.get("end_time"), "end_time")
    if uuid is None or number is None or starts is None or ends is None:
        return None
    return Instance(uuid, (number,), text_of(told.get("topic")), starts, ends, told)
