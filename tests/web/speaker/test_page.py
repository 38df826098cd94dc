"""A speaker's own page: whoever has its address, and nobody else, answers there."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image

from expo.core import audit, pictures
from expo.core.db import db
from expo.programme import queries as programme
from expo.programme.words import AppearanceState
from expo.speakers import links, own
from expo.speakers import queries as speakers
from expo.speaking import inviting
from tests import factories as a
from tests.client import Client
from tests.speaking.asking import asked, invited, letters, secret_in

pytestmark = pytest.mark.feature("P5")


def test_the_address_opens_the_page_and_a_wrong_one_or_another_expos_looks_like_none(app):
    appearance, secret, url = a_page()
    browser = Client(app)

    page = browser.get(url)
    assert page.status_code == 200
    assert appearance.session.title in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    assert browser.get(url[:-3] + "AAA").status_code == 404
    other = a.an_expo()
    assert browser.get(f"/{other.slug}/speaker/{secret}").status_code == 404


def test_an_address_that_was_replaced_or_taken_back_opens_nothing_nor_does_its_calendar(app):
    appearance, _secret, url = a_page()
    feed = f"/{slug(appearance)}/feeds/speaking/{links.feed_of(speakers.own_link(appearance.speaker_id))}.ics"
    browser = Client(app)
    assert browser.get(feed).status_code == 200

    inviting.invite(speaker=appearance.speaker, anew=True)

    assert browser.get(url).status_code == 410
    assert browser.get(feed).status_code == 404
    inviting.take_back(speaker=appearance.speaker)
    assert browser.get(f"/{slug(appearance)}/speaker/{secret_in('speaker_invitation')}").status_code == 410


def test_one_tap_says_yes_and_the_page_leads_to_the_badge(app):
    appearance, _secret, url = a_page()
    browser = Client(app)

    browser.post(f"{url}/yes", {"appearance": appearance.id})

    assert state(appearance) is AppearanceState.CONFIRMED
    assert "Open my badge" in browser.get(url).text
    answer = browser.post(f"{url}/badge")
    assert answer.location.endswith("/my/badge")
    assert browser.get(answer.location).status_code == 200


def test_the_badge_of_somebody_with_an_account_asks_for_the_account(app):
    account = a.an_account(name="Mira Holm")
    appearance, _secret, url = a_page(email=account.email)
    browser = Client(app)
    browser.post(f"{url}/yes")

    browser.post(f"{url}/badge")

    assert browser.get(f"/{slug(appearance)}/my/registrations").location.startswith("/login")


def test_another_speakers_appearance_is_not_answered(app):
    _appearance, _secret, url = a_page()
    other = asked(a.a_session(), email="eva@example.org")

    assert Client(app).post(f"{url}/no", {"appearance": other.id}).status_code == 404
    assert state(other) is AppearanceState.INVITED


def test_an_assistant_answers_under_their_own_name_and_can_be_taken_away(app):
    appearance, _secret, url = a_page()
    browser = Client(app)
    browser.post(f"{url}/assistants", {"name": "Pia Lund", "email": "pia@example.org"})
    theirs = f"/{slug(appearance)}/speaker/{secret_in('speaker_assistant')}"

    assert "You act for Mira Holm" in browser.get(theirs).text
    assert browser.post(f"{theirs}/yes", {"appearance": appearance.id}).status_code == 303

    link = speakers.assistants(appearance.speaker_id)[0]
    entry = next(
        e for e in audit.history("session", appearance.session_id) if e.action == "appearance_confirmed"
    )
    assert entry.actor == f"assistant:{link.id}"
    assert browser.post(f"{theirs}/badge").status_code == 404
    assert browser.post(f"{theirs}/assistants", {"name": "X", "email": "x@example.org"}).status_code == 404
    browser.post(f"{url}/assistants/{link.id}/remove")
    assert browser.get(theirs).status_code == 410


def test_an_assistant_of_somebody_else_is_not_taken_away(app):
    appearance, _secret, url = a_page()
    other = a.a_speaker(appearance.session.conference.expo)
    inviting.invite_assistant(speaker=other, name="Pia", email="pia@example.org")

    answer = Client(app).post(f"{url}/assistants/{speakers.assistants(other.id)[0].id}/remove")

    assert answer.status_code == 404
    assert len(speakers.assistants(other.id)) == 1


def test_days_are_ticked_without_script_and_a_calendar_file_adds_what_is_busy(app):
    appearance, _secret, url = a_page()
    browser, day = Client(app), a.tomorrow_at(9).date()

    browser.post(f"{url}/availability", {"day": day.isoformat(), "can": f"{day.isoformat()}/morning"})
    ics = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:{day:%Y%m%d}T070000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    browser.post(f"{url}/calendar", {"calendar": (io.BytesIO(ics.encode()), "busy.ics")})

    assert len(speakers.unavailable(appearance.expo_id)[appearance.speaker_id]) == 2
    page = browser.get(f"{url}/availability").text
    assert f'value="{day.isoformat()}/morning" checked' in page
    assert f'value="{day.isoformat()}/evening" checked' not in page
    wrong = browser.post(f"{url}/calendar", {"calendar": (io.BytesIO(b"GIF89a"), "busy.ics")})
    assert wrong.status_code == 422
    browser.post(f"{url}/calendar/forget")
    assert len(speakers.unavailable(appearance.expo_id)[appearance.speaker_id]) == 1


def test_a_picture_is_made_anew_and_shown_and_what_is_none_is_refused(app):
    appearance, _secret, url = a_page()
    browser = Client(app)
    made = io.BytesIO()
    Image.new("RGB", (2000, 1000), "red").save(made, "JPEG", exif=b"Exif\0\0secret place")

    browser.post(f"{url}/photo", {"photo": (io.BytesIO(made.getvalue()), "me.jpg")})

    db.session.expire_all()
    content, type_ = pictures.read(appearance.speaker.picture)
    assert b"secret place" not in content
    assert type_ == "image/jpeg"
    assert max(Image.open(io.BytesIO(content)).size) == own.SIDE
    shown = browser.get(f"/{slug(appearance)}/pictures/{appearance.speaker.picture}")
    assert shown.status_code == 200
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert browser.get(f"/{a.an_expo().slug}/pictures/{appearance.speaker.picture}").status_code == 404
    assert browser.post(f"{url}/photo", {"photo": (io.BytesIO(b"<svg/>"), "me.jpg")}).status_code == 422
    assert browser.post(f"{url}/photo", {"photo": (bomb(), "me.png")}).status_code == 422


def test_a_word_with_line_ends_makes_no_header_and_no_button_of_the_teams_letter(app):
    appearance, _secret, url = a_page()
    a.an_organiser(appearance.session.conference.expo)

    Client(app).post(
        f"{url}/no",
        {"appearance": appearance.id, "note": "Bcc: all@example.org\r\n\r\nhttps://evil.example/"},
    )

    from expo.mail import outbox

    letter = [one for one in outbox.waiting() if one.kind == "speaker_declined"][-1]
    assert "“Bcc: all@example.org https://evil.example/”" in letter.body
    assert not any(line.startswith(("Bcc", "https://evil")) for line in letter.body.splitlines())


def test_organisers_see_who_has_not_answered_and_write_to_all_of_them(app):
    appearance = asked(a.a_session())
    asked(
        a.a_session(appearance.session.conference),
        a.a_speaker(appearance.session.conference.expo, "Åke Berg"),
        email="ake@example.org",
    )
    organiser = Client(app, a.an_organiser(appearance.session.conference.expo))
    board = f"/{slug(appearance)}/organise/answers"

    assert "Mira Holm" in organiser.get(board).text
    organiser.post(f"{board}/remind", {"every": "1"})

    assert sorted(letters("speaker_invitation")) == ["ake@example.org", "mira@example.org"]
    organiser.post(f"{board}/remind", {"every": "1"})
    assert len(letters("speaker_invitation")) == 2
    assert letters("speaker_reminder") == []


def test_a_scheduler_of_another_conference_sees_no_answers_and_takes_no_substitute(app):
    from expo.speaking import answering

    appearance = asked(a.a_session())
    expo = appearance.session.conference.expo
    named = answering.name_substitute(
        appearance=appearance, named=answering.Named("Nils Ek", "nils@example.org")
    )
    stranger = Client(app, a.an_organiser(expo, a.Role.SCHEDULER, a.a_conference(expo)))

    assert "Mira Holm" not in stranger.get(f"/{expo.slug}/organise/answers?view=all").text
    assert stranger.post(f"/{expo.slug}/organise/answers/substitutes/{named.id}/take").status_code == 404
    slug_ = appearance.speaker.slug
    assert stranger.post(f"/{expo.slug}/organise/speakers/{slug_}/invite").status_code == 403


def test_the_calendar_of_a_speaker_tells_travel_and_room_to_them_alone(app):
    appearance, _secret, _url = a_page()
    own.set_logistics(
        speaker=appearance.speaker,
        logistics=own.Logistics("mira@example.org", "en", "Train at 8\nHotel Sea", "Pia, 070-1"),
    )
    token = links.feed_of(speakers.own_link(appearance.speaker_id))

    feed = Client(app).get(f"/{slug(appearance)}/feeds/speaking/{token}.ics?lang=en")

    text = feed.text.replace("\r\n ", "")
    assert "Travel: Train at 8\\nHotel Sea" in text
    assert "LOCATION:" in text
    assert feed.headers["Cache-Control"] == "private, no-cache"
    assert "Access-Control-Allow-Origin" not in feed.headers
    assert Client(app).get(f"/{slug(appearance)}/speaker/{token}").status_code == 404


def a_page(email: str = "mira@example.org"):
    appearance = asked(a.a_session(starts_at=a.tomorrow_at(9) + timedelta(days=2)), email=email)
    secret = invited(appearance)
    return appearance, secret, f"/{slug(appearance)}/speaker/{secret}"


def slug(appearance) -> str:
    return appearance.session.conference.expo.slug


def state(appearance) -> AppearanceState:
    db.session.expire_all()
    found = programme.appearances(appearance.session_id)
    return next(one.state for one in found if one.id == appearance.id)


def bomb() -> io.BytesIO:
    """A small file that unpacks to 25 million pixels."""
    made = io.BytesIO()
    Image.new("1", (5_000, 5_000)).save(made, "PNG")
    return io.BytesIO(made.getvalue())
