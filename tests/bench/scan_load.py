"""A light load client: one process, one selector, keep-alive connections, requests made ready before the clock
starts. It costs about 20 microseconds of one core per request, and reports what it took."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Result:
    """What a run took. Times in seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    own_cpu: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def request(path: str, token: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def posted(port: int, path: str, body: str, cookie: str) -> bytes:
    """A form that somebody's browser sends."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def run(port: int, requests: list[bytes], *, clients: int, words: tuple[bytes, ...] = ()) -> Result:
    """Send all requests over so many connections, each with one on its way. Counts the answers by status and
    by which of the words they hold."""
    result = Result()
    selector = selectors.DefaultSelector()
    queue = iter(requests)
    began_cpu, began = time.process_time(), time.perf_counter()
    open_ = 0
    for _client in range(clients):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        state: list[object] = [0.0, b""]
        if _send(connection, queue, state):
            selector.register(connection, selectors.EVENT_READ, state)
            open_ += 1
    while open_:
        for key, _mask in selector.select():
            connection, state = key.fileobj, key.data
            assert isinstance(connection, socket.socket)
            state[1] += connection.recv(262144)
            answer: bytes = state[1]
            end = answer.find(b"\r\n\r\n")
            if end < 0 or len(answer) - end - 4 < _length(answer[:end]):
                continue
            result.times.append(time.perf_counter() - state[0])
            result.answers[answer[9:12].decode()] += 1
            for word in words:
                result.answers[word.decode()] += answer.count(word)
            if not _send(connection, queue, state):
                selector.unregister(connection)
                connection.close()
                open_ -= 1
    result.seconds = time.perf_counter() - began
    result.own_cpu = time.process_time() - began_cpu
    return result


def _send(connection: socket.socket, queue: Iterator[bytes], state: list[object]) -> bool:
    content = next(queue, None)
    if content is None:
        return False
    state[0], state[1] = time.perf_counter(), b""
    connection.sendall(content)
    return True


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 : lower.find(b"\r\n", at) if lower.find(b"\r\n", at) > 0 else None])
