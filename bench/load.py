"""Clients that cost little, so that two cores are the server's: raw HTTP/1.1 on asyncio."""

import asyncio
import base64
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import quantiles

import httptools

from bench.server import KEY, SECRET, Server

_CREDENTIAL = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
_HEADERS = (
    "Host: 127.0.0.1\r\nX-Experience-API-Version: 2.0.0\r\n"
    f"Authorization: Basic {_CREDENTIAL}\r\nContent-Type: application/json\r\n"
)


@dataclass
class Outcome:
    """What a run of requests took, in seconds, and how it was answered."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    last_body: bytes = b""

    def percentile(self, percent: int) -> float:
        """Return the latency, in milliseconds, that so many percent of the requests kept."""
        if len(self.latencies) < 2:
            return 1000 * sum(self.latencies)
        return 1000 * quantiles(self.latencies, n=100, method="inclusive")[percent - 1]


def post(path: str, body: bytes) -> bytes:
    """Return a POST as it goes over the wire."""
    return f"POST {path} HTTP/1.1\r\n{_HEADERS}Content-Length: {len(body)}\r\n\r\n".encode() + body


def get(path: str) -> bytes:
    """Return a GET as it goes over the wire."""
    return f"GET {path} HTTP/1.1\r\n{_HEADERS}\r\n".encode()


def batches(statements: Iterator[bytes], size: int, count: int) -> list[bytes]:
    """Return so many POSTs of so many statements each."""
    path = "/xapi/statements"
    return [post(path, _joined([next(statements) for _ in range(size)])) for _ in range(count)]


def send(server: Server, requests: Iterable[bytes], connections: int) -> Outcome:
    """Send all requests over so many connections, each as soon as one is free."""
    return asyncio.run(_send(server.port, iter(requests), connections))


def _joined(statements: list[bytes]) -> bytes:
    return statements[0] if len(statements) == 1 else b"[" + b",".join(statements) + b"]"


async def _send(port: int, requests: Iterator[bytes], connections: int) -> Outcome:
    outcome = Outcome()
    clients = [await _Client.connect(port) for _ in range(connections)]
    began = time.perf_counter()
    await asyncio.gather(*(_work(client, requests, outcome) for client in clients))
    outcome.seconds = time.perf_counter() - began
    for client in clients:
        client.close()
    return outcome


async def _work(client: "_Client", requests: Iterator[bytes], outcome: Outcome) -> None:
    for request in requests:
        began = time.perf_counter()
        status = await client.ask(request)
        outcome.latencies.append(time.perf_counter() - began)
        outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
        outcome.last_body = bytes(client.body)


class _Client(asyncio.Protocol):
    """One connection, one request at a time."""

    @classmethod
    async def connect(cls, port: int) -> "_Client":
        _, client = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self.body = bytearray()
        self._answered = asyncio.get_running_loop().create_future()

    async def ask(self, request: bytes) -> int:
        self._answered = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self.body.clear()
        self._transport.write(request)  # type: ignore[attr-defined] # a plain socket's transport
        return await self._answered

    def close(self) -> None:
        self._answered.cancel()
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, _: Exception | None) -> None:
        if not self._answered.done():
            self._answered.set_exception(ConnectionError("the server hung up"))

    def on_body(self, chunk: bytes) -> None:
        self.body += chunk

    def on_message_complete(self) -> None:
        self._answered.set_result(self._parser.get_status_code())
