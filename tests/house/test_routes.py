"""Who may enter where: every route, asked by every role, held against tests/house/routes.txt.

A new route fails here until it is listed. If a change is meant, write the list anew and read its difference:
    EXPO_WRITE_ROUTES=1 .venv/bin/pytest tests/house/test_routes.py
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from expo.core.db import db
from expo.programme.words import Role
from expo.web.gates import GATES
from tests import factories as a
from tests.client import Client

LIST = Path(__file__).with_name("routes.txt")
# What stands in for the objects of an address: nothing that exists, so that only the gates speak.
NOTHING = {
    "int": "0",
    "default": "nothing",
    "string": "nothing",
    "path": "nothing",
    "uuid": "0" * 8,
    "token": "0" * 43,
}

pytestmark = [pytest.mark.house, pytest.mark.once]


@pytest.mark.feature("P1")
def test_every_route_answers_each_role_as_it_is_listed(app: Flask):
    found = "".join(f"{line}\n" for line in matrix(app))
    if os.environ.get("EXPO_WRITE_ROUTES"):
        LIST.write_text(found)
    assert found == LIST.read_text()


def test_every_desk_has_its_gate(app: Flask):
    # The API's doors are tokens, which its own tests walk.
    api = {name for name in app.blueprints if name.split("_")[0] == "api"}
    assert set(app.blueprints) - set(GATES) - api == set()


def matrix(app: Flask) -> Iterator[str]:
    """One line per route and method: what each role is answered."""
    expo, elsewhere = a.an_expo(slug="here"), a.an_expo(slug="elsewhere")
    a.a_conference(expo)
    roles = {
        "stranger": None,
        "guest": a.a_person(expo),
        "guest of another expo": a.a_person(elsewhere),
        "account": a.an_account(),
        **{role.value: a.an_organiser(expo, role) for role in Role},
        "owner of another expo": a.an_organiser(elsewhere),
        "admin": a.an_account(admin=True),
    }
    yield "# " + ", ".join(roles)
    clients = [Client(app, who) for who in roles.values()]
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ()))):
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            if rule.endpoint == "static":
                continue
            path = address(rule)
            if method != "GET":  # a sign-in of its own for each: signing out is a route, too
                clients = [Client(app, who) for who in roles.values()]
            answers = [str(ask(client, method, path)) for client in clients]
            yield f"{method} {rule.rule}: {' '.join(answers)}"
    db.session.rollback()


def ask(client: Client, method: str, path: str) -> int:
    # Each address from another place: what counts wrong secrets by place would stop us.
    place = {"REMOTE_ADDR": f"198.51.100.{crc32(path.encode()) % 250}"}
    return client._open(method, path, environ_base=place).status_code


def address(rule: Rule) -> str:
    """The rule's address, with nothing where objects stand."""
    values = {name: _something(rule, name) for name in rule.arguments - set(rule.defaults or {})}
    if "expo_slug" in values:
        values["expo_slug"] = "here"
    built = rule.build(values)
    assert built is not None, rule.rule
    return built[1]


def _something(rule: Rule, name: str) -> str:
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return NOTHING[_kind(rule, name)]


def _kind(rule: Rule, name: str) -> str:
    converter = type(rule._converters[name]).__name__.removesuffix("Converter").lower()
    return {"unicode": "default", "integer": "int"}.get(converter, converter)
