"""Cisco Webex: ended instances of meetings, and who took part in them.

Webex lists the meetings of one user, whose token it is. Scopes: `meeting:schedules_read` and
`meeting:participants_read`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from adapters.attendance import shown
from adapters.payload import Object, moment_of, objects, text_of
from adapters.pulls.access import Access, refresh_grant
from adapters.pulls.client import Client, Service
from adapters.pulls.pull import MARGIN, Instance, SourcePull
from adapters.webex import WebexReader

API = "https://webexapis.com/v1"
TOKENS = "https://webexapis.com/v1/access_token"
_SPAN = timedelta(days=30)
_PAGE = {"max": "100"}
_NAMES = ("meetingNumber", "id", "scheduledMeetingId", "meetingSeriesId", "webLink")


def webex_pull(access: Access, *, url: str = API) -> SourcePull:
    """Return the pull of a user's meetings, by a bearer token or a grant."""
    return SourcePull(Webex(), Service("Webex", url, access))


def refreshed(client: str, secret: str, refresh_token: str, *, url: str = TOKENS) -> Access:
    """Return the access of an integration, by the refresh token that a user gave it."""
    return refresh_grant(url, client, secret, refresh_token)


class Webex:
    """See `Source`."""

    name = "webex"
    reader = WebexReader()
    kept = None

    def instances(self, client: Client, since: datetime, until: datetime) -> Iterator[Instance]:
        """Yield the ended instances, month by month."""
        first = since - MARGIN
        while first < until:
            last = min(until, first + _SPAN)
            days = {"from": shown(first) or "", "to": shown(last) or ""}
            query = _PAGE | {"meetingType": "meeting", "state": "ended"} | days
            for page in client.linked("/meetings", query):
                for _, told in objects(page.get("items"), "items"):
                    if (instance := _instance(told)) is not None:
                        yield instance
            first = last

    def answers(self, client: Client, instance: Instance) -> Any:
        """Return the instance's participants, in one list."""
        pages = client.linked("/meetingParticipants", _PAGE | {"meetingId": instance.id})
        return {
            "items": [told for page in pages for _, told in objects(page.get("items"), "items")]
        }


def _instance(told: Object) -> Instance | None:
    """Return a listed instance; None for what has no end yet."""
    key = text_of(told.get("id"))
    starts, ends = (moment_of(told.get(each), each) for each in ("start", "end"))
    if key is None or starts is None or ends is None:
        return None
    names = tuple(name for each in _NAMES if (name := text_of(told.get(each))))
    return Instance(key, names, text_of(told.get("title")), starts, ends, told)
