"""Change notifications of Microsoft Graph: no signature, but the `clientState` of the subscription.

Of use here is `meetingCallEvents` with its resource data in clear; what is encrypted, or only says
that something changed, tells nobody's attendance. Graph names no instance of a meeting, only the
link to join it, so the calls of a day (in UTC) are one, and the session stands for the meeting.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

import orjson

from adapters.payload import Object, as_object, moment_of, objects, text_of
from adapters.teams.cells import plain_name
from adapters.webhooks.call import Answer, Call, Delivery, delivery_key, read_object, same
from adapters.webhooks.facts import Fact, Kind, Someone, name_kept
from lrs.errors import InvalidInput, Unauthenticated

TOKEN = "validationToken"  # noqa: S105 - a parameter's name
LONGEST_TOKEN = 4096
_KINDS: dict[str, Kind] = {
    "Microsoft.Communication.CallStarted": "started",
    "Microsoft.Communication.CallEnded": "ended",
}
_ROSTER: tuple[tuple[str, Kind], ...] = (
    ("activeParticipants@joined", "joined"),
    ("activeParticipants@exited", "left"),
)
_LINK = re.compile(r"joinWebUrl\s*(?:=|[ +]eq[ +])\s*'([^']+)'", re.IGNORECASE)
_THREAD = re.compile(r"19:[^/?@]+@thread\.[a-z0-9]+")
_NUMBER = re.compile(r"/meet/(\d{9,})")


class TeamsWebhooks:
    """See `Receiver`."""

    def verify(self, call: Call, secret: str) -> None:
        """See `Receiver`. Graph tries an endpoint before there is a client state."""
        if TOKEN in call.query:
            return
        told = read_object(call.body)
        states = [text_of(each.get("clientState")) or "" for _, each in _notifications(told)]
        if not states or not all(same(state, secret) for state in states):
            raise Unauthenticated("clientState is not the subscription's", "value.clientState")

    def challenge(self, call: Call, secret: str) -> Answer | None:  # noqa: ARG002 - Graph signs nothing
        """See `Receiver`."""
        token = call.query.get(TOKEN)
        if token is None:
            return None
        if len(token) > LONGEST_TOKEN:
            raise InvalidInput(f"has more than {LONGEST_TOKEN} characters", TOKEN)
        return Answer(token.encode(), "text/plain")

    def deliveries(self, call: Call) -> list[Delivery]:
        """See `Receiver`."""
        found = (_delivery(*each) for each in _notifications(read_object(call.body)))
        return [each for each in found if each is not None]


def _notifications(told: Object) -> list[tuple[str, Object]]:
    return list(objects(told.get("value"), "value"))


def _delivery(place: str, notification: Object) -> Delivery | None:
    data = as_object(notification.get("resourceData"), f"{place}.resourceData")
    event = text_of(data.get("eventType")) or ""
    if event not in _KINDS and not event.endswith(".CallRosterUpdate"):
        return None
    at = moment_of(data.get("eventDateTime"), f"{place}.resourceData.eventDateTime")
    link = _link(data, notification)
    if at is None or link is None:
        raise InvalidInput("no moment, or no link to join, is told", f"{place}.resourceData")
    about = Fact(kind="started", at=at, names=_names(link))
    facts = list(_facts(event, about, data, f"{place}.resourceData"))
    key = delivery_key(link, event, at, orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode())
    return Delivery(f"{link}\n{at.date()}", key, facts) if facts else None


def _facts(event: str, about: Fact, data: Object, place: str) -> Iterator[Fact]:
    at, names = about.at, about.names
    if event in _KINDS:
        kind = _KINDS[event]
        starts, ends = (at if kind == each else None for each in ("started", "ended"))
        yield Fact(kind=kind, at=at, names=names, starts=starts, ends=ends)
    for key, kind in _ROSTER:
        for where, each in objects(data.get(key), f"{place}.{key}"):
            if (who := _someone(each, names[-1], where)) is not None:
                yield Fact(kind=kind, at=at, names=names, who=who)


def _someone(participant: Object, meeting: str, place: str) -> Someone | None:
    """Return a participant by whichever kind of identity; None for one without id and name."""
    for identity in as_object(participant.get("identity"), f"{place}.identity").values():
        if not isinstance(identity, dict):
            continue
        told = {key.casefold(): text_of(value) for key, value in identity.items()}
        known, name = told.get("id"), plain_name(told.get("displayname") or "")
        if known or name:
            kept = name_kept(name or known or "", meeting)
            is_id = bool(known) and known == name_kept(known or "", meeting)
            ids = (f"id:{known}",) if is_id else ()
            return Someone(connection=ids[0] if ids else kept, name=kept, ids=ids)
    return None


def _link(data: Object, notification: Object) -> str | None:
    for told in (data.get("joinWebUrl"), data.get("id"), notification.get("resource")):
        text = text_of(told) or ""
        found = _LINK.search(unquote(text))
        link = found[1] if found else text
        if link.startswith("https://"):
            return unquote(link.partition("?")[0])
    return None


def _names(link: str) -> tuple[str, ...]:
    """Return what a meeting's link calls it: the thread, the number, the link without its query."""
    found = (_THREAD.search(link), _NUMBER.search(link))
    return (*(each[each.lastindex or 0] for each in found if each), link)
