"""Requests to addresses that people give us: never into our own network, never further than that address.

The name is resolved once, every address it stands for has to be public, and the connection goes to that very
address: a name that means something else a moment later (DNS rebinding) gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT = 10.0  # seconds, for the whole of it
MOST_READ = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in IPv6 clothes


class Refused(Exception):
    """This address is not asked: it cannot be read, has no TLS, or lies in a network that is not public."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and for how many seconds the other side asks to be left alone."""

    status: int
    retry_after: int | None


def checked(url: str) -> None:
    """Refuse what can be told from the address alone; its name is resolved when it is asked. Raises Refused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise Refused("this is no address") from wrong
    if parts.scheme != "https" or not parts.hostname:
        raise Refused("the address must begin with https://")
    if parts.username or parts.password:
        raise Refused("names and passwords in addresses are not taken")
    if port is not None and not 0 < port < 65536:
        raise Refused("there is no such port")
    if any(ord(sign) <= 32 or ord(sign) > 126 for sign in url):
        raise Refused("the address has signs that no address has")
    literal = parts.hostname.strip("[]")
    try:
        address = ipaddress.ip_address(literal)
    except ValueError:
        if literal.rstrip(".").endswith(("localhost", ".local", ".internal")) or "." not in literal:
            raise Refused("the address is not public") from None
    else:
        if not is_public(address):
            raise Refused("the address is not public")


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether this is out in the world, also where it is an IPv4 address dressed as another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolved(host: str, port: int) -> str:
    """The address to connect to. All that the name stands for must be public. Raises Refused, OSError."""
    found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for one in found:
        if not is_public(ipaddress.ip_address(str(one).partition("%")[0])):
            raise Refused("the address is not public")
    return str(found[0])


class _Pinned(http.client.HTTPSConnection):
    """Connects to the address that was checked, and asks it for a certificate of the name that was given."""

    def __init__(self, host: str, port: int, address: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout, context=context())
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        try:
            self.sock = context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def context() -> ssl.SSLContext:
    """Which certificates are believed."""
    return ssl.create_default_context()


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send it and read what comes back, within ten seconds. Raises Refused, OSError, http.client.HTTPException."""
    checked(url)
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or 443
    until = time.monotonic() + TIMEOUT
    connection = _Pinned(host, port, resolved(host, port), TIMEOUT)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        if connection.sock is not None:
            connection.sock.settimeout(max(0.1, until - time.monotonic()))
        answer = connection.getresponse()
        read = 0
        while read < MOST_READ and time.monotonic() < until:
            part = answer.read1(8192)
            if not part:
                break
            read += len(part)
        wait = answer.headers.get("Retry-After", "")
        return Answer(
            answer.status, int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 7 else None
        )
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Page:
    """What stands at an address: the status, and the body unless it was larger than asked for."""

    status: int
    body: bytes


class TooLarge(Exception):
    """There is more at this address than anybody wants to read."""


def get(url: str, *, most: int, accept: str = "*/*") -> Page:
    """Read what stands there, within ten seconds. Raises Refused, TooLarge, OSError, http.client.HTTPException."""
    checked(url)
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or 443
    until = time.monotonic() + TIMEOUT
    connection = _Pinned(host, port, resolved(host, port), TIMEOUT)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            "GET", path, headers={"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "Expo"}
        )
        answer = connection.getresponse()
        body = bytearray()
        while time.monotonic() < until:
            if connection.sock is not None:
                connection.sock.settimeout(max(0.1, until - time.monotonic()))
            part = answer.read1(65_536)
            if not part:
                return Page(answer.status, bytes(body))
            body += part
            if len(body) > most:
                raise TooLarge
        raise TimeoutError("the other side is too slow")
    finally:
        connection.close()
