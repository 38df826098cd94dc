"""The programme in the reader's language where it is given in it; else as it was written, and marked as such."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree as xml

import pytest
import sqlalchemy as sa

from expo.accounts import actions as accounts
from expo.booking.actions import book_seat
from expo.calendar import feeds as calendars
from expo.core.db import db
from expo.core.refusals import BadInput
from expo.mail.models import Letter
from expo.programme import actions as programme
from expo.programme import naming, places, queries
from expo.programme.drafts import Billing, Material, OccurrenceDraft, Text
from expo.programme.values import draft_of_conference, draft_of_occurrence, draft_of_session
from expo.programme.words import MaterialKind
from tests import factories as a

pytestmark = pytest.mark.feature("F9")

SWEDISH = {"Accept-Language": "sv"}


@pytest.fixture
def garden(app):
    """A session written in English and told in Swedish, beside one that is written in Swedish alone."""
    conference = a.a_conference(
        title="City week",
        description="A week of it.",
        text_language="en",
        texts=(Text("sv", "Stadsveckan", "En vecka av det."),),
    )
    occurrence = a.a_session(
        conference,
        title="Rain gardens",
        abstract="How rain is kept.",
        text_language="en",
        texts=(Text("sv", "Regnbäddar", "Hur regn hålls kvar.", machine_made=True),),
        code="RG-1",
        published=False,
    )
    a.a_session(
        conference, title="Allsång", abstract="Sjung med.", text_language="sv", code="AS-1", published=False
    )
    a.publish(conference.expo)
    return occurrence


def at(garden, path: str) -> str:
    return f"/{garden.session.conference.expo.slug}{path}"


def row(page: str, code: str) -> str:
    found = re.search(rf'<a href="[^"]*/{code}"[^>]*>.*?</a>', page)
    assert found
    return found[0]


@pytest.mark.once
def test_lists_grid_and_pages_speak_the_readers_language_and_mark_what_is_in_another(garden, browser):
    day = garden.starts_at.date()
    slug = garden.session.conference.slug
    for path in (f"/programme?day={day}", f"/programme?day={day}&view=grid", f"/conferences/{slug}"):
        page, english = (
            browser(**SWEDISH).get(at(garden, path)).text,
            browser().get(at(garden, path)).text,
        )
        assert row(page, "RG-1").endswith(">Regnbäddar</a>")
        assert "lang=" not in row(page, "RG-1")
        assert "lang=" not in row(page, "AS-1")
        assert row(english, "RG-1").endswith(">Rain gardens</a>")
        assert 'lang="sv"' in row(english, "AS-1")
        assert "Stadsveckan" in page
        assert "Stadsveckan" not in english
    page = browser(**SWEDISH).get(at(garden, "/sessions/RG-1")).text
    assert "<h1>Regnbäddar</h1>" in page
    assert "Hur regn hålls kvar." in page
    assert "Maskinöversatt." in page
    assert re.search(r'<summary>Originalet på engelska</summary><div lang="en"><p><b>Rain gardens', page)
    page = browser().get(at(garden, "/sessions/AS-1")).text
    assert '<h1 lang="sv">Allsång</h1>' in page
    assert "Written in Swedish." in page
    assert '<div lang="sv"><p>Sjung med.</p></div>' in page
    assert "En vecka av det." in browser(**SWEDISH).get(at(garden, f"/conferences/{slug}")).text


@pytest.mark.once
def test_two_readers_of_one_address_never_get_each_others_language(garden, browser):
    path = at(garden, "/sessions/RG-1")
    english, swedish = browser(), browser(**SWEDISH)
    pages = [reader.get(path) for reader in (english, swedish, english, swedish)]

    assert ["Rain gardens</h1>" in page.text for page in pages] == [True, False, True, False]
    assert pages[0].headers["ETag"] == pages[2].headers["ETag"] != pages[1].headers["ETag"]
    crossed = swedish.get(path, headers={"If-None-Match": pages[0].headers["ETag"]})
    assert crossed.status_code == 200
    assert "Regnbäddar</h1>" in crossed.text
    # Chosen by hand it is kept, whatever the browser prefers.
    english.get(f"{path}?lang=sv")
    assert "Regnbäddar</h1>" in english.get(path).text


def test_words_of_every_language_find_it_whoever_asks(garden, browser):
    for words in ("regnbäddar", "rain gardens", "hålls kvar", "stadsveckan"):
        for headers in ({}, SWEDISH):
            assert "/sessions/RG-1" in browser(**headers).get(at(garden, f"/search?q={words}")).text, words
    assert "RG-1" in browser().get(at(garden, "/feeds/programme.csv?q=regnb%C3%A4ddar")).text


def test_a_feed_is_as_it_was_written_unless_its_address_asks_for_a_language(garden, browser):
    for form in ("ics", "json", "csv", "xml"):
        path = at(garden, f"/feeds/programme.{form}")
        plain = browser(**SWEDISH).get(path)
        swedish, english = browser().get(f"{path}?lang=sv"), browser().get(f"{path}?lang=en")
        assert "Rain gardens" in plain.text
        assert "Regnb" not in plain.text
        for secret in ("Rain gardens", "How rain is kept"):
            assert secret not in swedish.text, form
        text = json.dumps(json.loads(swedish.text), ensure_ascii=False) if form == "json" else swedish.text
        assert "Regnbäddar" in text.replace("\r\n ", "")
        assert "Hur regn hålls kvar" in text.replace("\r\n ", "")
        assert "Allsång" in english.text.replace("\r\n ", "").replace("\\u00e5", "å")
        tags = {answer.headers["ETag"] for answer in (plain, swedish, english)}
        assert len(tags) == 3, form
        calendars.clear()
        assert browser().get(path).data == plain.data
    one = browser().get(at(garden, "/feeds/sessions/RG-1.ics?lang=sv")).text
    assert "X-WR-CALNAME:Regnbäddar" in one
    assert browser().get(at(garden, "/feeds/programme.ics?lang=xx")).status_code == 200


def test_a_translation_is_a_change_of_text_and_calls_nobody_back(garden, browser):
    before = browser().get(at(garden, "/feeds/programme.ics")).text
    session = garden.session
    draft = draft_of_session(session)
    texts = (*draft.texts, Text("de", "Regengärten"))
    programme.edit_session(session=session, draft=replace(draft, texts=texts))
    release = a.publishing.publish(expo=session.conference.expo)

    assert [(change["kind"], change["fields"]) for change in release.changes] == [("text", ["titles"])]
    after = browser().get(at(garden, "/feeds/programme.ics")).text
    assert re.findall("SEQUENCE:.*", after) == re.findall("SEQUENCE:.*", before)
    assert "Moved" not in browser().get(at(garden, f"/programme?day={garden.starts_at.date()}")).text


@pytest.mark.once
def test_what_one_time_alone_says_stands_before_the_translation(garden, browser):
    draft = OccurrenceDraft(
        garden.starts_at, garden.ends_at, garden.room_id, garden.seats, abstract="Today in the rain."
    )
    programme.edit_occurrence(occurrence=garden, draft=draft)
    a.publish(garden.session.conference.expo)

    page = browser(**SWEDISH).get(at(garden, "/sessions/RG-1")).text

    assert '<div lang="en"><p>Today in the rain.</p></div>' in page
    assert "<h1>Regnbäddar</h1>" in page


@pytest.mark.feature("F6")
@pytest.mark.once
def test_a_session_page_says_what_is_handed_out_interpreted_and_to_be_known_before(app, browser):
    conference = a.a_conference()
    occurrence = a.a_session(
        conference,
        languages=("sv",),
        interpretation=(("sv", "en"), ("sv", "ils")),
        content_notes="Strobe light & smoke",
        materials=(
            Material(MaterialKind.SLIDES, "<b>Slides</b>", "https://example.org/s?a=1&b=2", language="sv"),
            Material(MaterialKind.LINK, "Bring boots", text="It is wet."),
            Material(MaterialKind.RECORDING, "For members", "https://example.org/held", public=False),
        ),
    )
    expo = conference.expo.slug
    path = f"/{expo}/sessions/{occurrence.code}"
    ada = a.a_person(conference.expo)

    page = browser().get(path).text

    assert "Strobe light &amp; smoke" in page
    assert "From Swedish into English, from Swedish into International Sign" in page
    assert (
        '<a href="https://example.org/s?a=1&amp;b=2" rel="noreferrer" dir="auto" hreflang="sv">&lt;b&gt;Slides'
        in page
    )
    assert "It is wet." in page
    for reader in (browser(), browser(ada)):
        assert "For members" not in reader.get(path).text
    day = browser().get(f"/{expo}/programme?day={occurrence.starts_at.date()}").text
    assert "Sign language" in day
    assert "Interpreted into" in day
    for wish, found in (("en", True), ("ils", True), ("fr", False)):
        assert (occurrence.code in browser().get(f"/{expo}/programme?language={wish}").text) == found
    a.a_registration(ada, conference)
    assert "For members" in browser(ada).get(path).text
    assert "For members" not in browser().get(path).text


@pytest.mark.feature("F6")
def test_exports_hand_on_public_materials_alone(app, browser):
    occurrence = a.a_session(
        materials=(
            Material(MaterialKind.SLIDES, "Slides & more", "https://example.org/s"),
            Material(MaterialKind.STREAM, "Stream", "https://example.org/live"),
            Material(MaterialKind.LINK, "Only a text", text="It is wet."),
            Material(MaterialKind.RECORDING, "Held", "https://example.org/held", public=False),
        ),
    )
    feed = f"/{occurrence.session.conference.expo.slug}/feeds/programme"

    days = json.loads(browser().get(f"{feed}.json").data)["schedule"]["conference"]["days"]
    ((event,),) = days[0]["rooms"].values()
    assert [(each["title"], each["url"]) for each in event["attachments"]] == [
        ("Slides & more", "https://example.org/s")
    ]
    assert [(each["title"], each["url"]) for each in event["links"]] == [
        ("Stream", "https://example.org/live")
    ]
    schedule = xml.fromstring(browser().get(f"{feed}.xml").data)
    assert [(each.get("href"), each.text) for each in schedule.iter("attachment")] == [
        ("https://example.org/s", "Slides & more")
    ]
    assert [each.get("href") for each in schedule.iter("link")] == ["https://example.org/live"]
    rows = list(csv.DictReader(io.StringIO(browser().get(f"{feed}.csv").data.decode("utf-8-sig"))))
    assert "Held" not in str(rows)


def test_agenda_and_letter_speak_the_delegates_language(garden, browser):
    expo = garden.session.conference.expo
    ada = accounts.create_person(expo_id=expo.id, name="Ada", language="sv", email="ada@example.org")
    a.a_registration(ada, garden.session.conference)
    book_seat(person=ada, occurrence_id=garden.id)

    (letter,) = db.session.scalars(sa.select(Letter).where(Letter.kind == "booking_confirmed"))
    told = letter.subject + letter.body + (letter.calendar or "")
    assert "Regnbäddar" in told
    assert "Rain gardens" not in told
    page = browser(ada, **SWEDISH).get(f"/{expo.slug}/my/agenda").text
    assert "Regnbäddar</a>" in page
    assert "Stadsveckan" in browser(ada, **SWEDISH).get(f"/{expo.slug}/my").text


@pytest.fixture
def sorted_garden(garden):
    """The garden with a track, a type, a guide, an area and a place that have Swedish names and notes."""
    session = garden.session
    conference = session.conference
    draft = replace(draft_of_session(session), type="Hands on", track="Water ways")
    programme.edit_session(session=session, draft=draft, parent=None)
    naming.rename(session.type, name="Hands on", names={"sv": "Prova på"})
    naming.rename(session.track, name="Water ways", names={"sv": "Vattenvägar"})
    programme.bill(session=session, billings=[Billing(a.a_speaker(conference.expo, "Ada").id, "gardener")])
    (role,) = queries.roles(conference.expo_id)
    naming.rename(role, name="Gardener", names={"sv": "Trädgårdsmästare"})
    area = places.find_or_create_area(conference.expo, "City centre", {"sv": "Centrum"})
    venue = garden.room.venue
    notes = replace(
        places.draft_of_venue(venue),
        area_id=area.id,
        text_language="en",
        access_notes="Ring the bell.",
        access_texts={"sv": "Ring på klockan."},
        step_free_route="By the quay.",
        route_texts={"sv": "Längs kajen."},
    )
    places.save_venue(expo=conference.expo, draft=notes, venue=venue)
    a.publish(conference.expo)
    return garden


def test_what_sorts_the_programme_has_its_name_in_the_readers_language(sorted_garden, browser):
    day, slug = sorted_garden.starts_at.date(), sorted_garden.session.conference.slug
    venue = sorted_garden.room.venue.slug
    told = {
        f"/programme?day={day}&type=hands-on&track=water-ways": [("Hands on", "Prova på"), ("Water ways", "Vattenvägar")],
        "/sessions/RG-1": [("Hands on", "Prova på"), ("Water ways", "Vattenvägar"), ("Gardener", "Trädgårdsmästare")],
        f"/conferences/{slug}": [("Water ways", "Vattenvägar")],
        "/tracks/water-ways": [("Water ways", "Vattenvägar")],
        "/programme?track=water-ways": [("Water ways", "Vattenvägar")],
        "/programme?type=hands-on": [("Hands on", "Prova på")],
        "/venues": [("City centre", "Centrum")],
        "/areas/city-centre": [("City centre", "Centrum")],
        f"/venues/{venue}": [("City centre", "Centrum"), ("Ring the bell.", "Ring på klockan."), ("By the quay.", "Längs kajen.")],
    }  # fmt: skip
    for path, names in told.items():
        english = browser().get(at(sorted_garden, path)).text
        swedish = browser(**SWEDISH).get(at(sorted_garden, path)).text
        for here, there in names:
            assert here in english, path
            assert there not in english, path
            assert there in swedish, path
            assert here not in swedish, path


def test_names_in_every_language_are_found_and_feeds_give_what_their_address_asks_for(sorted_garden, browser):
    for words in ("prova på", "hands on", "vattenvägar", "water ways"):
        assert "/sessions/RG-1" in browser().get(at(sorted_garden, f"/search?q={words}")).text, words
    plain = browser().get(at(sorted_garden, "/feeds/tracks/water-ways.ics")).text
    swedish = browser().get(at(sorted_garden, "/feeds/tracks/water-ways.ics?lang=sv")).text
    assert "Water ways" in plain.split("BEGIN:VEVENT")[0]
    assert "Vattenvägar" in swedish.split("BEGIN:VEVENT")[0]
    assert "Prova på" in re.search(r"CATEGORIES:(.*(?:\r\n .*)*)", swedish)[1].replace("\r\n ", "")
    assert "Vattenvägar" in browser().get(at(sorted_garden, "/feeds/programme.csv?lang=sv")).text


def test_what_is_said_of_one_time_alone_is_told_in_more_languages_too(garden, browser):
    session = garden.session
    draft = replace(draft_of_occurrence(garden), abstract="With boots.", abstracts={"sv": "Med stövlar."})
    programme.edit_occurrence(occurrence=garden, draft=draft)
    notes = replace(
        draft_of_session(session),
        content_notes="It is wet.",
        texts=(Text("sv", "Regnbäddar", "Hur regn hålls kvar.", note="Det är blött."),),
    )
    programme.edit_session(session=session, draft=notes, parent=None)
    a.publish(session.conference.expo)

    english = browser().get(at(garden, "/sessions/RG-1")).text
    swedish = browser(**SWEDISH).get(at(garden, "/sessions/RG-1")).text

    for here, there in (("With boots.", "Med stövlar."), ("It is wet.", "Det är blött.")):
        assert here in english
        assert there in swedish
        assert here not in swedish
    assert "/sessions/RG-1" in browser().get(at(garden, "/search?q=stövlar")).text
    assert "Med stövlar." in browser().get(at(garden, "/feeds/sessions/RG-1.ics?lang=sv")).text
    with pytest.raises(BadInput):  # a translation of nothing
        programme.edit_occurrence(occurrence=garden, draft=replace(draft, abstract=None))


def test_a_conference_says_where_it_is_in_the_readers_language(garden, browser):
    conference = garden.session.conference
    draft = replace(
        draft_of_conference(conference, []),
        place_text="several venues",
        texts=(Text("sv", "Stadsveckan", "En vecka av det.", note="flera platser"),),
    )
    programme.save_conference(expo=conference.expo, draft=draft, conference=conference)

    path = at(garden, f"/conferences/{conference.slug}")
    assert "several venues" in browser().get(path).text
    swedish = browser(**SWEDISH).get(path).text
    assert "flera platser" in swedish
    assert "several venues" not in swedish
