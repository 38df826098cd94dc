"""Everything that stands below something else, asked for below another conference's, session's, person's or order's
own: 404, whoever owns both. A new address with two objects fails here until it is listed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from expo.booking import guides
from expo.booking.actions import book_seat
from expo.core.db import db
from expo.core.money import Money
from expo.desk import actions as desk_actions
from expo.guests import actions as inviting
from expo.payment import payments, refunds
from expo.payment.models import PayMethod, RefundReason
from expo.programme import guesting, handouts, members
from expo.programme.drafts import Material
from expo.programme.file_models import SessionFile
from expo.programme.models import Conference
from expo.programme.session_files import Upload
from expo.programme.words import MaterialKind, Role
from expo.questions import files
from expo.questions.models import Kind
from expo.questions.values import Given
from expo.registration import tickets, vouchers
from expo.webhooks import actions as hooks
from expo.webhooks import queries as webhooks
from tests import factories as a
from tests.ballots.balloting import a_ballot
from tests.questions.asking import a_question, registered

from .conftest import Desk

pytestmark = [pytest.mark.feature("P1"), pytest.mark.once]

# The second name is no object below the first: the form of a file, a step, a word that says of what kind the other is,
# a tag that belongs to the whole expo, what a file is called.
NO_CHILD = {"form", "name", "tag_id", "step", "subject"}


def of(conference: Conference) -> tuple[dict[str, object], dict[str, object]]:
    """What stands on top, by the first word of an address, and what stands below, by the names of addresses."""
    kind = a.a_ticket_type(conference, "Congress", price_minor=10000)
    asked = a_question(conference, kind=Kind.FILE)
    token = files.keep(asked, name="a.pdf", content=b"%PDF-a")
    registration = registered(kind, {asked: Given(file=token)})
    payments.record(
        order=registration.order, method=PayMethod.TRANSFER, amount=Money(10000, "SEK"), key=registration.code
    )
    talk = a.a_session(conference, track=f"Track of {conference.slug}")
    booking = book_seat(person=registration.person, occurrence_id=talk.id)
    link, _secret = guides.make(session=talk.session, label="Maria")
    a.an_organiser(conference.expo, Role.VIEWER, conference)
    (member,) = [one for one in members.of(conference.expo_id, conference.id) if one.role is Role.VIEWER]
    endpoint, _secret = hooks.add(
        expo_id=conference.expo_id, conference=None, url="https://hooks.example.org/", kinds=()
    )
    hooks.send_test(endpoint=endpoint)
    tops: dict[str, object] = {
        "conferences": conference.slug,
        "people": registration.code,
        "orders": registration.order.code,
        "sessions": talk.session.code,
        "bookings": talk.code,
        "webhooks": endpoint.id,
    }
    below: dict[str, object] = {
        "question_id": asked.id,
        "note_id": desk_actions.note(registration=registration, text="Needs a lift").id,
        "ticket_type_id": kind.id,
        "add_on_id": tickets.save_add_on(conference=conference, draft=tickets.AddOnDraft("Lunch")).id,
        "shared_id": tickets.save_shared_pool(
            expo_id=conference.expo_id, name="Hall", places=9, conference=conference
        ).id,
        "voucher_id": vouchers.create(conference=conference, draft=vouchers.VoucherDraft()).id,
        "member_id": member.id,
        "time_code": talk.code,
        "slug": f"track-of-{conference.slug}",
        "booking_id": booking.id,
        "link_id": link.id,
        "code": a_ballot(conference, a.a_session(conference)).code,
        "invitation_id": inviting.make_code(session=talk.session, seats=None).id,
        "account_id": _a_co_host(talk.session),
        "refund_id": _a_refund(registration.order).id,
        "file_id": _a_file(talk.session),
        "name": "a.pdf",
        "delivery_id": webhooks.deliveries(endpoint.id)[0].id,
    }
    return tops, below


def _a_co_host(session):
    guesting.let_edit(session=session, email=f"{session.code}@example.org", name="Co Host", language="en")
    (account,) = guesting.editors_of(session)
    return account.id


def _a_file(session):
    handouts.save(
        session=session, material=Material(MaterialKind.SLIDES, "Slides"), row=None, version=session.version,
        upload=Upload("a.pdf", b"%PDF-1"),
    )  # fmt: skip
    return db.session.scalars(sa.select(SessionFile.id).where(SessionFile.session_id == session.id)).one()


def _a_refund(order):
    (made,) = refunds.request(
        order=order, amount=Money(5000, "SEK"), reason=RefundReason.GOODWILL, key="r" + order.code
    )
    return made


def objects(rule: Rule) -> set[str]:
    return rule.arguments - {"expo_slug"} - set(rule.defaults or {})


def two_objects(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("organiser.") and len(objects(rule) - NO_CHILD) > 1
    ]


def address(rule: Rule, desk: Desk, tops: dict[str, object], below: dict[str, object]) -> str:
    word, _slash, rest = rule.rule.split("/organise/")[1].partition("/")
    parent, *children = sorted(objects(rule), key=lambda name: rest.index(name + ">"))
    top = tops[word if word in tops else "conferences"]
    built = rule.build({"expo_slug": desk.expo.slug, parent: top, **{name: below[name] for name in children}})
    assert built is not None
    return built[1]


def test_a_right_parent_with_a_wrong_child_looks_as_if_there_were_none(app: Flask, desk: Desk):
    tops, below = of(desk.conference)
    other, _below = of(a.a_conference(desk.expo, title="Another"))
    owner = desk.open_as(Role.OWNER)
    found = {}
    for rule in two_objects(app):
        for method in sorted(rule.methods & {"GET", "POST"}):
            found[method, rule.rule] = owner._open(method, address(rule, desk, other, below)).status_code
    assert {key: status for key, status in found.items() if status != 404} == {}

    # The same children below their own parents are there: it is the parent that was wrong.
    ending = ("end", "remove", "leave", "back", "cancel", "withdraw")
    rules = sorted(two_objects(app), key=lambda rule: ("POST" in rule.methods, rule.rule.endswith(ending)))
    missing = [
        rule.rule
        for rule in rules
        if owner._open(
            "GET" if "GET" in rule.methods else "POST", address(rule, desk, tops, below)
        ).status_code
        == 404
    ]
    assert missing == []
