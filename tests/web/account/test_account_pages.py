from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.accounts.models import SignIn
from expo.core import audit, clock
from expo.core.db import db, transaction
from expo.mail import outbox
from tests import factories as a


def test_signing_in_leads_back_and_signing_out_ends_it(browser):
    expo, ada = a.an_expo(), a.an_account(password="correct horse")
    desk = browser()

    answer = desk.post(
        "/login", {"email": ada.email, "password": "correct horse", "next": f"/{expo.slug}/my"}
    )

    assert (answer.status_code, answer.location) == (303, f"/{expo.slug}/my")
    assert desk.get(f"/{expo.slug}/my").status_code == 200
    desk.post("/logout")
    assert desk.get(f"/{expo.slug}/my").status_code == 303


def test_signing_in_and_out_leaves_a_trace_each(browser):
    ada = a.an_account(password="correct horse")
    desk = browser()
    desk.post("/login", {"email": ada.email, "password": "correct horse"})
    desk.post("/logout")

    (sign_in,) = db.session.scalars(sa.select(SignIn)).all()
    assert [entry.action for entry in audit.history("sign_in", f"account:{ada.id}")] == ["signed_in"]
    assert [entry.action for entry in audit.history("sign_in", sign_in.id)] == ["signed_out"]


def test_a_sign_in_that_is_seen_again_does_not_wait_for_whoever_writes(browser):
    expo = a.an_expo()
    desk = browser(a.a_person(expo))
    long_ago = clock.real_now() - timedelta(hours=1)
    with transaction():
        db.session.execute(sa.update(SignIn).values(seen_at=long_ago))

    with db.engine.connect().execution_options(write=True) as another:
        another.execute(sa.update(SignIn).values(device="held"))
        assert desk.get(f"/{expo.slug}/my").status_code == 200
        another.rollback()

    assert db.session.scalar(sa.select(SignIn.seen_at)) == long_ago
    desk.get(f"/{expo.slug}/my")
    assert db.session.scalar(sa.select(SignIn.seen_at)) > long_ago


@pytest.mark.parametrize(
    ("page", "leads_to"),
    [
        ("http://localhost/{slug}/sessions/A-1?tz=x", "/{slug}/sessions/A-1?tz%3Dx"),
        ("https://evil.example/x", ""),
        ("", ""),
    ],
)
def test_a_form_that_needs_signing_in_leads_back_to_the_page_it_stands_on(browser, page, leads_to):
    slug = a.an_expo().slug

    answer = browser().post(
        f"/{slug}/my/registrations/R-1/withdraw", headers={"Referer": page.format(slug=slug)}
    )

    assert answer.status_code == 303
    assert answer.location.startswith("/login")
    back = answer.location.partition("next=")[2]
    assert back.startswith(leads_to.format(slug=slug))
    assert "evil" not in back
    assert bool(back) == bool(leads_to)


@pytest.mark.parametrize(
    "tricky",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\n//evil", ""],
)
def test_signing_in_never_leads_to_another_site(browser, tricky):
    a.an_expo()
    ada = a.an_account(password="correct horse")

    answer = browser().post("/login", {"email": ada.email, "password": "correct horse", "next": tricky})

    assert "evil" not in answer.location
    assert answer.location.startswith("/")


def test_a_wrong_password_says_so_beside_the_field(browser):
    page = browser().post("/login", {"email": "ada@example.org", "password": "wrong"})

    assert page.status_code == 422
    assert "do not belong together" in page.text


def test_a_mailed_link_signs_in_after_one_press(browser):
    a.an_expo()
    ada, desk = a.an_account(), browser()
    sent = [desk.post("/login/link", {"email": email}).text for email in (ada.email, "nobody@example.org")]
    assert [ada.email in sent[0], "nobody@example.org" in sent[1]] == [True, True]
    path = re.search(r"http://localhost(/login/\S+)", outbox.waiting()[0].body)[1]

    assert desk.get(path).status_code == 200
    assert desk.post(path).status_code == 303
    assert desk.get("/account").status_code == 200
    assert desk.post(path).status_code == 410


def test_the_sign_in_is_another_one_each_time(browser):
    ada, desk = a.an_account(password="correct horse"), browser()
    seen = set()
    for _time in range(2):
        desk.post("/login", {"email": ada.email, "password": "correct horse"})
        seen.add(desk.client.get_cookie("expo").value)
        desk.post("/logout")

    assert len(seen) == 2


def test_other_browsers_are_signed_out_from_here(browser):
    a.an_expo()
    ada = a.an_account()
    here, there = browser(ada), browser(ada)

    here.post("/account/sign-out-elsewhere")

    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200
