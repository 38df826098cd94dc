"""A copy of an expo: whole, without a server, without anything that a stranger could not see."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner, Result

from expo import cli
from expo.archive import addresses, copying
from expo.core import clock
from expo.core.db import db
from expo.programme import handouts
from expo.programme import queries as programme
from expo.programme.drafts import Material
from expo.programme.session_files import Upload
from expo.programme.words import MaterialKind, Visibility
from tests import factories as a
from tests.client import check_page

pytestmark = [pytest.mark.once, pytest.mark.feature("F15")]


def export(*words: object) -> Result:
    db.session.rollback()
    return CliRunner().invoke(cli.expo, ["export", "site", *map(str, words)])


@pytest.fixture
def arena(app):
    today = datetime.now(UTC).date()
    expo = a.an_expo(slug="h22", name="H22 <City> Expo", starts_on=today, ends_on=today + timedelta(days=2))
    arena = a.a_conference(expo, title="Arena", slug="arena")
    room = a.a_room(expo, "Quay")
    for number, title in enumerate(("Water & light", "Harbour walk")):
        a.a_session(arena, title=title, code=f"S-{number}", room=room, starts_at=a.tomorrow_at(9 + 2 * number),
                    published=False, sdgs=(6,), track="Water")  # fmt: skip
    a.a_session(arena, title="Round table", code="R-1", starts_at=a.tomorrow_at(15), published=False,
                visibility=Visibility.REGISTERED, abstract="For ticket holders only")  # fmt: skip
    for visibility in (Visibility.HIDDEN, Visibility.INVITATION):
        a.a_session(
            arena, title="Secret supper", starts_at=a.tomorrow_at(18), published=False, visibility=visibility
        )
    a.publish(expo)
    a.a_session(arena, title="Only a draft", published=False)
    return arena


class Links(HTMLParser):
    """What a page leads to and needs, and whether anything on it asks a server."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def links(file: Path) -> Links:
    page = Links()
    page.feed(file.read_text())
    return page


def test_every_link_of_the_copy_leads_to_a_file_or_out_of_the_house(arena, tmp_path):
    folder = tmp_path / "copy"

    answer = export(folder)

    assert answer.exit_code == 0, answer.output
    assert "Did not answer" not in answer.output
    lost = []
    for file in folder.rglob("*.html"):
        check_page(file.read_text())
        page = links(file)
        assert "form" not in page.tags, file
        for link in page.found:
            assert not link.startswith(("/", "http://localhost", "webcal:")), (file, link)
            if not link.startswith(("#", "https:", "http:")):
                there = file.parent / unquote(link.partition("#")[0])
                lost += [] if there.resolve().is_file() else [(file.name, link)]
    assert lost == []
    for file in (folder / "static").rglob("*.css"):
        for link in re.findall(r"url\(([^)]+)\)", file.read_text()):
            assert link.startswith("data:") or (file.parent / link).is_file(), link


def test_days_sessions_and_calendars_stand_in_both_languages_under_stable_names(arena, tmp_path):
    folder = tmp_path / "copy"
    export(folder)
    day = a.tomorrow_at(9).date().isoformat()

    for language, word in (("sv", "En kopia från"), ("en", "A copy of")):
        for name in ("index.html", "sessions/S-0.html", f"programme/day-{day}.html", "conferences/arena.html",
                     "venues/sea-u.html", "rooms/quay.html", "speakers.html", "all-sessions.html"):  # fmt: skip
            page = (folder / language / name).read_text()
            assert f'<html lang="{language}"' in page
            assert word in page
        assert b"Water & light" in (folder / language / "feeds/programme.ics").read_bytes()
        assert (folder / language / "feeds/sessions/S-0/occurrence-S-0.ics").is_file()
        named = links(folder / language / "all-sessions.html").found
        assert {"sessions/S-0.html", "sessions/S-1.html", "sessions/R-1.html"} < set(named)
    other = links(folder / "en" / "sessions" / "S-0.html").found
    assert "../../sv/sessions/S-0.html" in other
    assert "H22 &lt;City&gt; Expo" in (folder / "index.html").read_text()


def test_nothing_that_a_stranger_may_not_see_is_in_any_file(arena, tmp_path):
    export(tmp_path / "copy")

    whole = b"".join(file.read_bytes() for file in (tmp_path / "copy").rglob("*") if file.is_file())

    assert b"Round table" in whole
    for secret in (b"Secret supper", b"Only a draft", b"For ticket holders only"):
        assert secret not in whole


def test_what_has_no_meaning_without_a_server_is_left_out(arena, app, tmp_path):
    assert set(app.view_functions) >= addresses.LEFT_OUT  # each by the name that it has
    folder = tmp_path / "copy"
    export(folder)

    names = {str(file.relative_to(folder / "en")) for file in (folder / "en").rglob("*.html")}
    assert {"index.html", "venues.html", "rooms/quay.html", "rooms/quay/sheet.html"} <= names
    assert not [
        name for name in names if name.startswith(("search", "screens", "now", "favourites", "share"))
    ]


def test_a_second_copy_replaces_the_first_and_no_folder_of_somebodys_own(arena, tmp_path):
    folder, own = tmp_path / "copy", tmp_path / "own"
    export(folder)
    names = {file.relative_to(folder) for file in folder.rglob("*")}
    (folder / "en" / "sessions" / "OLD.html").write_text("of yesterday")
    own.mkdir()
    (own / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")

    assert export(folder).exit_code == 0
    refused = [export(own), export(tmp_path / "file")]

    assert {file.relative_to(folder) for file in folder.rglob("*")} == names
    assert [answer.exit_code for answer in refused] == [1, 2]
    assert "no copy of an expo" in refused[0].output
    assert (own / "letter.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "file", "own"]


def test_what_stops_in_the_middle_leaves_the_earlier_copy_and_nothing_half(arena, tmp_path, monkeypatch):
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / copying.MARK).write_text("of yesterday")
    monkeypatch.setattr(copying._Copy, "_copy", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        raise export(folder).exception

    assert (folder / copying.MARK).read_text() == "of yesterday"
    assert os.listdir(tmp_path) == ["copy"]


def test_an_expo_must_be_named_where_there_are_several(arena, tmp_path):
    today = datetime.now(UTC).date()
    a.an_expo(slug="other", starts_on=today, ends_on=today)

    for words in ((), ("--expo", "nothing")):
        answer = export(tmp_path / "copy", *words)
        assert answer.exit_code == 1
        assert "There are: " in answer.output
    assert export(tmp_path / "copy", "--expo", "other").exit_code == 0
    assert not (tmp_path / "copy" / "en" / "sessions").exists()


def test_names_of_files_are_safe_and_no_two_are_one():
    addressed = [
        addresses.Address("en", "/h22/sessions/" + code)
        for code in ("A", "a", "Ä", "Ö", "..", "a b", "x" * 300, "y" * 300, "con/..")
    ]
    files = [addresses._file(each, "h22") for each in addressed]
    assert len(set(files)) == len(files)
    for file in files:
        assert file.isascii()
        assert ".." not in file.split("/")
        assert max(map(len, file.split("/"))) < 120


def test_after_the_expo_the_old_links_still_answer(arena, browser):
    day, feed = a.tomorrow_at(9).date(), "feeds/programme.ics"
    clock._offset = datetime(arena.expo.ends_on.year + 3, 1, 1, tzinfo=UTC) - clock.real_now()

    for path in ("", f"programme?day={day}", "programme", "programme?q=water", "sessions/S-0", "conferences/arena",
                 "now", "speakers", "favourites?codes=S-0", feed, "feeds/sessions/S-0.ics"):  # fmt: skip
        answer = browser().get(f"/h22/{path}")
        assert answer.status_code == 200, path
    assert "The expo is over" in browser().get("/h22/").text
    assert "Water" in browser().get(f"/h22/programme?day={day}").text
    assert b"S-0" in browser().get(f"/h22/{feed}").data


@pytest.mark.feature("P16")
def test_files_of_sessions_are_in_the_copy_as_they_were_handed_in(arena, tmp_path):
    session = programme.session(arena.expo_id, "S-0")
    for public in (True, False):
        handouts.save(
            session=session, material=Material(MaterialKind.SLIDES, "Slides", public=public), row=None,
            version=None, upload=Upload("Regn.pdf", b"%PDF-1.7 " + str(public).encode()),
        )  # fmt: skip
    a.publish(arena.expo)

    answer = export(tmp_path / "copy")

    assert answer.exit_code == 0, answer.output
    (file,) = (tmp_path / "copy").rglob("*.pdf")
    assert file.read_bytes() == b"%PDF-1.7 True"
    page = next(one for one in (tmp_path / "copy" / "en").rglob("S-0.html"))
    assert any((page.parent / unquote(link)).resolve() == file for link in links(page).found)
