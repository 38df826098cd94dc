"""From guest to account: only whoever reads the mailbox, and never by a name."""

from __future__ import annotations

import re

import pytest

from expo.accounts import actions, claiming, queries, signins
from expo.accounts.models import LinkPurpose
from expo.accounts.refusals import LinkIsOver
from expo.core import audit, checks
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.mail import outbox
from tests import factories as a

pytestmark = [pytest.mark.feature("R1"), pytest.mark.usefixtures("app")]
PASSWORD = "tre fiskar i sundet"


def link_for(person) -> str:
    with transaction():
        return actions.mail_link(purpose=LinkPurpose.CLAIM, person=person)


def test_everybody_with_the_address_comes_along_and_nobody_with_the_name_alone():
    here, there = a.an_expo(), a.an_expo()
    ada = a.a_person(here, "Ada Lind", email="ada@lind.example")
    child = a.a_person(here, "Bo Lind", email="ada@lind.example")
    elsewhere = a.a_person(there, "A. Lind", email="ada@lind.example")
    namesake = a.a_person(here, "Ada Lind", email="other@lind.example")

    account = claiming.make_account(token=link_for(ada), expo_id=here.id, password=PASSWORD)

    assert (ada.account_id, elsewhere.account_id) == (account.id, account.id)
    assert (child.account_id, namesake.account_id) == (None, None)
    assert (
        actions.check_password(email="ada@lind.example", password=PASSWORD, from_address="192.0.2.1")
        == account
    )
    who = signins.find(signins.begin(account=account))
    assert who is not None
    assert queries.may_speak_for(who, here.id) == [ada, child]
    assert queries.may_speak_for(who, there.id) == [elsewhere]
    assert audit.history("person", child.id)[0].action == "came_along"
    assert list(checks.broken()) == []


def test_a_link_makes_one_account_and_a_short_password_does_not_use_it_up():
    expo = a.an_expo()
    ada = a.a_person(expo)
    token = link_for(ada)

    with pytest.raises(BadInput):
        claiming.make_account(token=token, expo_id=expo.id, password="short")
    assert queries.account_by_email(ada.email) is None
    claiming.make_account(token=token, expo_id=expo.id, password=PASSWORD)
    with pytest.raises(LinkIsOver):
        claiming.make_account(token=token, expo_id=expo.id, password=PASSWORD)
    with pytest.raises(LinkIsOver):
        claiming.make_account(token=link_for(ada), expo_id=a.an_expo().id, password=PASSWORD)


def test_whoever_registered_with_a_strange_address_is_signed_out_when_its_owner_makes_an_account():
    expo = a.an_expo()
    taken = a.a_person(expo, "Eve", email="ada@lind.example")
    ada = a.a_person(expo, "Ada", email="ada@lind.example")
    eve = signins.begin(person=taken)
    who = signins.find(eve)
    assert who is not None
    assert queries.may_speak_for(who, expo.id) == [], "a typed address proves nothing"

    claiming.make_account(token=link_for(ada), expo_id=expo.id, password=PASSWORD)

    assert signins.find(eve) is None


def test_an_account_that_is_there_keeps_its_password_and_gets_the_registrations():
    expo = a.an_expo()
    account = a.an_account(password=PASSWORD)
    ada = a.a_person(expo, email=account.email)

    assert claiming.make_account(token=link_for(ada), expo_id=expo.id, password="") == account

    assert ada.account_id == account.id
    actions.check_password(email=account.email, password=PASSWORD, from_address="192.0.2.1")


def test_a_guest_makes_an_account_and_speaks_for_their_child(browser):
    conference = a.a_conference()
    expo = conference.expo
    ada = a.a_person(expo, "Ada Lind", email="ada@lind.example")
    child = a.a_person(expo, "Bo Lind", email="ada@lind.example")
    stranger = a.a_person(expo, "Cia Ek")
    a.a_registration(ada, conference)
    a.a_registration(child, conference)
    guest = browser(ada)
    assert "Bo Lind" not in guest.get(f"/{expo.slug}/my").text

    assert guest.post(f"/{expo.slug}/my/account").status_code == 303
    letter = outbox.latest(to="ada@lind.example")[0]
    path = re.search(r"http://localhost(\S+/account)", letter.body).group(1)
    new = browser()
    assert new.post(path, {"password": "kort"}).status_code == 422
    assert new.get(path).status_code == 200
    assert new.post(path, {"password": PASSWORD}).status_code == 303

    assert "Bo Lind" in new.get(f"/{expo.slug}/my").text
    assert guest.get(f"/{expo.slug}/my").status_code == 303, "signed out: the account is the way now"
    assert new.post(f"/{expo.slug}/my/speak-for/{stranger.id}").status_code == 404
    assert new.post(f"/{expo.slug}/my/speak-for/{child.id}").status_code == 303
    assert "Ada Lind" in new.get(f"/{expo.slug}/my").text
    assert "Bo Lind" in new.get(f"/{expo.slug}/my/badge").text
    db.session.rollback()
