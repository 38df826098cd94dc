"""What strangers see of registered, private and hidden things: the stricter of conference and session holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from expo.core.db import transaction
from expo.favourites import sharing
from expo.programme import actions as programme
from expo.programme import naming, places
from expo.programme.drafts import Billing, Material, Text
from expo.programme.hours import Hours
from expo.programme.values import draft_of_occurrence
from expo.programme.words import MaterialKind, Visibility
from tests import factories as a

# What only those may read to whom the details are open.
IN_WHISPERS = (
    "Sammandrag", "Strobe light", "example.org", "Open slides", "Held recording", "Sign Language",
    "Bring a lamp", "Ta med en lampa",
)  # fmt: skip
STRICT = [Visibility.INVITATION, Visibility.HIDDEN]


def _everywhere(conference, occurrence, speaker) -> list[str]:
    """Every public page that could know of a session."""
    expo, day = conference.expo.slug, occurrence.starts_at.date()
    return [
        f"/{expo}/",
        f"/{expo}/now",
        f"/{expo}/programme?day={day}",
        f"/{expo}/programme?q=whisper",
        f"/{expo}/programme?conference={conference.slug}",
        f"/{expo}/programme?type=workshop",
        f"/{expo}/programme?venue=tower",
        f"/{expo}/programme?room=tower-room",
        f"/{expo}/programme?language=fr",
        f"/{expo}/programme?sdg=16",
        f"/{expo}/conferences",
        f"/{expo}/conferences/{conference.slug}",
        f"/{expo}/sessions/{occurrence.code}",
        f"/{expo}/speakers",
        f"/{expo}/speakers/{speaker.slug}",
        f"/{expo}/venues/tower",
        f"/{expo}/rooms/tower-room",
        f"/{expo}/tracks/reviews",
        f"/{expo}/sdgs/",
        f"/{expo}/sdgs/16",
        f"/{expo}/venues",
        f"/{expo}/feeds",
        f"/{expo}/programme?day={day}&view=grid",
        f"/{expo}/programme?day={day}&view=print",
        f"/{expo}/programme?from={day}&to={day + timedelta(days=2)}",
        f"/{expo}/programme?month={day:%Y-%m}",
        f"/{expo}/search?q=whisper",
        f"/{expo}/search?q=silnet+person",
        f"/{expo}/favourites?codes={occurrence.code}",
        f"/{expo}/share/{sharing.written(conference.expo, [occurrence.id])}",
        f"/{expo}/now?venue=tower",
        f"/{expo}/now?room=tower-room",
        f"/{expo}/screens/",
        f"/{expo}/screens/expo",
        f"/{expo}/screens/venues/tower",
        f"/{expo}/screens/rooms/tower-room",
        f"/{expo}/rooms/tower-room/sheet",
        *(f"/{expo}/feeds/programme.{form}" for form in ("ics", "json", "xml", "csv")),
        f"/{expo}/feeds/share/{sharing.written(conference.expo, [occurrence.id])}.ics",
        f"/{expo}/feeds/sessions/{occurrence.code}.ics",
        f"/{expo}/feeds/conferences/{conference.slug}.ics",
        f"/{expo}/feeds/speakers/{speaker.slug}.ics",
        f"/{expo}/feeds/tracks/reviews.ics",
        f"/{expo}/feeds/rooms/tower-room.ics",
        f"/{expo}/feeds/venues/tower.ics",
        f"/{expo}/feeds/areas/high-ground.ics",
        *(f"/{expo}/feeds/{name}" for name in ("changes.atom", "changes.json", "venues.geojson")),
        f"/{expo}/areas/high-ground",
        f"/{expo}/search?q=granskningar",
        f"/{expo}/search?q=viskning",
        f"/{expo}/register?conference={conference.slug}&book={occurrence.code}",
        f"/api/v1/expos/{expo}/sessions",
        f"/api/v1/expos/{expo}/sessions?q=whisper",
    ]


def _whisper(conference, **changes):
    """A session with all that can leak: title, people, room, languages, goals, texts, notes, materials."""
    room = a.a_room(conference.expo, "Tower room", venue="Tower")
    occurrence = a.a_session(
        conference,
        title="Whisper",
        abstract="Abstract of it",
        room=room,
        languages=("fr",),
        sdgs=(16,),
        text_language="en",
        texts=(Text("sv", "Viskning", "Sammandrag av den"),),
        interpretation=(("fr", "swl"),),
        content_notes="Strobe light",
        materials=(
            Material(MaterialKind.SLIDES, "Open slides", "https://example.org/open"),
            Material(MaterialKind.RECORDING, "Held recording", "https://example.org/held", public=False),
        ),
        published=False,
        **changes,
    )
    if occurrence.session.track:
        naming.rename(occurrence.session.track, name="Reviews", names={"sv": "Granskningar"})
    own = replace(
        draft_of_occurrence(occurrence), abstract="Bring a lamp", abstracts={"sv": "Ta med en lampa"}
    )
    programme.edit_occurrence(occurrence=occurrence, draft=own)
    area = places.find_or_create_area(conference.expo, "High ground", {"sv": "Höjden"})
    notes = replace(
        places.draft_of_venue(room.venue), area_id=area.id, hours=Hours((((480, 1080),),) * 7),
        text_language="en", access_notes="Tower notes", access_texts={"sv": "Anteckning"},
    )  # fmt: skip
    places.save_venue(expo=conference.expo, draft=notes, venue=room.venue)
    speaker = a.a_speaker(conference.expo, "Silent Person")
    programme.bill(session=occurrence.session, billings=[Billing(speaker.id, "speaker")])
    a.publish(conference.expo)
    return occurrence, speaker


@pytest.mark.feature("B7")
@pytest.mark.parametrize("strict", STRICT)
@pytest.mark.parametrize("of_conference", [True, pytest.param(False, marks=pytest.mark.once)])
def test_private_sessions_are_nowhere(app, browser, strict, of_conference):
    expo = a.an_expo()
    conference = a.a_conference(
        expo, title="Secret club" if of_conference else "Club", **_if(of_conference, strict)
    )
    other = a.a_session(a.a_conference(expo), title="Public one")
    occurrence, speaker = _whisper(conference, track="Reviews", **_if(not of_conference, strict))
    stranger, member = browser(), browser(a.a_person(expo))

    for path in _everywhere(conference, occurrence, speaker):
        for someone in (stranger, member):
            page = someone.get(path).text
            for secret in (
                "Whisper</a>",
                "Whisper</mark>",
                "Whisper\r",
                "Whisper</h1>",
                "Abstract of it",
                "Silent Person",
                "Tower",
                "Secret club",
                *IN_WHISPERS,
                "Viskning</",
                "High ground",
                "Höjden",
                "Granskningar</",
                "Anteckning",
            ):
                assert secret not in page, (path, secret)
    assert stranger.get(f"/{expo.slug}/sessions/{occurrence.code}").status_code == 404
    assert stranger.get(f"/{expo.slug}/speakers/{speaker.slug}").status_code == 404
    assert stranger.get(f"/{expo.slug}/venues/tower").status_code == 404
    assert stranger.get(f"/{expo.slug}/sessions/{other.code}").status_code == 200


def _if(true: bool, visibility: Visibility) -> dict[str, Visibility]:
    return {"visibility": visibility} if true else {}


@pytest.mark.parametrize("strict", STRICT)
def test_private_sessions_are_not_counted(app, browser, strict):
    conference = a.a_conference()
    a.a_session(conference, title="Public one", published=False)
    occurrence, _speaker = _whisper(conference, visibility=strict)

    page = browser().get(f"/{conference.expo.slug}/programme?day={occurrence.starts_at.date()}").text

    assert "1 session at 1 place" in page
    assert ", 1 session, 20 free seats</span>" in page


@pytest.mark.parametrize("strict", STRICT)
def test_private_sessions_are_nobodys_neighbours_or_parts(app, browser, strict):
    conference = a.a_conference()
    public = a.a_session(conference, title="Public one", published=False)
    a.a_session(
        conference,
        title="Whisper",
        room=public.room,
        starts_at=public.ends_at,
        visibility=strict,
        published=False,
    )
    child = a.a_session(conference, title="Whispered part", visibility=strict, published=False)
    with transaction():
        child.session.parent_id = public.session_id
    a.publish(conference.expo)

    assert "Whisper" not in browser().get(f"/{conference.expo.slug}/sessions/{public.code}").text


@pytest.fixture
def registered(app):
    """A session of a registered conference, with its speaker, and one delegate with a confirmed ticket."""
    conference = a.a_conference(title="H22+50 Session", visibility=Visibility.REGISTERED)
    a.a_ticket_type(conference, "City delegate")
    occurrence, speaker = _whisper(conference, track="Reviews")
    ada = a.a_person(conference.expo)
    return conference, occurrence, speaker, ada


def test_registered_sessions_are_listed_by_title_type_track_time_and_venue(registered, browser):
    conference, occurrence, _speaker, _ada = registered

    page = browser().get(f"/{conference.expo.slug}/sessions/{occurrence.code}").text

    for shown in ("Whisper", "Workshop", "Reviews", "Tower", "With a ticket", "Register"):
        assert shown in page, shown
    for kept in ("Tower room", "Silent Person", "Abstract of it", "French", "seats left", "Peace, justice"):
        assert kept not in page, kept


def test_registered_sessions_hide_their_details_on_every_page(registered, browser):
    conference, occurrence, speaker, _ada = registered

    expo = conference.expo.slug
    further = [f"/{expo}/search?q={words}" for words in ("sammandrag", "strobe", "slides", "recording")]
    further += [f"/{expo}/programme?language=swl", f"/{expo}/feeds/programme.json?language=swl"]
    for path in further:
        assert f"sessions/{occurrence.code}" not in browser().get(path).text, path
    for asked in [*_everywhere(conference, occurrence, speaker), *further]:
        for path in (asked, f"{asked}{'&' if '?' in asked else '?'}lang=sv"):
            page = browser().get(path).text.replace("“sammandrag”", "")
            for kept in ("Tower room</", "Silent Person", "Abstract of it", "20 seats left", *IN_WHISPERS):
                assert kept not in page.replace("Sammandrag</h", ""), (path, kept)
    assert browser().get(f"/{expo}/speakers/{speaker.slug}").status_code == 404
    assert browser().get(f"/{expo}/rooms/tower-room").status_code == 404


def test_a_confirmed_ticket_opens_the_details(registered, browser):
    conference, occurrence, speaker, ada = registered
    a.a_registration(ada, conference)
    expo = conference.expo.slug

    page = browser(ada).get(f"/{expo}/sessions/{occurrence.code}").text

    for shown in ("Tower room", "Silent Person", "Bring a lamp", "French", "20 of 20 seats left"):
        assert shown in page, shown
    for shown in (
        "Strobe light",
        "https://example.org/open",
        "https://example.org/held",
        "Swedish Sign Language",
    ):
        assert shown in page, shown
    assert "Ta med en lampa" in browser(ada).get(f"/{expo}/sessions/{occurrence.code}?lang=sv").text
    assert browser(ada).get(f"/{expo}/speakers/{speaker.slug}").status_code == 200
    assert browser(ada).get(f"/{expo}/rooms/tower-room").status_code == 200


def test_a_ticket_that_waits_for_approval_opens_nothing_yet(registered, browser):
    conference, occurrence, _speaker, ada = registered
    a.a_registration(ada, conference, a.a_ticket_type(conference, "Observer", needs_approval=True))

    assert "Tower room" not in browser(ada).get(f"/{conference.expo.slug}/sessions/{occurrence.code}").text


def test_what_a_ticket_holder_saw_is_not_kept_for_strangers(registered, browser):
    conference, occurrence, _speaker, ada = registered
    a.a_registration(ada, conference)
    path = f"/{conference.expo.slug}/sessions/{occurrence.code}"

    assert "Silent Person" in browser(ada).get(path).text
    assert "Silent Person" not in browser().get(path).text
    assert "Silent Person" in browser(ada).get(path).text


def test_nothing_crosses_from_one_expo_to_another(app, browser):
    here, there = a.an_expo(), a.an_expo()
    conference = a.a_conference(here)
    occurrence, speaker = _whisper(conference, code="HERE-1")
    a.a_session(a.a_conference(there))

    assert browser().get(f"/{here.slug}/sessions/{occurrence.code}").status_code == 200
    for path in (
        f"sessions/{occurrence.code}",
        f"conferences/{conference.slug}",
        f"speakers/{speaker.slug}",
        "venues/tower",
        "rooms/tower-room",
    ):
        assert browser().get(f"/{there.slug}/{path}").status_code == 404, path
    assert "Whisper" not in browser().get(f"/{there.slug}/programme?q=whisper").text.replace("“whisper”", "")


def test_a_draft_is_no_page(app, browser):
    occurrence = a.a_session(published=False, title="Whisper")
    expo = occurrence.session.conference.expo.slug

    assert browser().get(f"/{expo}/sessions/{occurrence.code}").status_code == 404
    assert "Whisper" not in browser().get(f"/{expo}/programme?day={occurrence.starts_at.date()}").text


@pytest.mark.feature("B7")
@pytest.mark.parametrize("view", ["", "&view=grid"])
def test_a_private_event_shows_its_time_and_place_and_nothing_else(app, browser, view):
    expo = a.an_expo()
    conference = a.a_conference(expo, title="Council of Nine")
    speaker = a.a_speaker(expo, "Secret Guest")
    dinner = a.a_session(
        conference, title="Dinner of Nine", code="NINE-1", track="Nine", room=a.a_room(expo, "Blue Chamber"),
        abstract="Nine at table", visibility=Visibility.INVITATION, shows_block=True, published=False,
    )  # fmt: skip
    programme.bill(session=dinner.session, billings=[Billing(speaker.id, "speaker")])
    a.a_session(a.a_conference(expo), title="Open talk")
    path = f"/{expo.slug}/programme?day={a.tomorrow_at(9).date()}{view}"

    page = browser().get(path).text

    assert "Private event" in page
    assert "Blue Chamber" in page
    listed = page.split('class="filters"')[0] + page.split("</form>", 1)[-1]
    for secret in ("Dinner of Nine", "NINE-1", "Nine at table", "Secret Guest", dinner.uid):
        assert secret not in listed
    assert "Private event" not in browser().get(f"{path}&language=en").text
