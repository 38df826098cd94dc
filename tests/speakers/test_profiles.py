from __future__ import annotations

import pytest

from expo.core import audit
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.speakers import queries
from expo.speakers.actions import Profile, create_speaker, edit_speaker, profile_of
from expo.speakers.models import SpeakerKind
from tests import factories as a

pytestmark = [pytest.mark.feature("P5"), pytest.mark.usefixtures("app")]


def test_a_profile_is_kept_as_it_was_typed_without_stray_signs():
    expo = a.an_expo()
    profile = Profile("  Åsa\tÖhrström\0", "Mayor", "Lund", "Lund", "SE", "Sings.\n", SpeakerKind.PERSON)

    asa = create_speaker(expo=expo, profile=profile)

    assert profile_of(asa) == Profile("Åsa Öhrström", "Mayor", "Lund", "Lund", "SE", "Sings.")
    assert asa.slug == "asa-ohrstrom"


def test_two_of_one_name_have_two_addresses():
    expo = a.an_expo()

    assert [a.a_speaker(expo, "Ada").slug for _number in range(3)] == ["ada", "ada-2", "ada-3"]


def test_who_saves_second_is_told_and_changes_nothing():
    ada = a.a_speaker(a.an_expo(), "Ada")
    seen = ada.version
    edit_speaker(speaker=ada, profile=Profile("Ada Lovelace"), version=seen)

    with pytest.raises(ChangedMeanwhile):
        edit_speaker(speaker=ada, profile=Profile("Countess"), version=seen)

    assert ada.name == "Ada Lovelace"


def test_saving_what_is_there_already_is_no_change():
    ada = a.a_speaker(a.an_expo(), "Ada")

    assert not edit_speaker(speaker=ada, profile=profile_of(ada))
    assert ada.version == 1


@pytest.mark.parametrize(
    ("field", "profile"),
    [
        ("name", Profile(" \0")),
        ("name", Profile("x" * 201)),
        ("title", Profile("Ada", title="x" * 201)),
        ("bio", Profile("Ada", bio="x" * 5001)),
        ("country", Profile("Ada", country="Sweden")),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(field: str, profile: Profile):
    with pytest.raises(BadInput) as no:
        create_speaker(expo=a.an_expo(), profile=profile)

    assert no.value.facts["field"] == field


def test_the_record_keeps_names_apart_where_they_can_be_erased():
    ada = a.a_speaker(a.an_expo(), "Ada")
    edit_speaker(speaker=ada, profile=Profile("Ada Lovelace"))

    entry = audit.history("speaker", ada.id)[0]
    assert entry.personal == {"name": ["Ada", "Ada Lovelace"]}
    assert (entry.before, entry.after) == (None, None)


def test_a_name_is_found_by_any_part_with_or_without_accents():
    expo = a.an_expo()
    asa = a.a_speaker(expo, "Åsa Öhrström")
    a.a_speaker(expo, "100% Ada_Lovelace")

    assert queries.every(expo.id, "ohr asa") == [asa]
    assert len(queries.every(expo.id, "%")) == 1
    assert len(queries.every(expo.id, "a_l")) == 1


def test_speakers_of_another_expo_are_not_found():
    here, there = a.an_expo(), a.an_expo()
    ada = a.a_speaker(here)

    assert queries.by_slug(there.id, ada.slug) is None
    assert queries.of_expo(there.id, {ada.id}) == set()
    assert queries.by_ids(there.id, {ada.id}) == []
