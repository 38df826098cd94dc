"""The desk's pages: filters as addresses, tags, notes, saved filters, one line of time, all at once, walk-ins."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa

from expo.booking.actions import book_seat
from expo.core import checks
from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.desk import deciding, previews
from expo.desk import queries as kept
from expo.desk.filters import PeopleFilter, Scope
from expo.mail import outbox
from expo.payment import queries as payment
from expo.programme.words import Role
from expo.registration import actions as registrations
from expo.registration import queries
from expo.registration.models import RegistrationState
from tests import factories as a
from tests.checkin import doors as at
from tests.counting import statements

from .conftest import Desk
from .test_people import nothing_is_broken, waiting

pytestmark = [pytest.mark.feature("O1")]


def test_filters_are_addresses_with_counts_and_chips_that_take_them_away(desk: Desk):
    waiting(desk, 2)
    free = a.a_ticket_type(desk.conference, "Free")
    a.a_registration(a.a_person(desk.expo, "Vera"), desk.conference, free)
    page = desk.open_as()
    where = f"{desk.path}/people?state=submitted&category=visitor&q=delegate"

    text = page.get(where).text

    assert re.search(r'aria-current="page">Waits for approval <span class="count">2<', text)
    assert "Free (0)" not in text
    assert "City delegate (2)" in text
    assert 'href="/' in text
    chips = re.findall(
        r'<a class="chip" href="([^"]+)"><span><span class="vh">Take away: </span>([^<]+)', text
    )
    assert [said for _url, said in chips] == ["“delegate”", "Waits for approval", "Visitor"]
    assert chips[1][0].replace("&amp;", "&").endswith("/people?q=delegate&category=visitor")
    for odd in ("state=x&category=y&ticket=²&tag=999999999&waiting=5&sort=z&country=Sverige&note=x&page=0",):
        assert page.get(f"{desk.path}/people?{odd}").status_code == 200


def test_tags_are_put_on_many_and_taken_off_again(desk: Desk):
    first, second = waiting(desk, 2)
    page = desk.open_as(Role.REGISTRATION)
    both = {"registration": [str(first.id), str(second.id)]}

    said = page.post(f"{desk.path}/people/tags", {**both, "do": "add", "word": "VIP", "colour": "3"})
    text = page.get(said.location).text
    assert "2 have the tag VIP now." in text
    assert text.count('<span class="tag desk-tag c-3">') == 2
    (tag,) = kept.tags(desk.expo.id)
    page.post(f"{desk.path}/people/tags", {"registration": str(first.id), "do": "remove", "tag": str(tag.id)})
    assert list(kept.tags_of([first.id, second.id])) == [second.id]
    assert f"/people/{second.code}" in (text := page.get(f"{desk.path}/people?tag={tag.id}").text)
    assert f"/people/{first.code}" not in text

    empty = page.post(f"{desk.path}/people/tags", {**both, "do": "add", "word": "  "})
    assert empty.status_code == 422
    assert re.search(rf'value="{first.id}" checked', empty.text)  # what was ticked stays ticked
    reader = desk.open_as(Role.VIEWER, desk.conference)
    assert reader.post(f"{desk.path}/people/tags", {**both, "do": "add", "word": "No"}).status_code == 403
    assert len(kept.tags(desk.expo.id)) == 1


def test_notes_are_for_the_desk_alone(desk: Desk):
    (waits,) = waiting(desk)
    page = desk.open_as(Role.REGISTRATION)
    where = f"{desk.path}/people/{waits.code}"

    assert page.post(f"{where}/notes", {"text": " "}).status_code == 422
    page.post(f"{where}/notes", {"text": "Asks for <b>two</b> seats"})

    assert "Asks for &lt;b&gt;two&lt;/b&gt; seats" in page.get(where).text
    assert "1 note" in page.get(f"{desk.path}/people?note=1").text
    viewer = desk.open_as(Role.VIEWER, desk.conference)
    assert "two" not in (text := viewer.get(where).text)
    assert "Noted something" not in text
    assert waits.person.email not in text
    assert "1 note" not in viewer.get(f"{desk.path}/people").text
    assert viewer.post(f"{where}/notes", {"text": "x"}).status_code == 403
    # It stands in no letter, and the trace does not hold its text.
    registrations.approve(registration=waits)
    assert "two" not in " ".join(letter.body for letter in outbox.waiting())
    assert (
        db.session.scalar(sa.select(AuditEntry.after).where(AuditEntry.action == "registration_noted"))
        is None
    )

    (note,) = kept.notes(waits.id)
    other = waiting(Desk(desk.expo, a.a_conference(desk.expo), desk.browser))[0]
    assert page.post(f"{desk.path}/people/{other.code}/notes/{note.id}/remove").status_code == 404
    assert page.post(f"{where}/notes/{note.id}/remove").status_code == 303
    assert kept.notes(waits.id) == []


def test_a_filter_is_kept_under_a_name_for_those_whom_it_concerns(desk: Desk):
    other = a.a_conference(desk.expo, title="Other week")
    mine = desk.open_as(Role.REGISTRATION, desk.conference)

    def see(client) -> bool:
        return ">Late cities</a>" in client.get(f"{desk.path}/people").text

    assert mine.post(f"{desk.path}/people/filters", {"name": "Everybody"}).status_code == 422
    address = f"{desk.path}/people/filters?conference={desk.slug}&state=submitted&junk=1&q="
    done = mine.post(address, {"name": "Late cities"})
    assert done.status_code == 303
    assert mine.post(address, {"name": "Late cities"}).status_code == 422  # there is one of this name
    (saved,) = kept.saved_filters(desk.expo.id, None, [desk.conference.id], whole_expo=False)
    assert saved.query == f"conference={desk.slug}&state=submitted"
    viewer = desk.open_as(Role.VIEWER, desk.conference)
    assert see(mine)
    assert see(viewer)
    assert see(desk.open_as())
    stranger = desk.open_as(Role.OWNER, other)
    assert not see(stranger)
    assert stranger.post(f"{desk.path}/people/filters/{saved.id}/forget").status_code == 404
    assert viewer.post(f"{desk.path}/people/filters/{saved.id}/forget").status_code == 403
    assert mine.post(f"{desk.path}/people/filters/{saved.id}/forget").status_code == 303
    assert not see(mine)


def test_one_line_of_time_tells_deeds_letters_and_scans_and_nothing_of_other_conferences(desk: Desk):
    other = a.a_conference(desk.expo, title="Other week")
    delegate = at.a_delegate(desk.conference, "Ada")
    (mine,) = queries.of_person(delegate.id)
    a.a_registration(delegate, other)
    talk = a.a_session(desk.conference, title="Drums")
    book_seat(person=delegate, occurrence_id=talk.id)
    for conference, name in ((desk.conference, "Quay"), (other, "Secret door")):
        gate = at.a_gate(at.a_zone(desk.expo, conference), name=name)
        _device, token = at.a_device(gate)
        at.Door(gate.id, token).scan(at.code_of(delegate))
    page = desk.open_as(Role.REGISTRATION, desk.conference)
    page.post(f"{desk.path}/people/{mine.code}/tags", {"word": "VIP"})
    page.post(f"{desk.path}/people/{mine.code}/revoke", {"reason": "Came twice"})

    text = page.get(f"{desk.path}/people/{mine.code}").text
    told = re.sub(r"<[^>]+>", " ", text[text.index('id="way-title"') :])
    line = re.sub(r"\s+", " ", told)

    for words in (
        "Registered", "Booked a seat", "Tag put on : VIP", "Revoked , Olle Organiser Came twice", "Let in",
        "at Quay", "Letter waits : Your registration for", "Letter waits : Your registration for City week has ended",
    ):  # fmt: skip
        assert words in line, (words, line)
    assert "Secret door" not in text
    assert "Other week" not in text
    nothing_is_broken()


@pytest.mark.feature("R3")
def test_all_that_a_filter_finds_are_decided_after_their_number_was_said(desk: Desk):
    rows = waiting(desk, 3, quota=2)
    a.a_registration(
        a.a_person(desk.expo, "Viggo"), desk.conference, a.a_ticket_type(desk.conference, "Free")
    )
    page = desk.open_as(Role.REGISTRATION)
    where = f"{desk.path}/people/all?q=delegate"

    asked = page.get(where).text
    assert "3 wait for your decision" in asked
    assert "Approve all 3" in asked
    assert page.post(where, {"decision": "approve", "found": "2"}).status_code == 409
    assert page.post(where, {"decision": "refuse", "found": "3"}).status_code == 422
    assert {one.state for one in rows} == {RegistrationState.SUBMITTED}
    done = page.post(where, {"decision": "approve", "found": "3", "note": "Bring <boots>"})

    assert "2 are approved." in done.text
    assert re.search(r"Delegate 2</a>.*All places of City delegate are taken", done.text, re.S)
    assert [one.state.value for one in rows] == ["confirmed", "confirmed", "submitted"]
    assert "Bring <boots>" in kept.letters_about(rows[0].id)[0].body
    assert len(kept.letters_about(rows[2].id)) == 1  # who stays as they were has no second letter
    done = page.post(where, {"decision": "refuse", "found": "1", "reason": "Full"})
    assert done.location.endswith("/people?q=delegate")
    assert rows[2].state is RegistrationState.REFUSED
    viewer = desk.open_as(Role.VIEWER, desk.conference)
    assert viewer.get(where).status_code == 403
    nothing_is_broken()


@pytest.mark.once
def test_at_most_so_many_are_decided_at_once_and_that_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(deciding, "MOST", 2)
    monkeypatch.setattr(deciding.waiting_ids, "__kwdefaults__", {"most": 2})
    rows = waiting(desk, 3)
    page = desk.open_as(Role.REGISTRATION)

    assert "At most 2 are decided at once" in page.get(f"{desk.path}/people/all").text
    page.post(f"{desk.path}/people/all", {"decision": "approve", "found": "3"})

    assert [one.state.value for one in rows] == ["confirmed", "confirmed", "submitted"]


def test_the_page_costs_the_same_for_one_and_for_thirty(desk: Desk):
    page = desk.open_as(Role.REGISTRATION, desk.conference)
    (one,) = waiting(desk)
    page.post(f"{desk.path}/people/tags", {"registration": str(one.id), "do": "add", "word": "VIP"})
    page.post(f"{desk.path}/people/{one.code}/notes", {"text": "x"})
    page.get(f"{desk.path}/people")
    with statements() as few:
        page.get(f"{desk.path}/people?q=e&waiting=")
    kind = one.ticket_type
    more = [a.a_registration(a.a_person(desk.expo), desk.conference, kind) for _number in range(30)]
    page.post(
        f"{desk.path}/people/tags", {"registration": [str(r.id) for r in more], "do": "add", "word": "VIP"}
    )
    with statements() as many:
        text = page.get(f"{desk.path}/people?q=e&waiting=").text

    assert "31 registrations" in text
    assert len(many) == len(few) <= 21, len(few)


def test_every_letter_of_registration_is_shown_in_each_language_and_none_is_queued(desk: Desk):
    page = desk.open_as(Role.VIEWER, desk.conference)

    text = page.get(f"{desk.path}/letters?note=Bring+%3Cboots%3E").text

    assert len(previews.kinds()) >= 5
    for kind in previews.kinds():
        assert f'id="{kind}"' in text
        for language in ("sv", "en"):
            shown = previews.of(desk.expo, desk.conference, kind, language)
            assert desk.conference.title in shown.subject + shown.body or not kind.startswith("registration_")
    assert text.count('<pre class="letter-body" lang="sv"') == len(previews.kinds())
    assert "Bring &lt;boots&gt;" in text
    assert "Du är godkänd" in text or "godkän" in text
    assert outbox.waiting() == []


@pytest.mark.feature("D11")
@pytest.mark.parametrize("role", [Role.REGISTRATION, Role.DOOR_LEAD])
def test_who_walks_in_is_registered_confirmed_and_has_a_badge_on_the_next_page(desk: Desk, role: Role):
    ticket = a.a_ticket_type(desk.conference, "City delegate", needs_approval=True)
    page = desk.open_as(role, desk.conference)

    form = page.get(f"{desk.path}/walk-in").text
    assert "autofocus" in form
    key = re.search(r'name="key"[^>]*value="([^"]+)"', form)[1]
    sent = {
        "name": "Åsa Öhrström",
        "ticket": str(ticket.id),
        "language": "sv",
        "email": "",
        "country": "",
        "key": key,
    }
    done = [page.post(f"{desk.path}/walk-in", sent) for _twice in range(2)]

    assert done[0].status_code == 303
    assert done[0].location == done[1].location  # a second press registers nobody
    (registration,) = kept.page(Scope((desk.conference.id,)), PeopleFilter(), most=9)
    assert registration.state is RegistrationState.CONFIRMED
    text = page.get(done[0].location).text
    assert "<svg" in text
    assert "Next person" in text
    assert "Åsa Öhrström" in text
    nothing_is_broken()


@pytest.mark.feature("D11")
def test_who_walks_in_pays_at_the_desk_once_and_has_a_badge(desk: Desk):
    ticket = a.a_ticket_type(desk.conference, "Congress", price_minor=45000, needs_approval=True)
    page = desk.open_as(Role.DOOR_LEAD, desk.conference)
    assert "Congress, SEK" in page.get(f"{desk.path}/walk-in").text
    sent = {
        "name": "Åsa",
        "ticket": str(ticket.id),
        "language": "sv",
        "email": "",
        "country": "",
        "key": "k" * 43,
    }

    where = page.post(f"{desk.path}/walk-in", sent).location
    text = page.get(where).text
    assert "to pay, then the badge comes" in text
    assert "<svg" not in text.partition("badge-page")[2]
    asked = re.search(r'name="amount" value="(\d+)"', text)
    assert asked
    for amount in ("1", "-45000", "9" * 40, "\0", ""):  # the page showed another one
        assert page.post(f"{where}/paid", {"amount": amount}).status_code == 303
        assert "Meanwhile it is another amount" in page.get(where).text
    for _press in range(2):
        assert page.post(f"{where}/paid", {"amount": asked[1]}).status_code == 303

    (registration,) = kept.page(Scope((desk.conference.id,)), PeopleFilter(), most=9)
    assert registration.state is RegistrationState.CONFIRMED
    assert payment.net(registration.order_id) == 45000
    assert "badge-page" in page.get(where).text
    other = desk.open_as(Role.DOOR_LEAD, a.a_conference(desk.expo))
    assert other.post(f"{where}/paid").status_code == 404
    nothing_is_broken()


@pytest.mark.feature("D11")
def test_a_place_of_a_group_that_nobody_is_named_for_does_not_stand_at_the_desk(desk: Desk):
    place = waiting(desk)[0]
    place.person_id = None
    db.session.commit()
    page = desk.open_as(Role.DOOR_LEAD, desk.conference)
    assert page.get(f"{desk.path}/walk-in/{place.code}").status_code == 404
    assert page.post(f"{desk.path}/walk-in/{place.code}/paid").status_code == 404
    assert (
        desk.open_as(Role.OWNER, desk.conference).get(f"{desk.path}/people/{place.code}").status_code == 404
    )


@pytest.mark.feature("D11")
def test_a_walk_in_that_cannot_be_loses_nothing_that_was_typed(desk: Desk):
    full = a.a_ticket_type(desk.conference, "Full", quota=0)
    foreign = a.a_ticket_type(a.a_conference(desk.expo), "Foreign")
    page = desk.open_as(Role.REGISTRATION, desk.conference)
    where = f"{desk.path}/walk-in"
    sent = {"name": "Åsa", "ticket": str(full.id), "language": "sv", "organisation": "Sea U", "country": ""}

    back = page.post(where, sent)
    assert back.status_code == 409
    assert "All places of Full are taken." in back.text
    assert 'value="Sea U"' in back.text
    assert page.post(where, {**sent, "ticket": str(foreign.id)}).status_code == 422
    assert page.post(where, {**sent, "name": " "}).status_code == 422
    assert page.post(where, {**sent, "email": "nowhere"}).status_code == 422
    assert desk.open_as(Role.FINANCE, desk.conference).get(where).status_code == 403
    theirs = waiting(Desk(desk.expo, a.a_conference(desk.expo), desk.browser))[0]
    assert page.get(f"{where}/{theirs.code}").status_code == 404


def test_a_list_is_uploaded_its_columns_named_looked_at_and_brought_in(desk: Desk):
    a.a_ticket_type(desk.conference, "City delegate", needs_approval=True)
    page = desk.open_as(Role.REGISTRATION, desk.conference)
    rows = "Namn;E-post;Ort\r\nÅsa <b>;asa@example.org;Lund\r\nKim;nowhere;Lund\r\n".encode()

    assert page.post(f"{desk.path}/attendees", {"conference": desk.slug}).status_code == 422
    sent = {"conference": desk.slug, "file": (io.BytesIO(rows), "../list <x>.csv")}
    where = page.post(f"{desk.path}/attendees", sent, content_type="multipart/form-data").location
    text = page.get(where).text
    assert re.search(r'name="column_name".*?<option selected value="Namn">', text, re.S)
    assert re.search(r'name="column_email".*?<option selected value="E-post">', text, re.S)
    ticket = re.search(r'<option value="(\d+)">City delegate', text)[1]
    form = {
        "column_name": "Namn",
        "column_email": "E-post",
        "column_city": "Ort",
        "ticket_type": ticket,
        "letter_language": "sv",
        "approve": "y",
    }
    assert page.post(where, {**form, "column_name": ""}).status_code == 422
    checked = page.get(page.post(where, form).location).text
    assert "Åsa &lt;b&gt;" in checked
    assert "is not an address" in checked
    faults = page.get(f"{where}/faults.csv").text
    assert "Kim,nowhere,Lund,3,E-post,“nowhere” is not an address" in faults
    for stranger in (
        desk.open_as(Role.REGISTRATION, a.a_conference(desk.expo)),
        desk.open_as(Role.VIEWER, desk.conference),
    ):
        for path in ("", "/check", "/faults.csv"):
            assert stranger.get(where + path).status_code in (403, 404)

    done = page.post(f"{where}/import")
    assert "1 is registered." in done.text  # and the row with a fault is left to see
    (asa,) = kept.page(Scope((desk.conference.id,)), PeopleFilter(), most=9)
    assert (asa.person.name, asa.state) == ("Åsa <b>", RegistrationState.CONFIRMED)
    assert outbox.waiting() == []
    page.post(f"{where}/forget")
    assert page.get(where).status_code == 404
    assert [found for _promise, found in checks.broken()] == []
