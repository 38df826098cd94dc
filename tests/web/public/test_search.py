"""The page of what was found, and the other places that search."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from expo.programme import actions as programme
from expo.programme.drafts import Billing
from expo.programme.words import Visibility
from expo.speakers import actions as speakers
from expo.speakers.actions import Profile
from tests import factories as a

pytestmark = pytest.mark.feature("F5")


@pytest.fixture
def expo(app):
    """A session with a person at a place, and another that has nothing to do with it."""
    expo = a.an_expo(slug="sea")
    conference = a.a_conference(expo, title="Water days")
    session = a.a_session(
        conference, title="Livet under ytan", code="LIFE-1", room=a.a_room(expo, "Havoteket", venue="Oceanhamnen"),
        abstract="Children net <small> animals, and put them back. " * 4 + "Bring rubber boots.", published=False,
    )  # fmt: skip
    ida = speakers.create_speaker(
        expo=expo, profile=Profile("Ida Danielsson", title="Biologist", organisation="Havets klassrum")
    )
    programme.bill(session=session.session, billings=[Billing(ida.id, "guide")])
    a.a_session(conference, title="Concrete", starts_at=a.tomorrow_at(13))
    return expo


def _main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def _headings(page: str) -> list[str]:
    return [
        re.sub(r"\s*<.*", "", text).strip() for text in re.findall(r"<h2[^>]*>(.*?)</h2>", page, re.DOTALL)
    ]


def _search(browser, q: str, who=None) -> str:
    answer = browser(who).get(f"/sea/search?q={quote(q)}")
    assert answer.status_code == 200
    return _main(answer.text)


def test_the_home_page_and_the_masthead_lead_to_the_search_page(expo, browser):
    home = browser().get("/sea/").text

    assert '<form action="/sea/search"' in home
    assert 'class="find" href="/sea/search"' in home
    assert 'name="q"' in browser().get("/sea/search").text


def test_that_comes_first_which_holds_the_words_in_its_name(expo, browser):
    assert _headings(_search(browser, "danielsson")) == ["People and groups", "Sessions"]
    assert _headings(_search(browser, "havoteket")) == ["Places", "Sessions"]
    assert _headings(_search(browser, "livet")) == ["Sessions"]
    assert _headings(_search(browser, "water")) == ["Conferences", "Sessions"]


def test_each_thing_leads_to_its_page(expo, browser):
    for q, path in (
        ("livet", "/sea/sessions/LIFE-1"), ("ida", "/sea/speakers/ida-danielsson"), ("havoteket", "/sea/rooms/havoteket"),
        ("oceanhamnen", "/sea/venues/oceanhamnen"), ("water days", "/sea/conferences/water-days"),
    ):  # fmt: skip
        assert f'href="{path}"' in _search(browser, q), q
        assert browser().get(path).status_code == 200


def test_the_words_are_marked_where_they_stand(expo, browser):
    assert "<mark>Livet</mark> under ytan" in _search(browser, "LIVET")
    by_person = _search(browser, "danielsson")
    assert "Ida <mark>Danielsson</mark></b>" in by_person
    assert "Ida <mark>Danielsson</mark>, Biologist, Havets klassrum" in by_person
    in_abstract = _search(browser, "rubber")
    assert "Bring <mark>rubber</mark> boots." in in_abstract
    assert "… " in in_abstract
    assert "net &lt;<mark>small</mark>&gt; animals" in _search(browser, "small")
    assert "<mark>Workshop</mark>" in _search(browser, "workshop livet")
    assert "row-note" not in _search(browser, "livet ytan")


def test_a_session_stands_once_at_its_next_time_with_its_day(expo, browser):
    session = a.a_session(a.a_conference(expo), title="Tour", starts_at=a.tomorrow_at(8), published=False)
    programme.create_occurrence(
        session=session.session,
        draft=a.OccurrenceDraft(a.tomorrow_at(15), a.tomorrow_at(16), session.room_id, 5),
    )
    a.publish(expo)

    page = _search(browser, "tour")

    assert page.count('class="row-title"') == 1
    assert "and 1 more time until" in page
    assert re.search(r'class="starts">[A-Z][a-z]+ \d+ [A-Z][a-z]+, \d\d:\d\d', page)


def test_a_name_written_otherwise_is_found_all_the_same(expo, browser):
    page = _search(browser, "Danielson")

    assert "Nothing holds “Danielson”" in unescape(page)
    assert 'href="/sea/search?q=Danielsson"' in page
    assert 'href="/sea/speakers/ida-danielsson"' in page


def test_where_little_was_found_another_spelling_is_offered(expo, browser):
    a.a_session(a.a_conference(expo), title="The Danielson method")

    page = _search(browser, "danielson")

    assert "The <mark>Danielson</mark> method" in page
    assert 'href="/sea/search?q=Danielsson"' in page
    assert "Nothing holds" not in page


def test_nothing_found_says_what_each_word_alone_would_find(expo, browser):
    page = _search(browser, "livet zeppelin")

    assert "Nothing found" in page
    assert 'href="/sea/search?q=livet"' in page
    assert "q=zeppelin" not in page


def test_without_words_it_says_what_can_be_searched(expo, browser):
    page = _search(browser, "")

    assert "The beginning of a word is enough" in page
    assert "Nothing found" not in page


def test_odd_words_never_break_a_page_or_feed(expo, browser):
    stranger = browser()
    for q in (
        '"', "'--", "*", "NEAR(a b)", "{title} : x", "a OR", "!!!", "🙂", "城市", "مؤتمر", "\u202e", "<script>", "%", "\\",
        "x" * 100_000, "a " * 50_000,
    ):  # fmt: skip
        for path in ("search", "programme", "feeds/programme.ics"):
            answer = stranger.get(f"/sea/{path}?q={quote(q)}")
            assert answer.status_code == 200, (path, q[:20])
            assert path.startswith("feeds") or "<script>" not in answer.text
    assert stranger.get("/sea/search?q=%FF%FE&q=b&lang=xx").status_code in (200, 302)
    assert stranger.get("/sea/search?q=%00").status_code == 404


def test_pages_and_feeds_of_the_programme_search_in_the_same_index(expo, browser):
    for q, holds in (("danielsson", True), ("boots livet", True), ("havot", True), ("zeppelin", False)):
        for path in ("programme", "feeds/programme.ics"):
            assert ("Livet under ytan" in browser().get(f"/sea/{path}?q={quote(q)}").text) is holds, (path, q)


@pytest.fixture
def closed(expo):
    conference = a.a_conference(expo, title="Members", visibility=Visibility.REGISTERED)
    a.a_ticket_type(conference)
    session = a.a_session(
        conference,
        title="Annual review",
        abstract="A secret draft",
        room=a.a_room(expo, "Vault"),
        published=False,
    )
    silent = a.a_speaker(expo, "Silent Rosén")
    programme.bill(session=session.session, billings=[Billing(silent.id, "speaker")])
    a.publish(expo)
    return conference


def test_strangers_find_no_trace_of_what_is_for_ticket_holders(closed, browser):
    for q in ("secret", "silent", "rosen", "rosem", "vault", "review secret", "annual rosenn"):
        page = _search(browser, q).lower()
        assert "rosén" not in page, q
        assert 'class="row-title"' not in page, q
        assert 'class="lines"' not in page, q
        assert "did you mean" not in page, q
    shown = _search(browser, "annual review")
    assert "<mark>Annual</mark>" in shown
    for kept in ("secret", "Silent", "Vault"):
        assert kept not in shown


def test_ticket_holders_find_it_and_nobody_after_them_does(closed, browser):
    ada = a.a_person(closed.expo)
    a.a_registration(ada, closed)

    assert "A <mark>secret</mark> draft" in _search(browser, "secret", ada)
    assert "Silent <mark>Rosén</mark>" in _search(browser, "rosen", ada)
    assert "Silent" in _search(browser, "rosenn", ada)
    assert "draft" not in _search(browser, "secret")


@pytest.mark.parametrize("many", [1, 30])
def test_it_asks_as_often_for_many_results_as_for_one(expo, browser, statements, many):
    conference = a.a_conference(expo, title="Salsa week")
    room = a.a_room(expo, "Salsa hall", venue="Salsa house")
    for number in range(many):
        session = a.a_session(conference, title="Salsa", room=room, published=False, seats=None,
                              starts_at=a.tomorrow_at(0, 0) + a.timedelta(hours=number), code=f"S-{number}")  # fmt: skip
        ida = a.a_speaker(expo, f"Salsa Person {number}")
        programme.bill(session=session.session, billings=[Billing(ida.id, "guide")])
    a.publish(expo)
    browser().get("/sea/search?q=concrete")

    with statements() as asked:
        page = _search(browser, "salsa")

    assert page.count('class="row-title"') == min(many, 12)
    if many > 12:
        assert f"All {many} in the programme" in page
    assert _headings(page) == ["Sessions", "People and groups", "Places", "Conferences"]
    assert len(asked) <= 10, asked
