"""Badges without a person: at once for whoever comes, counted for a group, claimed by whoever carries one."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from expo.badge import passes, queries
from expo.badge.models import Badge, BadgeState
from expo.badge.refusals import NotToBeClaimed
from expo.booking import actions as booking
from expo.core import checks
from expo.core.db import db
from expo.core.refusals import BadInput
from expo.mail import outbox
from expo.programme.words import Role
from expo.registration import queries as tickets
from expo.registration.actions import Newcomer
from expo.registration.models import RegistrationState
from expo.registration.refusals import NotOnSale, TicketsGone
from tests import factories as a

pytestmark = [pytest.mark.feature("R14"), pytest.mark.usefixtures("app")]


def an_open_pass(**changes):
    return a.a_ticket_type(a.a_conference(), "City pass", is_open_pass=True, **changes)


def ada(expo) -> Newcomer:
    return Newcomer(expo.id, "Ada Rossi", "ada@turin.example", "en")


def nothing_is_broken() -> None:
    db.session.expire_all()
    assert [found for _promise, found in checks.broken()] == []


def test_a_group_takes_as_many_places_as_it_has_people_or_none():
    kind = an_open_pass(quota=30)

    badge = passes.make(ticket_type=kind, size=28, label="Class 7B")

    assert (badge.size, badge.person_id, badge.label, kind.pool.taken) == (28, None, "Class 7B", 28)
    with pytest.raises(TicketsGone):
        passes.make(ticket_type=kind, size=3, label="Class 7C")
    with pytest.raises(BadInput):
        passes.make(ticket_type=kind, size=501, label="Army")
    assert kind.pool.taken == 28
    nothing_is_broken()
    passes.revoke_group(badge=badge, reason="stays at home")
    assert (kind.pool.taken, badge.state) == (0, BadgeState.REVOKED)
    nothing_is_broken()


def test_only_what_is_free_and_open_to_all_is_given_without_a_name():
    conference = a.a_conference()
    for changes in ({"price_minor": 100}, {"needs_approval": True}, {"is_hidden": True, "code": "SECRET22"}):
        with pytest.raises(NotOnSale):
            passes.make(ticket_type=a.a_ticket_type(conference, **changes))
    assert db.session.scalar(sa.select(sa.func.count(Badge.id))) == 0


def test_whoever_claims_a_pass_keeps_its_code_and_can_book():
    kind = an_open_pass(quota=1)
    occurrence = a.a_session(kind.conference)
    badge = passes.make(ticket_type=kind)
    code = queries.code_of(badge)

    person = passes.claim(badge=badge, newcomer=ada(kind.conference.expo))

    mine = queries.active_badge(kind.expo_id, person.id)
    assert mine is not None
    assert queries.code_of(mine) == code
    assert (kind.pool.taken, tickets.of_person(person.id)[0].state) == (1, RegistrationState.CONFIRMED)
    booking.book_seat(person=person, occurrence_id=occurrence.id)
    assert [letter.kind for letter in outbox.latest(to="ada@")] == ["booking_confirmed", "pass_claimed"]
    with pytest.raises(NotToBeClaimed):
        passes.claim(badge=badge, newcomer=ada(kind.conference.expo))
    nothing_is_broken()


def test_who_has_a_badge_already_keeps_that_one_and_the_place_goes_back_if_it_is_a_second():
    kind = an_open_pass()
    expo = kind.conference.expo
    other = a.a_conference(expo)
    with_pass, with_other = a.a_person(expo), a.a_person(expo)
    a.a_registration(with_pass, kind.conference, kind)
    a.a_registration(with_other, other)
    first, second = passes.make(ticket_type=kind), passes.make(ticket_type=kind)

    passes.claim(badge=first, person=with_pass)
    passes.claim(badge=second, person=with_other)

    assert (first.state, second.state) == (BadgeState.REPLACED, BadgeState.REPLACED)
    assert kind.pool.taken == 2
    assert tickets.live(with_other.id, kind.conference_id) is not None
    nothing_is_broken()


def test_a_guest_takes_a_pass_at_one_press_and_claims_it_later(browser):
    kind = an_open_pass()
    path = f"/{kind.conference.expo.slug}/pass"
    guest = browser()
    assert "Get a pass" in guest.get(path).text

    page = guest.post(path)
    shown = guest.get(page.headers["Location"])

    assert page.status_code == 303
    assert "Guest of the city" in shown.text
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert "This browser has a pass already" in guest.get(path).text
    wrong = page.headers["Location"][:-3] + "abc"
    assert browser().get(wrong).status_code == 404
    assert guest.post(page.headers["Location"], {"name": "", "email": "x"}).status_code == 422
    sent = guest.post(page.headers["Location"], {"name": "Ada", "email": "ada@turin.example"})
    assert sent.status_code == 303
    assert "Ada" in guest.get(f"/{kind.conference.expo.slug}/my/badge").text
    assert "somebody's now" in browser().get(page.headers["Location"]).text.replace("&#39;", "'")
    nothing_is_broken()


def test_a_pass_on_paper_is_claimed_by_its_code(browser):
    kind = an_open_pass()
    badge = passes.make(ticket_type=kind)
    path = f"/{kind.conference.expo.slug}/pass/claim"
    answers = {"name": "Ada", "email": "ada@turin.example"}
    wrong = browser().post(path, {**answers, "code": "AAAAAAAA"})
    assert wrong.status_code == 404
    assert "Nobody has this code" in wrong.text

    assert browser().post(path, {**answers, "code": queries.spoken_of(badge).lower()}).status_code == 303

    assert db.session.get_one(Badge, badge.id).person_id is not None


def test_whoever_is_signed_in_gives_the_code_alone_and_a_pass_that_is_somebodys_says_so_on_the_form(browser):
    kind = an_open_pass()
    badge = passes.make(ticket_type=kind)
    path = f"/{kind.conference.expo.slug}/pass/claim"
    ben = a.a_person(kind.conference.expo, "Ben Berg")
    spoken = queries.spoken_of(badge)
    assert "It becomes yours: Ben Berg." in browser(ben).get(path).text

    assert browser(ben).post(path, {"code": spoken}).status_code == 303
    again = browser().post(path, {"name": "Ada", "email": "ada@turin.example", "code": spoken})

    assert (again.status_code, 'value="Ada"' in again.text) == (409, True)
    assert db.session.get_one(Badge, badge.id).person_id == ben.id
    nothing_is_broken()


def test_the_desk_makes_and_ends_a_group_badge_for_its_own_conferences(browser):
    kind = an_open_pass()
    expo = kind.conference.expo
    elsewhere = a.a_ticket_type(a.a_conference(expo), "Other")
    path = f"/{expo.slug}/organise/group-badges"
    desk = browser(a.an_organiser(expo, Role.REGISTRATION, kind.conference))
    foreign = passes.make(ticket_type=elsewhere, size=2, label="Not yours")
    form = {"label": "Class 7B", "size": "28", "ticket": str(kind.id)}
    assert browser(a.an_organiser(expo, Role.SCHEDULER)).post(path, form).status_code == 403
    assert desk.post(path, {**form, "size": "1"}).status_code == 422
    assert desk.post(path, {**form, "ticket": str(elsewhere.id)}).status_code == 422

    made = desk.post(path, form)

    page = desk.get(made.headers["Location"])
    assert re.search(r"28\s+people", page.text)
    assert "Not yours" not in desk.get(path).text
    assert desk.get(f"{path}/{foreign.id}").status_code == 404
    assert desk.post(made.headers["Location"] + "/revoke").status_code == 303
    assert "Revoked" in desk.get(path).text
    nothing_is_broken()
