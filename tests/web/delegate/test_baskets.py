"""The register page: places held while one fills in the rest, codes, add-ons, orders to pay, waiting lists."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from expo.accounts import queries as people
from expo.basket import waiting
from expo.core import checks, clock, jobs
from expo.mail import outbox
from expo.payment.models import OrderState
from expo.programme.words import Role
from expo.registration import actions, queries, tickets, vouchers
from expo.registration.models import RegistrationState as State
from tests import factories as a

from .test_registering import ADA


@pytest.fixture
def two(app):
    """Two conferences with a ticket each, one of which costs something."""
    expo = a.an_expo()
    city, congress = a.a_conference(expo, title="City week"), a.a_conference(expo, title="Congress days")
    free = a.a_ticket_type(city, "Open city pass")
    priced = a.a_ticket_type(congress, "Congress", price_minor=49500, vat_basis_points=2500, quota=1)
    return expo.slug, free, priced


def registrations_of(expo_id: int):
    person = people.persons_by_email(expo_id, ADA["email"])[0]
    return {r.conference.title: r for r in queries.of_person(person.id)}


@pytest.mark.feature("R1", "R7")
def test_several_conferences_are_held_then_sent_and_the_order_says_how_to_pay(browser, two):
    slug, free, priced = two
    ada, late = browser(), browser()
    page = ada.get(f"/{slug}/register").text
    assert "Step 1 of 2" in page
    assert "About you" not in page

    held = ada.post(f"/{slug}/register/hold", {"ticket": [free.id, priced.id]})
    assert held.status_code == 303
    page = ada.get(held.location).text
    assert "data-until" in page
    assert "Held for you until" in page
    assert late.post(f"/{slug}/register", {**ADA, "ticket": priced.id}).status_code == 409
    more = ada.post(f"{held.location}/extend", {**ADA, "ticket": [free.id, priced.id]})
    assert (more.status_code, "You have more time" in more.text, ADA["name"] in more.text) == (
        200,
        True,
        True,
    )

    sent = ada.post(held.location, {**ADA, "ticket": [free.id, priced.id], "key": "k" * 43})

    assert sent.status_code == 303
    order = ada.get(sent.location).text
    for said in ("SEK\u00a0495", "of which VAT", "SEK\u00a099", "give ", "as the reference", "You pay"):
        assert said in order
    mine = registrations_of(free.expo_id)
    assert (mine["City week"].state, mine["Congress days"].state) == (State.CONFIRMED, State.APPROVED)
    assert mine["Congress days"].order.code in ada.get(f"/{slug}/my").text
    assert ada.post(held.location, {**ADA, "ticket": [free.id, priced.id], "key": "k" * 43}).status_code in (
        303,
        409,
    )
    assert [found for _promise, found in checks.broken()] == []


@pytest.mark.feature("R7")
def test_a_basket_that_ran_out_loses_nothing_typed_and_takes_again_what_is_free(browser, two, monkeypatch):
    slug, free, priced = two
    ada = browser()
    held = ada.post(f"/{slug}/register/hold", {"ticket": [free.id, priced.id]}).location
    monkeypatch.setattr(clock, "_offset", timedelta(minutes=20))
    assert "not held any more" in ada.get(held).text
    assert ada.post(f"{held}/extend", {**ADA, "ticket": [free.id]}).status_code == 409
    jobs.run_due()
    browser().post(
        f"/{slug}/register", {**ADA, "name": "Quick", "email": "q@example.org", "ticket": priced.id}
    )
    refused = ada.post(held, {**ADA, "ticket": [free.id, priced.id]})
    assert (refused.status_code, "All places of Congress are taken" in refused.text) == (409, True)
    assert ADA["email"] in refused.text

    assert ada.post(held, {**ADA, "ticket": [free.id]}).status_code == 303

    assert list(registrations_of(free.expo_id)) == ["City week"]
    assert [found for _promise, found in checks.broken()] == []


@pytest.mark.feature("R7")
def test_a_basket_opens_for_its_token_only_and_can_be_given_back(browser, two):
    slug, _free, priced = two
    ada = browser()
    assert ada.post(f"/{slug}/register/hold", {}).status_code == 422
    held = ada.post(f"/{slug}/register/hold", {"ticket": priced.id}).location
    assert ada.get(held[:-1] + ("A" if held[-1] != "A" else "B")).status_code == 404
    assert ada.get(urlsplit(held).path.replace(slug, a.an_expo().slug)).status_code == 404

    assert ada.post(f"{urlsplit(held).path}/release").status_code == 303

    assert queries.left([priced])[priced.pool_id] == 1


@pytest.mark.feature("R2", "R5")
def test_a_code_opens_a_hidden_ticket_and_takes_something_off(browser):
    conference = a.a_conference()
    slug = conference.expo.slug
    kind = a.a_ticket_type(conference, "Backstage", price_minor=40000, is_hidden=True)
    draft = vouchers.VoucherDraft(code="BACKSTAGE", percent=100, opens_hidden=True)
    vouchers.create(conference=conference, draft=draft)
    ada = browser()
    assert "Backstage" not in ada.get(f"/{slug}/register").text
    assert ada.post(f"/{slug}/register", {**ADA, "ticket": kind.id}).status_code == 422
    assert "Backstage" in ada.get(f"/{slug}/register?code=backstage").text
    assert "Backstage" in ada.post(f"/{slug}/register", {"code": "backstage", "look": "1"}).text
    assert ada.get(f"/{slug}/invitations/BACKSTAGE").location.endswith("/register?code=BACKSTAGE")

    assert ada.post(f"/{slug}/register", {**ADA, "ticket": kind.id, "code": "backstage"}).status_code == 303

    person = people.persons_by_email(conference.expo_id, ADA["email"])[0]
    assert queries.of_person(person.id)[0].state is State.CONFIRMED
    eve = {**ADA, "email": "eve@example.org", "ticket": kind.id, "code": "backstage"}
    again = browser().post(f"/{slug}/register", eve)
    assert (again.status_code, "used already" in again.text) == (409, True)


@pytest.mark.feature("R2")
def test_add_ons_and_an_amount_are_chosen_with_the_ticket(browser):
    conference = a.a_conference()
    slug = conference.expo.slug
    gift = a.a_ticket_type(conference, "Friend", price_minor=10000, is_donation=True)
    lunch = tickets.save_add_on(conference=conference, draft=tickets.AddOnDraft("Lunch", 15000))
    elsewhere = tickets.save_add_on(
        conference=a.a_conference(conference.expo), draft=tickets.AddOnDraft("Not here", 1)
    )
    ada = browser()
    page = ada.get(f"/{slug}/register?conference={conference.slug}").text
    assert "Lunch" in page
    assert f'name="amount-{gift.id}"' in page
    typed = {**ADA, "ticket": gift.id, "addon": [lunch.id, elsewhere.id, "x"]}
    for amount, status in (("abc", 422), ("99", 422), ("250,50", 303)):
        sent = ada.post(f"/{slug}/register", {**typed, f"amount-{gift.id}": amount})
        assert sent.status_code == status, sent.text
        if status == 422:
            assert amount in sent.text

    person = people.persons_by_email(conference.expo_id, ADA["email"])[0]
    order = queries.of_person(person.id)[0].order
    assert order is not None
    assert (order.total_minor, order.state) == (25050 + 15000, OrderState.OPEN)


def offer_of(address: str) -> str:
    """Where the latest letter to this address leads."""
    found = re.search(r"http://localhost(/\S+/offers/[\w-]+)", outbox.latest(1, to=address)[0].body)
    assert found is not None
    return found[1]


@pytest.mark.feature("R11")
def test_somebody_waits_is_offered_takes_or_declines(browser):
    conference = a.a_conference()
    slug = conference.expo.slug
    kind = a.a_ticket_type(conference, "Workshop", quota=1)
    registration = a.a_registration(a.a_person(conference.expo), conference, kind)
    ada, ben = browser(), browser()
    path = f"/{slug}/register/waiting/{kind.id}"
    assert path in ada.get(f"/{slug}/register?conference={conference.slug}").text
    assert ada.post(path, {"name": "", "email": "x", "party": "99"}).status_code == 422
    first = ada.post(path, {"name": "Ada", "email": "ada@example.org", "party": "1"})
    offer = offer_of("ada@")
    assert offer not in ada.get(first.location).text
    ben.post(path, {"name": "Ben", "email": "ben@example.org", "party": "1"})
    second = offer_of("ben@")
    # Whoever types somebody's address does not learn that they wait: they get their letter once more.
    again = browser().post(path, {"name": "Ada", "email": "ada@example.org", "party": "1"})
    assert (again.status_code, again.location) == (first.status_code, first.location)
    assert [letter.kind for letter in outbox.latest(to="ada@")] == ["waiting_joined"] * 2
    assert offer_of("ada@") == offer
    assert "Number 2 in line" in ben.get(second).text
    assert ada.post(offer, {"name": "Ada"}).status_code == 410

    actions.withdraw(registration=registration)
    assert "is held for you until" in ada.get(offer).text
    assert ada.post(f"{offer}/decline").status_code == 303
    assert "not on this list" in ada.get(offer).text
    assert ben.post(second, {"name": "Ben"}).status_code == 303

    assert waiting.on_list(conference.id) == []
    assert kind.pool.taken == 1
    assert "You have taken this offer" in ben.get(second).text
    assert ada.get(f"/{slug}/offers/nothing").status_code == 404
    assert [found for _promise, found in checks.broken()] == []


def test_codes_are_counted_so_that_nobody_tries_them_all(browser):
    conference = a.a_conference()
    guesser = browser()
    path = f"/{conference.expo.slug}/register?code=GUESS"
    assert [guesser.get(f"{path}{n}").status_code for n in range(301)].count(429) == 1


def test_what_a_basket_says_is_safe_whatever_is_typed(browser):
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, "<b>Bold</b>", quota=0)
    for path in (f"/{conference.expo.slug}/register?code=<script>", f"/{conference.expo.slug}/register"):
        page = browser().get(path).text
        assert "<script>" not in re.sub(
            r"<script src[^>]*></script>", "", page.replace("<script defer", "<script src")
        )
        assert "<b>Bold" not in page
    waits = browser().post(
        f"/{conference.expo.slug}/register/waiting/{kind.id}",
        {"name": "<i>x</i>", "email": "a@b.example", "party": "1"},
    )
    assert waits.status_code == 303
    assert "<i>x" not in browser().get(offer_of("a@b.example")).text


@pytest.mark.feature("R1", "R3", "R17")
def test_a_guest_with_three_conferences_is_confirmed_in_one_pays_one_and_waits_for_one(browser):
    expo = a.an_expo()
    free, paid, asked = (a.a_conference(expo, title=title) for title in ("City week", "Congress", "Dialogue"))
    kinds = [
        a.a_ticket_type(free, "Open city pass"),
        a.a_ticket_type(paid, "Congress ticket", price_minor=49500),
        a.a_ticket_type(asked, "Expert", price_minor=20000, needs_approval=True, quota=5),
    ]
    ada, finance, team = browser(), browser(a.an_organiser(expo, Role.FINANCE)), browser(a.an_organiser(expo))
    held = ada.post(f"/{expo.slug}/register/hold", {"ticket": [kind.id for kind in kinds]}).location
    sent = ada.post(held, {**ADA, "ticket": [kind.id for kind in kinds], "key": "k" * 43}).location
    mine = registrations_of(expo.id)
    assert [mine[one.title].state for one in (free, paid, asked)] == [
        State.CONFIRMED, State.APPROVED, State.SUBMITTED,
    ]  # fmt: skip
    page = ada.get(sent).text
    for said in ("Confirmed", "You pay", "The organisers of Dialogue"):
        assert said in page

    def pay(code: str, crowns: str) -> None:
        typed = {"key": f"key {code}", "method": "transfer", "came": crowns, "note": ""}
        assert finance.post(f"/{expo.slug}/organise/orders/{code}/payments", typed).status_code == 303

    pay(mine["Congress"].order.code, "495")
    assert team.post(f"/{expo.slug}/organise/people/{mine['Dialogue'].code}/approve").status_code == 303
    later = mine["Dialogue"].order.code
    assert later in ada.get(sent).text  # the page of the basket has the new order, too
    assert later in outbox.waiting()[-1].body
    pay(later, "200")

    assert {one.state for one in registrations_of(expo.id).values()} == {State.CONFIRMED}
    assert ada.get(sent).text.count("Paid") >= 2
    assert [found for _promise, found in checks.broken()] == []
