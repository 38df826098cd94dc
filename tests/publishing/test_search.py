"""Searching in what is released: what is found, in which order, by whom, and that the index is always right."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from expo import cli
from expo.core import checks
from expo.core.db import db, is_sqlite, transaction
from expo.programme import actions as programme
from expo.programme import places
from expo.programme.drafts import Billing, ConferenceDraft, RoomDraft, VenueDraft
from expo.programme.words import Visibility
from expo.publishing import search, search_index, search_near, shelf
from expo.publishing.models import SearchEntry, SearchKind
from expo.publishing.search_words import Asked, marked, snippet, words
from expo.speakers import actions as speakers
from expo.speakers.actions import Profile
from tests import factories as a

pytestmark = pytest.mark.feature("F5")


@pytest.fixture
def conference(app):
    return a.a_conference(title="Urban Brilliance", slug="urban-brilliance")


def _look(expo_id: int, text: str, tickets=(), now=None) -> dict[SearchKind, search.Found]:
    return search.look(expo_id, Asked.of(text), tickets, now or a.tomorrow_at(0), most=20)


def _found(expo_id: int, text: str, tickets=()) -> list[tuple[str, int]]:
    """The kinds that are found, with the rank of the best of each, the best first."""
    found = _look(expo_id, text, tickets)
    return sorted(((kind.value, each.rank) for kind, each in found.items()), key=lambda pair: pair[1])


def _titles(expo_id: int, text: str, tickets=(), now=None) -> list[str]:
    found = _look(expo_id, text, tickets, now).get(SearchKind.SESSION)
    times = shelf.times_of(expo_id, found.ids if found else [], tickets)
    return [items[0].title for items in times]


def _bill(occurrence, *people, role="speaker"):
    programme.bill(session=occurrence.session, billings=[Billing(each.id, role) for each in people])


def _broken() -> list[str]:
    db.session.rollback()
    return [found for _promise, found in checks.broken()]


def test_the_best_is_first_title_then_people_then_place_then_abstract(conference):
    expo = conference.expo
    in_abstract = a.a_session(conference, title="One", abstract="Light over the harbour", published=False)
    in_room = a.a_session(conference, title="Two", room=a.a_room(expo, "The Light Room"), published=False)
    by_name = a.a_session(conference, title="Three", room=in_abstract.room, published=False,
                          starts_at=a.tomorrow_at(11))  # fmt: skip
    _bill(by_name, a.a_speaker(expo, "Ida Light"))
    a.a_session(
        conference, title="Lighthouses", room=in_room.room, starts_at=a.tomorrow_at(12), published=False
    )
    a.a_session(conference, title="A light", room=in_room.room, starts_at=a.tomorrow_at(14), published=False)
    a.publish(expo)

    assert _titles(expo.id, "light") == ["A light", "Lighthouses", "Three", "Two", "One"]


def test_of_equal_rank_the_next_is_first_and_what_is_over_last(conference):
    for title, hour in (("Salsa at night", 20), ("Salsa at noon", 12), ("Salsa in the morning", 8)):
        a.a_session(conference, title=title, starts_at=a.tomorrow_at(hour), published=False)
    a.publish(conference.expo)

    titles = _titles(conference.expo_id, "salsa", now=a.tomorrow_at(11))

    assert titles == ["Salsa at noon", "Salsa at night", "Salsa in the morning"]


def test_a_session_of_many_times_is_found_once(conference):
    tour = a.a_session(conference, title="Tour", starts_at=a.tomorrow_at(8), published=False)
    for hour in (10, 12, 14):
        programme.create_occurrence(
            session=tour.session,
            draft=a.OccurrenceDraft(a.tomorrow_at(hour), a.tomorrow_at(hour + 1), tour.room_id, 5),
        )
    a.publish(conference.expo)

    found = _look(conference.expo_id, "tour")[SearchKind.SESSION]

    assert (found.of, found.ids) == (1, [tour.session_id])
    assert [len(items) for items in shelf.times_of(conference.expo_id, found.ids, ())] == [4]


def test_people_rooms_venues_and_conferences_are_found_too(conference):
    expo = conference.expo
    session = a.a_session(conference, title="Eelgrass", room=a.a_room(expo, "Quay 4", venue="Oceanhamnen"),
                          published=False)  # fmt: skip
    ida = speakers.create_speaker(expo=expo, profile=Profile("Ida Rosén", organisation="Lunds universitet"))
    _bill(session, ida)
    a.publish(expo)

    assert ("person", 0) in _found(expo.id, "rosen")
    assert ("person", 1) in _found(expo.id, "ros")
    assert ("person", 2) in _found(expo.id, "ida lund")
    assert ("room", 0) in _found(expo.id, "quay 4")
    assert ("venue", 0) in _found(expo.id, "oceanhamnen")
    assert ("venue", 3) in _found(expo.id, "oceanhamnen helsingborg")
    assert ("conference", 0) in _found(expo.id, "brilliance")
    assert _found(expo.id, "ocean lund ida urban eelgrass workshop") == [("session", 3)]


def test_it_finds_while_one_still_types(conference):
    a.a_session(conference, title="Carl Nilsson sings", published=False)
    a.a_session(conference, title="Other")

    for typed in ("ca", "car", "carl", "CARL-", "carl n", "carl nil", "nil ca"):
        assert _titles(conference.expo_id, typed) == ["Carl Nilsson sings"], typed


def test_short_words_before_the_last_stand_for_themselves_alone(conference):
    a.a_session(conference, title="Island walk")

    assert _titles(conference.expo_id, "i walk") == []
    assert _titles(conference.expo_id, "walk i") == ["Island walk"]
    assert _titles(conference.expo_id, "isl wa") == ["Island walk"]


ODD = [
    '"', "'", '"""', "' OR 1=1 --", "*", "**", "a*", "NEAR(", "NEAR(a b, 2)", "AND", "OR NOT", "NOT", "title:",
    "{title} : x", "-", "^a", "a:b", "a & b", "!a", "a | b", "<->", ":*", "\\", "\\'", "%", "_", "(((", ")",
    "\x00", "a\x00b", "\ud800", "\u200b", "!!!", "…", "🙂", "🏳️‍🌈 salsa", "ﷺ", "İ", "ß", "½", "x" * 100_000,
    "a " * 50_000, "'" * 100_000, "\u0301" * 1000, "ก็", "हिन्दी", "한국어", "5e10 1.5 -3 0x1F", "C:\\x", "a/b/c", "http://a.b/c?d=e",
]  # fmt: skip


def test_nothing_that_is_typed_breaks_it(app):
    expo = a.an_expo()

    for typed in ODD:
        assert _look(expo.id, typed) == {}, typed[:20]


def test_nothing_that_is_published_breaks_it(conference):
    a.a_session(
        conference,
        title="Odd",
        abstract=" ".join(typed[:100] for typed in ODD if not {"\x00", "\ud800"} & set(typed)),
    )

    assert _titles(conference.expo_id, "odd salsa") == ["Odd"]
    assert _titles(conference.expo_id, "0x1f") == ["Odd"]
    assert _titles(conference.expo_id, "5e10") == ["Odd"]
    assert _broken() == []


SCRIPTS = {
    "赫尔辛堡城市博览会": "城市",
    "ヘルシンボリの海": "の海",
    "한국어 강연": "강연",
    "مؤتمر المدينة": "المدينة",
    "كِتَاب": "كتاب",
    "Łódź i Gdańsk": "lodz gdansk",
    "Straße": "strasse",
    "Ærø": "aero",
    "ÅÄÖ": "aao",
    "Sjöström-Hägg": "hagg sjo",
    "Москва": "моск",
    "Ελλάδα": "ελλαδα",
}


def test_every_script_is_found(conference):
    for title in SCRIPTS:
        a.a_session(conference, title=title, published=False)
    a.publish(conference.expo)

    for title, typed in SCRIPTS.items():
        assert _titles(conference.expo_id, typed) == [title]


def test_words_are_the_same_out_of_titles_and_out_of_what_is_typed():
    assert words("Ångfärjan’s  quay-4, (H22+50)") == ["angfarjan", "s", "quay", "4", "h22", "50"]
    assert words("a" * 500) == ["a" * 60]
    assert words("城市 x") == ["城", "市", "x"]


def test_the_words_that_were_found_are_marked_in_the_text_as_it_is_written():
    asked = Asked.of("sjostrom cafe")

    assert marked(asked, "Åsa Sjöström-Hägg, Cafébar") == [
        ("Åsa ", False), ("Sjöström", True), ("-Hägg, ", False), ("Cafébar", True),
    ]  # fmt: skip
    assert marked(Asked.of("cafe"), "Cafe\u0301") == [("Cafe\u0301", True)]
    parts = snippet(asked, "long words before it " * 20 + "the Café " + "and after it " * 20)
    assert ("Café", True) in parts
    assert parts[0][0].startswith("…")
    assert parts[-1][0].endswith("…")
    assert 100 < len("".join(text for text, _hit in parts)) < 180
    assert snippet(asked, "nothing of it") == []


# Who may find what.


@pytest.fixture
def closed(app):
    """A registered conference with one session that hides a room, a person and an abstract."""
    conference = a.a_conference(title="H22+50 Session", visibility=Visibility.REGISTERED)
    session = a.a_session(
        conference,
        title="Voluntary Local Reviews",
        abstract="A secret draft",
        room=a.a_room(conference.expo, "Sundet 1"),
        track="Cities",
        published=False,
    )
    ida = speakers.create_speaker(
        expo=conference.expo, profile=Profile("Ida Rosén", organisation="Lunds universitet")
    )
    _bill(session, ida)
    a.publish(conference.expo)
    return conference


LISTED_WORDS = ["voluntary", "workshop", "cities", "h22 50", "sea u", "helsingborg"]
HIDDEN_WORDS = ["secret", "ida", "rosen", "lunds", "sundet", "voluntary draft"]


def test_strangers_find_registered_sessions_by_what_is_listed(closed):
    for typed in LISTED_WORDS:
        assert "session" in [kind for kind, _rank in _found(closed.expo_id, typed)], typed


def test_what_a_registered_session_hides_finds_nothing_without_its_ticket(closed):
    other = a.a_conference(closed.expo, visibility=Visibility.REGISTERED)

    for typed in HIDDEN_WORDS:
        assert _found(closed.expo_id, typed) == [], typed
        assert _found(closed.expo_id, typed, {other.id, 999_999}) == [], typed
        assert "session" in [kind for kind, _rank in _found(closed.expo_id, typed, {closed.id, other.id})]


def test_people_and_rooms_of_registered_sessions_are_found_by_ticket_holders_alone(closed):
    assert ("person", 0) in _found(closed.expo_id, "rosen", {closed.id})
    assert ("room", 0) in _found(closed.expo_id, "sundet 1", {closed.id})


def test_whoever_also_appears_in_public_is_found_by_all(closed):
    expo = closed.expo
    ida = db.session.scalar(sa.select(speakers.Speaker))
    talk = a.a_session(a.a_conference(expo), title="Open talk", starts_at=a.tomorrow_at(12), published=False)
    _bill(talk, ida)
    a.publish(expo)

    assert _found(expo.id, "rosen") == [("person", 0), ("session", 2)]
    assert _titles(expo.id, "rosen") == ["Open talk"]


def test_hidden_words_do_not_lift_the_rank_of_what_holds_them(closed):
    """A stranger could else try words, and see by the order of two sessions which of them is in there."""
    expo, at = closed.expo, a.tomorrow_at(15)
    a.a_session(a.a_conference(expo), title="Voluntary", abstract="Secret", starts_at=at, published=False)
    a.publish(expo)
    order = _titles(expo.id, "voluntary")

    session = db.session.scalar(sa.select(programme.Session).where(programme.Session.title.like("%Local%")))
    before = _found(expo.id, "voluntary")
    programme.edit_session(
        session=session, draft=replace(_draft(session), abstract="voluntary " * 50 + "workshop")
    )
    _bill_more(session)
    a.publish(expo)

    assert _found(expo.id, "voluntary") == before
    assert _titles(expo.id, "voluntary") == order


def _draft(session):
    return a.SessionDraft(
        title=session.title, abstract=session.abstract, type=session.type.name, track=session.track.name,
        visibility=session.visibility, admission=session.admission, state=session.state,
    )  # fmt: skip


def _bill_more(session):
    voluntary = a.a_speaker(session.conference.expo, "Voluntary Person")
    programme.bill(session=session, billings=[Billing(voluntary.id, "speaker")])


@pytest.mark.parametrize("strict", [Visibility.INVITATION, Visibility.HIDDEN])
@pytest.mark.parametrize("of_conference", [True, False])
def test_what_is_private_is_not_even_in_the_index(app, strict, of_conference):
    expo = a.an_expo()
    visibility = {"visibility": strict}
    conference = a.a_conference(expo, title="Whisper club", **(visibility if of_conference else {}))
    session = a.a_session(
        conference, title="Whisper", abstract="whisper", room=a.a_room(expo, "Whisper", venue="Whispery"),
        published=False, **({} if of_conference else visibility),
    )  # fmt: skip
    _bill(session, a.a_speaker(expo, "Whisper Person"))
    a.publish(expo)

    expected = [] if of_conference else ["conference"]
    held = db.session.scalars(sa.select(SearchEntry).where(SearchEntry.title.contains("whisper")))
    assert [each.kind for each in held] == expected
    assert [kind for kind, _rank in _found(expo.id, "whisper", {conference.id})] == expected


def test_drafts_and_speakers_without_a_session_are_not_found(conference):
    a.a_speaker(conference.expo, "Lonely Person")
    a.a_session(conference, title="Lonely draft", published=False)

    assert _found(conference.expo_id, "lonely") == []


def test_nothing_is_found_across_expos(conference):
    a.a_session(conference, title="Here")

    assert _found(a.an_expo().id, "here") == []


# The index is always what it should be.


def test_every_change_that_strangers_see_is_in_the_index_at_once(conference):
    expo = conference.expo
    room = a.a_room(expo, "Old room", venue="Old venue")
    session = a.a_session(conference, title="Old title", room=room, published=False)
    ida = a.a_speaker(expo, "Old name")
    _bill(session, ida)
    a.publish(expo)
    conference_id = conference.id
    assert len(_found(expo.id, "old")) == 4

    speakers.edit_speaker(speaker=ida, profile=Profile("New name", organisation="New body"))
    places.save_room(venue=room.venue, draft=RoomDraft("New room", 10), room=room)
    places.save_venue(expo=expo, draft=VenueDraft("New venue", city="New city"), venue=room.venue)
    assert _found(expo.id, "old") == [("session", 0)]
    programme.edit_session(session=session.session, draft=a.SessionDraft(title="New title", type="workshop",
                           state=session.session.state))  # fmt: skip
    assert _found(expo.id, "old") == [("session", 0)]
    a.publish(expo)

    assert _found(expo.id, "old") == []
    for typed in ("new body", "new name", "new room", "new venue new city", "new title"):
        assert ("session", 3) in _found(expo.id, typed) or _titles(expo.id, typed) == ["New title"], typed
    _save(conference, title="Renamed")
    assert _titles(expo.id, "renamed") == ["New title"]
    _save(conference, visibility=Visibility.REGISTERED)
    assert _found(expo.id, "body") == []
    assert _titles(expo.id, "body", {conference_id}) == ["New title"]
    _save(conference, visibility=Visibility.HIDDEN)
    assert _found(expo.id, "new", {conference_id}) == []
    assert _broken() == []


def _save(conference, **changes):
    values = {"title": conference.title, "starts_on": conference.starts_on, "ends_on": conference.ends_on,
              "time_zone": conference.time_zone}  # fmt: skip
    programme.save_conference(
        expo=conference.expo, draft=ConferenceDraft(**{**values, **changes}), conference=conference
    )


def test_a_release_that_is_undone_leaves_the_index_as_it_was(conference):
    a.a_session(conference, title="Before")
    with pytest.raises(RuntimeError), transaction():
        a.a_session(conference, title="Never")
        raise RuntimeError

    assert _titles(conference.expo_id, "never") == []
    assert _broken() == []


def test_only_what_changed_is_written(conference):
    for _ in range(5):
        a.a_session(conference, published=False)
    a.publish(conference.expo)
    with transaction():
        assert search_index.refresh(conference.expo_id) == 0
    before = set(db.session.scalars(sa.select(SearchEntry.id)))

    a.a_session(conference, title="Another", room=a.a_room(conference.expo))

    after = set(db.session.scalars(sa.select(SearchEntry.id)))
    assert before < after
    assert len(after - before) == 2  # the session and its room


def test_verify_notices_an_index_that_is_wrong_and_rebuilding_mends_it(conference):
    expo_id = conference.expo_id
    a.a_session(conference, title="Salsa", published=False)
    a.a_session(conference, title="Jazz")
    salsa = search.sessions(expo_id, "salsa")
    assert _broken() == []
    with transaction():
        db.session.execute(sa.update(SearchEntry).values(title="jazz "))
    assert any("is found by what it is not" in line for line in _broken())
    with transaction():
        db.session.execute(sa.delete(SearchEntry))
    assert any("cannot be found" in line for line in _broken())
    assert search.sessions(expo_id, "salsa") == []

    answer = CliRunner().invoke(cli.expo, ["search", "rebuild"])

    assert (
        "The search index has 6 entries." in answer.output
    )  # two of each: sessions, rooms; a venue, a conference
    assert search.sessions(expo_id, "salsa") == salsa
    assert _broken() == []


def test_verify_notices_a_full_text_index_beside_its_entries(conference):
    if not is_sqlite():
        return
    a.a_session(conference, title="Salsa")
    with transaction():
        db.session.execute(sa.text("INSERT INTO search_index(search_index) VALUES ('delete-all')"))
    assert any("full-text index" in line for line in _broken())

    search_index.rebuild()

    assert _broken() == []


def test_a_database_from_before_the_index_is_filled_by_its_migration_command(conference):
    a.a_session(conference, title="Salsa")
    with transaction():
        db.session.execute(sa.delete(SearchEntry))

    CliRunner().invoke(cli.expo, ["migrate"])

    db.session.rollback()
    assert _titles(conference.expo_id, "salsa") == ["Salsa"]


# “Did you mean …?”


@pytest.fixture
def people(conference):
    session = a.a_session(
        conference, title="Biogas", room=a.a_room(conference.expo, venue="Dunkers"), published=False
    )
    made = [
        speakers.create_speaker(expo=conference.expo, profile=Profile(name, organisation=organisation))
        for name, organisation in (
            ("Anna Danielsson", "Göteborgs stad"),
            ("Gulnara Roll", "UNECE"),
            ("Åsa Sjöström-Hägg", "Lunds universitet"),
        )
    ]
    _bill(session, *made)
    a.publish(conference.expo)
    return conference.expo_id


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Danielson", "Danielsson"),
        ("gulnora", "Gulnara"),
        ("gulanra", "Gulnara"),
        ("anna danielsen", "anna Danielsson"),
        ("sjostrem", "Sjöström"),
        ("SJÖSTRÖMM", "Sjöström"),
        ("unace", "UNECE"),
        ("dunkars biogas", "Dunkers biogas"),
        ("universitat", "universitet"),
        ("zeppelin", None),
        ("biogas", None),
        ("anna", None),
        ("daniel", None),
        ("x", None),
        ("!!!", None),
    ],
)
def test_a_name_that_is_written_otherwise_is_suggested(people, typed, meant):
    assert search_near.suggestion(people, typed) == meant


def test_names_are_suggested_to_those_who_may_know_of_them(closed):
    assert search_near.suggestion(closed.expo_id, "Rosenn") is None
    assert search_near.suggestion(closed.expo_id, "Rosenn", {closed.id}) == "Rosén"
    assert search_near.suggestion(closed.expo_id, "universitat", {closed.id + 1}) is None


@pytest.mark.feature("F5")
def test_where_no_name_is_alike_a_word_of_a_title_is_suggested_that_anybody_may_know(people):
    conference = a.a_conference(db.session.get(a.Expo, people))
    titles = {"Concrete that breathes": Visibility.PUBLIC, "Eelgrass in Öresund": Visibility.REGISTERED,
              "Clandestine talks": Visibility.INVITATION, "Sjostrand walks": Visibility.PUBLIC}  # fmt: skip
    for number, (title, visibility) in enumerate(titles.items()):
        a.a_session(conference, title=title, visibility=visibility, published=False,
                    starts_at=a.tomorrow_at(8 + number))  # fmt: skip
    a.publish(conference.expo)

    for typed, meant in (
        ("concrette", "Concrete"),
        ("elgrass", "Eelgrass"),
        ("oresunt", "Öresund"),
        ("clandestin", None),
        ("clandestinne", None),
        ("tha", None),
        ("sjostrem", "Sjöström"),  # the name, though the title is as near
    ):
        assert search_near.suggestion(people, typed) == meant, typed


def test_a_name_that_was_just_corrected_is_suggested_as_it_is_now(people):
    gulnara = db.session.scalar(sa.select(speakers.Speaker).where(speakers.Speaker.name.like("Gulnara%")))
    assert search_near.suggestion(people, "gulnora") == "Gulnara"

    speakers.edit_speaker(speaker=gulnara, profile=Profile("Gulnoza Roll"))

    assert search_near.suggestion(people, "gulnora") == "Gulnoza"


def test_slips_are_counted():
    for one, other, slips in (
        ("", "", 0), ("abc", "abc", 0), ("abc", "ab", 1), ("abc", "acb", 1), ("abc", "abd", 1), ("abc", "xabc", 1),
        ("danielson", "danielsson", 1), ("abcd", "badc", 2), ("abc", "xyz", 3), ("abc", "abcdefgh", 3),
    ):  # fmt: skip
        assert search_near.distance(one, other, 2) == slips, (one, other)
        assert search_near.distance(other, one, 2) == slips, (other, one)
