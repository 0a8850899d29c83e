"""Google Meet: conference records of the REST API, version 2.

Google lists the conferences of the meetings of one user: of whom the token is, or in whose name the
service account acts. Scope: `https://www.googleapis.com/auth/meetings.space.readonly`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from adapters.attendance import shown
from adapters.meet import MeetReader
from adapters.payload import Object, moment_of, objects, text_of
from adapters.pulls.access import Access, service_account_grant
from adapters.pulls.client import Client, Service
from adapters.pulls.pull import Instance, SourcePull
from lrs.errors import Forbidden, NotFound

API = "https://meet.googleapis.com/v2"
SCOPE = "https://www.googleapis.com/auth/meetings.space.readonly"


def meet_pull(access: Access, *, url: str = API) -> SourcePull:
    """Return the pull of a user's meetings, by a bearer token or a grant."""
    return SourcePull(Meet(), Service("Google Meet", url, access))


def service_account(file: bytes, subject: str | None) -> Access:
    """Return a service account's access in the name of `subject`. Raises `InvalidSettings`."""
    return service_account_grant(file, SCOPE, subject)


class Meet:
    """See `Source`."""

    name = "meet"
    reader = MeetReader()
    kept = timedelta(days=30)

    def instances(
        self,
        client: Client,
        since: datetime,
        until: datetime,  # noqa: ARG002 - Google lists nothing of the future
    ) -> Iterator[Instance]:
        """Yield the conferences that ended since then, each with its room's code and link."""
        rooms: dict[str, tuple[str, ...]] = {}
        query = {"filter": f'end_time>="{shown(since)}"', "pageSize": "100"}
        for page in _pages(client, "/conferenceRecords", query):
            for _, told in objects(page.get("conferenceRecords"), "conferenceRecords"):
                name, space = text_of(told.get("name")), text_of(told.get("space")) or ""
                starts = moment_of(told.get("startTime"), "startTime")
                ends = moment_of(told.get("endTime"), "endTime")
                if name is None or starts is None or ends is None:
                    continue  # it goes on
                if space not in rooms:
                    rooms[space] = _names(client, space)
                yield Instance(name, rooms[space], None, starts, ends, told)

    def answers(self, client: Client, instance: Instance) -> Any:
        """Return the record, its participants, and the sessions of each of them."""
        participants = _listed(client, f"{_path(instance.id)}/participants", "participants")
        names = [text_of(each.get("name")) or "" for each in participants]
        return {
            "conferenceRecord": instance.told,
            "participants": participants,
            "participantSessions": {
                name: _listed(client, f"{_path(name)}/participantSessions", "participantSessions")
                for name in names
            },
        }


def _listed(client: Client, path: str, key: str) -> list[Object]:
    pages = _pages(client, path, {"pageSize": "250"})
    return [told for page in pages for _, told in objects(page.get(key), key)]


def _pages(client: Client, path: str, query: dict[str, str]) -> Iterator[Object]:
    return client.pages(path, query, told="nextPageToken", asked="pageToken")


def _names(client: Client, space: str) -> tuple[str, ...]:
    """Return what a room is called; its resource name alone where it is gone."""
    try:
        told = client.get(_path(space)) if space else {}
    except (Forbidden, NotFound):
        told = {}
    told_names = (told.get("meetingCode"), told.get("meetingUri"), space)
    return tuple(name for each in told_names if (name := text_of(each)))


def _path(name: str) -> str:
    return f"/{quote(_plain(name), safe='/')}"


def _plain(name: str) -> str:
    """Return a resource name without steps that lead elsewhere."""
    return "/".join(part for part in name.split("/") if part not in {"", ".", ".."})
