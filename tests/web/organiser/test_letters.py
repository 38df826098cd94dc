"""Letters are read by organisers before anybody gets one, and leave only with what they tell of."""

from __future__ import annotations

import pytest

from expo.core.db import transaction
from expo.desk import previews
from expo.mail import outbox
from expo.programme.words import Role
from expo.registration import actions
from expo.web.organiser.letters import KINDS
from tests import factories as a

from .conftest import Desk

pytestmark = pytest.mark.feature("O1")


@pytest.mark.once
def test_every_letter_on_the_way_to_a_place_has_a_preview_in_each_language_under_a_heading(desk: Desk):
    kinds = previews.kinds()
    assert {
        "registration_received",
        "registration_to_complete",
        "delegation_invitation",
        "ticket_offer",
    } <= set(kinds)
    assert set(kinds) <= set(KINDS)
    for language in ("sv", "en"):
        page = desk.open_as(Role.OWNER, desk.conference).get(f"{desk.path}/letters?lang={language}").text
        for kind in kinds:
            told = previews.of(desk.expo, desk.conference, kind, language)
            assert told.subject
            assert told.body.strip()
            assert told.subject.split("&")[0][:20] in page.replace("&amp;", "&").replace("&#39;", "'")


def test_a_letter_is_gone_with_what_it_told_of(app):
    kind = a.a_ticket_type(a.a_conference())
    person = a.a_person(kind.conference.expo)

    with pytest.raises(ZeroDivisionError), transaction():
        actions.submit(person=person, ticket_types=[kind])
        assert [one.kind for one in outbox.waiting()] == ["registration_received"]
        1 / 0  # noqa: B018

    assert outbox.waiting() == []
