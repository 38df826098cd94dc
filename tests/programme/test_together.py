"""Contributions, co-hosts and guests: several teams work on one programme, and each session stands in it once."""

from __future__ import annotations

import pytest

from expo.programme import contributors, guesting
from expo.programme import queries as programme
from expo.programme.contributing import read
from expo.programme.drafts import Contribution
from expo.publishing import filters
from expo.publishing.filters import Filter
from tests import factories as a

pytestmark = pytest.mark.feature("P16")


def test_a_contribution_has_a_speaker_of_its_own_who_appears_in_the_session(app):
    time = a.a_session(published=False)
    session, expo = time.session, time.session.conference.expo
    known = a.a_speaker(expo, "Ada Ek")

    contributors.save(
        session=session, contribution=Contribution("First", 10), speaker="ada ek", row=None, version=None
    )
    contributors.save(
        session=session,
        contribution=Contribution("Second", 5),
        speaker="Somebody New",
        row=None,
        version=None,
    )
    contributors.save(
        session=session, contribution=Contribution("First, longer", 20), speaker="Ada Ek", row=0, version=None
    )

    kept = read(session.contributions)
    assert [(one.title, one.minutes) for one in kept] == [("First, longer", 20), ("Second", 5)]
    assert kept[0].speaker_id == known.id
    assert [one.speaker.name for one in programme.appearances(session.id)] == ["Ada Ek", "Somebody New"]


def test_a_guest_session_is_shown_in_both_programmes_and_counted_once(app):
    expo = a.an_expo()
    own, other = a.a_conference(expo), a.a_conference(expo)
    time = a.a_session(own, title="Shared")
    offered = guesting.offer(session=time.session, conference=other, accepted=False)
    assert slugs(expo, other) == []

    guesting.accept(guest=offered)
    a.publish(expo)

    assert slugs(expo, other) == slugs(expo, own) == [time.code]
    assert len(filters.find(expo.id, Filter())) == 1
    guesting.end(guest=offered)
    a.publish(expo)
    assert slugs(expo, other) == []


def slugs(expo, conference) -> list[str]:
    return [item.code for item in filters.find(expo.id, Filter(conferences=(conference.slug,)))]
