"""A browser for tests: what must hold on every page is checked on every page that any test opens."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import Any

from flask import Flask, has_app_context
from werkzeug.test import TestResponse

from expo.accounts import signins
from expo.accounts.models import Account, Person
from expo.core.db import db
from tests import databases

# Once: the pages are made of the same templates on the other database, and to read them all takes a while.
CHECKS_PAGES = databases.kind() == "sqlite"


class Client:
    """Gets and posts as a browser does, each request in a context of its own."""

    def __init__(
        self, app: Flask, who: Account | Person | None = None, headers: dict[str, str] | None = None
    ) -> None:
        self.app = app
        self.client = app.test_client()
        self.headers = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin", **(headers or {})}
        if who is not None:
            self.sign_in(who)

    def sign_in(self, who: Account | Person) -> None:
        """As if the person had come through the door for sign-ins."""
        token = signins.begin(**({"account": who} if isinstance(who, Account) else {"person": who}))
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True

    def cookie(self) -> str:
        """What the browser sends along, for a request that is made elsewhere."""
        return "; ".join(f"{cookie.key}={cookie.value}" for cookie in self.client._cookies.values())

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._open("GET", path, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        return self._open("POST", path, data=data, **options)

    def _open(self, method: str, path: str, **options: Any) -> TestResponse:
        in_test = has_app_context()  # not so in the threads of a race
        if in_test:
            db.session.rollback()  # what the test has read must not be older than what the request writes
        headers = {**self.headers, **options.pop("headers", {})}
        with self.app.app_context():
            response = self.client.open(path, method=method, headers=headers, **options)
        if in_test:
            db.session.expire_all()
        if CHECKS_PAGES and response.mimetype == "text/html" and response.status_code not in (301, 302, 303):
            check_page(response.text)
        return response


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.problems: list[str] = []
        self.title = ""
        self.headings = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if values.get("id"):
            self.ids[str(values["id"])] += 1
        if "style" in values or any(name.startswith("on") for name in values):
            self.problems.append(f"<{tag}> holds a style or script, which the content policy forbids")
        if tag == "script" and not values.get("src") and values.get("type") != "application/ld+json":
            self.problems.append("a script stands in the page")
        if tag == "img" and "alt" not in values:
            self.problems.append("a picture has no alternative text")
        if tag == "html" and not values.get("lang"):
            self.problems.append("the page does not say its language")
        self._in_title = tag == "title" or (self._in_title and tag != "svg")
        self.headings += tag == "h1"

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


def check_page(html: str) -> None:
    """Fails on equal ids, a missing title or language, more or less than one main heading, inline styles."""
    page = _Page()
    page.feed(html)
    twice = [name for name, count in page.ids.items() if count > 1]
    assert not twice, f"ids that stand twice: {twice}"
    assert page.title.strip(), "the page has no title"
    assert page.headings == 1, f"the page has {page.headings} main headings"
    assert not page.problems, page.problems
