"""No address that people give us leads into our own network."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from expo.core import outgoing
from expo.core.outgoing import Refused

pytestmark = [pytest.mark.feature("I4"), pytest.mark.once]

INSIDE = [
    "127.0.0.1", "0.0.0.0",  # noqa: S104 - an address to refuse
    "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    "2001:0:53aa:64c:0:0:80ff:fffe", "2001:db8::1", "fec0::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_public_is_refused_in_whatever_clothes(address: str):
    assert not outgoing.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "8.8.8.8", "64:ff9b::808:808"])
def test_what_is_public_is_asked(address: str):
    assert outgoing.is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/", "https://", "ftp://example.org/", "https://user:pass@example.org/",
        "https://localhost/", "https://printer.local/", "https://intranet/", "https://127.0.0.1/", "https://[::1]/",
        "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest/meta-data/", "https://example.org:99999/",
        "https://example.org/\r\nX: y", "https://exämple.org/", "https://0x7f000001/", "https://2130706433/",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_meant_is_refused_before_it_is_asked(url: str):
    with pytest.raises(Refused):
        outgoing.checked(url)


def stands_for(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    asked: list[str] = []

    def look(host: str, port: int, **_options: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    return asked


def test_a_name_that_also_stands_for_an_inner_address_is_refused(monkeypatch: pytest.MonkeyPatch):
    stands_for(monkeypatch, "93.184.215.14", "10.0.0.1")
    with pytest.raises(Refused):
        outgoing.post("https://hooks.example.org/", b"{}", {})


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch):
    """Seen red where the name is resolved once more to connect: then it may have changed (DNS rebinding)."""
    asked = stands_for(monkeypatch, "93.184.215.14")
    connected: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], _timeout: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        outgoing.post("https://hooks.example.org:8443/", b"{}", {})

    assert connected == [("93.184.215.14", 8443)]
    assert asked == ["hooks.example.org"]
