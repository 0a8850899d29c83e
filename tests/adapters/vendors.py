"""A local server that plays vendors' APIs by their documentation: listings, pages, refusals."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)
SECRET = "hunter2-client-secret"


def at(minutes: float, day: int = 0) -> str:
    """Return a moment, in minutes after noon of a day, as APIs write it."""
    moment = NOON + timedelta(days=day, minutes=minutes)
    return moment.isoformat().replace("+00:00", "Z")


class Request(NamedTuple):
    """A request as it came: the path is not decoded, queries and forms are."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


class Reply(NamedTuple):
    body: Any
    status: int = 200
    headers: dict[str, str] = {}


Answer = Callable[[Request], Reply]


@dataclass
class Played:
    """A vendor that listens; `first` answers before it, each of them once."""

    url: str
    requests: list[Request] = field(default_factory=list)
    first: list[Reply] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [each.path for each in self.requests]


@contextmanager
def playing(answer: Answer) -> Iterator[Played]:
    """Serve a vendor on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._reply(dict(parse_qsl(self.rfile.read(length).decode())))

        def _reply(self, form: dict[str, str]) -> None:
            path, _, query = self.path.partition("?")
            headers = {key.lower(): value for key, value in self.headers.items()}
            request = Request(self.command, path, dict(parse_qsl(query)), form, headers)
            played.requests.append(request)
            reply = played.first.pop(0) if played.first else answer(request)
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        played = Played(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield played
        finally:
            server.shutdown()
            thread.join()


def page(items: list[Any], request: Request, size: int, asked: str) -> tuple[list[Any], str]:
    """Return a page of a list and the token of the next ("" at the end)."""
    first = int(request.query.get(asked, "0"))
    more = str(first + size) if first + size < len(items) else ""
    return items[first : first + size], more


def person(name: str, joined: str, left: str, **more: object) -> dict[str, object]:
    """Return a record of Zoom's participants."""
    return {
        "id": f"{name.lower()}-account",
        "name": name,
        "user_email": f"{name.lower()}@example.org",
        "join_time": joined,
        "leave_time": left,
        "status": "in_meeting",
        **more,
    }


@dataclass
class ZoomAccount:
    """Zoom's API of an account: hosts, the past meetings of each, and who was there."""

    hosts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    people: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the UUID of the instance."""
    unlisted: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Instances, by UUID, that no host's report lists."""
    refused: dict[str, Reply] = field(default_factory=dict)
    """What is answered instead of the participants of an instance."""
    missing: int = 0
    """How many records the report counts and does not give."""
    tokens: int = 0

    def hold(self, uuid: str, number: int, starts: str, ends: str, **more: Any) -> dict[str, Any]:
        """Add a meeting that Ada and Bo attended; `host` is whose it is."""
        meeting = {
            "uuid": uuid,
            "id": number,
            "type": 2,
            "topic": f"Meeting {number}",
            "start_time": starts,
            "end_time": ends,
        } | more
        self.hosts.setdefault(meeting.pop("host", "host1"), []).append(meeting)
        self.people[uuid] = [person("Ada", starts, ends), person("Bo", starts, ends)]
        return meeting

    def __call__(self, request: Request) -> Reply:
        if request.path == "/oauth/token":
            return self._token(request)
        if request.headers.get("authorization") != f"Bearer token-{self.tokens}":
            return Reply({"code": 124, "message": "Invalid access token."}, 401)
        for pattern, reply in (
            (r"/report/users", self._users),
            (r"/report/users/([^/]+)/meetings", self._meetings),
            (r"/past_(?:meetings|webinars)/([^/]+)/instances", self._instances),
            (r"/report/(?:meetings|webinars)/([^/]+)", self._report),
            (r"/report/(?:meetings|webinars)/([^/]+)/participants", self._participants),
        ):
            if found := re.fullmatch(pattern, request.path):
                return reply(request, *found.groups())
        return Reply({"code": 404, "message": "no such endpoint"}, 404)

    def _token(self, request: Request) -> Reply:
        if request.form.get("grant_type") != "account_credentials":
            return Reply({"reason": "unsupported grant type", "error": "invalid_request"}, 400)
        self.tokens += 1
        return Reply({"access_token": f"token-{self.tokens}", "expires_in": 3599})

    def _users(self, request: Request) -> Reply:
        users, more = page([{"id": each} for each in self.hosts], request, 1, "next_page_token")
        return Reply({"users": users, "next_page_token": more})

    def _meetings(self, request: Request, host: str) -> Reply:
        days = slice(0, len("2026-10-19"))
        inside = [
            each
            for each in self.hosts[host]
            if request.query["from"] <= each["start_time"][days] <= request.query["to"]
        ]
        meetings, more = page(inside, request, 2, "next_page_token")
        return Reply({"meetings": meetings, "next_page_token": more})

    def _instances(self, request: Request, number: str) -> Reply:
        every = [each for listed in self.hosts.values() for each in listed]
        told = [
            {"uuid": each["uuid"], "start_time": each["start_time"]}
            for each in [*every, *self.unlisted.values()]
            if str(each["id"]) == number
        ]
        return Reply({"webinars" if "webinars" in request.path else "meetings": told})

    def _report(self, request: Request, segment: str) -> Reply:
        return Reply(self.unlisted[self._uuid(segment)])

    def _participants(self, request: Request, segment: str) -> Reply:
        uuid = self._uuid(segment)
        if uuid in self.refused:
            return self.refused[uuid]
        if uuid not in self.people:
            return Reply({"code": 3001, "message": f"Meeting does not exist: {uuid}."}, 404)
        told, more = page(self.people[uuid], request, 1, "next_page_token")
        total = len(self.people[uuid]) + self.missing
        answer = {"page_size": 1, "total_records": total, "next_page_token": more}
        return Reply(answer | {"participants": told})

    def _uuid(self, segment: str) -> str:
        """Return the UUID as Zoom decodes it: a second time where slashes would lead astray."""
        once = unquote(segment)
        return unquote(once) if once.startswith("%2F") or "%2F%2F" in once else once
