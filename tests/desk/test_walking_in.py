"""Walk-ins at one moment: a form that is sent twice registers one person, and both see the badge."""

from __future__ import annotations

import pytest
from flask import Flask

from expo.badge import queries as badges
from expo.core import checks, tokens
from expo.core.db import db
from expo.desk import queries, registering
from expo.desk.filters import PeopleFilter, Scope
from expo.registration.actions import Newcomer
from expo.registration.models import RegistrationState, TicketType
from tests import factories as a
from tests.storms.test_same_moment import at_once


@pytest.mark.storm
@pytest.mark.feature("D11", "O1")
def test_a_walk_in_that_is_sent_twice_at_one_moment_is_one_person(app: Flask):
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference, needs_approval=True, quota=1)
    conference_id, ticket_id, expo_id = conference.id, ticket.id, conference.expo_id
    key = tokens.new()

    def walk_in() -> None:
        newcomer = Newcomer(expo_id=expo_id, name="Åsa Öhrström", email="", language="sv")
        registering.walk_in(
            newcomer=newcomer, ticket_type=db.session.get_one(TicketType, ticket_id), form_key=key
        )

    assert sorted(at_once(app, walk_in, walk_in, walk_in)) == ["done"] * 3
    (one,) = queries.page(Scope((conference_id,)), PeopleFilter(), most=9)
    assert one.state is RegistrationState.CONFIRMED
    assert badges.active_badge(expo_id, one.person_id) is not None
    assert [found for _promise, found in checks.broken()] == []
