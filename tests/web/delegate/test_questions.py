"""Questions in the forms of delegates: asked, lost nowhere, looked at again, changed."""

from __future__ import annotations

import io
import re

import pytest

from expo.programme.words import Role
from expo.questions import queries
from expo.questions.models import Kind
from expo.registration import queries as registrations
from tests import factories as a
from tests.counting import statements
from tests.delegations.sending import a_city_ticket, a_delegation
from tests.questions.asking import a_picture, a_question, in_days, registered

pytestmark = pytest.mark.feature("R6")

ME = {"name": "Åsa Öhrström", "email": "asa@example.org"}


@pytest.fixture
def ticket(app):
    return a.a_ticket_type(a.a_conference(title="City week"), "Delegate")


def only_registration(ticket):
    (found,) = registrations.desk([ticket.conference_id])
    return found


def address(ticket) -> str:
    return f"/{ticket.conference.expo.slug}/register?conference={ticket.conference.slug}"


def test_a_question_says_what_it_is_for_who_reads_it_and_when_it_is_deleted(app, browser, ticket):
    a_question(
        ticket.conference, "Step-free way?", kind=Kind.ACCESS, is_sealed=True,
        readers=frozenset({Role.REGISTRATION, Role.DOOR_LEAD}), hints={"en": "We arrange it"},
    )  # fmt: skip
    page = browser().get(address(ticket)).text

    assert "Step-free way?" in page
    assert "We arrange it" in page
    assert "For the kitchen" in page
    assert "only Door lead, Registration desk can read it" in page
    assert f"Deleted after {in_days(60).day} " in page


def test_answers_come_with_the_registration_and_what_is_not_needed_is_not_kept(app, browser, ticket):
    options = ({"en": "Bus"}, {"en": "Train"})
    how = a_question(ticket.conference, "How?", kind=Kind.CHOICE, options=options)
    line = a_question(
        ticket.conference, "Which bus?", required=True, depends_on_id=how.id, depends_on=("bus",)
    )
    food = a_question(ticket.conference, "Food", kind=Kind.DIET, is_sealed=True)
    guest = browser()
    sent = {**ME, "ticket": ticket.id, f"q{food.id}": ["vegan", "nut-free"], f"q{food.id}-more": "no celery"}

    came_back = guest.post(address(ticket), {**sent, f"q{how.id}": "bus"})
    assert came_back.status_code == 422
    assert f'href="#q{line.id}"' in came_back.text
    assert re.search(r'value="vegan" checked', came_back.text)
    assert "no celery" in came_back.text
    assert registrations.desk([ticket.conference_id]) == []

    assert guest.post(address(ticket), {**sent, f"q{how.id}": "train", f"q{line.id}": "4"}).status_code == 303
    kept = queries.answers_of([only_registration(ticket).id]).popitem()[1]
    assert set(kept) == {how.id, food.id}
    assert kept[how.id].value == "train"


def test_the_form_sent_again_with_the_same_answers_is_sent_once_with_others_it_is_refused(
    app, browser, ticket
):
    question = a_question(ticket.conference, "Size?")
    guest = browser()
    key = re.search(r'name="key" value="([^"]+)"', guest.get(address(ticket)).text)[1]
    sent = {**ME, "ticket": ticket.id, "key": key, f"q{question.id}": "M"}

    mine = browser(a.a_person(ticket.conference.expo))
    first = mine.post(address(ticket), sent)
    assert first.status_code == 303
    assert mine.post(address(ticket), sent).location == first.location
    assert mine.post(address(ticket), {**sent, f"q{question.id}": "L"}).status_code == 409
    assert queries.answer(only_registration(ticket).id, question.id).value == "M"


def test_a_photo_is_kept_while_the_rest_of_the_form_is_put_right(app, browser, ticket):
    photo = a_question(ticket.conference, "Photo", kind=Kind.PHOTO, required=True)
    guest = browser()
    page = guest.get(address(ticket)).text
    assert 'enctype="multipart/form-data"' in page

    upload = {f"q{photo.id}-file": (io.BytesIO(a_picture()), "me.jpg")}
    came_back = guest.post(address(ticket), {"name": "Åsa", "email": "wrong", "ticket": ticket.id, **upload})
    assert came_back.status_code == 422
    assert "me.jpg" in came_back.text
    token = re.search(rf'name="q{photo.id}" value="([^"]+)"', came_back.text)[1]

    assert guest.post(address(ticket), {**ME, "ticket": ticket.id, f"q{photo.id}": token}).status_code == 303
    registration = only_registration(ticket)
    path = f"/{ticket.conference.expo.slug}/my/registrations/{registration.code}/answers/{photo.id}/file"
    served = guest.get(path)
    assert served.data.startswith(b"\xff\xd8\xff")
    assert served.headers["Content-Disposition"] == "attachment; filename=me.jpg"
    assert served.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert served.headers["Cache-Control"] == "private, no-store"
    assert browser(a.a_person(ticket.conference.expo)).get(path).status_code == 404


def test_a_wrong_file_is_said_beside_its_question(app, browser, ticket):
    photo = a_question(ticket.conference, "Photo", kind=Kind.PHOTO)
    upload = {f"q{photo.id}-file": (io.BytesIO(b"<script>"), "me.jpg")}
    page = browser().post(address(ticket), {**ME, "ticket": ticket.id, **upload})

    assert page.status_code == 422
    assert "A picture as JPEG or PNG, please." in page.text
    assert registrations.desk([ticket.conference_id]) == []


def test_in_a_basket_each_conference_asks_its_own(app, browser, ticket):
    other = a.a_ticket_type(a.a_conference(ticket.conference.expo, title="Congress"), "Member")
    one = a_question(ticket.conference, "Size?", required=True)
    two = a_question(other.conference, "Since when?", kind=Kind.NUMBER, required=True)
    guest = browser()
    slug = ticket.conference.expo.slug
    basket = guest.post(f"/{slug}/register/hold", {"ticket": [ticket.id, other.id]}).location
    page = guest.get(basket).text
    assert "Asked by City week" in page
    assert "Asked by Congress" in page

    sent = {**ME, "ticket": [ticket.id, other.id], f"q{one.id}": "M", f"q{two.id}": "long ago"}
    longer = guest.post(basket + "/extend", sent)
    assert "long ago" in longer.text
    assert guest.post(basket, sent).status_code == 422
    # The other one is left out: then its questions are, too.
    assert guest.post(basket, {**sent, "ticket": [ticket.id]}).status_code == 303
    assert set(queries.answers_of([only_registration(ticket).id]).popitem()[1]) == {one.id}


def test_my_page_says_what_is_missing_and_answers_can_be_given_and_changed_there(app, browser, ticket):
    needed = a_question(ticket.conference, "Size?", required=True)
    locked = a_question(ticket.conference, "City?")
    person = a.a_person(ticket.conference.expo)
    registration = registered(ticket, {needed: "M", locked: "Lund"}, person=person)
    later = a_question(ticket.conference, "Hotel?", required=True)
    mine = browser(person)
    slug = ticket.conference.expo.slug
    assert "1 answer is still needed" in mine.get(f"/{slug}/my").text

    path = f"/{slug}/my/registrations/{registration.code}/answers"
    assert 'value="M"' in mine.get(path).text
    assert mine.post(path, {f"q{needed.id}": "L", f"q{locked.id}": "Lund"}).status_code == 422
    done = mine.post(path, {f"q{needed.id}": "L", f"q{locked.id}": "Lund", f"q{later.id}": "Sea"})
    assert done.status_code == 303
    assert queries.answer(registration.id, needed.id).value == "L"
    assert "still needed" not in mine.get(f"/{slug}/my").text
    assert browser(a.a_person(ticket.conference.expo)).get(path).status_code == 404


def test_my_page_asks_the_database_as_often_for_one_as_for_three(app, browser, ticket):
    person = a.a_person(ticket.conference.expo)
    counts = []
    for number in range(3):
        kind = ticket if not number else a.a_ticket_type(a.a_conference(ticket.conference.expo))
        question = a_question(kind.conference, required=True)
        registered(kind, {question: "a"} if number else None, person=person)
        mine = browser(person)
        if number != 1:
            with statements() as queries_made:
                mine.get(f"/{ticket.conference.expo.slug}/my")
            counts.append(len(queries_made))
    assert counts[1] <= counts[0]


def test_a_nominee_is_asked_in_the_own_form(app, browser):
    kind = a_city_ticket(a.a_conference(title="Congress"))
    needed = a_question(kind.conference, "Size?", required=True)
    delegation = a_delegation(kind)
    from expo.core.db import transaction
    from expo.delegations import links, nominating

    draft = nominating.NomineeDraft("Bo Ek", "bo@example.org", (kind,), by_link=True)
    nominee = nominating.nominate(delegation=delegation, draft=draft)
    with transaction():
        secret = links.again(delegation, nominee)
    path = f"/{delegation_slug(kind)}/invitations/{secret}"
    guest = browser()
    assert "Asked by Congress" in guest.get(path).text

    sent = {"name": "Bo Ek", "email": "bo@example.org", "city": "", "country": ""}
    assert guest.post(path, sent).status_code == 422
    assert guest.post(path, {**sent, f"q{needed.id}": "M"}).status_code == 303
    (registration,) = registrations.desk([kind.conference_id])
    assert queries.answer(registration.id, needed.id).value == "M"


def delegation_slug(kind) -> str:
    return kind.conference.expo.slug
