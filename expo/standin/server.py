"""The stand-in as a server of its own: Stripe's calls, its payment page, its signed webhooks, and knobs to make it
slow, forgetful and talkative."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import queue
import random
import re
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from . import page as pages
from .books import Books, Made, Refused

RETRIES = (1.0, 3.0, 10.0, 30.0)  # seconds between two tries to tell
Deliver = Callable[[bytes, str], int]


@dataclass(frozen=True, slots=True)
class Knobs:
    """How badly it behaves. Times in seconds."""

    delay: float = 0.0  # before each answer
    copies: int = 1  # of each webhook
    reorder: int = 1  # so many webhooks are kept together and told in any order
    late: float = 0.0  # a webhook waits so long
    silent: bool = False  # no webhook at all
    times_out: int = 0  # so many answers are lost after the thing was done
    fail_every: int = 0  # each so manieth call fails before anything is done


class Standin(ThreadingHTTPServer):
    """Serves on `address`; tells `deliver`, which posts a webhook's body and signature and returns the status."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        *,
        key: str,
        secret: str,
        deliver: Deliver,
        host: str = "",
        file: Path | None = None,
    ) -> None:
        super().__init__(address, Handler)
        self.key, self.secret, self.deliver = key, secret, deliver
        self.books = Books(f"http://{host or address[0]}:{self.server_address[1]}", file)
        self.books.told = self._tell
        self.knobs = Knobs()
        self.calls = 0
        self.waiting: queue.Queue[tuple[float, int, bytes]] = queue.Queue()
        self.kept_together: list[tuple[float, int, bytes]] = []
        self.events: list[Made] = []
        threading.Thread(target=self._post, daemon=True).start()

    @property
    def url(self) -> str:
        return self.books.own_address

    def turn(self, **changes: Any) -> None:
        """Turn knobs."""
        self.knobs = replace(self.knobs, **changes)

    def _tell(self, kind: str, subject: Made) -> None:
        event = {
            "id": f"evt_{secrets.token_hex(12)}", "object": "event", "type": kind, "livemode": False,
            "created": int(time.time()), "api_version": "2026-10-28.endive", "data": {"object": dict(subject)},
        }  # fmt: skip
        self.events.append(event)
        if self.knobs.silent:
            return
        body = json.dumps(event).encode()
        self.kept_together += [(time.monotonic() + self.knobs.late, 0, body)] * self.knobs.copies
        if len(self.kept_together) >= self.knobs.reorder:
            random.shuffle(self.kept_together)
            for one in self.kept_together:
                self.waiting.put(one)
            self.kept_together = []

    def signature(self, body: bytes, at: float | None = None) -> str:
        """As https://docs.stripe.com/webhooks#verify-manually describes it."""
        moment = int(time.time() if at is None else at)
        signed = hmac.new(self.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return f"t={moment},v1={signed}"

    def _post(self) -> None:
        while True:
            due, tries, body = self.waiting.get()
            wait = due - time.monotonic()
            if wait > 0:
                if self.waiting.empty():
                    time.sleep(min(wait, 0.2))
                self.waiting.put((due, tries, body))
                continue
            try:
                status = self.deliver(body, self.signature(body))
            except Exception:
                status = 0
            if not 200 <= status < 300 and tries < len(RETRIES):
                self.waiting.put((time.monotonic() + RETRIES[tries], tries + 1, body))


def posting_to(url: str) -> Deliver:
    """Deliver over the network."""

    def deliver(body: bytes, signature: str) -> int:
        request = urllib.request.Request(  # noqa: S310 - our own address
            url, body, {"Stripe-Signature": signature, "Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as no:
            return no.code

    return deliver


class Handler(BaseHTTPRequestHandler):
    """One request. What changes the books is done under their lock."""

    server: Standin
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        """Says nothing: the demo's own log is enough."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, 1_000_000))
        address = urllib.parse.urlsplit(self.path)
        asked = nested(address.query) if method == "GET" else nested(body.decode(errors="replace"))
        path = address.path.rstrip("/")
        if path.startswith("/v1/"):
            self._api(method, path.removeprefix("/v1"), asked)
        elif path.startswith("/pay/"):
            self._pay(method, path.removeprefix("/pay/"), asked)
        elif path.startswith("/_") and self.client_address[0] in ("127.0.0.1", "::1"):
            self._backstage(method, path, body)
        else:
            self._send(404, b"not here", "text/plain")

    # Stripe's calls.

    def _api(self, method: str, path: str, asked: Made) -> None:
        server = self.server
        time.sleep(server.knobs.delay)
        if self.headers.get("Authorization") != f"Bearer {server.key}":
            self._error(401, "Invalid API Key", "api_key_invalid", "invalid_request_error")
            return
        with server.books.lock:
            server.calls += 1
            if server.knobs.fail_every and server.calls % server.knobs.fail_every == 0:
                self._error(500, "An unknown error occurred", "api_error", "api_error")
                return
            status, answer = self._done(method, path, asked)
            server.books.save()
            if status == 200 and method == "POST" and server.knobs.times_out > 0:
                server.turn(times_out=server.knobs.times_out - 1)
                self.close_connection = True
                return  # done, and nobody hears of it
        self._send(status, json.dumps(answer).encode(), "application/json")

    def _done(self, method: str, path: str, asked: Made) -> tuple[int, Made]:
        """Do it once per idempotency key; the same key with other wishes is refused."""
        answers = self.server.books.kept["answers"]
        key = self.headers.get("Idempotency-Key") if method == "POST" else None
        wish = [path, asked]
        if key and key in answers:
            known = answers[key]
            if known["wish"] != wish:
                return 400, _fault(
                    "Keys for idempotent requests can only be used with the same parameters.",
                    "idempotency_key_in_use",
                    "idempotency_error",
                )
            return known["status"], known["answer"]
        try:
            status, answer = 200, self._do(method, path, asked)
        except Refused as no:
            status, answer = no.status, _fault(no.message, no.code, "invalid_request_error")
        if key:
            answers[key] = {"wish": wish, "status": status, "answer": json.loads(json.dumps(answer))}
        return status, answer

    def _do(self, method: str, path: str, asked: Made) -> Made:
        books = self.server.books
        expand = (asked.get("expand") or [""])[0]
        if path == "/checkout/sessions":
            if method == "POST":
                return books.shown(books.make_page(asked), expand)
            return self._listed(
                [books.shown(books.page(name), expand) for name in list(books.kept["pages"])], asked
            )
        if found := re.fullmatch(r"/checkout/sessions/(\w+)(/expire)?", path):
            page = books.expire(found[1]) if found[2] and method == "POST" else books.page(found[1])
            return books.shown(page, expand)
        if path == "/refunds":
            if method == "POST":
                return books.make_refund(asked)
            return self._listed(list(books.kept["refunds"].values()), asked)
        for kind in ("refunds", "disputes"):
            if method == "GET" and (found := re.fullmatch(rf"/{kind}/(\w+)", path)):
                return books.find(kind, found[1])
        raise Refused(f"Unrecognized request URL ({method}: /v1{path}).", "url_invalid", 404)

    def _listed(self, every: list[Made], asked: Made) -> Made:
        """Newest first, page by page after `starting_after`."""
        since = int((asked.get("created") or {}).get("gte", 0))
        found = [one for one in reversed(every) if one["created"] >= since]
        after = asked.get("starting_after")
        if after:
            names = [one["id"] for one in found]
            found = found[names.index(after) + 1 :] if after in names else []
        most = int(asked.get("limit", 10))
        return {"object": "list", "url": self.path, "has_more": len(found) > most, "data": found[:most]}

    # The payment page.

    def _pay(self, method: str, name: str, asked: Made) -> None:
        books = self.server.books
        with books.lock:
            try:
                page = books.page(name)
                if method == "POST":
                    page = books.pay(name, str(asked.get("how", "")))
                    books.save()
            except Refused:
                self._send(404, pages.gone().encode(), "text/html; charset=utf-8")
                return
        if page["status"] == "complete":
            self._send(303, b"", "text/plain", {"Location": str(page["success_url"])})
        elif page["status"] == "expired":
            self._send(410, pages.gone().encode(), "text/html; charset=utf-8")
        else:
            failed = method == "POST"
            self._send(
                402 if failed else 200, pages.to_pay(page, failed=failed).encode(), "text/html; charset=utf-8"
            )

    # For tests.

    def _backstage(self, method: str, path: str, body: bytes) -> None:
        books, said = self.server.books, json.loads(body or b"{}")
        with books.lock:
            if path == "/_knobs":
                if method == "POST":
                    known = {one.name for one in fields(Knobs)}
                    self.server.turn(**{name: value for name, value in said.items() if name in known})
                answer: Any = asdict(self.server.knobs)
            elif path == "/_books":
                answer = books.kept
            elif path == "/_events":
                answer = self.server.events
            else:
                answer = None
            books.save()
        self._send(200 if answer is not None else 404, json.dumps(answer).encode(), "application/json")

    def _error(self, status: int, message: str, code: str, kind: str) -> None:
        self._send(status, json.dumps(_fault(message, code, kind)).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Security-Policy", pages.POLICY)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)


def _fault(message: str, code: str, kind: str) -> Made:
    return {"error": {"message": message, "code": code, "type": kind}}


def nested(text: str) -> Made:
    """A form with brackets in its names, as the package sends it: a[b][0][c]=d."""
    found: Made = {}
    for name, value in urllib.parse.parse_qsl(text, keep_blank_values=True):
        parts = re.findall(r"[^\[\]]+", name)
        if not parts:
            continue
        at = found
        for part in parts[:-1]:
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                break
        else:
            at[parts[-1]] = value
    result = _lists(found)
    return result if isinstance(result, dict) else {}


def _lists(found: Any) -> Any:
    if not isinstance(found, dict):
        return found
    inner = {name: _lists(value) for name, value in found.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
