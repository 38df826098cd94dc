"""Where the demo must never be: in production, and in a database that belongs to somebody."""

from __future__ import annotations

import pytest
from flask import Flask

from expo.accounts import actions as accounts
from expo.core import audit, clock
from expo.core.clock import ClockIsReal
from expo.demo import setup
from expo.demo.setup import NotADemo
from expo.expos import queries as expos
from tests.client import Client


def test_production_has_no_demo_pages_and_no_clock_to_set(app: Flask):
    assert Client(app).get("/demo/").status_code == 404
    with pytest.raises(ClockIsReal):
        clock.set_now(setup.START)
    with pytest.raises(ClockIsReal), clock.at(setup.START):
        pass


def test_production_never_gets_the_demos_people(app: Flask):
    with pytest.raises(NotADemo):
        setup.set_up(lambda _said: None)


def test_a_database_with_other_peoples_accounts_is_left_alone(demo_app: Flask):
    accounts.create_account(email="ada@example.org", name="Ada")

    with pytest.raises(NotADemo):
        setup.set_up(lambda _said: None)

    assert expos.every() == []


def test_who_sets_the_clock_leaves_a_trace(demo_app: Flask):
    clock.set_now(setup.START)

    (entry,) = audit.history("clock", 1)
    assert (entry.action, entry.after) == ("clock_set", {"now": setup.START.isoformat()})
