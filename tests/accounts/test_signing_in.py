from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.accounts import actions, queries, signins
from expo.accounts.models import LinkPurpose, SignIn
from expo.accounts.refusals import EmailTaken, LinkIsOver, WrongPassword
from expo.core import audit, clock
from expo.core.db import db, transaction
from expo.core.refusals import TooOften
from expo.mail import outbox
from tests import factories as a

pytestmark = pytest.mark.usefixtures("app")


def sign_in(email: str, password: str) -> object:
    return actions.check_password(email=email, password=password, from_address="192.0.2.1")


def test_the_right_password_opens_whatever_the_case_of_the_address():
    ada = a.an_account(password="correct horse")

    assert sign_in(ada.email.upper(), "correct horse") == ada


def test_a_wrong_password_and_an_unknown_address_sound_the_same():
    ada = a.an_account(password="correct horse")
    said = set()
    for email in (ada.email, "nobody@example.org"):
        with pytest.raises(WrongPassword) as no:
            sign_in(email, "wrong")
        said.add(no.value.message)

    assert len(said) == 1


def test_guessing_is_stopped_even_with_the_right_password_at_last():
    ada = a.an_account(password="correct horse")
    for _guess in range(10):
        with pytest.raises(WrongPassword):
            sign_in(ada.email, "wrong")

    with pytest.raises(TooOften) as no:
        sign_in(ada.email, "correct horse")
    assert 0 < no.value.retry_after <= 900


def test_an_address_has_one_account():
    ada = a.an_account()
    with pytest.raises(EmailTaken):
        actions.create_account(email=ada.email.upper(), name="Another Ada")


def test_a_sign_in_ends_where_it_is_ended_and_nowhere_else():
    ada = a.an_account()
    phone, desk = signins.begin(account=ada), signins.begin(account=ada)
    here = signins.find(desk)
    assert here is not None

    signins.end_all(ada.id, but=here.sign_in_id)

    assert signins.find(phone) is None
    assert signins.find(desk) is not None


def test_a_sign_in_is_kept_as_a_digest_and_ends_by_itself():
    token = signins.begin(account=a.an_account())
    kept = db.session.scalars(sa.select(SignIn)).one()
    assert token.encode() not in kept.token_digest

    with transaction():
        kept.expires_at = clock.real_now() - timedelta(seconds=1)

    assert signins.find(token) is None


def test_a_mailed_link_works_once_and_proves_the_mailbox():
    person = a.a_person(a.an_expo())
    token = actions.mail_link(purpose=LinkPurpose.CLAIM, person=person)

    actions.use_link(token=token, purpose=LinkPurpose.CLAIM, expo_id=person.expo_id)

    assert person.email_verified_at is not None
    for purpose in LinkPurpose:
        with pytest.raises(LinkIsOver):
            actions.use_link(token=token, purpose=purpose)


def test_a_mailed_link_leaves_a_trace_without_its_secret():
    person = a.a_person(a.an_expo())
    token = actions.mail_link(purpose=LinkPurpose.CLAIM, person=person)

    (entry,) = audit.history("mailed_link", f"person:{person.id}")
    assert (entry.action, entry.expo_id) == ("claim_link_mailed", person.expo_id)
    assert token not in repr((entry.before, entry.after, entry.personal))


def test_a_link_of_another_expo_opens_nothing_here():
    person = a.a_person(a.an_expo())
    token = actions.mail_link(purpose=LinkPurpose.CLAIM, person=person)

    with pytest.raises(LinkIsOver):
        actions.use_link(token=token, purpose=LinkPurpose.CLAIM, expo_id=a.an_expo().id)


@pytest.mark.feature("R15")
def test_lost_links_are_mailed_to_their_owner_and_a_stranger_learns_nothing():
    person = a.a_person(a.an_expo())

    for email in (person.email, "stranger@example.org"):
        actions.recover(expo_id=person.expo_id, email=email, from_address="192.0.2.1")

    assert [letter.recipient for letter in outbox.waiting()] == [person.email]


def test_an_account_becomes_one_person_of_an_expo():
    expo, ada = a.an_expo(), a.an_account()

    first = actions.person_for(account=ada, expo_id=expo.id)

    assert actions.person_for(account=ada, expo_id=expo.id) == first
    assert queries.person_of_account(expo.id, ada.id) == first
    assert first.email_verified_at is not None
