"""openapi.json is made from the code, says the truth, and stands up to whatever is sent."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance, unsupported_method

from expo.accounts import actions as accounts
from expo.api import described
from expo.programme.words import Role
from tests import factories as a
from tests.client import Client

pytestmark = pytest.mark.feature("I2")

EVERYTHING = "programme:read programme:write programme:publish orders:read orders:write registrations:read registrations:write"
KNOWN = {"code": "A-1", "slug": "arena", "uid": "A-1", "id": "A-1"}
# The description does not describe its own page.
ELSEWHERE = {"api.docs"}


def test_every_view_of_the_api_is_described(application: Flask):
    known = {rule.endpoint for rule, _method, _told in described.deeds(application)}
    there = {rule.endpoint for rule in application.url_map.iter_rules() if rule.rule.startswith("/api/")}

    assert {name for name in there - known if not ELSEWHERE & {name, name.partition(".")[0]}} == set()


def test_people_can_read_it_and_programs_too(app: Flask, browser: Callable[..., Client]):
    page, told = browser().get("/api/v1/docs"), browser().get("/api/v1/openapi.json")

    assert (page.status_code, told.status_code, told.json["openapi"]) == (200, 200, "3.1.0")
    assert "/api/v1/expos/{expo_slug}/sessions" in told.json["paths"]
    again = browser().get("/api/v1/openapi.json", headers={"If-None-Match": told.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.once
def test_whatever_is_sent_is_answered_as_described(app: Flask):
    """schemathesis: made-up requests of every kind, valid ones and others; no 500, and every answer as described."""
    expo = a.an_expo(slug="h22")
    conference = a.a_conference(expo, slug="arena")
    a.a_ticket_type(conference, "Pass")
    a.a_session(conference, code="A-1", room=a.a_room(expo, "Hall"))
    owner = a.an_organiser(expo, Role.OWNER)
    key = accounts.create_token(account=owner, name="test", scopes=EVERYTHING)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=15, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def ask(case: schemathesis.Case) -> None:
            # Half of the time there is such a thing: what follows the lookup is asked too.
            if random.random() < 0.5:
                case.path_parameters.update({k: v for k, v in KNOWN.items() if k in case.path_parameters})
            if "expo_slug" in case.path_parameters:
                case.path_parameters["expo_slug"] = "h22"
            # A text may have the right form and still name nothing: that is a 422, and not the description's fault.
            case.call_and_validate(
                headers={"Authorization": f"Bearer {key}"},
                excluded_checks=[unsupported_method, positive_data_acceptance],
            )

        ask()
