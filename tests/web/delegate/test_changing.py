"""The page on which a delegate, or the desk, changes what was chosen."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from expo.core import checks, clock
from expo.core.db import db
from expo.payment.models import OrderState
from expo.programme.words import Role
from expo.registration import quoting
from expo.registration.models import Registration
from tests import factories as a
from tests.counting import statements as counted
from tests.registration.test_changing import a_kind, an_add_on, bought, pay

pytestmark = pytest.mark.feature("R10")


def nothing_is_broken() -> None:
    db.session.rollback()
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


@pytest.fixture
def mine(app) -> Registration:
    kind = a_kind()
    a_kind("Congress", 80000, like=kind, quota=3)
    a_kind("Visitor", 30000, like=kind)
    an_add_on(kind, quota=5)
    return bought(kind)


def by_name(mine: Registration, name: str) -> int:
    return next(kind.id for kind in quoting.offered(mine) if kind.name == name)


def hidden(page: str) -> dict[str, str]:
    form = page[page.index('name="ticket" value', page.index('class="sum"')) - 30 :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return dict(found)


def test_the_difference_is_shown_then_paid_and_can_be_called_off(browser, mine: Registration):
    expo, delegate = mine.conference.expo.slug, browser(mine.person)
    path = f"/{expo}/my/registrations/{mine.code}/change"
    assert path in delegate.get(f"/{expo}/my").text
    assert "What it costs" not in delegate.get(path).text
    congress = by_name(mine, "Congress")

    page = delegate.get(f"{path}?ticket={congress}").text

    assert "Delegate → Congress" in page
    assert "SEK 300" in page.replace("\xa0", " ")
    sent = delegate.post(path, hidden(page))
    assert sent.status_code == 303
    assert "/orders/" in sent.location
    order = delegate.get(sent.location).text
    assert "A change waits" in order
    assert "Call the change off" in delegate.get(f"/{expo}/my").text
    assert "waits for its payment" in delegate.get(path).text
    nothing_is_broken()
    assert delegate.post(f"{path}/cancel").status_code == 303
    assert delegate.post(f"{path}/cancel").status_code == 404
    assert "Call the change off" not in delegate.get(f"/{expo}/my").text
    nothing_is_broken()


def test_a_quote_that_was_tampered_with_or_is_old_is_shown_anew_and_nothing_happens(
    browser, mine: Registration
):
    expo, delegate = mine.conference.expo.slug, browser(mine.person)
    path = f"/{expo}/my/registrations/{mine.code}/change"
    page = delegate.get(f"{path}?ticket={by_name(mine, 'Visitor')}").text
    form = hidden(page)
    assert (form["pay"], form["back"]) == ("0", "10000")
    for wrong in ({"back": "20000"}, {"back": "-1"}, {"pay": "9" * 30}, {"back": ""}):
        again = delegate.post(path, {**form, **wrong})
        assert (again.status_code, "has changed. Look again" in again.text) == (409, True)
    for ticket in ("999999", "-1", "abc"):  # none of this conference: as if nothing else were chosen
        assert delegate.post(path, {**form, "ticket": ticket}).status_code in (409, 422)
    assert mine.ticket_type.name == "Delegate"

    assert delegate.post(path, form).status_code == 303
    assert mine.ticket_type.name == "Visitor"
    assert delegate.post(path, form).status_code in (409, 422)  # twice is once
    nothing_is_broken()


def test_nobody_changes_what_is_anothers(browser, mine: Registration):
    expo, stranger = mine.conference.expo, browser(a.a_person(mine.conference.expo))
    path = f"/{expo.slug}/my/registrations/{mine.code}/change"
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, {"ticket": "1", "pay": "0", "back": "0"}).status_code == 404
    assert stranger.post(f"{path}/cancel").status_code == 404


def test_an_open_order_says_what_it_is_then(browser, app):
    kind = a_kind()
    a_kind("Congress", 80000, like=kind)
    mine = bought(kind, paid=False)
    delegate = browser(mine.person)
    path = f"/{mine.conference.expo.slug}/my/registrations/{mine.code}/change"

    page = delegate.get(f"{path}?ticket={by_name(mine, 'Congress')}").text

    assert "Your order is then" in page
    sent = delegate.post(path, hidden(page))
    assert "/orders/" in sent.location
    assert mine.order is not None
    assert (mine.order.state, mine.order.total_minor) == (OrderState.OPEN, 80000)
    pay(mine.order)
    nothing_is_broken()


def test_the_desk_changes_it_by_the_same_rules(browser, mine: Registration):
    conference = mine.conference
    a_kind("Staff", 0, like=mine.ticket_type, is_hidden=True, needs_approval=True)
    team = browser(a.an_organiser(conference.expo, Role.REGISTRATION, conference))
    path = f"/{conference.expo.slug}/organise/people/{mine.code}"
    staff = next(kind.id for kind in quoting.offered(mine, by_team=True) if kind.name == "Staff")
    assert f"{path}/change" in team.get(path).text

    page = team.get(f"{path}/change?ticket={staff}").text
    assert team.post(f"{path}/change", hidden(page)).status_code == 303
    assert mine.ticket_type.name == "Staff"
    nothing_is_broken()
    page = team.get(f"{path}/change?ticket={by_name(mine, 'Congress')}").text
    assert team.post(f"{path}/change", hidden(page)).status_code == 303
    waits = quoting.waiting(mine.id)
    assert waits is not None
    assert waits.order is not None
    finance = browser(a.an_organiser(conference.expo, Role.FINANCE, conference))
    assert (
        "Staff → Congress" in finance.get(f"/{conference.expo.slug}/organise/orders/{waits.order.code}").text
    )
    assert team.post(f"{path}/change/cancel").status_code == 303
    nothing_is_broken()
    viewer = browser(a.an_organiser(conference.expo, Role.VIEWER, conference))
    assert viewer.get(f"{path}/change").status_code == 403


def test_my_expo_asks_as_often_for_three_as_for_one(browser, mine: Registration):
    expo, person = mine.conference.expo, mine.person
    delegate = browser(person)
    path = f"/{expo.slug}/my"
    delegate.get(path)
    with counted() as one:
        delegate.get(path)
    for number in range(2):
        other = a.a_conference(expo, starts_on=clock.now().date() + timedelta(days=20))
        kind = a.a_ticket_type(other, f"A{number}")
        a.a_ticket_type(other, f"B{number}")
        a.a_registration(person, other, kind)
    with counted() as three:
        assert delegate.get(path).text.count("Change my ticket<") == 3
    assert len(three) == len(one)
