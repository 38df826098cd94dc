"""Tickets of a day, of some hours, of some sessions: doors and booking read the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from expo.booking.actions import book_seat
from expo.booking.refusals import NoTicket
from expo.checkin import actions as doors
from expo.checkin.models import Entitlement
from expo.core.db import db
from expo.core.refusals import BadInput
from expo.registration import tickets
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R2")]


def opened(person_id: int) -> list[tuple[str, str]]:
    rows = db.session.query(Entitlement).filter_by(person_id=person_id).order_by(Entitlement.opens_at)
    return [(f"{row.opens_at:%d %H}", f"{row.closes_at:%d %H}") for row in rows]


def test_a_ticket_of_one_day_opens_that_day_and_no_other():
    conference = a.a_conference(time_zone="UTC")
    zone = doors.create_zone(expo_id=conference.expo_id, slug="sea-u", name="Sea U")
    doors.open_zone(zone=zone, conference=conference)
    day = a.tomorrow_at(9).date()
    kind = a.a_ticket_type(conference, valid_days=(day.isoformat(),), valid_from="09:00", valid_until="13:00")
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference, kind)
    morning, evening = (a.a_session(conference, starts_at=a.tomorrow_at(hour)) for hour in (10, 18))

    assert opened(ada.id) == [(f"{day:%d} 09", f"{day:%d} 13")]
    book_seat(person=ada, occurrence_id=morning.id)
    with pytest.raises(NoTicket, match="does not open this time"):
        book_seat(person=ada, occurrence_id=evening.id)

    later = (day + timedelta(days=1)).isoformat()
    draft = replace(tickets.draft_of(kind), valid_days=(later,), valid_from="", valid_until="")
    tickets.save_ticket_type(conference=conference, draft=draft, ticket_type=kind)
    assert len(opened(ada.id)) == 1
    assert opened(ada.id)[0][0].startswith(later[-2:])
    with pytest.raises(BadInput):
        a.a_ticket_type(conference, "Wrong", valid_days=("1999-01-01",))
    with pytest.raises(BadInput):
        a.a_ticket_type(conference, "Wrong", valid_from="25:00", valid_until="26:00")


def test_a_ticket_of_one_session_opens_only_that():
    conference = a.a_conference()
    one, other = a.a_session(conference), a.a_session(conference, starts_at=a.tomorrow_at(15))
    kind = a.a_ticket_type(conference, "Workshop only", occurrence_ids=(one.id,))
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference, kind)

    book_seat(person=ada, occurrence_id=one.id)
    with pytest.raises(NoTicket):
        book_seat(person=ada, occurrence_id=other.id)
