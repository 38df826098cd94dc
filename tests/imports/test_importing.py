"""What an import makes of good files, and what a second one leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.core import stamps
from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.expos import queries as expos
from expo.expos.models import Expo
from expo.imports import provenance
from expo.imports.actions import import_h22
from expo.imports.refusals import BrokenFiles
from expo.programme import actions as programme
from expo.programme import queries
from expo.programme.words import Admission, SessionState, Visibility
from expo.publishing import queries as publishing
from expo.registration import queries as tickets
from expo.registration.models import Category
from expo.speakers import queries as speakers
from expo.speakers.models import SpeakerKind

from .folders import a_folder, add, change, read, write

pytestmark = pytest.mark.feature("P9")


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    return a_folder(tmp_path / "h22")


def the_expo() -> Expo:
    found = expos.by_slug("h22")
    assert found is not None
    return found


def trace() -> tuple[int, object]:
    """What any change would move."""
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)), stamps.read(
        f"programme:{the_expo().id}"
    )


def test_the_row_of_the_expo_makes_the_expo_and_its_open_programme(folder):
    import_h22(folder)

    expo = the_expo()
    assert (expo.name, expo.city, expo.time_zone) == ("H22 City Expo", "Helsingborg", "Europe/Stockholm")
    assert queries.open_programme(expo.id).slug == "h22-city-expo"
    assert tickets.open_pass(expo.id).name == "Open city pass"


def test_conferences_without_a_parent_belong_to_the_same_expo(folder):
    import_h22(folder)

    parents = {each.slug: each.parent_id for each in queries.conferences(the_expo().id)}
    assert parents == {
        "spring": None,
        "h22-city-expo": None,
        "summit": queries.open_programme(the_expo().id).id,
    }


def test_the_same_tour_on_three_days_is_one_session_with_three_occurrences(folder):
    import_h22(folder)

    tour = queries.session(the_expo().id, "T-3")
    assert tour.code == "T-1"
    first, second, third = queries.occurrences(tour.id)
    assert [first.code, second.code, third.code] == ["T-1", "T-2", "T-3"]
    assert [first.abstract, second.abstract, third.abstract] == [None, "In English.", None]
    assert [first.languages, second.languages, third.languages] == [None, ["en"], None]
    assert first.starts_at == datetime(2022, 5, 30, 8, tzinfo=UTC)


def test_guides_of_a_folded_tour_belong_to_its_occurrences(folder):
    import_h22(folder)

    tour = queries.session(the_expo().id, "T-1")
    billed = [(each.occurrence_id is not None, each.speaker.slug) for each in queries.appearances(tour.id)]
    assert sorted(billed) == [(True, "ada"), (True, "ada"), (True, "brass")]


def test_people_of_a_single_session_belong_to_the_session_in_both_their_roles(folder):
    import_h22(folder)

    opening = queries.session(the_expo().id, "S-1")
    billed = [(each.occurrence_id, each.role.slug) for each in queries.appearances(opening.id)]
    assert billed == [(None, "speaker"), (None, "moderator")]


def test_words_of_the_files_become_words_of_the_platform(folder):
    import_h22(folder)

    found = {code: queries.session(the_expo().id, code) for code in ("T-1", "S-1", "S-2", "N-1")}
    assert {code: each.admission for code, each in found.items()} == {
        "T-1": Admission.SEAT,
        "S-1": Admission.TICKET,
        "S-2": Admission.INVITATION,
        "N-1": Admission.OPEN,
    }
    assert found["S-2"].visibility is Visibility.HIDDEN
    assert found["S-2"].parent is found["S-1"]


def test_venues_stand_in_the_city_and_zone_of_their_conferences(folder):
    import_h22(folder)

    venues = {
        each.name: (each.city, each.time_zone, each.is_online) for each in queries.venues(the_expo().id)
    }
    assert venues == {
        "Hamnen": ("Helsingborg", "Europe/Stockholm", False),
        "Headquarters": ("New York", "America/New_York", False),
        "Online": ("", None, True),
    }


def test_prices_are_minor_units_and_rates_basis_points(folder):
    import_h22(folder)

    summit = queries.conference(the_expo().id, "summit")
    (ticket,) = tickets.every_of(summit.id)
    assert (ticket.price_minor, ticket.currency, ticket.vat_basis_points) == (49500, "SEK", 2500)
    assert (ticket.category, ticket.needs_approval, ticket.pool.capacity) == (Category.CITY, True, None)


def test_a_band_is_a_group(folder):
    import_h22(folder)

    assert speakers.by_slug(the_expo().id, "brass").kind is SpeakerKind.GROUP
    assert speakers.by_slug(the_expo().id, "ada").kind is SpeakerKind.PERSON


def test_what_is_imported_is_published_and_what_is_hidden_stays_hidden(folder):
    tally = import_h22(folder)

    assert tally.release == 1
    assert sorted(item.code for item in publishing.items(the_expo().id)) == [
        "N-1",
        "S-1",
        "T-1",
        "T-2",
        "T-3",
    ]


def test_a_second_import_changes_nothing_at_all(folder):
    import_h22(folder)
    before = trace()

    tally = import_h22(folder)

    assert not tally.anything
    assert tally.release is None
    assert trace() == before


def test_a_dry_run_says_what_would_change_and_changes_nothing(folder):
    import_h22(folder)
    before = trace()
    change(folder, "sessions.csv", 5, title="Grand opening")

    tally = import_h22(folder, dry_run=True)

    assert tally.changed["sessions"] == 1
    assert trace() == before
    assert queries.session(the_expo().id, "S-1").title == "Opening"


def test_a_dry_run_on_an_empty_database_leaves_it_empty(folder):
    assert import_h22(folder, dry_run=True).new["sessions"] == 4

    assert expos.every() == []


def test_a_move_is_published_and_keeps_its_calendar_uid(folder):
    import_h22(folder)
    uid = queries.occurrence(the_expo().id, "S-1").uid
    change(folder, "sessions.csv", 5, starts_at="2022-05-31T08:00", ends_at="2022-05-31T09:00")

    tally = import_h22(folder)

    assert (tally.release, tally.changed["occurrences"]) == (2, 1)
    (item,) = [item for item in publishing.items(the_expo().id) if item.code == "S-1"]
    assert (item.uid, item.sequence) == (uid, 1)


def test_two_sessions_can_change_rooms(folder):
    change(folder, "sessions.csv", 5, starts_at="2022-05-31T10:00", ends_at="2022-05-31T11:00")
    change(folder, "sessions.csv", 6, room="Plenum")
    import_h22(folder)
    change(folder, "sessions.csv", 5, room="Plenum")
    change(folder, "sessions.csv", 6, room="Magasinet")

    import_h22(folder)

    assert queries.occurrence(the_expo().id, "S-1").room.name == "Plenum"


def test_what_an_organiser_has_cancelled_stays_cancelled(folder):
    import_h22(folder)
    session = queries.session(the_expo().id, "N-1")
    programme.cancel_occurrence(occurrence=queries.occurrences(session.id)[0], why="The speaker is ill.")

    import_h22(folder)

    assert queries.occurrence(the_expo().id, "N-1").cancelled_at is not None
    assert queries.session(the_expo().id, "N-1").state is SessionState.CONFIRMED


def test_what_the_files_no_longer_name_stays_as_it_is(folder):
    import_h22(folder)
    write(folder, "sessions.csv", [row for row in read(folder, "sessions.csv") if row["code"] != "N-1"])

    tally = import_h22(folder)

    assert (tally.left_alone, tally.anything) == (1, False)
    assert queries.occurrence(the_expo().id, "N-1") is not None


def test_an_occurrence_stays_with_its_session(folder):
    import_h22(folder)
    change(folder, "sessions.csv", 4, title="Another tour")

    with pytest.raises(BrokenFiles) as broken:
        import_h22(folder)

    assert [str(fault) for fault in broken.value.faults] == [
        "sessions.csv, line 4, column code: in the expo it is the same session as T-1"
    ]


def test_one_more_day_of_a_tour_joins_its_session(folder):
    import_h22(folder)
    add(folder, "sessions.csv", 2, code="T-4", starts_at="2022-06-02T10:00", ends_at="2022-06-02T11:00")

    import_h22(folder)

    assert queries.session(the_expo().id, "T-4").code == "T-1"


def test_markup_and_signs_in_texts_are_kept_as_text(folder):
    change(folder, "sessions.csv", 7, title="<script>alert(1)</script> @home +1 -2 *", abstract="{{ 7*7 }}")

    import_h22(folder)

    assert queries.session(the_expo().id, "N-1").title == "<script>alert(1)</script> @home +1 -2 *"


def test_a_byte_order_mark_and_windows_line_ends_are_read(folder):
    for file in folder.iterdir():
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))

    assert import_h22(folder).new["sessions"] == 4


def test_where_a_row_comes_from_is_shown_in_the_demo_only(demo_app, tmp_path):
    folder = a_folder(tmp_path / "h22")
    change(folder, "sessions.csv", 5, source="page", reality="fact", source_note="Title and date.")
    import_h22(folder)
    expo_id = the_expo().id

    (said,) = provenance.of(expo_id, "session", ["S-1"]).values()
    assert said == provenance.Said("fact", "Title and date.", "https://example.org/page", "Dates")


def test_nobody_learns_where_a_row_comes_from_in_production(folder):
    import_h22(folder)

    assert provenance.of(the_expo().id, "session", ["S-1"]) == {}
