"""Names of tracks, types, roles and areas: given, translated, found again by whoever types one of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from expo.core import stamps
from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.core.refusals import BadInput
from expo.programme import actions, naming, places, queries
from expo.programme.values import draft_of_session
from tests import factories as a

pytestmark = pytest.mark.feature("F9")


@pytest.fixture
def tour(app):
    return a.a_session(type="guided tour", track="Harbour walks", published=False).session


def test_a_renamed_type_stays_the_type_of_its_sessions_and_is_found_by_every_name_it_has(tour):
    naming.rename(tour.type, name="Walk", names={"sv": "Promenad"})

    # Saving the session again, as a form does, must not make a second type of the new name.
    assert not actions.edit_session(session=tour, draft=draft_of_session(tour), parent=None)
    for typed in ("walk", "PROMENAD", "Guided tour"):
        assert places.find_or_create_type(tour.conference.expo, typed).id == tour.type_id
    assert [one.slug for one in queries.session_types(tour.expo_id)] == ["guided-tour"]


def test_a_renamed_track_is_still_meant_by_its_name_in_any_language(tour):
    naming.rename(tour.track, name="By the sea", names={"sv": "Vid havet"})

    for typed in ("By the sea", "vid havet", "Harbour walks"):
        draft = replace(draft_of_session(tour), track=typed)
        assert not actions.edit_session(session=tour, draft=draft, parent=None)
    assert len(queries.tracks(tour.conference_id)) == 1


def test_a_name_is_written_down_once_and_raises_the_stamp(tour):
    before = stamps.here(f"programme:{tour.expo_id}")

    assert naming.rename(tour.track, name="By the sea", names={"sv": " Vid  havet ", "en": ""})
    assert not naming.rename(tour.track, name="By the sea", names={"sv": "Vid havet"})

    assert tour.track.names == {"sv": "Vid havet"}
    assert stamps.here(f"programme:{tour.expo_id}") != before
    (entry,) = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "track_changed"))
    assert (entry.before["name"], entry.after["names"]) == ("Harbour walks", {"sv": "Vid havet"})


def test_two_tracks_of_a_conference_are_never_called_alike_in_any_language(tour):
    other = places.find_or_create_track(tour.conference, "Hamnpromenader")

    with pytest.raises(BadInput) as refused:
        naming.rename(tour.track, name="Harbour walks", names={"sv": "hamnpromenader"})

    assert refused.value.facts["field"] == "name_sv"
    naming.rename(places.find_or_create_track(a.a_conference(), "Elsewhere"), name=other.name, names={})


@pytest.mark.parametrize(
    ("name", "names", "field"),
    [
        (" ", {}, "name"),
        ("x" * 81, {}, "name"),
        ("Fine", {"sv": "x" * 81}, "name_sv"),
        ("Fine", {"../x": "Bra"}, None),
    ],
)
def test_what_is_no_name_or_no_language_is_refused(tour, name, names, field):
    with pytest.raises(BadInput) as refused:
        naming.rename(tour.track, name=name, names=names)

    assert refused.value.facts.get("field") == field
    assert tour.track.name == "Harbour walks"
