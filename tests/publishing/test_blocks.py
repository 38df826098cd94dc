from __future__ import annotations

import pytest

from expo.programme.words import Visibility
from expo.publishing import blocks
from expo.publishing import queries as publishing
from tests import factories as a

pytestmark = pytest.mark.feature("B7")


def test_only_what_is_by_invitation_and_says_so_is_a_block(app):
    conference = a.a_conference()
    hidden = a.a_conference(conference.expo, visibility=Visibility.HIDDEN)
    room = a.a_room(conference.expo, "Blue Chamber")
    private = {"visibility": Visibility.INVITATION, "published": False}
    a.a_session(conference, title="Shown", room=room, shows_block=True, **private)
    a.a_session(conference, title="Not shown", **private)
    a.a_session(hidden, title="Of the staff", shows_block=True, **private)
    a.a_session(conference, title="Public", shows_block=True, published=False)
    a.a_session(conference, visibility=Visibility.HIDDEN, shows_block=True, published=False)
    a.publish(conference.expo)

    (found,) = blocks.on_day(conference.expo_id, a.tomorrow_at(9).date())

    assert (found.room_name, found.venue_name) == ("Blue Chamber", "Sea U")
    assert (found.title, found.code, found.uid, found.conference_title) == ("", "", "", "")
    assert found.occurrence_id < 0
    assert [item.title for item in publishing.items(conference.expo_id)] == ["Public"]
