"""`python -m tests.fleet.load`: how many requests a second the stand-in answers, and what one costs it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.fleet.organization import Organization, Shape
from tests.fleet.running import running
from tests.fleet.sessions import grant


@dataclass(slots=True)
class RequestSource:
    """Prepared requests, in turn."""

    requests: list[bytes]
    left: int

    def next(self) -> bytes | None:
        """Return the next request, or None at the end."""
        self.left -= 1
        return self.requests[self.left % len(self.requests)] if self.left >= 0 else None


class Client(asyncio.Protocol):
    """One connection that sends the next request when a response is complete."""

    def __init__(self, source: RequestSource) -> None:
        """Send requests from `source` until there are none."""
        self._source = source
        self._buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """Wait for a complete response; every one must be a 200."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end]
        length = int(head[head.index(b"Content-Length: ") + 16 :].split(b"\r\n", 1)[0])
        if len(self._buffer) < end + 4 + length:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(self._buffer.decode()))
            return
        self.bytes += len(self._buffer)
        self._buffer = b""
        self._next()

    def _next(self) -> None:
        request = self._source.next()
        if request is not None:
            self._transport.write(request)  # type: ignore[attr-defined]  # set when the connection is made
        elif not self.done.done():
            self._transport.close()
            self.done.set_result(None)


def requests_for(organization: Organization, host: str) -> list[bytes]:
    """Return the requests of an audit: one list per region, then every family."""
    requests = []
    for number, member in enumerate(organization.members):
        role = grant(f"arn:aws:iam::{member.id}:role/AuditorReadOnly", "load", ("ecs:*",), 0.0, number)
        for region in organization.regions:
            requests.append(
                _request(host, role.key, role.token, region, "ListTaskDefinitionFamilies", '{"status":"ACTIVE"}')
            )
            for family in organization.families(member.id, region):
                if family.active is not None:
                    body = f'{{"taskDefinition": "{family.name}", "include": ["TAGS"]}}'
                    requests.append(_request(host, role.key, role.token, region, "DescribeTaskDefinition", body))
    return requests


def _request(host: str, key: str, token: str, region: str, operation: str, body: str) -> bytes:  # noqa: PLR0913, PLR0917 - internal; a class would not be clearer
    return (
        f"POST / HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n"
        f"X-Amz-Target: AmazonEC2ContainerServiceV20141113.{operation}\r\nContent-Type: application/x-amz-json-1.1\r\n"
        f"User-Agent: Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11.7 load\r\n"
        f"X-Amz-Date: 20261123T020000Z\r\nX-Amz-Security-Token: {token}\r\n"
        f"Authorization: AWS4-HMAC-SHA256 Credential={key}/20261123/{region}/ecs/aws4_request, "
        f"SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature={'0' * 64}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def load(url: str, requests: list[bytes], total: int, connections: int) -> tuple[float, int]:
    """Send `total` requests over several connections; return the seconds and the received bytes."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 0
    source = RequestSource(requests, total)
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    pairs = [await loop.create_connection(lambda: Client(source), host, port) for _ in range(connections)]
    await asyncio.gather(*(client.done for _, client in pairs))
    return time.perf_counter() - started, sum(client.bytes for _, client in pairs)


def main() -> None:
    """Measure the stand-in and print the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.fleet.load", description=__doc__)
    parser.add_argument("--requests", type=int, default=60_000)
    parser.add_argument("--connections", type=int, default=32)
    flags = parser.parse_args()
    shape = Shape(accounts=100, regions=17)
    with running(shape) as fleet:
        requests = requests_for(Organization(shape), fleet.url.removeprefix("http://"))
        seconds, received = asyncio.run(load(fleet.url, requests, flags.requests, flags.connections))
        cpu = fleet.report()["cpu_seconds"]
    sys.stdout.write(
        f"{flags.requests} requests over {flags.connections} connections in {seconds:.1f} s: "
        f"{flags.requests / seconds:.0f} a second, {flags.requests / cpu:.0f} a second of the server's CPU, "
        f"{received / flags.requests:.0f} bytes an answer\n"
    )


if __name__ == "__main__":
    main()
